//! Text to tree: a lexer, a grammar that reads any text, and a typed view of the result.
//!
//! [`parse`] gives a lossless tree and a list of findings, for any text at all. The tree holds every
//! byte of the text; what the grammar has no place for stands in error nodes, and reading goes on at
//! the next layer or section, so a broken line costs one line and not the file.

pub mod ast;
mod grammar;
pub mod green;
mod kind;
mod lexer;
mod list;
mod outside;
mod parser;
mod read;
mod relex;
mod reparse;
mod splice;
#[cfg(test)]
mod testing;
mod tree;

use std::sync::{Arc, OnceLock};

use rowan::{NodeOrToken, WalkEvent};

pub use rowan::{GreenNode, GreenNodeData};

pub use kind::{NeuralLanguage, SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};
pub use lexer::{LexedToken, lex};
pub use list::{Chunk, List};
pub use parser::MAX_NESTING;

use crate::diagnostics::{Diagnostic, codes};
use crate::text::{TextRange, TextSize};

/// The largest text that is read, in bytes.
pub const MAX_FILE_SIZE: usize = 64 << 20;

/// A tree and what is wrong with its text.
///
/// It can follow edits of the text, see [`Parse::edit`]. A clone shares everything with it.
#[derive(Debug, Clone)]
pub struct Parse {
    green: GreenNode,
    /// The lists of statements, in the order of the text.
    lists: Arc<Vec<List>>,
    /// The findings that are no items' of a list.
    outer: Arc<Vec<Diagnostic>>,
    /// How often the parser had to go back.
    rewinds: u32,
    diagnostics: OnceLock<Arc<Vec<Diagnostic>>>,
}

impl Parse {
    /// The tree, without offsets.
    pub fn green(&self) -> &GreenNode {
        &self.green
    }

    fn of_file(green: GreenNode, lists: Vec<List>, outer: Vec<Diagnostic>, rewinds: u32) -> Parse {
        let (lists, outer) = (Arc::new(lists), Arc::new(outer));
        Parse { green, lists, outer, rewinds, diagnostics: OnceLock::new() }
    }

    /// The findings, in the order of the text.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        self.diagnostics.get_or_init(|| {
            let in_lists = self.lists.iter().flat_map(List::findings);
            let mut all: Vec<Diagnostic> = self.outer.iter().cloned().chain(in_lists).collect();
            all.sort_by(|a, b| {
                let key = |it: &Diagnostic| (it.place.start(), it.place.end(), it.code.name());
                key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
            });
            Arc::new(all)
        })
    }

    /// Where the parser has found errors that are no items' of a list, in the order of the text.
    pub fn outer_errors(&self) -> Vec<TextRange> {
        let errors = self.outer.iter().filter(|found| found.is_syntax_error());
        let mut errors: Vec<TextRange> = errors.map(|found| found.place).collect();
        errors.sort_by_key(|place| (place.start(), place.end()));
        errors
    }

    /// The lists of statements that are no part of another one: the layers of networks and the bodies
    /// of macros, in the order of the text. Lists without statements are left out.
    pub fn lists(&self) -> &Arc<Vec<List>> {
        &self.lists
    }

    /// The root of the tree.
    pub fn syntax(&self) -> SyntaxNode {
        SyntaxNode::new_root(self.green.clone())
    }

    /// The typed root of the tree.
    pub fn file(&self) -> ast::File {
        ast::File::of_root(self.syntax())
    }

    /// The tree as an indented list of nodes and tokens with their places. Blanks are left out, and
    /// so are the chunks of long lists, which are storage.
    pub fn debug_tree(&self) -> String {
        let mut dump = String::new();
        let mut depth = 0;
        for event in self.syntax().preorder_with_tokens() {
            let element = match event {
                WalkEvent::Enter(element) => element,
                WalkEvent::Leave(NodeOrToken::Node(node)) if node.kind() != SyntaxKind::CHUNK => {
                    depth -= 1;
                    continue;
                }
                WalkEvent::Leave(_) => continue,
            };
            let kind = element.kind();
            if matches!(kind, SyntaxKind::CHUNK | SyntaxKind::WHITESPACE) {
                continue;
            }
            dump.push_str(&"  ".repeat(depth));
            dump.push_str(&format!("{kind:?}@{:?}", element.text_range()));
            match element {
                NodeOrToken::Node(_) => depth += 1,
                NodeOrToken::Token(token) => dump.push_str(&format!(" {:?}", token.text())),
            }
            dump.push('\n');
        }
        dump
    }
}

/// Reads a text.
pub fn parse(text: &str) -> Parse {
    if let Some(parse) = too_large(text) {
        return parse;
    }
    let _span = tracing::debug_span!("parse", bytes = text.len()).entered();
    read::read(text, grammar::file, None)
}

/// What there is to say of a text that is too large to be read.
fn too_large(text: &str) -> Option<Parse> {
    if text.len() <= MAX_FILE_SIZE {
        return None;
    }
    let message =
        format!("the file has more than {} MiB and is not read; split it", MAX_FILE_SIZE >> 20);
    let first = text.chars().next().map_or(0, char::len_utf8) as u32;
    let place = TextRange::up_to(TextSize::new(first));
    let found = vec![Diagnostic::new(codes::SYNTAX_FILE_TOO_LARGE, place, message)];
    Some(Parse::of_file(tree::flat(text), Vec::new(), found, 0))
}

/// Reads a text that is one value, such as the call in `"Adam(learning_rate=0.1)"`.
pub(crate) fn parse_value(text: &str) -> Parse {
    read::read(text, grammar::single_expr, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::codes::{SYNTAX, TOLERATED};
    use crate::text::apply_edits;

    /// The example of each code shows it, and the mended text shows nothing.
    #[test]
    fn examples_of_codes() {
        for code in SYNTAX.iter().chain(TOLERATED) {
            let info = code.info();
            if info.wrong.is_empty() {
                continue;
            }
            let found: Vec<_> = parse(info.wrong).diagnostics().iter().map(|it| it.code).collect();
            assert_eq!(found, [*code], "{code}");
            assert_eq!(parse(info.mended).diagnostics(), [], "{code}");
        }
    }

    /// Where an example's finding has a fix, the fix gives the mended text.
    #[test]
    fn fixes_give_the_mended_examples() {
        for code in SYNTAX.iter().chain(TOLERATED) {
            let info = code.info();
            for fix in parse(info.wrong).diagnostics().iter().flat_map(|it| it.fixes.first()) {
                let mended = apply_edits(info.wrong, &fix.edits);
                let words =
                    |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
                assert_eq!(words(&mended), words(info.mended), "{code}: {}", fix.title);
            }
        }
    }

    #[test]
    fn a_file_that_is_too_large_is_not_read() {
        let text = " ".repeat(MAX_FILE_SIZE + 1);
        let parse = parse(&text);
        assert_eq!(parse.diagnostics()[0].code, codes::SYNTAX_FILE_TOO_LARGE);
        assert_eq!(usize::from(parse.syntax().text_range().len()), text.len());
    }
}
