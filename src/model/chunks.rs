//! The chunks of a network: which statements each salsa input holds.
//!
//! An edit sets the chunks that it touches and leaves the others as they are, wherever they have moved
//! to; chunks that fall out of use are kept for later, since salsa never frees an input.

use std::sync::Arc;

use salsa::Setter;

use super::db::{CHUNK, ChunkInput, Database};
use super::document::Network;
use super::eval::Record;

/// Brings the chunks of a network in step with its statements. Chunks of the common beginning and end
/// stay as they are; what lies between is set anew.
pub(super) fn sync_chunks(db: &mut Database, network: &mut Network) {
    let records: Vec<Arc<Record>> =
        network.stmts.iter().map(|piece| piece.value.record.clone()).collect();
    let old = std::mem::take(&mut network.chunks);
    let old_count: usize = old.iter().map(|(_, len)| len).sum();
    let unchanged = |chunk: ChunkInput, from: usize, len: usize, db: &Database| {
        let held = chunk.records(db);
        records.get(from..from + len).is_some_and(|now| {
            held.len() == len && held.iter().zip(now).all(|(a, b)| Arc::ptr_eq(a, b))
        })
    };
    let mut prefix = 0;
    let mut start = 0;
    for &(chunk, len) in &old {
        if !unchanged(chunk, start, len, db) {
            break;
        }
        start += len;
        prefix += 1;
    }
    let mut suffix = 0;
    let mut end = records.len();
    for &(chunk, len) in old[prefix..].iter().rev() {
        if len > end - start || !unchanged(chunk, end - len, len, db) {
            break;
        }
        end -= len;
        suffix += 1;
    }
    let between = &records[start..end];
    let mut spare = std::mem::take(&mut network.spare);
    spare.extend(old[prefix..old.len() - suffix].iter().rev().map(|(chunk, _)| *chunk));
    let mut chunks: Vec<(ChunkInput, usize)> = old[..prefix].to_vec();
    // A middle that is a little longer than a chunk stays one, so that typing does not split chunks
    // again and again.
    let size = if between.len() <= CHUNK + CHUNK / 2 && old_count > 0 {
        between.len().max(1)
    } else {
        CHUNK
    };
    for part in between.chunks(size) {
        let part: Arc<[Arc<Record>]> = part.into();
        let len = part.len();
        let chunk = match spare.pop() {
            Some(chunk) => {
                chunk.set_records(db).to(part);
                chunk
            }
            None => ChunkInput::new(db, network.input, part, None),
        };
        chunks.push((chunk, len));
    }
    chunks.extend_from_slice(&old[old.len() - suffix..]);
    let mut prev = None;
    for &(chunk, _) in &chunks {
        if chunk.prev(db) != prev {
            chunk.set_prev(db).to(prev);
        }
        prev = Some(chunk);
    }
    network.chunks = chunks;
    network.spare = spare;
}
