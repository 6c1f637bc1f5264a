//! What evaluation gives: the layers of a piece of a network as a tree that keeps repeats compressed,
//! the findings, and the state that the next piece starts from.

use std::sync::Arc;

use smol_str::SmolStr;

use super::place::Place;
use super::tensor::{Tensors, Unknown};
use crate::diagnostics::Diagnostic;
use crate::lang::{Framework, Value};
use crate::shape::{Count, Worlds};

/// One layer with its numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Keras's name, or the author's for a class of their own.
    pub layer: SmolStr,
    /// The argument `name`, without the numbers of copies and expansions.
    pub name: Option<SmolStr>,
    /// The call.
    pub place: Place,
    /// Whose rules it was evaluated by.
    pub framework: Framework,
    /// The operands.
    pub inputs: Tensors,
    /// The outputs, at least one.
    pub outputs: Tensors,
    /// Whether the layer has a list of outputs.
    pub several_outputs: bool,
    /// Why the outputs are not known.
    pub unknown: Option<Unknown>,
    /// The numbers.
    pub counts: Counts,
    /// The numbers by hyperparameter choice, where they depend on any.
    pub counts_by_choice: Option<Arc<Worlds<Counts>>>,
    /// The arguments that are given, by the index of the parameter in the layer's entry.
    pub args: Arc<[(usize, Worlds<Value>)]>,
    /// What is inside of a wrapper: its layers, and the statements of its block. They are part of
    /// this layer's numbers and have no rows of their own.
    pub inside: Vec<Part>,
}

/// The numbers of a layer or of several, batch 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Trainable parameters.
    pub trainable: Count,
    /// Parameters that training does not change.
    pub non_trainable: Count,
    /// Multiply-accumulates.
    pub macs: Count,
    /// Other operations: bias, normalization, activation, pooling, softmax.
    pub aux: Count,
    /// Elements of the activations.
    pub activation: Count,
}

impl Counts {
    /// Nothing.
    pub const ZERO: Counts = Counts {
        trainable: Count::ZERO,
        non_trainable: Count::ZERO,
        macs: Count::ZERO,
        aux: Count::ZERO,
        activation: Count::ZERO,
    };

    /// Nothing is known.
    pub const UNKNOWN: Counts = Counts {
        trainable: Count::Unknown,
        non_trainable: Count::Unknown,
        macs: Count::Unknown,
        aux: Count::Unknown,
        activation: Count::Unknown,
    };

    fn zip(self, other: Counts, f: impl Fn(Count, Count) -> Count) -> Counts {
        Counts {
            trainable: f(self.trainable, other.trainable),
            non_trainable: f(self.non_trainable, other.non_trainable),
            macs: f(self.macs, other.macs),
            aux: f(self.aux, other.aux),
            activation: f(self.activation, other.activation),
        }
    }

    /// The counts that cover both.
    pub fn or(self, other: Counts) -> Counts {
        self.zip(other, Count::or)
    }

    /// The same with parameters that training does not change.
    pub fn frozen(self) -> Counts {
        let non_trainable = self.non_trainable + self.trainable;
        Counts { trainable: Count::ZERO, non_trainable, ..self }
    }

    /// Each count `times` times.
    pub fn times(self, times: u64) -> Counts {
        self.zip(Counts::ZERO, |count, _| count * times)
    }
}

impl std::ops::Add for Counts {
    type Output = Counts;

    fn add(self, other: Counts) -> Counts {
        self.zip(other, |a, b| a + b)
    }
}

/// A statement with the layers that it stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its number among its neighbours, a run of branches counting as one. For the statements of a
    /// network's layers list it is relative to the chunk.
    pub index: u32,
    /// The branch's name, for a branch.
    pub branch: Option<SmolStr>,
    /// The input or earlier layer that a branch starts from, where its name is that of one.
    pub start: Option<Place>,
    /// The statement.
    pub place: Place,
    /// The layers.
    pub parts: Arc<[Part]>,
}

/// What a statement stands for, in the order of the text.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// The layer itself.
    Layer(Arc<Layer>),
    /// The addition of a residual connection.
    Add(Arc<Layer>),
    /// Statements inside: a block, a branch.
    Inner(Arc<[Node]>),
    /// The statements of a macro.
    Macro(Arc<Expansion>),
    /// The copies of `* N`: runs of equal copies.
    Copies(Arc<[Copies]>),
    /// The alternatives of a hyperparameter that chooses a layer.
    Alternatives(Arc<[Arc<[Part]>]>),
}

/// A use of a macro.
#[derive(Debug, PartialEq)]
pub struct Expansion {
    /// The macro's name.
    pub name: SmolStr,
    /// The call.
    pub call: Place,
    /// The number that names in it get, where they get one.
    pub number: Option<u64>,
    /// The tensors that flow in.
    pub inputs: Tensors,
    /// The tensors that flow out.
    pub outputs: Tensors,
    /// The body, expanded.
    pub body: Arc<[Node]>,
}

/// A run of equal copies.
#[derive(Debug, Clone, PartialEq)]
pub struct Copies {
    /// The number of the first copy, from 0.
    pub first: u64,
    /// How many there are.
    pub count: u64,
    /// What each of them is.
    pub parts: Arc<[Part]>,
}

/// The numbers of several parts together.
pub fn sum_parts(parts: &[Part]) -> Counts {
    parts.iter().fold(Counts::ZERO, |sum, part| sum + sum_part(part))
}

/// The numbers of several statements together.
pub fn sum_nodes(nodes: &[Node]) -> Counts {
    nodes.iter().fold(Counts::ZERO, |sum, node| sum + sum_parts(&node.parts))
}

fn sum_part(part: &Part) -> Counts {
    match part {
        Part::Layer(layer) | Part::Add(layer) => layer.counts,
        Part::Inner(nodes) => sum_nodes(nodes),
        Part::Macro(expansion) => sum_nodes(&expansion.body),
        Part::Copies(runs) => {
            runs.iter().fold(Counts::ZERO, |sum, run| sum + sum_parts(&run.parts).times(run.count))
        }
        Part::Alternatives(alternatives) => alternatives
            .iter()
            .map(|parts| sum_parts(parts))
            .reduce(Counts::or)
            .unwrap_or(Counts::ZERO),
    }
}

/// The fewest parameters that several statements have: a layer whose number is not known counts as
/// having none.
pub fn parameters_at_least(nodes: &[Node]) -> u64 {
    nodes.iter().map(|node| of_parts_at_least(&node.parts)).fold(0, u64::saturating_add)
}

fn of_parts_at_least(parts: &[Part]) -> u64 {
    let of_part = |part: &Part| match part {
        Part::Layer(layer) | Part::Add(layer) => {
            layer.counts.trainable.min().saturating_add(layer.counts.non_trainable.min())
        }
        Part::Inner(nodes) => parameters_at_least(nodes),
        Part::Macro(expansion) => parameters_at_least(&expansion.body),
        Part::Copies(runs) => runs
            .iter()
            .map(|run| of_parts_at_least(&run.parts).saturating_mul(run.count))
            .fold(0, u64::saturating_add),
        Part::Alternatives(alternatives) => {
            alternatives.iter().map(|parts| of_parts_at_least(parts)).min().unwrap_or(0)
        }
    };
    parts.iter().map(of_part).fold(0, u64::saturating_add)
}

/// How many layers the parts are, repeats counted in full.
pub fn count_layers(parts: &[Part]) -> u64 {
    let nodes = |nodes: &[Node]| {
        nodes.iter().map(|node| count_layers(&node.parts)).fold(0, u64::saturating_add)
    };
    let count = |part: &Part| match part {
        Part::Layer(_) | Part::Add(_) => 1,
        Part::Inner(inner) => nodes(inner),
        Part::Macro(expansion) => nodes(&expansion.body),
        Part::Copies(runs) => runs
            .iter()
            .map(|run| count_layers(&run.parts).saturating_mul(run.count))
            .fold(0, u64::saturating_add),
        Part::Alternatives(alternatives) => {
            alternatives.iter().map(|parts| count_layers(parts)).fold(0, u64::saturating_add)
        }
    };
    parts.iter().map(count).fold(0, u64::saturating_add)
}

/// A finding of the evaluation, with the macro calls that led to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The finding. Its path is not set; see `path`.
    pub diagnostic: Diagnostic<Place>,
    /// The calls of macros around the place, the outermost first.
    pub calls: Vec<MacroCall>,
    /// Whether it is the use of a macro that is to blame, even where every use has it.
    pub of_use: bool,
    /// The path of the layer: the number of the outermost statement, relative to the chunk, and the
    /// rest.
    pub path: Option<(u32, SmolStr)>,
}

/// A call of a macro, expanded.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MacroCall {
    /// The macro's name.
    pub name: SmolStr,
    /// The call's name.
    pub place: Place,
    /// Which expansion of the macro this is.
    pub instance: u64,
}
