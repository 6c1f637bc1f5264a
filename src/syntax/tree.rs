//! Events and tokens to a green tree.
//!
//! The grammar never sees white space and comments; here they are put back. They go before the node
//! that starts next and after the node that has ended, so a statement's node begins with its first
//! letter and ends with its last one, and equal statements are equal nodes wherever they stand.

use rowan::{GreenNode, GreenNodeBuilder, Language, NodeCache};

use super::kind::{NeuralLanguage, SyntaxKind};
use super::lexer::LexedToken;
use super::parser::Event;

/// The tree of `text`. Tokens that no event consumed stand at its end as one error node.
pub(super) fn build(
    text: &str,
    lexed: &[LexedToken],
    events: Vec<Event>,
    cache: &mut NodeCache,
) -> GreenNode {
    let mut sink =
        Sink { text, lexed, next: 0, at: 0, builder: GreenNodeBuilder::with_cache(cache) };
    let mut events = events;
    let mut parents = Vec::new();
    sink.start(SyntaxKind::FILE);
    for index in 0..events.len() {
        match events[index] {
            Event::Start { kind, forward_parent } => {
                let mut next = forward_parent;
                parents.extend(kind);
                while let Some(parent) = next {
                    let Some(Event::Start { kind, forward_parent }) =
                        events.get_mut(parent as usize)
                    else {
                        break;
                    };
                    parents.extend(kind.take());
                    next = forward_parent.take();
                }
                if !parents.is_empty() {
                    sink.trivia();
                }
                for kind in parents.drain(..).rev() {
                    sink.start(kind);
                }
            }
            Event::Finish => sink.builder.finish_node(),
            Event::Token => {
                sink.trivia();
                sink.token();
            }
        }
    }
    sink.trivia();
    if sink.next < lexed.len() {
        sink.start(SyntaxKind::ERROR);
        while sink.next < lexed.len() {
            sink.token();
        }
        sink.builder.finish_node();
    }
    sink.builder.finish_node();
    sink.builder.finish()
}

/// A tree that is one error token.
pub(super) fn flat(text: &str) -> GreenNode {
    let mut builder = GreenNodeBuilder::new();
    builder.start_node(NeuralLanguage::kind_to_raw(SyntaxKind::FILE));
    builder.token(NeuralLanguage::kind_to_raw(SyntaxKind::BAD_CHARACTERS), text);
    builder.finish_node();
    builder.finish()
}

struct Sink<'a> {
    text: &'a str,
    lexed: &'a [LexedToken],
    next: usize,
    at: usize,
    builder: GreenNodeBuilder<'a>,
}

impl Sink<'_> {
    fn start(&mut self, kind: SyntaxKind) {
        self.builder.start_node(NeuralLanguage::kind_to_raw(kind));
    }

    fn token(&mut self) {
        if let Some(token) = self.lexed.get(self.next) {
            let end = self.at + token.len as usize;
            self.builder.token(NeuralLanguage::kind_to_raw(token.kind), &self.text[self.at..end]);
            self.at = end;
            self.next += 1;
        }
    }

    fn trivia(&mut self) {
        while self.lexed.get(self.next).is_some_and(|token| token.kind.is_trivia()) {
            self.token();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::syntax::parse;
    use crate::syntax::testing::check_tree;
    use expect_test::expect;

    #[test]
    fn white_space_stands_between_nodes() {
        check_tree(
            "# first\nnetwork N { # a\n layers: # b\n A # c\n # d\n B\n}\n# last\n",
            expect![[r##"
                FILE@0..61
                  COMMENT@0..7 "# first"
                  NETWORK@8..53
                    IDENT@8..15 "network"
                    IDENT@16..17 "N"
                    L_BRACE@18..19 "{"
                    COMMENT@20..23 "# a"
                    LAYERS_SECTION@25..51
                      IDENT@25..31 "layers"
                      COLON@31..32 ":"
                      COMMENT@33..36 "# b"
                      LAYER_LIST@38..51
                        LAYER_STMT@38..39
                          CALL_EXPR@38..39
                            IDENT@38..39 "A"
                        COMMENT@40..43 "# c"
                        COMMENT@45..48 "# d"
                        LAYER_STMT@50..51
                          CALL_EXPR@50..51
                            IDENT@50..51 "B"
                    R_BRACE@52..53 "}"
                  COMMENT@54..60 "# last"
            "##]],
        );
    }

    #[test]
    fn every_text_is_kept() {
        for text in ["", " ", "\u{feff}#", "}{)(", "network", "\"", "/*", "a\r\nb\rc", "é→√"] {
            assert_eq!(parse(text).syntax().text().to_string(), text);
        }
    }
}
