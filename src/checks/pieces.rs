//! The pieces of a network with their facts, kept from one state of a file to the next.
//!
//! A piece of which the result is the same object as before has the facts that it had, and where two
//! pieces meet there is what there was, if neither has changed. So an edit looks into the pieces that
//! it changes and into the next one with a layer; of the others only a few numbers are read, which
//! stand side by side.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::branches::Runs;
use super::cost::Extremes;
use super::facts::{End, Facts, Site};
use super::names::Names;
use super::pairs::{self, Which};
use crate::config::Config;
use crate::diagnostics::Diagnostic;
use crate::model::analysis::{Analysis, ChunkModel, NetworkModel};
use crate::model::chunks::ends_in_common;
use crate::model::db::ChunkResult;
use crate::model::document::Document;
use crate::model::place::Place;
use crate::model::result::{Finding, Node};

/// What the checks know of the layers of a file.
#[derive(Debug, Default)]
pub struct Summary {
    pub(super) networks: Vec<Pieces>,
    /// The names of layers, once somebody has asked.
    names: OnceLock<Arc<Names>>,
    /// Those of an earlier state.
    names_before: Option<Arc<Names>>,
    /// What was found last by settings, with the settings.
    by_settings: Mutex<Option<(Config, Found)>>,
}

/// Findings that several may hold.
type Found = Arc<Vec<Diagnostic<Place>>>;

impl Summary {
    /// That of a file. What has not changed since `before` is taken from there.
    pub fn of(analysis: &Analysis, before: Option<&Summary>) -> Summary {
        let networks = analysis.networks.iter().enumerate().map(|(at, network)| {
            let before = before.and_then(|before| before.networks.get(at));
            Pieces::of(network, before.map_or(&[], |before| &before.all))
        });
        let networks = networks.collect();
        let names_before =
            before.and_then(|before| before.names.get().or(before.names_before.as_ref()).cloned());
        Summary { networks, names_before, ..Summary::default() }
    }

    /// What `find` finds by these settings, which is kept for the next who asks by the same.
    pub(super) fn by_settings(
        &self,
        config: &Config,
        find: impl FnOnce() -> Vec<Diagnostic<Place>>,
    ) -> Found {
        let mut last = self.by_settings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = last.as_ref().filter(|(other, _)| other == config) {
            return found.clone();
        }
        let found = Arc::new(find());
        *last = Some((config.clone(), found.clone()));
        found
    }

    /// The names of layers in `document`, the file that it is of.
    pub(super) fn names(&self, document: &Document) -> &Names {
        let names = || Arc::new(Names::of(document, self.names_before.as_deref()));
        self.names.get_or_init(names)
    }
}

/// The pieces of a network.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    all: Vec<Piece>,
    /// What flows out of the last one, and the number of the piece that its first layer stands in.
    end: (End, usize),
    /// What was found where the last one ends, likewise.
    last: Option<(Finding, usize)>,
}

/// A piece of a network. What is asked of every piece after each edit stands in it, the rest behind
/// pointers.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    facts: Arc<PieceFacts>,
    /// How it stands among the others.
    place: Arc<InNetwork>,
    /// Whether anything was found in it or where it begins.
    speaks: bool,
    /// The extremes of its costs.
    pub extremes: Extremes,
}

/// A chunk's result with its facts.
#[derive(Debug)]
struct PieceFacts {
    result: Arc<ChunkResult>,
    facts: Facts,
}

/// What a piece is for the piece before it.
#[derive(Debug, Default)]
struct InNetwork {
    /// What flows into it.
    before: Flowing,
    /// What was found where it begins, each with the number of the piece that it is about.
    met: Vec<(Finding, usize)>,
}

impl Piece {
    fn new(result: &Arc<ChunkResult>) -> Piece {
        let facts = Facts::of(&result.nodes);
        Piece {
            place: Arc::default(),
            speaks: false,
            extremes: facts.costs.extremes(),
            facts: Arc::new(PieceFacts { result: result.clone(), facts }),
        }
    }

    /// The same as piece number `at`, into which `flowing` flows; that goes through it.
    fn put(mut self, at: usize, flowing: &mut Flowing) -> Piece {
        let before = flowing.clone();
        let met = flowing.go(at, &self);
        self.speaks = !met.is_empty() || !self.facts().findings.is_empty();
        self.place = Arc::new(InNetwork { before, met });
        self
    }

    /// Its statements.
    pub fn nodes(&self) -> &[Node] {
        &self.facts.result.nodes
    }

    /// Its facts.
    pub fn facts(&self) -> &Facts {
        &self.facts.facts
    }
}

/// What flows from piece to piece.
#[derive(Debug, Clone, Default, PartialEq)]
struct Flowing {
    end: FlowingEnd,
    /// The number of the piece that the last layer stands in, or the first branch of a run.
    piece: usize,
    runs: Runs,
}

/// An [`End`] without the layers of branches: a run may go through many pieces.
#[derive(Debug, Clone, Default, PartialEq)]
enum FlowingEnd {
    #[default]
    Nothing,
    One(Site),
    Branches,
    Many,
}

impl Flowing {
    /// Goes through piece number `at`; gives what is found where it begins.
    fn go(&mut self, at: usize, piece: &Piece) -> Vec<(Finding, usize)> {
        let mut found = Vec::new();
        if piece.nodes().is_empty() {
            return found;
        }
        let Facts { segment, edges, .. } = piece.facts();
        let goes_on = self.runs.go_on(edges);
        found.extend(self.runs.add(edges, at));
        if goes_on && matches!(edges.head, Some((_, true))) {
            if self.end != FlowingEnd::Branches {
                self.end = FlowingEnd::Many;
            }
            return found;
        }
        if let (FlowingEnd::One(before), Some(after)) = (&self.end, &segment.first) {
            found.extend(pairs::meeting(before, after).into_iter().map(|(which, finding)| {
                let piece = match which {
                    Which::First => self.piece,
                    Which::Second => at,
                };
                (finding, piece)
            }));
        }
        self.end = match &segment.end {
            End::Nothing => return found,
            End::One(site) => FlowingEnd::One(site.clone()),
            End::Branches(_) => FlowingEnd::Branches,
            End::Many => FlowingEnd::Many,
        };
        self.piece = at;
        found
    }
}

impl Pieces {
    /// The pieces of a network. What has not changed since there were the pieces `old` is taken from them.
    fn of(network: &NetworkModel, old: &[Piece]) -> Pieces {
        let chunks = &network.chunks;
        let same =
            |chunk: &ChunkModel, piece: &Piece| Arc::ptr_eq(&chunk.result, &piece.facts.result);
        let (prefix, suffix) = ends_in_common(chunks, old, same);
        let mut all: Vec<Piece> = Vec::with_capacity(chunks.len());
        all.extend_from_slice(&old[..prefix]);
        let mut flowing = behind(&all);
        for (at, chunk) in chunks.iter().enumerate().skip(prefix) {
            let is_known = at >= chunks.len() - suffix;
            let known = is_known.then(|| &old[at + old.len() - chunks.len()]);
            // Where there are more or fewer pieces than before, those behind have other numbers.
            if let Some(piece) = known.filter(|_| old.len() == chunks.len())
                && piece.place.before == flowing
            {
                all.extend_from_slice(&old[at..]);
                break;
            }
            let piece = known.cloned().unwrap_or_else(|| Piece::new(&chunk.result));
            all.push(piece.put(at, &mut flowing));
        }
        let mut flowing = behind(&all);
        let last = flowing.runs.end();
        let end = match flowing.end {
            FlowingEnd::Nothing => End::Nothing,
            FlowingEnd::One(site) => End::One(site),
            FlowingEnd::Branches => End::Branches(ends_from(network, &all, flowing.piece)),
            FlowingEnd::Many => End::Many,
        };
        Pieces { all, end: (end, flowing.piece), last }
    }

    /// The pieces from first to last.
    pub fn all(&self) -> &[Piece] {
        &self.all
    }

    /// What flows out of the last one, and the number of the piece that paths of layers in it begin in.
    pub fn end(&self) -> (&End, usize) {
        (&self.end.0, self.end.1)
    }

    /// What was found in the pieces and where they meet, with the number of the piece.
    pub fn findings(&self) -> impl Iterator<Item = (&Finding, usize)> {
        let all = self.all.iter().enumerate();
        let speaking = all.filter(|(_, piece)| piece.speaks);
        let found = speaking.flat_map(|(at, piece)| {
            let inside = piece.facts().findings.iter().map(move |finding| (finding, at));
            inside.chain(piece.place.met.iter().map(|(finding, piece)| (finding, *piece)))
        });
        found.chain(self.last.iter().map(|(finding, piece)| (finding, *piece)))
    }
}

/// What flows out of the last of these pieces.
fn behind(pieces: &[Piece]) -> Flowing {
    let Some(last) = pieces.last() else { return Flowing::default() };
    let mut flowing = last.place.before.clone();
    flowing.go(pieces.len() - 1, last);
    flowing
}

/// The ends of the run of branches that the last pieces of a network are, the first of them number
/// `first`. Their paths begin there.
fn ends_from(network: &NetworkModel, pieces: &[Piece], first: usize) -> Vec<Option<Site>> {
    let base = |at: usize| network.chunks.get(at).map_or(0, |chunk| chunk.base);
    let mut ends = Vec::new();
    for (at, piece) in pieces.iter().enumerate().skip(first) {
        let End::Branches(more) = &piece.facts().segment.end else { continue };
        let after = base(at).saturating_sub(base(first));
        ends.extend(more.iter().cloned().map(|site| {
            let mut site = site?;
            if let Some((number, _)) = &mut site.path {
                *number += after;
            }
            Some(site)
        }));
    }
    ends
}
