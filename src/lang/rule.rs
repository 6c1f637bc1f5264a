//! What a layer's rule is given and what it gives back.

use super::args::Args;
use crate::diagnostics::Code;
use crate::shape::{Count, Shape};

/// Which framework's rules hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Framework {
    /// Keras 3.
    #[default]
    Keras,
    /// PyTorch 2.
    Pytorch,
}

impl Framework {
    /// The name that settings and the command line use.
    pub fn as_str(self) -> &'static str {
        match self {
            Framework::Keras => "keras",
            Framework::Pytorch => "pytorch",
        }
    }
}

/// What a rule is given: one world of arguments and input shapes.
#[derive(Debug)]
pub struct RuleCx<'a> {
    /// The arguments, validated; what is not known has no value.
    pub args: &'a Args<'a>,
    /// The shapes of the operands, at least one.
    pub inputs: &'a [Shape],
    /// Whose rules hold.
    pub framework: Framework,
    /// The layers of a block after the call, where the layer takes a block itself.
    pub block: Option<&'a BlockOutcome>,
}

impl RuleCx<'_> {
    /// The shape of the first operand.
    pub fn input(&self) -> &Shape {
        &self.inputs[0]
    }
}

/// What the layers of a block give together.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockOutcome {
    /// The shape after the last layer; `None` where it is unknown.
    pub output: Option<Shape>,
    /// Trainable parameters.
    pub trainable: Count,
    /// Parameters that training does not change.
    pub non_trainable: Count,
    /// Multiply-accumulates, batch 1.
    pub macs: Count,
}

/// What a layer gives for its arguments and inputs.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The shapes of the outputs, at least one.
    pub outputs: Vec<Shape>,
    /// Trainable parameters.
    pub trainable: Count,
    /// Parameters that training does not change.
    pub non_trainable: Count,
    /// Multiply-accumulates of contractions, batch 1, dense.
    pub macs: Count,
    /// Elements kept in memory for one example.
    pub activation: Count,
    /// Findings that do not keep the layer from being built.
    pub warnings: Vec<Problem>,
}

impl Outcome {
    /// A layer with this output and no parameters, whose activation is its output.
    pub fn new(output: Shape) -> Outcome {
        let activation = output.elements();
        Outcome {
            outputs: vec![output],
            trainable: Count::ZERO,
            non_trainable: Count::ZERO,
            macs: Count::ZERO,
            activation,
            warnings: Vec::new(),
        }
    }

    /// The same with this many trainable parameters.
    pub fn trainable(mut self, count: Count) -> Outcome {
        self.trainable = count;
        self
    }

    /// The same with this many parameters that training does not change.
    pub fn non_trainable(mut self, count: Count) -> Outcome {
        self.non_trainable = count;
        self
    }

    /// The same with this many multiply-accumulates.
    pub fn macs(mut self, count: Count) -> Outcome {
        self.macs = count;
        self
    }
}

/// Something wrong with a layer, without a place in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Which finding it is; its default severity holds.
    pub code: Code,
    /// What is to blame.
    pub blame: Blame,
    /// One line, as [`crate::diagnostics::Diagnostic::message`].
    pub message: String,
    /// What to do, where the message does not say it.
    pub help: Option<String>,
    /// Changes that mend it, the best first.
    pub suggestions: Vec<Suggestion>,
    /// The dimensions that collide: operand and axis (the batch is axis 0). The caller points to
    /// where they were made.
    pub dims: Vec<(usize, usize)>,
}

/// What of a layer is to blame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Blame {
    /// The layer itself: its name.
    Layer,
    /// The value of a parameter; the name where the parameter is not given.
    Param(&'static str),
    /// One element of a parameter's tuple.
    Element(&'static str, usize),
}

/// A change of the text that mends a problem, without a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suggestion {
    /// Give a parameter this value, written as the language writes it.
    Set {
        /// The parameter.
        param: &'static str,
        /// The value.
        value: String,
    },
    /// Take the argument away.
    Remove {
        /// The parameter.
        param: &'static str,
    },
    /// Write this statement before the layer.
    Before(String),
    /// Write this statement after the layer.
    After(String),
    /// Replace the layer's name.
    Rename(&'static str),
    /// Give a parameter of the layer that made operand `operand` this value.
    SetOnProducer {
        /// Which operand.
        operand: usize,
        /// The parameter.
        param: &'static str,
        /// The value.
        value: String,
    },
}

impl Problem {
    /// A problem with nothing but a message.
    pub fn new(code: Code, blame: Blame, message: impl Into<String>) -> Problem {
        Problem {
            code,
            blame,
            message: message.into(),
            help: None,
            suggestions: Vec::new(),
            dims: Vec::new(),
        }
    }

    /// The same with a line of help.
    pub fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }

    /// The same with one more suggestion.
    pub fn suggest(mut self, suggestion: Suggestion) -> Problem {
        self.suggestions.push(suggestion);
        self
    }

    /// The same with the suggestion to give `param` this value.
    pub fn suggest_set(self, param: &'static str, value: impl ToString) -> Problem {
        self.suggest(Suggestion::Set { param, value: value.to_string() })
    }

    /// The same, pointing to one more dimension.
    pub fn dim(mut self, operand: usize, axis: usize) -> Problem {
        self.dims.push((operand, axis));
        self
    }
}
