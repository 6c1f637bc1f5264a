//! The fix that moves a layer behind the one after it.
//!
//! Whether it can be made depends on the text around the two layers, which the checks of layers do not
//! see: so it is added to their findings afterwards. It is offered where the result has to be right: the
//! two are statements of nothing but a call, side by side, and no neighbour would be in the same
//! position to the moved layer.

use crate::diagnostics::{Diagnostic, codes};
use crate::lang::find_layer;
use crate::model::document::Document;
use crate::model::place::Place;
use crate::syntax::ast::{AstNode, LayerStmt};
use crate::syntax::{SyntaxKind, SyntaxNode};
use crate::text::{TextEdit, TextRange, TextSize};

/// Adds the fix to a finding about a layer that should stand behind the next one, its related place.
pub fn offer(document: &Document, finding: &mut Diagnostic<Place>) {
    if finding.code != codes::DROPOUT_BEFORE_NORMALIZATION {
        return;
    }
    let Some(after) = finding.related.first().map(|related| related.place) else { return };
    if let Some((title, edits)) = swap(document, finding.place, after) {
        *finding = finding.clone().with_fix(title, edits);
    }
}

/// The title and the edits that put the layer at `first` behind the one at `second`.
fn swap(
    document: &Document,
    first: Place,
    second: Place,
) -> Option<(String, Vec<TextEdit<Place>>)> {
    let root = document.parse().syntax();
    let (one, two) = (document.range(first), document.range(second));
    let (moved, kept) = (plain_statement(&root, one)?, plain_statement(&root, two)?);
    if neighbour(moved.syntax(), true)? != *kept.syntax() {
        return None;
    }
    let (moved_name, kept_name) = (name(&moved)?, name(&kept)?);
    // A layer that is moved away from a like one, or behind it, would leave the finding to that.
    let before = neighbour(moved.syntax(), false);
    let is_like = |stmt: Option<SyntaxNode>, is: &str| {
        let Some(stmt) = stmt else { return false };
        LayerStmt::cast(stmt).as_ref().and_then(name).is_none_or(|name| name.contains(is))
    };
    let begins_network = || {
        let list = moved.syntax().ancestors().find(|node| node.kind() == SyntaxKind::LAYER_LIST);
        list.is_some_and(|list| {
            let direct = moved.syntax().parent().and_then(|node| match node.kind() {
                SyntaxKind::CHUNK => node.parent(),
                _ => Some(node),
            });
            direct == Some(list)
        })
    };
    if before.is_none() && !begins_network()
        || is_like(before, "Dropout")
        || is_like(neighbour(kept.syntax(), true), kept_name)
    {
        return None;
    }
    let title = format!("Move `{moved_name}` behind `{kept_name}`");
    let text = document.text();
    let between = &text[usize::from(one.end())..usize::from(two.start())];
    if !between.contains('\n') {
        let is_blank = between.trim().is_empty();
        return is_blank.then(|| (title, vec![first.edit(&text[two]), second.edit(&text[one])]));
    }
    let (one_tail, two_tail) = (comment_after(text, one.end())?, comment_after(text, two.end())?);
    let moved = TextRange::new(one.start(), one.end() + one_tail);
    let from =
        Place::new(first.owner, TextRange::new(first.range.start(), first.range.end() + one_tail));
    let to = Place::new(second.owner, TextRange::empty(second.range.end() + two_tail));
    Some((title, vec![from.edit(""), to.edit(format!("\n{}", &text[moved]))]))
}

/// The statement at `range`, where it is nothing but a call without a name that others may refer to.
fn plain_statement(root: &SyntaxNode, range: TextRange) -> Option<LayerStmt> {
    let element = root.covering_element(range);
    let first = match element {
        rowan::NodeOrToken::Node(node) => node,
        rowan::NodeOrToken::Token(token) => token.parent()?,
    };
    let stmt = first
        .ancestors()
        .take_while(|node| node.text_range() == range)
        .find_map(LayerStmt::cast)?;
    let is_named = |arg: crate::syntax::ast::Arg| {
        arg.name().is_some_and(|name| matches!(name.text(), "name" | "shared"))
    };
    let args = stmt.call()?.arg_list();
    let refers = args.is_some_and(|args| args.args().any(is_named));
    (!refers).then_some(stmt)
}

/// The layer of the table that a statement calls.
fn name(stmt: &LayerStmt) -> Option<&'static str> {
    Some(find_layer(stmt.call()?.name()?.text())?.name)
}

/// The statement after this one, or before it; `None` at the end of the list.
fn neighbour(stmt: &SyntaxNode, after: bool) -> Option<SyntaxNode> {
    let next = |node: &SyntaxNode| match after {
        true => node.next_sibling(),
        false => node.prev_sibling(),
    };
    let edge = |chunk: SyntaxNode| match after {
        true => chunk.first_child(),
        false => chunk.last_child(),
    };
    next(stmt).or_else(|| {
        let chunk = stmt.parent().filter(|node| node.kind() == SyntaxKind::CHUNK)?;
        edge(next(&chunk).filter(|node| node.kind() == SyntaxKind::CHUNK)?)
    })
}

/// How much of the text from `at` to the end of its line a comment takes, with the blanks before it;
/// `None` where something else stands there.
fn comment_after(text: &str, at: TextSize) -> Option<TextSize> {
    let rest = text[usize::from(at)..].lines().next().unwrap_or("").trim_end();
    let is_comment = rest.trim_start().starts_with('#') || rest.trim_start().starts_with("//");
    (rest.is_empty() || is_comment).then(|| TextSize::of(rest))
}
