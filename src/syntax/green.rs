//! The tree without its parents: nodes and tokens that know where they start, and nothing else.
//!
//! rowan's nodes count their references and lead back to the root. What only walks downwards, as
//! lowering does for every statement of a file, walks the immutable tree below them instead, which
//! allocates nothing.

use rowan::{GreenNodeData, GreenTokenData, Language, NodeOrToken};

use super::kind::{NeuralLanguage, SyntaxKind};
use crate::text::{TextRange, TextSize};

/// A node.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    data: &'a GreenNodeData,
    start: TextSize,
}

/// A token.
#[derive(Debug, Clone, Copy)]
pub struct Token<'a> {
    data: &'a GreenTokenData,
    start: TextSize,
}

impl<'a> Node<'a> {
    /// A node that starts at `start`.
    pub fn new(data: &'a GreenNodeData, start: TextSize) -> Node<'a> {
        Node { data, start }
    }

    /// The node itself.
    pub fn data(self) -> &'a GreenNodeData {
        self.data
    }

    /// What it is.
    pub fn kind(self) -> SyntaxKind {
        NeuralLanguage::kind_from_raw(self.data.kind())
    }

    /// Where it stands.
    pub fn range(self) -> TextRange {
        TextRange::at(self.start, self.data.text_len())
    }

    /// What it consists of.
    pub fn elements(self) -> impl Iterator<Item = NodeOrToken<Node<'a>, Token<'a>>> {
        let mut start = self.start;
        self.data.children().map(move |child| match child {
            NodeOrToken::Node(data) => {
                let node = Node { data, start };
                start += data.text_len();
                NodeOrToken::Node(node)
            }
            NodeOrToken::Token(data) => {
                let token = Token { data, start };
                start += data.text_len();
                NodeOrToken::Token(token)
            }
        })
    }

    /// The nodes that it consists of.
    pub fn children(self) -> impl Iterator<Item = Node<'a>> {
        self.elements().filter_map(NodeOrToken::into_node)
    }

    /// The children of one kind.
    pub fn children_of(self, kind: SyntaxKind) -> impl Iterator<Item = Node<'a>> {
        self.children().filter(move |child| child.kind() == kind)
    }

    /// The first child of a kind.
    pub fn child(self, kind: SyntaxKind) -> Option<Node<'a>> {
        self.children_of(kind).next()
    }

    /// The tokens that are its children.
    pub fn tokens(self) -> impl Iterator<Item = Token<'a>> {
        self.elements().filter_map(NodeOrToken::into_token)
    }

    /// The first token of a kind that is a child.
    pub fn token(self, kind: SyntaxKind) -> Option<Token<'a>> {
        self.tokens().find(|token| token.kind() == kind)
    }

    /// The first token.
    pub fn first_token(self) -> Option<Token<'a>> {
        let mut node = self;
        loop {
            match node.elements().next()? {
                NodeOrToken::Node(first) => node = first,
                NodeOrToken::Token(token) => return Some(token),
            }
        }
    }
}

impl<'a> Token<'a> {
    /// What it is.
    pub fn kind(self) -> SyntaxKind {
        NeuralLanguage::kind_from_raw(self.data.kind())
    }

    /// Its text.
    pub fn text(self) -> &'a str {
        self.data.text()
    }

    /// Where it stands.
    pub fn range(self) -> TextRange {
        TextRange::at(self.start, self.data.text_len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    /// Walking down finds what rowan's nodes find, at the same places.
    #[test]
    fn everything_stands_where_it_stands() {
        let text = "define M { A }\nnetwork N { layers: # c\n M(-1, a=[2, \"é\"]) B { } }";
        let parsed = parse(text);
        let (mut seen, mut open) = (Vec::new(), vec![Node::new(parsed.green(), 0.into())]);
        while let Some(node) = open.pop() {
            seen.push((node.kind(), node.range()));
            let mut inner = Vec::new();
            for element in node.elements() {
                match element {
                    NodeOrToken::Node(child) => inner.push(child),
                    NodeOrToken::Token(token) => {
                        assert_eq!(&text[token.range()], token.text());
                        seen.push((token.kind(), token.range()));
                    }
                }
            }
            open.extend(inner);
        }
        let elements = parsed.syntax().descendants_with_tokens();
        let mut all: Vec<_> = elements.map(|it| (it.kind(), it.text_range())).collect();
        let key = |it: &(SyntaxKind, TextRange)| (it.1.start(), it.1.end(), it.0);
        seen.sort_by_key(key);
        all.sort_by_key(key);
        assert_eq!(seen, all);
    }
}
