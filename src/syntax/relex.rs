//! Edits of which the grammar sees nothing: in blanks and comments, and in numbers and strings that
//! stay what they are.
//!
//! The grammar looks at kinds of tokens, at the text of names, and at which token is the first of its
//! line and how far that is indented. Where an edit changes none of it, the tree is the same but for
//! the tokens that were edited, wherever they stand.

use rowan::{GreenToken, Language, NodeOrToken};

use super::Parse;
use super::kind::{NeuralLanguage, SyntaxKind, SyntaxNode, SyntaxToken};
use super::lexer::lex;
use super::read::Edit;
use super::{reparse::Surroundings, tree};
use crate::text::TextRange;

impl Parse {
    /// Follows an edit that the grammar sees nothing of. `false`, and nothing done, where it might.
    pub(super) fn edit_tokens(&mut self, edit: Edit, text: &str) -> bool {
        // Items of lists know how far they are, and findings where they stand.
        let near = Surroundings::of(self, edit);
        if near.is_in_list || near.is_seen_from_list {
            return false;
        }
        let root = SyntaxNode::new_root(self.green.clone());
        let range = TextRange::new(edit.start.into(), edit.old_end.into());
        let NodeOrToken::Token(token) = root.covering_element(range) else { return false };
        let next = token.next_token().filter(|next| next.text_range().contains_range(range));
        let touched = [Some(token), next];
        let touched = || touched.iter().flatten();
        let green = touched()
            .find_map(|token| literal(token, edit, text))
            .or_else(|| touched().find_map(|token| blanks(token, edit, text)));
        let Some((green, changed)) = green else { return false };
        // A finding that stands close by may quote what was edited.
        if self.outer_finding_touches(changed) {
            return false;
        }
        self.green = green;
        self.shift(edit, self.lists.partition_point(|list| u32::from(list.start) < edit.start));
        true
    }
}

type Changed = (rowan::GreenNode, TextRange);

/// The tree where the edit leaves a number a number and a string a string, and what of the text before
/// the edit that concerns.
fn literal(token: &SyntaxToken, edit: Edit, text: &str) -> Option<Changed> {
    let kind = token.kind();
    if !matches!(kind, SyntaxKind::INT | SyntaxKind::FLOAT | SyntaxKind::STRING) {
        return None;
    }
    let (start, end) = (usize::from(token.text_range().start()), token.text_range().end());
    let end = edit.moved(end.into()) as usize;
    let line = &text[start..];
    let line = line.find(['\n', '\r']).map_or(line, |end| &line[..end]);
    let first = *lex(line.get(..(end - start + 2).min(line.len())).unwrap_or(line)).first()?;
    let same_start = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
    let new = &text[start..end];
    let is_same = first.kind == kind
        && first.len as usize == new.len()
        && same_start(new) == same_start(token.text());
    if !is_same {
        return None;
    }
    let green = token.replace_with(GreenToken::new(NeuralLanguage::kind_to_raw(kind), new));
    // The section or form that it stands in is what a finding about it could stand in.
    let around = token.parent_ancestors().find(|node| {
        node.parent()
            .is_none_or(|parent| matches!(parent.kind(), SyntaxKind::FILE | SyntaxKind::NETWORK))
    });
    Some((green, around.map_or(token.text_range(), |node| node.text_range())))
}

/// The tree where the edit leaves blanks and comments blanks and comments, with the next token where it
/// was in its line.
fn blanks(token: &SyntaxToken, edit: Edit, text: &str) -> Option<Changed> {
    let is_blank =
        |token: &SyntaxToken| matches!(token.kind(), SyntaxKind::WHITESPACE | SyntaxKind::COMMENT);
    if !is_blank(token) {
        return None;
    }
    let blank = |element: Option<super::SyntaxElement>| {
        element.and_then(NodeOrToken::into_token).filter(is_blank)
    };
    let (mut first, mut last) = (token.clone(), token.clone());
    while let Some(before) = blank(first.prev_sibling_or_token()) {
        first = before;
    }
    while let Some(after) = blank(last.next_sibling_or_token()) {
        last = after;
    }
    let (previous, next) = (first.prev_token(), last.next_token());
    // These take what follows them on their line, or the rest of the text.
    let takes_more = |token: &SyntaxToken| {
        matches!(
            token.kind(),
            SyntaxKind::OPEN_STRING
                | SyntaxKind::BAD_CHARACTERS
                | SyntaxKind::CURLY_STRING
                | SyntaxKind::OPEN_COMMENT
        )
    };
    if [&previous, &next].into_iter().flatten().any(takes_more) {
        return None;
    }
    let range = first.text_range().cover(last.text_range());
    let (start, end) = (u32::from(range.start()), edit.moved(range.end().into()));
    let new = &text[start as usize..end as usize];
    let lexed = lex(new);
    let ends = match lexed.last()?.kind {
        SyntaxKind::WHITESPACE => true,
        _ => next.is_none() || new.ends_with("*/"),
    };
    // `/` and `/*` would make `//` of it.
    let begins = edit.start > start || new.starts_with([' ', '\t', '\n', '\r']) || start == 0;
    let only_blanks = lexed
        .iter()
        .all(|token| matches!(token.kind, SyntaxKind::WHITESPACE | SyntaxKind::COMMENT));
    let curly = |text: &str| text.contains(['“', '”', '‘', '’']);
    if !(ends && begins && only_blanks) || curly(new) {
        return None;
    }
    let parent = first.parent()?;
    let (from, to) = (first.index(), last.index() + 1);
    let old = parent.children_with_tokens().skip(from).take(to - from);
    let old: String =
        old.filter_map(NodeOrToken::into_token).map(|it| it.text().to_owned()).collect();
    if curly(&old) || next.is_some() && column(&old, start == 0) != column(new, start == 0) {
        return None;
    }
    let tokens = tree::trivia(new, &lexed).into_iter().map(NodeOrToken::Token);
    let green = parent.green().splice_children(from..to, tokens);
    Some((parent.replace_with(green), range))
}

/// The indentation of what follows these blanks, if it is the first of its line.
fn column(blanks: &str, starts_text: bool) -> Option<usize> {
    match blanks.rfind(['\n', '\r']) {
        Some(line) => Some(blanks.len() - line - 1),
        None => starts_text.then_some(blanks.len()),
    }
}
