//! The shape table of a file: what `neural-analyzer shapes` prints.
//!
//! Repeats are kept compressed in the model; [`NetworkReport::rows`] expands them one row at a time,
//! so a table of a million rows needs no memory for them.

use smol_str::SmolStr;

use crate::diagnostics::Diagnostic;
use crate::shape::Count;
use crate::text::{TextRange, TextSize};

/// Everything that is known of a file.
#[derive(Debug)]
pub struct FileReport {
    /// The networks in the order of the text.
    pub networks: Vec<NetworkReport>,
    /// The findings in the order of the text, severity settings applied.
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
    rows: Vec<Row>,
}

/// An input of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputView {
    /// Its name, where it has one.
    pub name: Option<SmolStr>,
    /// Its shape; `None` where the declaration has a mistake.
    pub shape: Option<ShapeView>,
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
    /// Elements of all activations.
    pub activation: Count,
}

/// One layer of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it stands in the network: `4#1.expand3.0`.
    pub path: String,
    /// Keras's name of the layer, or the author's for a class of their own.
    pub layer: SmolStr,
    /// The argument `name`.
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
    /// Elements kept for one example.
    pub activation: Count,
}

/// A shape as it is shown, the batch first.
pub type ShapeView = Vec<DimView>;

/// A dimension as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DimView {
    /// A number.
    Known(u64),
    /// Unknown.
    Unknown,
    /// An unknown size with a name.
    Symbol(String),
    /// A formula over named unknowns.
    Expr(String),
    /// One of these, depending on a hyperparameter; sorted.
    Choices(Vec<u64>),
    /// Any size between two bounds.
    Between(u64, u64),
}

impl NetworkReport {
    /// A report with these rows.
    pub fn new(
        name: Option<SmolStr>,
        inputs: Vec<InputView>,
        outputs: Vec<Option<ShapeView>>,
        totals: Totals,
        rows: Vec<Row>,
    ) -> NetworkReport {
        NetworkReport { name, inputs, outputs, totals, rows }
    }

    /// The rows in the order of the text, repeats and macros expanded.
    pub fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        self.rows.iter().cloned()
    }
}
