//! Text to tree: a lexer, a grammar that reads any text, and a typed view of the result.
//!
//! [`parse`] gives a lossless tree and a list of findings, for any text at all. The tree holds every
//! byte of the text; what the grammar has no place for stands in error nodes, and reading goes on at
//! the next layer or section, so a broken line costs one line and not the file.

pub mod ast;
mod grammar;
mod kind;
mod lexer;
mod parser;
#[cfg(test)]
mod testing;
mod tree;

use rowan::{NodeCache, NodeOrToken, WalkEvent};

pub use rowan::GreenNode;

pub use kind::{NeuralLanguage, SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};
pub use lexer::{LexedToken, lex};
pub use parser::MAX_NESTING;

use crate::diagnostics::{Diagnostic, codes};
use crate::text::{TextRange, TextSize};

/// The largest text that is read, in bytes.
pub const MAX_FILE_SIZE: usize = 64 << 20;

/// A tree and what is wrong with its text.
#[derive(Debug, Clone)]
pub struct Parse {
    green: GreenNode,
    diagnostics: Vec<Diagnostic>,
}

impl Parse {
    /// The tree, without offsets.
    pub fn green(&self) -> &GreenNode {
        &self.green
    }

    /// The findings, in the order of the text.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
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
    parse_with_cache(text, &mut NodeCache::default())
}

/// Reads a text, sharing equal small nodes with the texts that were read with the same cache.
pub fn parse_with_cache(text: &str, cache: &mut NodeCache) -> Parse {
    if text.len() > MAX_FILE_SIZE {
        let message =
            format!("the file has more than {} MiB and is not read; split it", MAX_FILE_SIZE >> 20);
        let first = text.chars().next().map_or(0, char::len_utf8) as u32;
        let place = TextRange::up_to(TextSize::new(first));
        let diagnostics = vec![Diagnostic::new(codes::SYNTAX_FILE_TOO_LARGE, place, message)];
        return Parse { green: tree::flat(text), diagnostics };
    }
    let _span = tracing::debug_span!("parse", bytes = text.len()).entered();
    read(text, cache, grammar::file)
}

/// Reads a text that is one value, such as the call in `"Adam(learning_rate=0.1)"`.
pub(crate) fn parse_value(text: &str) -> Parse {
    read(text, &mut NodeCache::default(), grammar::single_expr)
}

fn read(text: &str, cache: &mut NodeCache, grammar: fn(&mut parser::Parser<'_>)) -> Parse {
    let lexed = lex(text);
    let mut parser = parser::Parser::new(text, &lexed);
    grammar(&mut parser);
    let (events, mut diagnostics) = parser.finish();
    diagnostics.extend(open_comment(&lexed, text));
    diagnostics.sort_by_key(|diagnostic| (diagnostic.place.start(), diagnostic.place.end()));
    Parse { green: tree::build(text, &lexed, events, cache), diagnostics }
}

/// A comment without its end takes all of the text from there on.
fn open_comment(lexed: &[LexedToken], text: &str) -> Option<Diagnostic> {
    let last = lexed.last().filter(|token| token.kind == SyntaxKind::OPEN_COMMENT)?;
    let start = TextSize::of(text) - TextSize::new(last.len);
    let place = TextRange::at(start, TextSize::new(2));
    Some(Diagnostic::new(codes::SYNTAX_UNTERMINATED, place, "this comment has no closing `*/`"))
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
            let found: Vec<_> = parse(info.wrong).diagnostics.iter().map(|it| it.code).collect();
            assert_eq!(found, [*code], "{code}");
            assert_eq!(parse(info.mended).diagnostics, [], "{code}");
        }
    }

    /// Where an example's finding has a fix, the fix gives the mended text.
    #[test]
    fn fixes_give_the_mended_examples() {
        for code in SYNTAX.iter().chain(TOLERATED) {
            let info = code.info();
            for fix in parse(info.wrong).diagnostics.iter().flat_map(|it| it.fixes.first()) {
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
        assert_eq!(parse.diagnostics[0].code, codes::SYNTAX_FILE_TOO_LARGE);
        assert_eq!(usize::from(parse.syntax().text_range().len()), text.len());
    }

    #[test]
    fn chunks_are_not_seen() {
        use rowan::{GreenNode, Language};
        let kind = NeuralLanguage::kind_to_raw;
        let plain = parse("network N { layers: A B }");
        let list =
            plain.file().networks().next().and_then(|it| it.layers_sections().next()?.list());
        let Some(list) = list else { panic!("the network has layers") };
        let chunk = GreenNode::new(
            kind(SyntaxKind::CHUNK),
            list.green().children().map(|it| it.to_owned()),
        );
        let chunked = list
            .replace_with(GreenNode::new(kind(SyntaxKind::LAYER_LIST), [NodeOrToken::Node(chunk)]));
        let chunked = Parse { green: chunked, diagnostics: Vec::new() };
        assert_eq!(chunked.debug_tree(), plain.debug_tree());
        let statements =
            |parse: &Parse| parse.file().networks().flat_map(|it| it.statements()).count();
        assert_eq!((statements(&plain), statements(&chunked)), (2, 2));
    }

    #[test]
    fn a_shared_cache_gives_equal_trees() {
        let mut cache = NodeCache::default();
        let text = "network N { layers: Dense(10) Dense(10) }";
        assert_eq!(parse_with_cache(text, &mut cache).green, parse(text).green);
        assert_eq!(parse_with_cache(text, &mut cache).green, parse(text).green);
    }
}
