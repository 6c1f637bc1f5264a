//! A piece of a list in the place of another one: in the chunks of the list, and in the tree.
//!
//! A tree is immutable. What lies between the root and the piece is made anew, and everything else is
//! shared with the tree before; chunks keep the lists of children short that have to be copied.

use std::ops::Range;
use std::sync::Arc;

use rowan::{GreenNode, GreenToken, NodeOrToken};

use super::kind::{SyntaxKind, SyntaxNode};
use super::lexer::lex;
use super::list::{CHUNK, Chunk, End, Item, LONGEST_CHUNK, List};
use super::read::Edit;
use super::reparse::Piece;
use super::tree;
use crate::text::TextRange;

impl Piece {
    /// The list with the piece in it, and the tree of the whole text.
    pub(super) fn put_into(
        self,
        list: &List,
        root: &GreenNode,
        edit: Edit,
        text: &str,
    ) -> Option<(List, GreenNode)> {
        let last = self.to.0.min(list.chunks.len() - 1);
        let (before, after) = (&list.chunks[self.from.0], &list.chunks[last]);
        let kept = if self.to.0 == last { self.to.1 } else { after.items.len() };
        let offset = |chunk: &Chunk, item: usize| {
            chunk.items[..item].iter().map(|item| u32::from(item.len)).sum::<u32>()
        };
        let mut items = before.items[..self.from.1].to_vec();
        items.extend(self.items);
        items.extend_from_slice(&after.items[kept..]);
        let mut children = children(&before.green, 0..offset(before, self.from.1));
        children.extend(self.green.children().map(|child| child.to_owned()));
        children.extend(self::children(&after.green, offset(after, kept)..after.len().into()));
        let chunks = split(items, children);
        let greens: Vec<GreenNode> = chunks.iter().map(|chunk| chunk.green.clone()).collect();
        let gap = list.end.gap?;
        let old_end = u32::from(list.range().end());
        let blanks = self.is_last.then(|| {
            let end = edit.moved(old_end + gap);
            let blanks = &text[self.range.end as usize..end as usize];
            tree::trivia(blanks, &lex(blanks))
        });
        let root = replace_chunks(root, list, self.from.0..last + 1, greens, blanks)?;
        let mut all = list.chunks[..self.from.0].to_vec();
        all.extend(chunks);
        all.extend_from_slice(&list.chunks[last + 1..]);
        let gap = match self.is_last {
            true => edit.moved(old_end + gap) - self.range.end,
            false => gap,
        };
        // How far the end of the list looks grows and shrinks with what stands before its token.
        let reach = match list.end.reach {
            u32::MAX => u32::MAX,
            reach => reach - list.end.gap?.min(reach) + gap,
        };
        let end = End { gap: Some(gap), reach, ..list.end };
        Some((List { end, ..list.clone() }.with_chunks(all), root))
    }
}

type GreenElement = NodeOrToken<GreenNode, GreenToken>;

/// The children of a node that start in a range of it.
fn children(node: &GreenNode, range: Range<u32>) -> Vec<GreenElement> {
    let mut at = 0u32;
    let children = node.children().filter_map(|child| {
        let start = at;
        at += match child {
            NodeOrToken::Node(node) => u32::from(node.text_len()),
            NodeOrToken::Token(token) => u32::from(token.text_len()),
        };
        range.contains(&start).then(|| child.to_owned())
    });
    children.collect()
}

/// Items with their tree as chunks: one, unless it would be too long.
fn split(items: Vec<Item>, children: Vec<GreenElement>) -> Vec<Arc<Chunk>> {
    let size = if items.len() > LONGEST_CHUNK { CHUNK } else { items.len().max(1) };
    let mut children = children.into_iter();
    let mut chunks = Vec::new();
    for items in items.chunks(size) {
        let len: u32 = items.iter().map(|item| u32::from(item.len)).sum();
        let (mut own, mut own_len) = (Vec::new(), 0);
        while own_len < len
            && let Some(child) = children.next()
        {
            own_len += match &child {
                NodeOrToken::Node(node) => u32::from(node.text_len()),
                NodeOrToken::Token(token) => u32::from(token.text_len()),
            };
            own.push(child);
        }
        let green = GreenNode::new(rowan::SyntaxKind(SyntaxKind::CHUNK as u16), own);
        chunks.push(Arc::new(Chunk::new(green, items.to_vec(), Vec::new())));
    }
    chunks
}

/// The tree `root` with other chunks in the place of some chunks of `list`, and other blanks behind the
/// list if there are any.
fn replace_chunks(
    root: &GreenNode,
    list: &List,
    replaced: Range<usize>,
    chunks: Vec<GreenNode>,
    blanks: Option<Vec<GreenToken>>,
) -> Option<GreenNode> {
    let first = TextRange::at(list.start, list.chunks.first()?.len());
    let tree = SyntaxNode::new_root(root.clone());
    let found = tree.covering_element(first);
    let node = match &found {
        NodeOrToken::Node(node) => node.clone(),
        NodeOrToken::Token(token) => token.parent()?,
    };
    let chunk = node.ancestors().find(|node| node.kind() == SyntaxKind::CHUNK)?;
    let mut node = chunk.parent()?;
    let (start, end) = (chunk.index() + replaced.start, chunk.index() + replaced.end);
    let mut green =
        node.green().splice_children(start..end, chunks.into_iter().map(NodeOrToken::Node));
    let Some(blanks) = blanks else { return Some(node.replace_with(green)) };
    // The blanks stand behind the outermost node that ends with the list.
    if end < node.children_with_tokens().count() {
        let first = end - replaced.len()
            + (green.children().len() + replaced.len() - node.green().children().len());
        let first = first.min(green.children().len());
        green = replace_blanks(&green, first, blanks);
        return Some(node.replace_with(green));
    }
    while node.next_sibling_or_token().is_none() {
        let parent = node.parent()?;
        green = parent.green().replace_child(node.index(), NodeOrToken::Node(green));
        node = parent;
    }
    let parent = node.parent()?;
    let with_list = parent.green().replace_child(node.index(), NodeOrToken::Node(green));
    Some(parent.replace_with(replace_blanks(&with_list, node.index() + 1, blanks)))
}

/// A node with other blanks and comments in the place of those from child `first` on.
fn replace_blanks(node: &GreenNode, first: usize, blanks: Vec<GreenToken>) -> GreenNode {
    let is_blank = |child: &rowan::NodeOrToken<&rowan::GreenNodeData, &rowan::GreenTokenData>| {
        let NodeOrToken::Token(token) = child else { return false };
        [SyntaxKind::WHITESPACE, SyntaxKind::COMMENT, SyntaxKind::OPEN_COMMENT]
            .iter()
            .any(|kind| token.kind() == rowan::SyntaxKind(*kind as u16))
    };
    let count = node.children().skip(first).take_while(is_blank).count();
    node.splice_children(first..first + count, blanks.into_iter().map(NodeOrToken::Token))
}
