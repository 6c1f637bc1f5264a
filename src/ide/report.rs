//! The shape table of a file: what `neural-analyzer shapes` prints.
//!
//! Repeats are kept compressed in the model; [`NetworkReport::rows`] expands them one row at a time,
//! so a table of a million rows needs no memory for them.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::view::{InputView, ShapeView, shape_view, unknown_because};
use crate::diagnostics::Diagnostic;
use crate::model::analysis::NetworkModel;
use crate::model::document::Document;
use crate::model::place::Place;
use crate::model::result::{Copies, Layer, Node, Part};
use crate::shape::Count;
use crate::text::{TextRange, TextSize};

/// Everything that is known of a file.
#[derive(Debug)]
pub struct FileReport {
    /// The networks in the order of the text.
    pub networks: Vec<NetworkReport>,
    /// The findings in the order of the text, with the severities of the settings.
    pub diagnostics: Vec<Diagnostic>,
}

/// The table of one network.
#[derive(Debug)]
pub struct NetworkReport {
    /// Its name, where it has one.
    pub name: Option<SmolStr>,
    /// Its inputs.
    pub inputs: Vec<InputView>,
    /// The shapes that leave the network; `None` for one that is unknown.
    pub outputs: Vec<Option<ShapeView>>,
    /// The sums over all layers.
    pub totals: Totals,
    document: Arc<Document>,
    chunks: Vec<(u32, Arc<[Node]>)>,
}

/// Sums over all layers of a network, batch 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Trainable parameters.
    pub trainable: Count,
    /// Parameters that training does not change.
    pub non_trainable: Count,
    /// Multiply-accumulates.
    pub macs: Count,
    /// Other operations: bias, normalization, activation, pooling, softmax. An estimate.
    pub aux: Count,
    /// Elements of all activations.
    pub activation: Count,
    /// The fewest parameters that the layers have, where the number of all is not known.
    pub parameters_at_least: u64,
}

impl Totals {
    /// The sums of `model`.
    pub(super) fn of(model: &NetworkModel) -> Totals {
        Totals {
            trainable: model.counts.trainable,
            non_trainable: model.counts.non_trainable,
            macs: model.counts.macs,
            aux: model.counts.aux,
            activation: model.counts.activation,
            parameters_at_least: model.parameters_at_least,
        }
    }

    /// Trainable or not.
    pub fn parameters(&self) -> Count {
        self.trainable + self.non_trainable
    }
}

/// One layer of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it stands in the network: `4#1.expand3.0`.
    pub path: String,
    /// Keras's name of the layer, or the author's for a class of their own.
    pub layer: SmolStr,
    /// The argument `name`, with the numbers of copies and expansions.
    pub name: Option<SmolStr>,
    /// The layer's text.
    pub range: TextRange,
    /// The call of a macro that it comes from: where the outermost call starts.
    pub expanded_from: Option<TextSize>,
    /// The shapes of its operands; `None` for one that is unknown.
    pub inputs: Vec<Option<ShapeView>>,
    /// The shapes of its outputs; empty where they are unknown.
    pub outputs: Vec<ShapeView>,
    /// Whether the layer has a list of outputs (`return_state=true`).
    pub several_outputs: bool,
    /// Why the output is unknown.
    pub unknown_because: Option<String>,
    /// Trainable parameters.
    pub trainable: Count,
    /// Parameters that training does not change.
    pub non_trainable: Count,
    /// Multiply-accumulates, batch 1.
    pub macs: Count,
    /// Other operations: bias, normalization, activation, pooling, softmax. An estimate.
    pub aux: Count,
    /// Elements kept for one example.
    pub activation: Count,
    /// How many equal layers the row stands for; the numbers are those of one of them.
    pub copies: u64,
}

impl NetworkReport {
    pub(super) fn new(document: Arc<Document>, model: &NetworkModel) -> NetworkReport {
        let inputs = model
            .inputs
            .iter()
            .map(|(name, tensor)| InputView { name: name.clone(), shape: shape_view(tensor) })
            .collect();
        NetworkReport {
            name: model.name.clone(),
            inputs,
            outputs: model.outputs.iter().map(shape_view).collect(),
            totals: Totals::of(model),
            document,
            chunks: model.chunks.iter().map(|chunk| (chunk.base, chunk.nodes().clone())).collect(),
        }
    }

    /// The rows in the order of the text, repeats and macros expanded.
    pub fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        self.walk(false)
    }

    /// The same with equal copies of a repeat as one: `4#1-11.0` is the first layer of eleven copies.
    pub fn folded_rows(&self) -> impl Iterator<Item = Row> + '_ {
        self.walk(true)
    }

    fn walk(&self, fold: bool) -> Rows<'_> {
        let outside = Around { path: String::new(), call: None, suffix: String::new(), copies: 1 };
        let stack = self
            .chunks
            .iter()
            .rev()
            .map(|(base, nodes)| Frame::Nodes {
                nodes: nodes.clone(),
                at: 0,
                base: *base,
                around: outside.clone(),
            })
            .collect();
        Rows { document: &self.document, fold, stack }
    }
}

/// What is around the layers of a frame.
#[derive(Debug, Clone)]
struct Around {
    path: String,
    /// The outermost call of a macro.
    call: Option<Place>,
    /// The numbers that names get.
    suffix: String,
    /// How many equal copies are written as one.
    copies: u64,
}

/// A step of the walk that is not done yet.
enum Frame {
    Nodes { nodes: Arc<[Node]>, at: usize, base: u32, around: Around },
    Parts { parts: Arc<[Part]>, at: usize, around: Around },
    Copies { runs: Arc<[Copies]>, run: usize, copy: u64, around: Around },
    Alternatives { alternatives: Arc<[Arc<[Part]>]>, at: usize, around: Around },
}

/// Walks the tree of a network without expanding it in memory.
struct Rows<'a> {
    document: &'a Document,
    /// Whether equal copies are written as one.
    fold: bool,
    stack: Vec<Frame>,
}

impl Iterator for Rows<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        loop {
            // Each step takes one element of the innermost frame and leaves the frame for the rest.
            match self.stack.pop()? {
                Frame::Nodes { nodes, at, base, around } => {
                    let Some(node) = nodes.get(at) else { continue };
                    let mut inner = around.clone();
                    if !inner.path.is_empty() {
                        inner.path.push('.');
                    }
                    inner.path.push_str(&(base + node.index).to_string());
                    if let Some(branch) = &node.branch {
                        inner.path.push('.');
                        inner.path.push_str(branch);
                    }
                    let parts = node.parts.clone();
                    self.stack.push(Frame::Nodes { nodes, at: at + 1, base, around });
                    self.stack.push(Frame::Parts { parts, at: 0, around: inner });
                }
                Frame::Parts { parts, at, around } => {
                    let Some(part) = parts.get(at).cloned() else { continue };
                    self.stack.push(Frame::Parts { parts, at: at + 1, around: around.clone() });
                    if let Some(row) = self.part(part, around) {
                        return Some(row);
                    }
                }
                Frame::Copies { runs, run, copy, around } => {
                    let Some(current) = runs.get(run) else { continue };
                    if copy == current.count {
                        self.stack.push(Frame::Copies { runs, run: run + 1, copy: 0, around });
                        continue;
                    }
                    let number = current.first + copy;
                    let together = if self.fold { current.count - copy } else { 1 };
                    let parts = current.parts.clone();
                    let mut inner = around.clone();
                    inner.path.push_str(&format!("#{number}"));
                    inner.suffix.push_str(&format!("_{}", number + 1));
                    if together > 1 {
                        inner.path.push_str(&format!("-{}", number + together - 1));
                        inner.suffix.push_str(&format!("-{}", number + together));
                        inner.copies = inner.copies.saturating_mul(together);
                    }
                    self.stack.push(Frame::Copies { runs, run, copy: copy + together, around });
                    self.stack.push(Frame::Parts { parts, at: 0, around: inner });
                }
                Frame::Alternatives { alternatives, at, around } => {
                    let Some(parts) = alternatives.get(at).cloned() else { continue };
                    let mut inner = around.clone();
                    inner.path.push_str(&format!("|{at}"));
                    self.stack.push(Frame::Alternatives { alternatives, at: at + 1, around });
                    self.stack.push(Frame::Parts { parts, at: 0, around: inner });
                }
            }
        }
    }
}

impl Rows<'_> {
    fn part(&mut self, part: Part, around: Around) -> Option<Row> {
        match part {
            Part::Layer(layer) => Some(self.row(&layer, around)),
            Part::Add(layer) => {
                let path = format!("{}.add", around.path);
                Some(self.row(&layer, Around { path, ..around }))
            }
            Part::Inner(nodes) => {
                self.stack.push(Frame::Nodes { nodes, at: 0, base: 0, around });
                None
            }
            Part::Macro(expansion) => {
                let suffix = match expansion.number {
                    Some(number) => format!("_{number}"),
                    None => around.suffix.clone(),
                };
                let call = around.call.or(Some(expansion.call));
                let around = Around { call, suffix, ..around };
                let nodes = expansion.body.clone();
                self.stack.push(Frame::Nodes { nodes, at: 0, base: 0, around });
                None
            }
            Part::Copies(runs) => {
                self.stack.push(Frame::Copies { runs, run: 0, copy: 0, around });
                None
            }
            Part::Alternatives(alternatives) => {
                self.stack.push(Frame::Alternatives { alternatives, at: 0, around });
                None
            }
        }
    }

    fn row(&self, layer: &Layer, around: Around) -> Row {
        let outputs: Vec<ShapeView> = layer.outputs.iter().filter_map(shape_view).collect();
        let complete = outputs.len() == layer.outputs.len();
        let unknown = layer.unknown.as_ref().or_else(|| layer.outputs[0].unknown.as_ref());
        Row {
            path: around.path,
            layer: layer.layer.clone(),
            name: layer.name.as_ref().map(|name| format_smolstr!("{name}{}", around.suffix)),
            range: self.document.range(layer.place),
            expanded_from: around.call.map(|call| self.document.range(call).start()),
            inputs: layer.inputs.iter().map(shape_view).collect(),
            unknown_because: (!complete)
                .then(|| unknown_because(self.document, unknown, layer.place)),
            outputs: if complete { outputs } else { Vec::new() },
            several_outputs: layer.several_outputs,
            trainable: layer.counts.trainable,
            non_trainable: layer.counts.non_trainable,
            macs: layer.counts.macs,
            aux: layer.counts.aux,
            activation: layer.counts.activation,
            copies: around.copies,
        }
    }
}
