//! Lists of statements, stored in chunks.
//!
//! The layers of a network and the body of a macro are lists that may have thousands of statements.
//! Their statements stand in chunks: in the tree, where a chunk is a node, and here, with what is
//! known of each step in which the parser has read them. A chunk holds no offset of the file and is
//! shared by all versions of a text that have it, so whoever keeps something for a chunk can tell by
//! its address that nothing in it has changed.

use std::sync::Arc;

use rowan::GreenNode;

use super::grammar::Within;
use super::green::Node;
use super::kind::SyntaxKind::{BRANCH_STMT, LAYER_STMT};
use super::parser::Carried;
use crate::diagnostics::Diagnostic;
use crate::text::{TextRange, TextSize};

/// How many items a chunk has when it is made. Edits may make it shorter or longer.
pub(super) const CHUNK: usize = 64;

/// How many items a chunk has at most that an edit has made longer.
pub(super) const LONGEST_CHUNK: usize = CHUNK + CHUNK / 2;

/// One step of the parser through a list: nearly always a statement, with the blanks and comments up to
/// the next one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    /// Its length, up to the next item of the list.
    pub(super) len: TextSize,
    /// How far from its start the parser has looked to read it; `u32::MAX` for the end of the text.
    pub(super) reach: u32,
    /// A hash of the tree that was made of its text.
    pub(super) shape: u64,
    /// The indentation of its first token, if that is the first of its line.
    pub(super) column: Option<u32>,
    /// What few items have.
    pub(super) more: Option<Box<More>>,
}

/// What is only worth to be kept where it is not nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct More {
    /// What the parser carries into the item.
    pub(super) carried: Carried,
    /// How often it had to go back.
    pub(super) rewinds: u32,
    /// What it has found, relative to the start of the item.
    pub(super) findings: Vec<Diagnostic>,
}

impl Item {
    pub(super) fn carried(&self) -> Carried {
        self.more.as_ref().map_or_else(Carried::default, |more| more.carried)
    }

    pub(super) fn findings(&self) -> &[Diagnostic] {
        self.more.as_ref().map_or(&[], |more| &more.findings)
    }

    pub(super) fn rewinds(&self) -> u32 {
        self.more.as_ref().map_or(0, |more| more.rewinds)
    }
}

/// Neighbouring statements of a list.
#[derive(Debug)]
pub struct Chunk {
    pub(super) green: GreenNode,
    pub(super) items: Vec<Item>,
    /// How far from the chunk's start the parser has looked to read it.
    pub(super) reach: u32,
    errors: Vec<TextRange>,
    has_own_errors_only: bool,
    has_findings: bool,
}

impl Chunk {
    /// A chunk with a tree; `errors` are places of errors in it beside those that its items have.
    pub(super) fn new(green: GreenNode, items: Vec<Item>, mut errors: Vec<TextRange>) -> Chunk {
        let has_own_errors_only = errors.is_empty();
        let (mut start, mut reach) = (TextSize::new(0), 0);
        for item in &items {
            reach = reach.max(u32::from(start).saturating_add(item.reach));
            let found = item.findings().iter().filter(|found| found.is_syntax_error());
            errors.extend(found.map(|found| found.place + start));
            start += item.len;
        }
        errors.sort_by_key(|range| (range.start(), range.end()));
        let has_findings = items.iter().any(|item| !item.findings().is_empty());
        Chunk { green, items, reach, errors, has_own_errors_only, has_findings }
    }

    /// Its tree.
    pub fn green(&self) -> &GreenNode {
        &self.green
    }

    /// Its length in bytes, up to the chunk after it.
    pub fn len(&self) -> TextSize {
        self.green.text_len()
    }

    /// Whether it has no text; no chunk of a list is empty.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Its statements, relative to the chunk.
    pub fn statements(&self) -> impl Iterator<Item = Node<'_>> {
        let children = Node::new(&self.green, TextSize::new(0)).children();
        children.filter(|child| matches!(child.kind(), LAYER_STMT | BRANCH_STMT))
    }

    /// Where the parser has found errors, relative to the chunk, in the order of the text.
    pub fn errors(&self) -> &[TextRange] {
        &self.errors
    }

    /// Whether all of its errors are its items'.
    pub(super) fn has_own_errors_only(&self) -> bool {
        self.has_own_errors_only
    }

    /// The items with where they start, relative to the chunk.
    pub(super) fn starts(&self) -> impl Iterator<Item = (u32, &Item)> {
        self.items.iter().scan(0, |start, item| {
            let this = *start;
            *start += u32::from(item.len);
            Some((this, item))
        })
    }
}

/// A list of statements that is no part of another one.
#[derive(Debug, Clone)]
pub struct List {
    pub(super) start: TextSize,
    pub(super) len: TextSize,
    pub(super) chunks: Arc<Vec<Arc<Chunk>>>,
    pub(super) within: Within,
    pub(super) depth: u32,
    pub(super) end: End,
    /// How far from its start the parser had looked before it came to the list.
    pub(super) reach_before: u32,
    /// How far from its start the parser has looked to read it.
    pub(super) reach: u32,
    /// Whether it can be read in pieces.
    pub(super) is_divisible: bool,
    /// Whether one of its items was read with a look at what stands before the list.
    pub(super) looks_before: bool,
}

/// The end of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    /// What the parser carries there.
    pub(super) carried: Carried,
    /// How far from there the parser has looked to see that the list ends.
    pub(super) reach: u32,
    /// How far behind the list the next token starts; `None` at the end of the text.
    pub(super) gap: Option<u32>,
    /// The indentation of that token, if it is the first of its line.
    pub(super) column: Option<u32>,
    /// Whether what follows depends on nothing in the list but on what is carried out of it.
    pub(super) is_independent: bool,
}

impl List {
    /// Where its statements stand.
    pub fn range(&self) -> TextRange {
        TextRange::at(self.start, self.len)
    }

    /// Its chunks, which lie side by side.
    pub fn chunks(&self) -> &[Arc<Chunk>] {
        &self.chunks
    }

    /// A list of these chunks.
    pub(super) fn with_chunks(mut self, chunks: Vec<Arc<Chunk>>) -> List {
        let (mut start, mut reach) = (0u32, 0u32);
        for chunk in &chunks {
            reach = reach.max(start.saturating_add(chunk.reach));
            start += u32::from(chunk.len());
        }
        self.len = start.into();
        self.reach = reach.max(start.saturating_add(self.end.reach));
        self.chunks = Arc::new(chunks);
        self
    }

    /// Whether the parser has looked at what stands at `place` to read the list, or to come to it.
    pub(super) fn sees(&self, place: u32) -> bool {
        u32::from(self.start).saturating_add(self.reach.max(self.reach_before)) >= place
    }

    /// The chunks with where they start in the text.
    pub(super) fn starts(&self) -> impl Iterator<Item = (u32, &Arc<Chunk>)> {
        self.chunks.iter().scan(u32::from(self.start), |start, chunk| {
            let this = *start;
            *start += u32::from(chunk.len());
            Some((this, chunk))
        })
    }

    /// What the parser has found in its items.
    pub(super) fn findings(&self) -> impl Iterator<Item = Diagnostic> {
        self.starts().flat_map(|(start, chunk)| {
            let found = chunk.has_findings.then(|| chunk.starts()).into_iter().flatten();
            found.flat_map(move |(at, item)| {
                let shift = TextSize::new(start + at);
                let findings = item.findings().iter().cloned();
                findings.map(move |found| found.map_places(|place| place + shift))
            })
        })
    }
}
