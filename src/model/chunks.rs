//! The chunks of a network: which statements each salsa input holds.
//!
//! An edit sets the chunks that it touches and leaves the others as they are, wherever they have moved
//! to; chunks that fall out of use are kept for later, since salsa never frees an input.

use std::sync::Arc;

use salsa::Setter;

use super::db::{ChunkInput, Database, NetworkInput};
use super::eval::Record;
use super::names::Mentions;
use super::statements::{Change, Statements};

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
                    let mentions = mentions(&records);
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
                ChunkInput::new(db, network, mentions(&records), records, prev)
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

fn mentions(records: &[Arc<Record>]) -> Mentions {
    Mentions::of(records.iter().map(|record| &*record.stmt))
}
