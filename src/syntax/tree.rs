//! Events and tokens to a green tree.
//!
//! The grammar never sees white space and comments; here they are put back. They go before the node
//! that starts next and after the node that has ended, so a statement's node begins with its first
//! letter and ends with its last one, and equal statements are equal nodes wherever they stand.
//!
//! Lists of statements are stored in chunks, which are built one by one, or taken from another tree
//! that has the same text there.

use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use rowan::{GreenNode, GreenNodeData, GreenToken, GreenTokenData, Language, NodeOrToken};
use rustc_hash::{FxHashMap, FxHasher};

use super::kind::{NeuralLanguage, SyntaxKind};
use super::lexer::LexedToken;
use super::list::{Chunk, Item};
use super::parser::{Action, Event, Parsed, Stop};

type GreenElement = NodeOrToken<GreenNode, GreenToken>;

/// A chunk of a list, to be built.
pub(super) struct Span<'a> {
    /// Its items.
    pub(super) items: &'a [Item],
    /// Where each of them starts, and where the last one ends.
    pub(super) stops: &'a [Stop],
    /// Whether another chunk follows, so that the blanks between them belong to this one.
    pub(super) has_next: bool,
    /// The chunks of another tree that stand here instead.
    pub(super) known: Option<Known<'a>>,
}

/// Chunks of another tree.
pub(super) struct Known<'a> {
    pub(super) chunks: &'a [Arc<Chunk>],
    /// How many bytes of the text they stand for.
    pub(super) len: usize,
}

impl Span<'_> {
    /// The events that it consists of.
    fn events(&self) -> Range<usize> {
        let event = |stop: Option<&Stop>| stop.map_or(0, |stop| stop.events);
        event(self.stops.first())..event(self.stops.last())
    }
}

/// The tree of `text`, and the trees of the chunks that were built. Tokens that no event consumed stand at its end as
/// one error node.
pub(super) fn build(
    text: &str,
    lexed: &[LexedToken],
    parsed: &Parsed,
    spans: &[Span<'_>],
) -> (GreenNode, Vec<GreenNode>) {
    let mut source = Source::new(text, lexed, parsed);
    let mut chunks = Vec::with_capacity(spans.len());
    let mut done = 0;
    source.start(SyntaxKind::FILE);
    for span in spans {
        let events = span.events();
        source.run(done..events.start);
        done = events.end;
        source.trivia();
        match &span.known {
            Some(known) => {
                source.skip(known.len);
                let known = known.chunks.iter().map(|chunk| chunk.green().clone());
                source.children.extend(known.map(NodeOrToken::Node));
            }
            None => {
                source.chunk(span);
                if let Some(NodeOrToken::Node(chunk)) = source.children.last() {
                    chunks.push(chunk.clone());
                }
            }
        }
    }
    source.run(done..parsed.events.len());
    source.trivia();
    if source.next < lexed.len() {
        source.start(SyntaxKind::ERROR);
        while source.next < lexed.len() {
            source.token();
        }
        source.finish();
    }
    (source.into_root(), chunks)
}

/// A chunk that is all of `text`, but for the blanks and comments at its end where no other chunk
/// follows.
pub(super) fn build_chunk(
    text: &str,
    lexed: &[LexedToken],
    parsed: &Parsed,
    span: &Span<'_>,
) -> GreenNode {
    let mut source = Source::new(text, lexed, parsed);
    source.chunk(span);
    source.into_root()
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
    let token = GreenToken::new(NeuralLanguage::kind_to_raw(SyntaxKind::BAD_CHARACTERS), text);
    let children = (!text.is_empty()).then_some(NodeOrToken::Token(token));
    GreenNode::new(
        NeuralLanguage::kind_to_raw(SyntaxKind::FILE),
        children.into_iter().collect::<Vec<_>>(),
    )
}

/// An item whose tree is one node, to be used again where the same text is read alike.
struct Built {
    events: Range<usize>,
    text: Range<usize>,
    /// How many tokens it has, with the blanks between them.
    tokens: usize,
    node: GreenNode,
}

/// The tokens of a text, how many of them are in the tree, and the tree so far.
struct Source<'a> {
    text: &'a str,
    lexed: &'a [LexedToken],
    parsed: &'a Parsed,
    next: usize,
    at: usize,
    /// The nodes that have started, with the number of their first child.
    open: Vec<(SyntaxKind, usize)>,
    /// The children of all open nodes.
    children: Vec<GreenElement>,
    shared: Shared,
    items: FxHashMap<u64, Built>,
    parents: Vec<SyntaxKind>,
}

impl<'a> Source<'a> {
    fn new(text: &'a str, lexed: &'a [LexedToken], parsed: &'a Parsed) -> Source<'a> {
        Source {
            text,
            lexed,
            parsed,
            next: 0,
            at: 0,
            open: Vec::new(),
            children: Vec::new(),
            shared: Shared::for_tokens(lexed.len()),
            items: FxHashMap::default(),
            parents: Vec::new(),
        }
    }

    /// Ends whatever is open, and gives the root.
    fn into_root(mut self) -> GreenNode {
        while !self.open.is_empty() {
            self.finish();
        }
        match self.children.pop() {
            Some(NodeOrToken::Node(root)) => root,
            _ => flat(""),
        }
    }

    fn start(&mut self, kind: SyntaxKind) {
        self.open.push((kind, self.children.len()));
    }

    fn finish(&mut self) {
        let Some((kind, first)) = self.open.pop() else { return };
        let node = self.shared.node(kind, &mut self.children, first);
        self.children.push(NodeOrToken::Node(node));
    }

    fn run(&mut self, range: Range<usize>) {
        let parsed = self.parsed;
        for index in range {
            match parsed.events[index].action() {
                Action::Start { kind, mut forward_parent } => {
                    self.parents.extend(kind);
                    let mut at = index;
                    while forward_parent > 0 {
                        at += forward_parent;
                        let Some(parent) = parsed.events.get(at) else { break };
                        self.parents.extend(parent.kind());
                        forward_parent = parent.forward_parent();
                    }
                    // A node without tokens stands where the text before it ends.
                    if !self.parents.is_empty() && has_tokens(&parsed.events[index + 1..]) {
                        self.trivia();
                    }
                    while let Some(kind) = self.parents.pop() {
                        self.start(kind);
                    }
                }
                Action::Started | Action::Hidden => {}
                Action::Finish => self.finish(),
                Action::Token => {
                    self.trivia();
                    self.token();
                }
            }
        }
    }

    fn chunk(&mut self, span: &Span<'_>) {
        self.start(SyntaxKind::CHUNK);
        for (item, stops) in span.items.iter().zip(span.stops.windows(2)) {
            self.trivia();
            self.item(item, &stops[0], &stops[1]);
        }
        if span.has_next {
            self.trivia();
        }
        self.finish();
    }

    /// An item. Networks say the same thing many times, and then it is one tree.
    fn item(&mut self, item: &Item, from: &Stop, to: &Stop) {
        let parsed = self.parsed;
        let (events, start) = (from.events..to.events, self.at);
        let last = to.pos.checked_sub(1).and_then(|last| parsed.tokens.get(last));
        let text = start..last.map_or(start, |token| token.end as usize).max(start);
        let mut hasher = FxHasher::default();
        (&self.text[text.clone()], item.shape).hash(&mut hasher);
        let hash = hasher.finish();
        let same = self.items.get(&hash).filter(|known| {
            self.text[known.text.clone()] == self.text[text.clone()]
                && parsed.events[known.events.clone()] == parsed.events[events.clone()]
        });
        if let Some(known) = same {
            self.next += known.tokens;
            self.at = text.end;
            self.children.push(NodeOrToken::Node(known.node.clone()));
            return;
        }
        let (next, first) = (self.next, self.children.len());
        self.run(events.clone());
        if self.children.len() == first + 1
            && self.at == text.end
            && let Some(NodeOrToken::Node(node)) = self.children.last()
        {
            let (tokens, node) = (self.next - next, node.clone());
            self.items.insert(hash, Built { events, text, tokens, node });
        }
    }

    fn token(&mut self) {
        if let Some(token) = self.lexed.get(self.next) {
            let end = self.at + token.len as usize;
            let token = self.shared.token(token.kind, &self.text[self.at..end]);
            self.children.push(NodeOrToken::Token(token));
            self.at = end;
            self.next += 1;
        }
    }

    fn trivia(&mut self) {
        while self.lexed.get(self.next).is_some_and(|token| token.kind.is_trivia()) {
            self.token();
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

/// Whether a token comes before the end of a node that has started before these events.
fn has_tokens(events: &[Event]) -> bool {
    let mut depth = 1u32;
    for event in events {
        match event.action() {
            Action::Start { .. } | Action::Started => depth += u32::from(event.kind().is_some()),
            Action::Finish if depth == 1 => return false,
            Action::Finish => depth -= 1,
            Action::Token | Action::Hidden => return true,
        }
    }
    false
}

/// How many children a node has at most that is looked for among those there are.
const FEW: usize = 3;

/// Small nodes and tokens that a tree has already. Each has one place that it can be kept in, where the
/// last one stays: what is looked for again is nearly always something short that stood close by.
struct Shared {
    tokens: Vec<Option<GreenToken>>,
    nodes: Vec<Option<GreenNode>>,
}

impl Shared {
    /// Room for a text of so many tokens.
    fn for_tokens(count: usize) -> Shared {
        let places = (count / 2).next_power_of_two().clamp(16, 4096);
        Shared { tokens: vec![None; places], nodes: vec![None; places] }
    }

    fn token(&mut self, kind: SyntaxKind, text: &str) -> GreenToken {
        let raw = NeuralLanguage::kind_to_raw(kind);
        let mut hasher = FxHasher::default();
        hasher.write(text.as_bytes());
        let place = place(hasher.finish(), self.tokens.len());
        match &mut self.tokens[place] {
            Some(token) if token.text() == text && token.kind() == raw => token.clone(),
            other => other.insert(GreenToken::new(raw, text)).clone(),
        }
    }

    /// A node of the elements of `children` from `first` on, which are taken out.
    fn node(
        &mut self,
        kind: SyntaxKind,
        children: &mut Vec<GreenElement>,
        first: usize,
    ) -> GreenNode {
        let raw = NeuralLanguage::kind_to_raw(kind);
        let own = &children[first..];
        if own.len() > FEW {
            return GreenNode::new(raw, children.drain(first..));
        }
        let mut hasher = FxHasher::default();
        hasher.write_u16(kind as u16);
        own.iter().for_each(|child| hasher.write_usize(address_of(child)));
        let place = place(hasher.finish(), self.nodes.len());
        let known = &mut self.nodes[place];
        match known {
            Some(node)
                if node.kind() == raw
                    && node.children().len() == own.len()
                    && node.children().zip(own).all(|(a, b)| address(a) == address_of(b)) =>
            {
                children.truncate(first);
                node.clone()
            }
            other => other.insert(GreenNode::new(raw, children.drain(first..))).clone(),
        }
    }
}

/// Where something with this hash is kept among `places`, which are a power of two.
fn place(hash: u64, places: usize) -> usize {
    hash as usize & (places - 1)
}

/// The address of an element. Equal elements that are shared have one.
fn address(element: NodeOrToken<&GreenNodeData, &GreenTokenData>) -> usize {
    match element {
        NodeOrToken::Node(node) => std::ptr::from_ref(node).addr(),
        NodeOrToken::Token(token) => std::ptr::from_ref(token).addr(),
    }
}

fn address_of(element: &GreenElement) -> usize {
    address(match element {
        NodeOrToken::Node(node) => NodeOrToken::Node(node),
        NodeOrToken::Token(token) => NodeOrToken::Token(token),
    })
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

    #[test]
    fn equal_statements_are_one_tree() {
        let parse = parse("network N { layers:\n A(1) # a\n B(1)\n A(1)\n A( 1)\n A(1) * 2 }");
        let list = &parse.lists()[0];
        let chunk = list.chunks()[0].green();
        let stmts = chunk.children().filter_map(|child| child.into_node());
        let stmts: Vec<usize> = stmts.map(|stmt| std::ptr::from_ref(stmt).addr()).collect();
        let first: Vec<Option<usize>> =
            stmts.iter().map(|stmt| stmts.iter().position(|it| it == stmt)).collect();
        assert_eq!(first, [Some(0), Some(1), Some(0), Some(3), Some(4)]);
    }
}
