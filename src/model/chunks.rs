//! The chunks of a network: which statements each salsa input holds.
//!
//! An edit sets the chunks that it touches and leaves the others as they are, wherever they have moved
//! to; chunks that fall out of use are kept for later, since salsa never frees an input.

use std::sync::Arc;

use salsa::Setter;

use super::db::{ChunkInput, Database, NetworkInput};
use super::eval::Record;
use super::names::Mentions;
use super::statements::{Change, Statements, StmtChunk};

/// Brings the inputs of a network's chunks in step with its statements after a change of them. Gives
/// whether any of them has changed.
pub(super) fn sync_chunks(
    db: &mut Database,
    network: NetworkInput,
    stmts: &mut Statements,
    change: &Change,
    spare: &mut Vec<ChunkInput>,
) -> bool {
    let mut has_changed = false;
    let mut prev = change.new.start.checked_sub(1).and_then(|at| stmts.chunks[at].input);
    let mut inputs = change.dropped.iter().filter_map(|chunk| chunk.input);
    for chunk in &mut stmts.chunks[change.new.clone()] {
        let records: Arc<[Arc<Record>]> =
            chunk.pieces.iter().map(|piece| piece.record.clone()).collect();
        let input = match inputs.next().or_else(|| spare.pop()) {
            Some(input) => {
                let held = input.records(db);
                let same = held.len() == records.len()
                    && held.iter().zip(records.iter()).all(|(a, b)| Arc::ptr_eq(a, b));
                if !same {
                    let mentions = mentions(chunk);
                    if *input.mentions(db) != mentions {
                        input.set_mentions(db).to(mentions);
                    }
                    input.set_records(db).to(records);
                    has_changed = true;
                }
                if input.prev(db) != prev {
                    input.set_prev(db).to(prev);
                    has_changed = true;
                }
                input
            }
            None => {
                has_changed = true;
                ChunkInput::new(db, network, mentions(chunk), records, prev)
            }
        };
        chunk.input = Some(input);
        prev = Some(input);
    }
    if let Some(input) = stmts.chunks.get(change.new.end).and_then(|chunk| chunk.input)
        && input.prev(db) != prev
    {
        input.set_prev(db).to(prev);
        has_changed = true;
    }
    // A chunk that is not in use lets go of its statements.
    for input in inputs {
        input.set_records(db).to(Arc::default());
        input.set_mentions(db).to(Mentions::default());
        spare.push(input);
        has_changed = true;
    }
    has_changed
}

fn mentions(chunk: &StmtChunk) -> Mentions {
    Mentions::of(chunk.pieces.iter().map(|piece| &*piece.uses))
}

/// How many elements two states of a list have in common at their beginning, and how many of the others
/// at their end.
pub fn ends_in_common<A, B>(a: &[A], b: &[B], same: impl Fn(&A, &B) -> bool) -> (usize, usize) {
    let same = |(a, b): &(&A, &B)| same(a, b);
    let prefix = a.iter().zip(b).take_while(same).count();
    let (rest, other) = (&a[prefix..], &b[prefix..]);
    let suffix = rest.iter().rev().zip(other.iter().rev()).take_while(same).count();
    (prefix, suffix)
}
