//! From places of the text to what was computed for them.
//!
//! A statement of a network has one result, or one for each copy of the statement around it; a
//! statement of a macro's body has one for each expansion. Where a network's statement is asked for,
//! only the results of that statement are looked through; a macro's body needs all expansions of the
//! file, which are collected once for each snapshot.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::model::analysis::{Analysis as Model, ChunkModel};
use crate::model::document::Document;
use crate::model::place::Place;
use crate::model::result::{Layer, Node, Part};
use crate::model::tensor::Tensor;
use crate::text::{TextRange, TextSize};

/// The results of some statements, by where statements and calls start in the text.
#[derive(Default)]
pub(super) struct Index {
    statements: FxHashMap<TextSize, Vec<Use<Statement>>>,
    calls: FxHashMap<TextSize, Vec<Use<Part>>>,
}

/// One result of a statement or call.
pub(super) struct Use<T> {
    /// The result.
    pub what: T,
    /// The call of a macro that the text is expanded for; `None` in a network.
    pub call: Option<Place>,
    /// Which expansion it belongs to: the copies of one expansion have one number.
    expansion: u32,
    /// How many equal expansions there are of it.
    times: u64,
    /// How many equal copies it is, inside of the expansion.
    pub copies: u64,
}

/// What a statement stands for.
pub(super) struct Statement {
    pub parts: Arc<[Part]>,
    /// Where a branch starts, if its name says so.
    pub start: Option<Place>,
}

/// What comes in and what goes out.
pub(super) struct Flowing<'a> {
    pub inputs: &'a [Tensor],
    /// One list of tensors, or one for each alternative of a choice.
    pub outputs: Vec<&'a [Tensor]>,
}

impl Index {
    /// The results of the statements of network text that touch `range`.
    pub fn of_networks(document: &Document, model: &Model, range: TextRange) -> Index {
        let mut walk = Walk::new(document, false);
        for (at, network) in model.networks.iter().enumerate() {
            if document.network_range(at).intersect(range).is_none() {
                continue;
            }
            let wanted = document.statements_in(at, range);
            let mut first = 0;
            for nodes in network.chunks.iter().map(ChunkModel::nodes) {
                let last = first + nodes.len();
                let (from, to) = (wanted.start.max(first), wanted.end.min(last));
                if from < to {
                    walk.nodes(&nodes[from - first..to - first]);
                }
                first = last;
            }
        }
        walk.index
    }

    /// The results of all macro bodies.
    pub fn of_macros(document: &Document, model: &Model) -> Index {
        let mut walk = Walk::new(document, true);
        for network in &model.networks {
            for nodes in network.chunks.iter().map(ChunkModel::nodes) {
                walk.nodes(nodes);
            }
        }
        walk.index
    }

    /// The results of the statement that starts at `offset`.
    pub fn statement(&self, offset: TextSize) -> &[Use<Statement>] {
        self.statements.get(&offset).map_or(&[], Vec::as_slice)
    }

    /// The results of the call that starts at `offset`: layers and macros.
    pub fn call(&self, offset: TextSize) -> &[Use<Part>] {
        self.calls.get(&offset).map_or(&[], Vec::as_slice)
    }
}

/// The uses by expansion, and how many expansions each group stands for.
pub(super) fn expansions<T>(uses: &[Use<T>]) -> impl Iterator<Item = (&[Use<T>], u64)> {
    uses.chunk_by(|a, b| a.expansion == b.expansion).map(|group| (group, group[0].times))
}

/// How many expansions there are.
pub(super) fn count_expansions<T>(uses: &[Use<T>]) -> u64 {
    expansions(uses).map(|(_, times)| times).fold(0, u64::saturating_add)
}

struct Walk<'a> {
    document: &'a Document,
    index: Index,
    /// Whether macro bodies are collected, else the text of networks.
    in_macros: bool,
    call: Option<Place>,
    expansion: u32,
    last_expansion: u32,
    /// How many equal copies are around.
    times: u64,
    /// How many equal copies are around the expansion.
    expansion_times: u64,
}

impl<'a> Walk<'a> {
    fn new(document: &'a Document, in_macros: bool) -> Walk<'a> {
        Walk {
            document,
            index: Index::default(),
            in_macros,
            call: None,
            expansion: 0,
            last_expansion: 0,
            times: 1,
            expansion_times: 1,
        }
    }

    fn wanted(&self) -> bool {
        self.in_macros == self.call.is_some()
    }

    fn make<T>(&self, what: T) -> Use<T> {
        let copies = self.times / self.expansion_times.max(1);
        Use {
            what,
            call: self.call,
            expansion: self.expansion,
            times: self.expansion_times,
            copies,
        }
    }

    fn start(&self, place: Place) -> TextSize {
        self.document.range(place).start()
    }

    /// Nodes nest as deep as the evaluation lets them, which is bounded.
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            if self.wanted() {
                let statement = Statement { parts: node.parts.clone(), start: node.start };
                let found = self.make(statement);
                self.index.statements.entry(self.start(node.place)).or_default().push(found);
            }
            self.parts(&node.parts);
        }
    }

    fn parts(&mut self, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Layer(layer) => {
                    self.call_result(layer.place, part);
                    self.parts(&layer.inside);
                }
                Part::Add(layer) => self.call_result(layer.place, part),
                Part::Inner(nodes) => self.nodes(nodes),
                Part::Macro(expansion) => {
                    self.call_result(expansion.call, part);
                    if self.in_macros {
                        self.body(expansion.call, &expansion.body);
                    }
                }
                Part::Copies(runs) => {
                    for run in runs.iter() {
                        let around = self.times;
                        self.times = around.saturating_mul(run.count);
                        self.parts(&run.parts);
                        self.times = around;
                    }
                }
                Part::Alternatives(alternatives) => {
                    alternatives.iter().for_each(|parts| self.parts(parts));
                }
            }
        }
    }

    fn body(&mut self, call: Place, body: &[Node]) {
        self.last_expansion += 1;
        let around = (self.call.replace(call), self.expansion, self.expansion_times);
        (self.expansion, self.expansion_times) = (self.last_expansion, self.times);
        self.nodes(body);
        (self.call, self.expansion, self.expansion_times) = around;
    }

    fn call_result(&mut self, place: Place, part: &Part) {
        if self.wanted() {
            let found = self.make(part.clone());
            self.index.calls.entry(self.start(place)).or_default().push(found);
        }
    }
}

/// What comes in and goes out of the layer, macro or choice that a statement is, over all its
/// copies. `None` for a branch, and for a statement that has no result.
pub(super) fn flowing(parts: &[Part]) -> Option<Flowing<'_>> {
    match parts.first()? {
        Part::Layer(layer) | Part::Add(layer) => Some(of_layer(layer)),
        Part::Macro(expansion) => {
            Some(Flowing { inputs: &expansion.inputs, outputs: vec![expansion.outputs.as_ref()] })
        }
        Part::Copies(runs) => {
            let first = flowing(&runs.first()?.parts)?;
            let last = flowing(&runs.last()?.parts)?;
            Some(Flowing { inputs: first.inputs, outputs: last.outputs })
        }
        Part::Alternatives(alternatives) => {
            let all: Vec<Flowing<'_>> =
                alternatives.iter().filter_map(|parts| flowing(parts)).collect();
            let inputs = all.first()?.inputs;
            Some(Flowing { inputs, outputs: all.into_iter().flat_map(|one| one.outputs).collect() })
        }
        // A residual connection: the addition takes what the block gives and what came in.
        Part::Inner(nodes) => match parts.get(1)? {
            Part::Add(layer) => {
                let first = first_inputs(nodes).or_else(|| layer.inputs.get(1..));
                Some(Flowing {
                    inputs: first.unwrap_or(&[]),
                    outputs: vec![layer.outputs.as_slice()],
                })
            }
            _ => None,
        },
    }
}

/// What comes in and goes out of one result of a call.
pub(super) fn of_part(part: &Part) -> Option<Flowing<'_>> {
    flowing(std::slice::from_ref(part))
}

fn of_layer(layer: &Layer) -> Flowing<'_> {
    Flowing { inputs: &layer.inputs, outputs: vec![layer.outputs.as_slice()] }
}

/// What comes into the first statement of a block. A branch that starts elsewhere says nothing of it.
fn first_inputs(nodes: &[Node]) -> Option<&[Tensor]> {
    let node = nodes.iter().find(|node| node.start.is_none() && !node.parts.is_empty())?;
    match node.parts.first()? {
        Part::Inner(inner) if node.branch.is_some() => first_inputs(inner),
        _ => flowing(&node.parts).map(|flowing| flowing.inputs),
    }
}

/// The tensors that a list of statements gives: those of the last statement, or of each branch of a
/// run that nothing merges.
pub(super) fn final_outputs(nodes: &[Node]) -> Vec<&Tensor> {
    let Some(last) = nodes.last() else { return Vec::new() };
    let run =
        nodes.iter().rev().take_while(|node| node.index == last.index && node.branch.is_some());
    if last.branch.is_none() {
        let outputs = flowing(&last.parts).map(|flowing| flowing.outputs).unwrap_or_default();
        return outputs.first().map_or_else(Vec::new, |tensors| tensors.iter().collect());
    }
    let mut branches: Vec<Vec<&Tensor>> = run
        .map(|node| match node.parts.first() {
            Some(Part::Inner(inner)) => final_outputs(inner),
            _ => Vec::new(),
        })
        .collect();
    branches.reverse();
    branches.concat()
}
