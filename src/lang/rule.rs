//! What a layer's rule is given and what it gives back.

use super::args::Args;
use crate::diagnostics::{Code, Severity};
use crate::shape::{Count, Dim, Shape};

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
    /// The layers of a block after the call, where the layer takes a block itself.
    pub block: Option<&'a BlockOutcome>,
    /// The arguments of the layers inside a wrapper, validated; empty for other layers.
    pub inner: &'a [Args<'a>],
}

impl<'a> RuleCx<'a> {
    /// What is given to a layer that is no wrapper and has no block.
    pub fn new(args: &'a Args<'a>, inputs: &'a [Shape]) -> RuleCx<'a> {
        RuleCx { args, inputs, block: None, inner: &[] }
    }

    /// Whether PyTorch's rules hold.
    pub fn is_pytorch(&self) -> bool {
        self.args.framework() == Framework::Pytorch
    }

    /// The shape of the first operand.
    pub fn input(&self) -> &Shape {
        &self.inputs[0]
    }

    /// The layer's name.
    pub fn name(&self) -> &'static str {
        self.args.entry().name
    }

    /// A problem of this layer; the message is put behind the layer's name.
    pub fn problem(&self, code: Code, blame: Blame, message: impl AsRef<str>) -> Problem {
        Problem::new(code, blame, format!("`{}`: {}", self.name(), message.as_ref()))
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
    /// The shapes of the outputs; empty where not even the number of dimensions is known.
    pub outputs: Vec<Shape>,
    /// Trainable parameters.
    pub trainable: Count,
    /// Parameters that training does not change.
    pub non_trainable: Count,
    /// Multiply-accumulates of contractions, batch 1, dense.
    pub macs: Count,
    /// Other operations, batch 1; see [`super::Formulas::aux`]. What runs the rule fills it in, and a
    /// wrapper makes its own of the inner layer's.
    pub aux: Count,
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
            aux: Count::ZERO,
            activation,
            warnings: Vec::new(),
        }
    }

    /// A layer of which nothing is known but the number of dimensions of its output, batch included.
    pub fn unknown(rank: usize) -> Outcome {
        Outcome {
            outputs: vec![Shape::batched(vec![Dim::Unknown; rank.saturating_sub(1)])],
            ..Outcome::shapeless()
        }
    }

    /// A layer of which nothing is known.
    pub fn shapeless() -> Outcome {
        Outcome {
            outputs: Vec::new(),
            trainable: Count::Unknown,
            non_trainable: Count::ZERO,
            macs: Count::Unknown,
            aux: Count::Unknown,
            activation: Count::Unknown,
            warnings: Vec::new(),
        }
    }

    /// Layers that run one after another, as one: their outputs in order, their counts added up.
    pub fn chain(outcomes: impl IntoIterator<Item = Outcome>) -> Outcome {
        let mut all = Outcome {
            outputs: Vec::new(),
            trainable: Count::ZERO,
            non_trainable: Count::ZERO,
            macs: Count::ZERO,
            aux: Count::ZERO,
            activation: Count::ZERO,
            warnings: Vec::new(),
        };
        for outcome in outcomes {
            all.outputs.extend(outcome.outputs);
            all.trainable += outcome.trainable;
            all.non_trainable += outcome.non_trainable;
            all.macs += outcome.macs;
            all.aux += outcome.aux;
            all.activation += outcome.activation;
            all.warnings.extend(outcome.warnings);
        }
        all
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

    /// The same with this many elements kept in memory.
    pub fn activation(mut self, count: Count) -> Outcome {
        self.activation = count;
        self
    }

    /// The same with one more finding that does not keep the layer from being built.
    pub fn warn(mut self, problem: Option<Problem>) -> Outcome {
        self.warnings.extend(problem);
        self
    }
}

/// Something wrong with a layer, without a place in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Which finding it is.
    pub code: Code,
    /// How bad it is; the code's default unless the problem knows better.
    pub severity: Severity,
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
    /// The argument that is being read, where it is no parameter of the layer.
    Argument,
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
    /// Replace the layer's name, and the values of arguments that the other layer takes otherwise.
    Exchange {
        /// The other layer.
        layer: &'static str,
        /// The parameters whose values change, each with its new value.
        set: Vec<(&'static str, String)>,
    },
    /// Give a parameter of the layer that made operand `operand` this value.
    SetOnProducer {
        /// Which operand.
        operand: usize,
        /// The parameter; [`Suggestion::CHANNELS`] for the one that gives its channels.
        param: &'static str,
        /// The value.
        value: String,
    },
    /// Have the recurrent layer that made operand `operand` give every step, where it gives only its
    /// last one. Whether it does, a rule cannot know.
    AllSteps {
        /// Which operand.
        operand: usize,
    },
    /// Give the network's input one more dimension of size 1, where operand `operand` is that input
    /// with nothing before it that changes its shape.
    WidenInput {
        /// Which operand.
        operand: usize,
        /// Whether the new dimension is the first, not the last.
        first: bool,
        /// What to do in that case.
        help: String,
    },
    /// Write a global pooling in the place of the Flatten that made operand `operand`.
    PoolInstead {
        /// Which operand.
        operand: usize,
    },
    /// Take the Flatten away that made operand `operand`, where what comes into it has as many
    /// dimensions as the layer wants.
    RemoveFlatten {
        /// Which operand.
        operand: usize,
        /// How many dimensions the layer wants, the batch included.
        rank: usize,
    },
    /// Change the size of one dimension where it was made: in the input, or in the layer that gives
    /// the channels.
    Resize {
        /// Which operand.
        operand: usize,
        /// The axis, the batch being axis 0.
        axis: usize,
        /// The size.
        size: u64,
    },
    /// Have the convolutions that made these operands keep the size of their input, where that makes
    /// the sizes agree.
    KeepBorders {
        /// Which operands.
        operands: Vec<usize>,
    },
    /// Project the input of a residual connection with this layer: a branch `shortcut` in its block.
    Shortcut(String),
    /// Write this layer around the layer.
    Wrap(&'static str),
    /// Write the layer as one layer around another, with its arguments in the inner one.
    Nest {
        /// The layer around.
        outer: &'static str,
        /// The layer inside.
        inner: &'static str,
    },
    /// Write the layer inside in the place of the wrapper.
    Unwrap,
    /// Take an argument of the layer inside away.
    RemoveInner {
        /// The parameter.
        param: &'static str,
    },
    /// All of these changes.
    Together(Vec<Suggestion>),
    /// Take the layer away.
    RemoveLayer,
    /// Write this in the place of the layer's name, where it has no arguments.
    Replace(String),
    /// Write this name before the value that has given `param` by its position alone.
    NameArgument {
        /// The parameter that the position means.
        param: &'static str,
        /// The parameter that is meant.
        name: &'static str,
    },
    /// Replace the name of the argument that is being read.
    RenameArgument(&'static str),
    /// Take the argument that is being read away.
    RemoveArgument,
}

impl Suggestion {
    /// Stands for the producer's own parameter of [`super::LayerEntry::channels`], which a rule
    /// cannot know.
    pub const CHANNELS: &'static str = "channels";
}

impl Problem {
    /// A problem with nothing but a message.
    pub fn new(code: Code, blame: Blame, message: impl Into<String>) -> Problem {
        Problem {
            code,
            severity: code.severity(),
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

    /// The same as a warning: Keras builds the layer all the same.
    pub fn as_warning(mut self) -> Problem {
        self.severity = Severity::Warning;
        self
    }

    /// The same, pointing to one more dimension.
    pub fn dim(mut self, operand: usize, axis: usize) -> Problem {
        self.dims.push((operand, axis));
        self
    }
}
