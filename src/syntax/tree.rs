//! Events and tokens to a green tree.
//!
//! The grammar never sees white space and comments; here they are put back. They go before the node
//! that starts next and after the node that has ended, so a statement's node begins with its first
//! letter and ends with its last one, and equal statements are equal nodes wherever they stand.
//!
//! Lists of statements are stored in chunks, which are built one by one, or taken from another tree
//! that has the same text there.

use std::ops::Range;

use rowan::{GreenNode, GreenNodeBuilder, GreenToken, Language, NodeCache, NodeOrToken};

use super::kind::{NeuralLanguage, SyntaxKind};
use super::lexer::LexedToken;
use super::parser::Event;

type GreenElement = NodeOrToken<GreenNode, GreenToken>;

/// A chunk of a list, to be built.
pub(super) struct Span {
    /// The events that it consists of.
    pub(super) events: Range<usize>,
    /// The same chunk of another tree.
    pub(super) known: Option<GreenNode>,
    /// Whether another chunk follows, so that the blanks between them belong to this one.
    pub(super) has_next: bool,
}

/// The tree of `text`, and the trees of the chunks. Tokens that no event consumed stand at its end as
/// one error node.
pub(super) fn build(
    text: &str,
    lexed: &[LexedToken],
    mut events: Vec<Event>,
    spans: Vec<Span>,
    cache: &mut NodeCache,
) -> (GreenNode, Vec<GreenNode>) {
    let mut source = Source { text, lexed, next: 0, at: 0 };
    let mut tree = Skeleton::default();
    let mut chunks = Vec::with_capacity(spans.len());
    let mut done = 0;
    tree.start(SyntaxKind::FILE);
    for span in spans {
        source.run(&mut events, done..span.events.start, &mut tree);
        done = span.events.end;
        source.trivia(&mut tree);
        let chunk = match span.known {
            Some(chunk) => {
                source.skip(usize::from(chunk.text_len()));
                chunk
            }
            None => source.chunk(&mut events, span.events, span.has_next, cache),
        };
        tree.push(NodeOrToken::Node(chunk.clone()));
        chunks.push(chunk);
    }
    let rest = done..events.len();
    source.run(&mut events, rest, &mut tree);
    source.trivia(&mut tree);
    if source.next < lexed.len() {
        tree.start(SyntaxKind::ERROR);
        while source.next < lexed.len() {
            source.token(&mut tree);
        }
        tree.finish();
    }
    (tree.into_root(), chunks)
}

/// A chunk that is all of `text`, but for the blanks and comments at its end where no other chunk
/// follows.
pub(super) fn build_chunk(
    text: &str,
    lexed: &[LexedToken],
    mut events: Vec<Event>,
    has_next: bool,
) -> GreenNode {
    let mut source = Source { text, lexed, next: 0, at: 0 };
    let all = 0..events.len();
    source.chunk(&mut events, all, has_next, &mut NodeCache::default())
}

/// The tokens of white space and comments that `text` consists of.
pub(super) fn trivia(text: &str, lexed: &[LexedToken]) -> Vec<GreenToken> {
    let mut at = 0;
    let token = |token: &LexedToken| {
        let end = at + token.len as usize;
        let green = GreenToken::new(NeuralLanguage::kind_to_raw(token.kind), &text[at..end]);
        at = end;
        green
    };
    lexed.iter().map(token).collect()
}

/// A tree that is one error token.
pub(super) fn flat(text: &str) -> GreenNode {
    let mut builder = GreenNodeBuilder::new();
    builder.start_node(NeuralLanguage::kind_to_raw(SyntaxKind::FILE));
    builder.token(NeuralLanguage::kind_to_raw(SyntaxKind::BAD_CHARACTERS), text);
    builder.finish_node();
    builder.finish()
}

/// What a tree is built with.
trait Builder {
    fn start(&mut self, kind: SyntaxKind);
    fn token(&mut self, kind: SyntaxKind, text: &str);
    fn finish(&mut self);
}

/// rowan's builder shares equal nodes, which is worth its price for statements.
impl Builder for GreenNodeBuilder<'_> {
    fn start(&mut self, kind: SyntaxKind) {
        self.start_node(NeuralLanguage::kind_to_raw(kind));
    }

    fn token(&mut self, kind: SyntaxKind, text: &str) {
        GreenNodeBuilder::token(self, NeuralLanguage::kind_to_raw(kind), text);
    }

    fn finish(&mut self) {
        self.finish_node();
    }
}

/// The tree around the chunks: rowan's builder takes no finished nodes.
#[derive(Default)]
struct Skeleton {
    open: Vec<(SyntaxKind, Vec<GreenElement>)>,
    root: Option<GreenNode>,
}

impl Skeleton {
    fn push(&mut self, element: GreenElement) {
        if let Some((_, children)) = self.open.last_mut() {
            children.push(element);
        }
    }

    /// Ends whatever is open, and gives the root.
    fn into_root(mut self) -> GreenNode {
        while !self.open.is_empty() {
            self.finish();
        }
        self.root.unwrap_or_else(|| flat(""))
    }
}

impl Builder for Skeleton {
    fn start(&mut self, kind: SyntaxKind) {
        self.open.push((kind, Vec::new()));
    }

    fn token(&mut self, kind: SyntaxKind, text: &str) {
        self.push(NodeOrToken::Token(GreenToken::new(NeuralLanguage::kind_to_raw(kind), text)));
    }

    fn finish(&mut self) {
        let Some((kind, children)) = self.open.pop() else { return };
        let node = GreenNode::new(NeuralLanguage::kind_to_raw(kind), children);
        match self.open.last_mut() {
            Some((_, siblings)) => siblings.push(NodeOrToken::Node(node)),
            None => self.root = Some(node),
        }
    }
}

/// The tokens of a text, and how many of them are in the tree.
struct Source<'a> {
    text: &'a str,
    lexed: &'a [LexedToken],
    next: usize,
    at: usize,
}

impl Source<'_> {
    fn run(&mut self, events: &mut [Event], range: Range<usize>, out: &mut impl Builder) {
        let mut parents = Vec::new();
        for index in range {
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
                        self.trivia(out);
                    }
                    for kind in parents.drain(..).rev() {
                        out.start(kind);
                    }
                }
                Event::Finish => out.finish(),
                Event::Token => {
                    self.trivia(out);
                    self.token(out);
                }
            }
        }
    }

    fn chunk(
        &mut self,
        events: &mut [Event],
        range: Range<usize>,
        has_next: bool,
        cache: &mut NodeCache,
    ) -> GreenNode {
        let mut builder = GreenNodeBuilder::with_cache(cache);
        builder.start(SyntaxKind::CHUNK);
        self.run(events, range, &mut builder);
        if has_next {
            self.trivia(&mut builder);
        }
        Builder::finish(&mut builder);
        builder.finish()
    }

    fn token(&mut self, out: &mut impl Builder) {
        if let Some(token) = self.lexed.get(self.next) {
            let end = self.at + token.len as usize;
            out.token(token.kind, &self.text[self.at..end]);
            self.at = end;
            self.next += 1;
        }
    }

    fn trivia(&mut self, out: &mut impl Builder) {
        while self.lexed.get(self.next).is_some_and(|token| token.kind.is_trivia()) {
            self.token(out);
        }
    }

    /// Leaves out the tokens of the next `len` bytes.
    fn skip(&mut self, len: usize) {
        let end = self.at + len;
        while self.at < end
            && let Some(token) = self.lexed.get(self.next)
        {
            self.at += token.len as usize;
            self.next += 1;
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
