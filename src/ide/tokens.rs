//! From offsets to tokens and nodes.
//!
//! rowan's own `token_at_offset` looks at every sibling of a long list; asking for the element that
//! covers one byte is a binary search at every level.

use crate::syntax::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};
use crate::text::{TextRange, TextSize};

/// The token that `offset` is about: the one behind it or, where that says less, the one before it.
pub(super) fn token_at(root: &SyntaxNode, offset: TextSize) -> Option<SyntaxToken> {
    let right = token_of_byte(root, offset);
    let left = offset.checked_sub(1.into()).and_then(|before| token_of_byte(root, before));
    match (left, right) {
        (Some(left), Some(right)) => {
            Some(if weight(&left) > weight(&right) { left } else { right })
        }
        (left, right) => right.or(left),
    }
}

/// How likely it is that a token between two is the one that is meant.
fn weight(token: &SyntaxToken) -> u8 {
    match token.kind() {
        SyntaxKind::IDENT | SyntaxKind::STRING => 3,
        SyntaxKind::INT | SyntaxKind::FLOAT => 2,
        kind if kind.is_trivia() => 0,
        _ => 1,
    }
}

/// The token that the byte at `offset` belongs to.
fn token_of_byte(root: &SyntaxNode, offset: TextSize) -> Option<SyntaxToken> {
    let range = TextRange::at(offset, 1.into());
    if !root.text_range().contains_range(range) {
        return None;
    }
    match root.covering_element(range) {
        SyntaxElement::Token(token) => Some(token),
        SyntaxElement::Node(_) => None,
    }
}

/// The token that the byte at `offset` belongs to, or the last one.
pub(super) fn first_token(root: &SyntaxNode, offset: TextSize) -> Option<SyntaxToken> {
    token_of_byte(root, offset).or_else(|| token_of_byte(root, offset.checked_sub(1.into())?))
}

/// The smallest node that covers `range`, cut to the text.
pub(super) fn covering_node(root: &SyntaxNode, range: TextRange) -> SyntaxNode {
    let whole = root.text_range();
    let start = range.start().clamp(whole.start(), whole.end());
    let end = range.end().clamp(start, whole.end());
    match root.covering_element(TextRange::new(start, end)) {
        SyntaxElement::Node(node) => node,
        SyntaxElement::Token(token) => token.parent().unwrap_or_else(|| root.clone()),
    }
}

/// Every node that touches `range`, outer nodes first, at a cost in proportion to the range. What is
/// behind the first token of a node for which `is_leaf` holds is left out.
pub(super) fn nodes_in(
    root: &SyntaxNode,
    range: TextRange,
    is_leaf: impl Fn(SyntaxKind) -> bool,
) -> Vec<SyntaxNode> {
    let Some(first) = first_token(root, range.start()) else { return Vec::new() };
    // What ends where the range starts touches it too.
    let first = first.prev_token().unwrap_or(first);
    let mut nodes: Vec<SyntaxNode> = first.parent_ancestors().collect();
    nodes.reverse();
    let mut next = first.next_token();
    while let Some(token) = next.filter(|token| token.text_range().start() <= range.end()) {
        let start = token.text_range().start();
        let from = nodes.len();
        nodes
            .extend(token.parent_ancestors().take_while(|node| node.text_range().start() == start));
        nodes[from..].reverse();
        let leaf = nodes[from..].iter().find(|node| is_leaf(node.kind()));
        next = leaf.and_then(SyntaxNode::last_token).unwrap_or(token).next_token();
    }
    nodes
}
