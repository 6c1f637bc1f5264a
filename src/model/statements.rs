//! The statements of a network or of a macro, in the chunks that the tree stores them in.
//!
//! A chunk of the tree is shared by all versions of a text that have it. So the chunks before and
//! behind an edit are known by their addresses, without a look into them, and only the statements of
//! the few chunks between are compared one by one: by their trees, and by the errors in them. A
//! statement that has not changed keeps its identity and its lowered form.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::chunks::ends_in_common;
use super::db::ChunkInput;
use super::eval::Record;
use super::hir;
use super::lower::lower_stmt;
use super::place::OwnerId;
use super::uses::{ChunkUses, Uses};
use crate::syntax::{self, GreenNode, GreenNodeData, List};
use crate::text::{TextRange, TextSize};

/// What a piece of text is lowered from: its tree, and the errors in it, relative to its start. The
/// same text can be read in another way in another place.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub tree: GreenNode,
    pub errors: Box<[TextRange]>,
}

impl PartialEq for Source {
    fn eq(&self, other: &Source) -> bool {
        self.errors == other.errors
            && (is_same_tree(&self.tree, &other.tree) || self.tree == other.tree)
    }
}

/// Whether two trees are one, by address. (Comparing them otherwise looks into every node.)
pub(super) fn is_same_tree(a: &GreenNodeData, b: &GreenNodeData) -> bool {
    std::ptr::eq(a, b)
}

/// A statement with its identity.
#[derive(Debug, Clone)]
pub(super) struct StmtPiece {
    /// Where it stands in its chunk.
    pub range: TextRange,
    pub owner: OwnerId,
    pub record: Arc<Record>,
    pub uses: Arc<Uses>,
    source: Source,
}

/// Neighbouring statements.
#[derive(Debug, Clone)]
pub(super) struct StmtChunk {
    pub pieces: Arc<[StmtPiece]>,
    pub uses: Arc<ChunkUses>,
    /// The number that the statements' owners lead to.
    pub slot: u32,
    source: Arc<syntax::Chunk>,
    /// The salsa input; only chunks of networks have one.
    pub input: Option<ChunkInput>,
}

/// The chunks of a network or of a macro.
#[derive(Debug, Clone, Default)]
pub(super) struct Statements {
    pub chunks: Vec<StmtChunk>,
    /// Where each chunk starts, and the number of its first statement.
    starts: Vec<(TextSize, usize)>,
}

/// What a change has done to the chunks of a network or of a macro.
#[derive(Debug)]
pub(super) struct Change {
    /// The chunks before the change.
    pub dropped: Vec<StmtChunk>,
    /// The chunks that are new: a range of those there are now.
    pub new: std::ops::Range<usize>,
    /// How many statements were lowered.
    pub lowered: usize,
}

/// Owners and slots that are not in use.
#[derive(Debug, Clone, Default)]
pub(super) struct Identities {
    next_owner: u32,
    free_owners: Vec<OwnerId>,
    next_slot: u32,
    free_slots: Vec<u32>,
}

impl Identities {
    pub fn owner(&mut self) -> OwnerId {
        self.free_owners.pop().unwrap_or_else(|| {
            self.next_owner += 1;
            OwnerId(self.next_owner)
        })
    }

    fn slot(&mut self) -> u32 {
        self.free_slots.pop().unwrap_or_else(|| {
            self.next_slot += 1;
            self.next_slot - 1
        })
    }

    /// Takes back the owner of a piece that is gone.
    pub fn free(&mut self, owner: OwnerId) {
        self.free_owners.push(owner);
    }

    fn free_slot(&mut self, slot: u32) {
        self.free_slots.push(slot);
    }
}

impl Statements {
    /// Brings the chunks in step with those of the tree. `None` where nothing but their places has
    /// changed.
    pub fn sync(&mut self, lists: &[List], identities: &mut Identities) -> Option<Change> {
        let sources: Vec<&Arc<syntax::Chunk>> = lists.iter().flat_map(List::chunks).collect();
        let same = |chunk: &StmtChunk, source: &&Arc<_>| Arc::ptr_eq(&chunk.source, source);
        let (prefix, suffix) = ends_in_common(&self.chunks, &sources, same);
        let old = prefix..self.chunks.len() - suffix;
        let new = prefix..sources.len() - suffix;
        let change = (!old.is_empty() || !new.is_empty()).then(|| {
            let dropped: Vec<StmtChunk> = self.chunks[old.clone()].to_vec();
            let (chunks, lowered) = reconcile(&dropped, &sources[new.clone()], identities);
            self.chunks.splice(old, chunks);
            Change { dropped, new, lowered }
        });
        self.starts.clear();
        let (mut at, mut number) = (0, 0);
        for list in lists {
            let mut start = list.range().start();
            for source in list.chunks() {
                self.starts.push((start, number));
                start += source.len();
                number += self.chunks.get(at).map_or(0, |chunk| chunk.pieces.len());
                at += 1;
            }
        }
        change
    }

    /// The chunks with where they start in the text.
    pub fn chunks(&self) -> impl Iterator<Item = (&StmtChunk, TextSize)> {
        self.chunks.iter().zip(&self.starts).map(|(chunk, (start, _))| (chunk, *start))
    }

    /// The statements.
    pub fn pieces(&self) -> impl Iterator<Item = &StmtPiece> {
        self.chunks.iter().flat_map(|chunk| chunk.pieces.iter())
    }

    /// What the chunks mention.
    pub fn uses(&self) -> impl Iterator<Item = &Arc<ChunkUses>> {
        self.chunks.iter().map(|chunk| &chunk.uses)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.chunks.iter().all(|chunk| chunk.pieces.is_empty())
    }

    /// The statements that touch `range`, by number.
    pub fn touching(&self, range: TextRange) -> std::ops::Range<usize> {
        // A chunk ends behind the blanks that follow its last statement, so the first statement that
        // touches the range may stand in the chunk before the one that the range starts in.
        let number = |at: TextSize, before: &dyn Fn(TextRange, TextSize) -> bool| {
            let chunk = self.starts.partition_point(|(start, _)| *start <= at);
            let Some(chunk) = chunk.checked_sub(1) else { return 0 };
            let (start, number) = self.starts[chunk];
            let pieces = &self.chunks[chunk].pieces;
            number + pieces.partition_point(|piece| before(piece.range + start, at))
        };
        let first = number(range.start(), &|piece, at| piece.end() < at);
        let first = match first.checked_sub(1) {
            Some(before) if self.end_of(before) == Some(range.start()) => before,
            _ => first,
        };
        let last = number(range.end(), &|piece, at| piece.start() <= at);
        first..last.max(first)
    }

    /// Where statement number `number` ends.
    fn end_of(&self, number: usize) -> Option<TextSize> {
        let chunk = self.starts.partition_point(|(_, first)| *first <= number).checked_sub(1)?;
        let (start, first) = self.starts[chunk];
        Some(start + self.chunks[chunk].pieces.get(number - first)?.range.end())
    }

    /// Gives back everything that the statements were known by.
    pub fn free(&self, identities: &mut Identities) {
        for chunk in &self.chunks {
            identities.free_slot(chunk.slot);
        }
        self.pieces().for_each(|piece| identities.free(piece.owner));
    }
}

/// A statement of the tree.
struct Node {
    range: TextRange,
    source: Source,
}

fn nodes(chunk: &syntax::Chunk) -> Vec<Node> {
    let nodes = chunk.statements().map(|stmt| {
        let range = stmt.range();
        let errors = errors_in(chunk.errors(), range);
        Node { range, source: Source { tree: stmt.data().to_owned(), errors } }
    });
    nodes.collect()
}

/// The chunks of `sources`, with what is left of the statements of `old`. A common beginning and a
/// common end keep what they have.
fn reconcile(
    old: &[StmtChunk],
    sources: &[&Arc<syntax::Chunk>],
    identities: &mut Identities,
) -> (Vec<StmtChunk>, usize) {
    let before: Vec<&StmtPiece> = old.iter().flat_map(|chunk| chunk.pieces.iter()).collect();
    let now: Vec<Vec<Node>> = sources.iter().map(|source| nodes(source)).collect();
    let count: usize = now.iter().map(Vec::len).sum();
    let same = |(piece, node): &(&&StmtPiece, &Node)| piece.source == node.source;
    // Of equal statements side by side the last ones count as the ones that were there: what comes
    // after a chunk sees the last of its layers.
    let most = before.len().min(count);
    let from_end = now.iter().rev().flat_map(|nodes| nodes.iter().rev());
    let suffix = before.iter().rev().zip(from_end).take_while(same).count().min(most);
    let from_start = before.iter().zip(now.iter().flatten()).take(most - suffix);
    let prefix = from_start.take_while(same).count();
    // Edits inside of statements keep their identities, so that what refers to them stays comparable.
    let gone = &before[prefix..before.len() - suffix];
    let keeps_owners = gone.len() == count - prefix - suffix;
    let fresh: Vec<OwnerId> = (prefix..count - suffix)
        .map(|at| if keeps_owners { before[at].owner } else { identities.owner() })
        .collect();
    if !keeps_owners {
        gone.iter().for_each(|piece| identities.free(piece.owner));
    }
    let (mut at, mut lowered) = (0, 0);
    let mut says = Sayings::default();
    let mut slots = old.iter().map(|chunk| chunk.slot);
    let mut chunks = Vec::with_capacity(sources.len());
    for (source, nodes) in sources.iter().zip(now) {
        let pieces: Arc<[StmtPiece]> = nodes
            .into_iter()
            .map(|node| {
                let known = match at {
                    _ if at < prefix => Some(before[at]),
                    _ if at >= count - suffix => Some(before[at + before.len() - count]),
                    _ => None,
                };
                at += 1;
                match known {
                    Some(piece) => StmtPiece { range: node.range, ..piece.clone() },
                    None => {
                        lowered += 1;
                        says.piece(node, fresh[at - 1 - prefix])
                    }
                }
            })
            .collect();
        let uses = ChunkUses::of(pieces.iter().map(|piece| (piece.owner, &*piece.uses)));
        chunks.push(StmtChunk {
            pieces,
            uses: Arc::new(uses),
            slot: slots.next().unwrap_or_else(|| identities.slot()),
            source: (*source).clone(),
            input: None,
        });
    }
    slots.for_each(|slot| identities.free_slots.push(slot));
    (chunks, lowered)
}

/// What statements say, by the addresses of their trees: the parser builds equal statements once, and
/// they are lowered once.
#[derive(Default)]
struct Sayings(FxHashMap<usize, (Arc<hir::Stmt>, Arc<Uses>)>);

impl Sayings {
    fn piece(&mut self, node: Node, owner: OwnerId) -> StmtPiece {
        let lower = || {
            let mut stmt = lower_stmt(&node.source.tree);
            if !node.source.errors.is_empty() {
                stmt.mark_broken(&node.source.errors);
            }
            let uses = Arc::new(Uses::of(&stmt));
            (Arc::new(stmt), uses)
        };
        // Errors are no part of a tree.
        let (stmt, uses) = match node.source.errors.is_empty() {
            true => {
                let tree: &GreenNodeData = &node.source.tree;
                self.0.entry(std::ptr::from_ref(tree).addr()).or_insert_with(lower).clone()
            }
            false => lower(),
        };
        let record = Arc::new(Record { owner, stmt });
        StmtPiece { range: node.range, owner, record, uses, source: node.source }
    }
}

/// The errors in `range`, relative to its start. They are in the order of the text.
pub(super) fn errors_in(errors: &[TextRange], range: TextRange) -> Box<[TextRange]> {
    let first = errors.partition_point(|error| error.start() < range.start());
    let after = errors[first..].iter().take_while(|error| error.start() <= range.end());
    after
        .filter(|error| range.contains_range(**error))
        .map(|error| *error - range.start())
        .collect()
}
