//! The pieces of a network with their facts, kept from one state of a file to the next.
//!
//! A piece of which the result is the same object as before has the facts that it had, and where two
//! pieces meet there is what there was, if neither has changed. So an edit looks into the pieces that
//! it changes and into the next one with a layer; of the others only a few numbers are read, which
//! stand side by side.

use std::sync::Arc;

use super::cost::Extremes;
use super::facts::{End, Facts, Segment, Site};
use super::pairs::{self, Which};
use crate::model::analysis::{Analysis, ChunkModel, NetworkModel};
use crate::model::db::ChunkResult;
use crate::model::result::{Finding, Node};

/// What the checks know of the layers of a file.
#[derive(Debug, Default)]
pub struct Summary {
    pub(super) networks: Vec<Pieces>,
}

impl Summary {
    /// That of a file. What has not changed since `before` is taken from there.
    pub fn of(analysis: &Analysis, before: Option<&Summary>) -> Summary {
        let networks = analysis.networks.iter().enumerate().map(|(at, network)| {
            let before = before.and_then(|before| before.networks.get(at));
            Pieces::of(network, before.map_or(&[], |before| &before.all))
        });
        Summary { networks: networks.collect() }
    }
}

/// The pieces of a network.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    all: Vec<Piece>,
    /// What flows out of the last one.
    after: Flowing,
}

/// A piece of a network.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    result: Arc<ChunkResult>,
    facts: Arc<Facts>,
    /// What flows into it.
    before: Flowing,
    /// What is wrong with the layers that meet where it begins.
    met: Vec<(Which, Finding)>,
    /// Whether anything was found inside of it.
    has_findings: bool,
    /// What of its costs is asked after each edit.
    pub extremes: Extremes,
}

impl Piece {
    fn new(result: &Arc<ChunkResult>) -> Piece {
        let facts = Facts::of(&result.nodes);
        Piece {
            result: result.clone(),
            before: Flowing::default(),
            met: Vec::new(),
            has_findings: !facts.findings.is_empty(),
            extremes: facts.costs.extremes(),
            facts: Arc::new(facts),
        }
    }

    /// Its statements.
    pub fn nodes(&self) -> &[Node] {
        &self.result.nodes
    }

    /// Its facts.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }
}

/// What flows from piece to piece.
#[derive(Debug, Clone, Default)]
pub(super) struct Flowing {
    pub end: End,
    /// The number of the piece that the last layer stands in.
    pub piece: usize,
}

impl Flowing {
    /// What flows on behind piece number `at`, which is `segment`.
    fn then(&self, at: usize, segment: &Segment) -> Flowing {
        match segment.end {
            End::Nothing => self.clone(),
            _ => Flowing { end: segment.end.clone(), piece: at },
        }
    }

    /// What is wrong with the layers that meet where a piece begins.
    fn meets(&self, segment: &Segment) -> Vec<(Which, Finding)> {
        match (&self.end, &segment.first) {
            (End::One(before), Some(after)) => pairs::meeting(before, after),
            _ => Vec::new(),
        }
    }

    /// Whether it is the same for what comes after it. Layers that have not changed are the same objects.
    fn is_same(&self, other: &Flowing) -> bool {
        let same_site = |a: &Site, b: &Site| {
            Arc::ptr_eq(&a.layer, &b.layer) && a.calls == b.calls && a.path == b.path
        };
        self.piece == other.piece
            && match (&self.end, &other.end) {
                (End::Nothing, End::Nothing) | (End::Many, End::Many) => true,
                (End::One(a), End::One(b)) => same_site(a, b),
                _ => false,
            }
    }
}

impl Pieces {
    /// The pieces of a network. What has not changed since there were the pieces `old` is taken from them.
    fn of(network: &NetworkModel, old: &[Piece]) -> Pieces {
        let chunks = &network.chunks;
        let same =
            |(chunk, piece): &(&ChunkModel, &Piece)| Arc::ptr_eq(&chunk.result, &piece.result);
        let prefix = chunks.iter().zip(old).take_while(same).count();
        let most = chunks.len().min(old.len()) - prefix;
        let from_end = chunks.iter().rev().zip(old.iter().rev()).take(most);
        let suffix = from_end.take_while(same).count();
        let mut all: Vec<Piece> = Vec::with_capacity(chunks.len());
        all.extend_from_slice(&old[..prefix]);
        let after = |all: &[Piece]| {
            let last = all.last().map(|last| last.before.then(all.len() - 1, &last.facts.segment));
            last.unwrap_or_default()
        };
        let mut flowing = after(&all);
        for (at, chunk) in chunks.iter().enumerate().skip(prefix) {
            let is_known = at >= chunks.len() - suffix;
            let known = is_known.then(|| &old[at + old.len() - chunks.len()]);
            // Where there are more or fewer pieces than before, those behind have other numbers.
            if let Some(piece) = known.filter(|_| old.len() == chunks.len())
                && piece.before.is_same(&flowing)
            {
                all.extend_from_slice(&old[at..]);
                break;
            }
            let mut piece = known.cloned().unwrap_or_else(|| Piece::new(&chunk.result));
            piece.met = flowing.meets(&piece.facts.segment);
            let next = flowing.then(at, &piece.facts.segment);
            piece.before = std::mem::replace(&mut flowing, next);
            all.push(piece);
        }
        let after = after(&all);
        Pieces { all, after }
    }

    /// The pieces from first to last.
    pub fn all(&self) -> &[Piece] {
        &self.all
    }

    /// What flows out of the last one.
    pub fn after(&self) -> &Flowing {
        &self.after
    }

    /// What was found in the pieces and where they meet, with the number of the piece.
    pub fn findings(&self) -> impl Iterator<Item = (usize, &Finding)> {
        let all = self.all.iter().enumerate();
        all.filter(|(_, piece)| piece.has_findings || !piece.met.is_empty()).flat_map(
            |(at, piece)| {
                let inside = piece.facts.findings.iter().map(move |finding| (at, finding));
                let met = piece.met.iter().map(move |(which, finding)| match which {
                    Which::First => (piece.before.piece, finding),
                    Which::Second => (at, finding),
                });
                inside.chain(met)
            },
        )
    }
}
