//! The type of one entry of the layer table.

use super::formula::Formulas;
use super::mend::read;
use super::objects::ObjectKind;
use super::rule::{Framework, Outcome, Problem, RuleCx};
use super::value::Value;
use crate::shape::Shape;

/// Everything the project knows of one layer.
#[derive(Debug)]
pub struct LayerEntry {
    /// Keras's name, which the formatter writes.
    pub name: &'static str,
    /// Other names that are read, matched without regard to case.
    pub aliases: &'static [&'static str],
    /// The family.
    pub category: Category,
    /// One line: what it does.
    pub summary: &'static str,
    /// The parameters, in Keras's order.
    pub params: &'static [Param],
    /// The parameters that positional arguments mean, where this language's order is not Keras's.
    /// Empty: the order of `params`.
    pub positional: &'static [&'static str],
    /// How many tensors it takes.
    pub operands: Operands,
    /// The parameter that gives the channels (or features) of the output: `filters`, `units`.
    pub channels: Option<&'static str>,
    /// Whether its arguments alone give its output, so that it needs no known input.
    pub sets_shape: bool,
    /// What it computes.
    pub rule: Rule,
    /// How the output comes about, for a hover.
    pub explain: Option<Explain>,
    /// The output shape in words, for documentation: `(batch, *spatial, filters)`.
    pub output: &'static str,
    /// How many parameters it has, how much it computes and what it keeps, as text.
    pub formulas: Formulas,
    /// What it is to the rest of a network.
    pub role: Role,
    /// Whether the layers of a block after its call are part of it.
    pub takes_block: bool,
    /// How Keras spells it, where it has no layer of that name; empty where it has nothing like it.
    pub keras: Option<&'static str>,
    /// How PyTorch spells it, for documentation; empty where it has nothing like it.
    pub torch: &'static str,
    /// More documentation, in Markdown; may be empty.
    pub notes: &'static str,
    /// Where PyTorch's module differs, in Markdown; may be empty.
    pub torch_notes: &'static str,
}

/// Families of layers, as Keras's manual groups them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    /// Dense, Embedding, Activation and the like.
    Core,
    /// Activation layers.
    Activation,
    /// Convolutions.
    Convolution,
    /// Pooling.
    Pooling,
    /// Recurrent layers and cells.
    Recurrent,
    /// Layers around layers.
    Wrapper,
    /// Normalization.
    Normalization,
    /// Dropout and noise.
    Regularization,
    /// Layers that move or repeat elements.
    Reshaping,
    /// Layers of several tensors.
    Merging,
    /// Attention.
    Attention,
    /// Layers that this language builds of several of Keras's.
    Composite,
    /// Names that only this language has.
    Special,
}

/// What a layer is to the rest of a network, where that is more than its rule says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Nothing more.
    Plain,
    /// Works on the last dimension, so that an image stays an image.
    Dense,
    /// The same, and says that the network ends.
    Output,
    /// Makes one dimension of all.
    Flatten,
}

/// How many tensors a layer takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operands {
    /// One.
    One,
    /// Several, at least two: a merge.
    Several {
        /// The largest number, where there is one.
        max: Option<usize>,
    },
    /// One, which then stands for all of them, or up to this many.
    OneOr(usize),
}

impl Operands {
    /// How many there are at least, and at most where there is a bound.
    pub fn bounds(self) -> (usize, Option<usize>) {
        match self {
            Operands::One => (1, Some(1)),
            Operands::Several { max } => (2, max),
            Operands::OneOr(max) => (1, Some(max)),
        }
    }
}

/// What a layer computes.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// A function of arguments and input shapes.
    Pure(fn(&RuleCx<'_>) -> Result<Outcome, Problem>),
    /// A layer around another layer (its first parameter, of kind [`Kind::Layer`]) or around a tuple
    /// of layers ([`Kind::Layers`]), which run one after another and are put together with
    /// [`Outcome::chain`].
    Wrapper {
        /// What the inner layer sees.
        enter: fn(&RuleCx<'_>, &Shape) -> Result<Shape, Problem>,
        /// What becomes of the inner layer's outcome.
        leave: fn(&RuleCx<'_>, &Shape, Outcome) -> Result<Outcome, Problem>,
        /// Which inner layers are taken; empty for all.
        inner: &'static [&'static str],
    },
    /// `block(x) + x`; the model adds the block's layers up.
    Residual,
    /// The name and its parameters are known, the shape is not modelled.
    Opaque,
}

/// How an output of this shape comes about, with the numbers of the arguments and inputs: lines such
/// as `height: floor((28 - 3)/1) + 1 = 26`. It is asked only for layers whose rule has succeeded.
pub type Explain = fn(&RuleCx<'_>, &Shape) -> Vec<String>;

/// One parameter of a layer.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Keras's name.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// `None` for a required parameter.
    pub default: Option<Default>,
    /// A value that shows what it takes, for fixes and snippets; empty where there is a default.
    pub example: &'static str,
    /// One line.
    pub doc: &'static str,
    /// What PyTorch makes of it.
    pub pytorch: InPytorch,
}

/// What PyTorch's module makes of a parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum InPytorch {
    /// The same as Keras.
    Same,
    /// It takes something else, or has another default.
    Other {
        /// As [`Param::kind`].
        kind: Kind,
        /// As [`Param::default`].
        default: Option<Default>,
        /// As [`Param::example`].
        example: &'static str,
    },
    /// Nothing: the parameter is Keras's only, and has no effect under PyTorch.
    Nothing,
    /// The parameter is PyTorch's only.
    Only,
}

impl Param {
    /// The same where PyTorch's module takes another kind of value, or has another default.
    pub(super) const fn in_pytorch(
        mut self,
        kind: Kind,
        default: Option<Default>,
        example: &'static str,
    ) -> Param {
        self.pytorch = InPytorch::Other { kind, default, example };
        self
    }

    /// The same for a parameter that PyTorch's module has nothing like.
    pub(super) const fn keras_only(mut self) -> Param {
        self.pytorch = InPytorch::Nothing;
        self
    }

    /// The same for a parameter that Keras has nothing like.
    pub(super) const fn pytorch_only(mut self) -> Param {
        self.pytorch = InPytorch::Only;
        self
    }

    /// The framework that alone has the parameter, if it is one framework's.
    pub fn only(&self) -> Option<Framework> {
        match self.pytorch {
            InPytorch::Same | InPytorch::Other { .. } => None,
            InPytorch::Nothing => Some(Framework::Keras),
            InPytorch::Only => Some(Framework::Pytorch),
        }
    }

    /// The parameter as `framework` has it.
    pub fn under(&self, framework: Framework) -> Param {
        match (framework, self.pytorch) {
            (Framework::Pytorch, InPytorch::Other { kind, default, example }) => {
                Param { kind, default, example, ..*self }
            }
            // The names are Keras's.
            (Framework::Pytorch, _) if matches!(self.kind, Kind::Object(_)) => {
                Param { kind: Kind::Any, ..*self }
            }
            _ => *self,
        }
    }

    /// Whether a layer cannot do without it under `framework`.
    pub fn is_required(&self, framework: Framework) -> bool {
        self.under(framework).default.is_none() && self.only().is_none_or(|only| only == framework)
    }
}

/// The value of a parameter that is not given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Default {
    /// `None`: whatever the layer makes of that.
    None,
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A boolean.
    Bool(bool),
    /// A string.
    Str(&'static str),
    /// A tuple of whole numbers.
    Ints(&'static [i64]),
    /// A tuple of pairs of whole numbers.
    Pairs(&'static [[i64; 2]]),
}

/// What a parameter takes. `None` is taken where it is the default.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A whole number of at least `min`. A boolean counts as 0 or 1, as Keras has it.
    Int {
        /// The smallest value.
        min: i64,
    },
    /// A whole number of at least `min` where Keras refuses a boolean.
    StrictInt {
        /// The smallest value.
        min: i64,
    },
    /// A whole number, or a tuple of `rank` of them, each at least `min`.
    Ints {
        /// How many.
        rank: usize,
        /// The smallest value of each.
        min: i64,
    },
    /// The same where a tuple of one number stands for that number, as PyTorch's functions have it.
    Spread {
        /// How many.
        rank: usize,
        /// The smallest value of each.
        min: i64,
    },
    /// The same as [`Kind::Ints`] with at least 0, where an element may be `None`.
    OutputSizes {
        /// How many.
        rank: usize,
    },
    /// PyTorch's padding: a whole number of at least 0, a tuple of `rank` (or of one) of them, or
    /// one of the strings "valid" and "same".
    Padding {
        /// How many spatial dimensions.
        rank: usize,
    },
    /// A number between two bounds, both inclusive.
    Number {
        /// The smallest value.
        min: f64,
        /// The largest value.
        max: f64,
    },
    /// A number that Keras takes whatever it is, though only those between two bounds, both inclusive,
    /// can be meant.
    Usual {
        /// The smallest value that can be meant.
        min: f64,
        /// The largest value that can be meant.
        max: f64,
    },
    /// `true` or `false`.
    Bool,
    /// The name of an activation function, or `None`.
    Activation,
    /// The name of an initializer, regularizer or constraint, or a call of one, or `None`.
    Object(ObjectKind),
    /// One of these strings. Where `"None"` is among them it stands for the value `None`.
    Choice {
        /// The strings.
        values: &'static [&'static str],
        /// Whether letter case is ignored.
        any_case: bool,
    },
    /// Any string.
    Str,
    /// One axis.
    Axis {
        /// Whether Keras takes a fraction and cuts it off.
        truncates: bool,
    },
    /// An axis, or a list of axes.
    Axes {
        /// Whether `None` is taken, though it is not the default.
        none: bool,
    },
    /// A tuple of whole numbers, such as a target shape.
    Sizes {
        /// Whether one number alone is taken; else it is an error with a fix.
        one: bool,
        /// Whether elements may be `None`.
        none: bool,
    },
    /// A whole number, a pair, or a tuple of `rank` pairs, each number at least 0.
    Pairs {
        /// How many spatial dimensions.
        rank: usize,
    },
    /// Another layer.
    Layer,
    /// Another layer, or a tuple of layers.
    Layers,
    /// Anything.
    Any,
}

impl LayerEntry {
    /// An entry of one tensor with no aliases and Keras's order of positional arguments.
    pub(super) const fn new(
        name: &'static str,
        category: Category,
        rule: Rule,
        params: &'static [Param],
        summary: &'static str,
    ) -> LayerEntry {
        LayerEntry {
            name,
            aliases: &[],
            category,
            summary,
            params,
            positional: &[],
            operands: Operands::One,
            channels: None,
            sets_shape: false,
            rule,
            explain: None,
            output: "the input's shape",
            formulas: Formulas::NONE,
            role: Role::Plain,
            takes_block: false,
            keras: None,
            torch: "",
            notes: "",
            torch_notes: "",
        }
    }

    /// The same with other names.
    pub(super) const fn also(mut self, aliases: &'static [&'static str]) -> LayerEntry {
        self.aliases = aliases;
        self
    }

    /// The same with this language's order of positional arguments.
    pub(super) const fn ordered(mut self, positional: &'static [&'static str]) -> LayerEntry {
        self.positional = positional;
        self
    }

    /// The same for this number of tensors.
    pub(super) const fn takes(mut self, operands: Operands) -> LayerEntry {
        self.operands = operands;
        self
    }

    /// The same with the parameter that gives the channels of the output.
    pub(super) const fn sized_by(mut self, param: &'static str) -> LayerEntry {
        self.channels = Some(param);
        self
    }

    /// The same with an account of how the output comes about.
    pub(super) const fn explained(mut self, explain: Explain) -> LayerEntry {
        self.explain = Some(explain);
        self
    }

    /// The same for a layer whose arguments alone give its output.
    pub(super) const fn sets_shape(mut self) -> LayerEntry {
        self.sets_shape = true;
        self
    }

    /// The same with the output shape in words.
    pub(super) const fn gives(mut self, output: &'static str) -> LayerEntry {
        self.output = output;
        self
    }

    /// The same with formulas of its trainable parameters, and of its multiply-accumulates.
    pub(super) const fn counting(
        mut self,
        trainable: &'static str,
        macs: &'static str,
    ) -> LayerEntry {
        self.formulas.trainable = trainable;
        self.formulas.macs = macs;
        self
    }

    /// The same with a formula of the parameters that training does not change.
    pub(super) const fn freezing(mut self, non_trainable: &'static str) -> LayerEntry {
        self.formulas.non_trainable = non_trainable;
        self
    }

    /// The same with a formula of its auxiliary operations.
    pub(super) const fn costing(mut self, aux: &'static str) -> LayerEntry {
        self.formulas.aux = aux;
        self
    }

    /// The same with a formula of what it keeps in memory.
    pub(super) const fn keeping(mut self, activation: &'static str) -> LayerEntry {
        self.formulas.activation = activation;
        self
    }

    /// The same with formulas in words, all the same.
    pub(super) const fn counting_as(mut self, words: &'static str) -> LayerEntry {
        self.formulas = Formulas {
            trainable: words,
            non_trainable: words,
            macs: words,
            aux: words,
            activation: words,
        };
        self
    }

    /// The same for a layer that is more to a network than its rule says.
    pub(super) const fn known_as(mut self, role: Role) -> LayerEntry {
        self.role = role;
        self
    }

    /// The same for a layer that takes the block after its call itself.
    pub(super) const fn with_block(mut self) -> LayerEntry {
        self.takes_block = true;
        self
    }

    /// The same with Keras's spelling, for a layer that only this language names.
    pub(super) const fn in_keras(mut self, keras: &'static str) -> LayerEntry {
        self.keras = Some(keras);
        self
    }

    /// The same with PyTorch's spelling.
    pub(super) const fn in_torch(mut self, torch: &'static str) -> LayerEntry {
        self.torch = torch;
        self
    }

    /// The same with more documentation.
    pub(super) const fn noting(mut self, notes: &'static str) -> LayerEntry {
        self.notes = notes;
        self
    }

    /// The same with what PyTorch's module does otherwise.
    pub(super) const fn noting_for_torch(mut self, notes: &'static str) -> LayerEntry {
        self.torch_notes = notes;
        self
    }

    /// The parameter with this name and its index.
    pub fn param(&self, name: &str) -> Option<(usize, &'static Param)> {
        self.params.iter().enumerate().find(|(_, param)| param.name == name)
    }

    /// The parameter that positional argument `index` means. Parameters that only PyTorch has stand
    /// behind the others and are written by name.
    pub fn positional(&self, index: usize) -> Option<(usize, &'static Param)> {
        match self.positional.get(index) {
            Some(name) => self.param(name),
            None if self.positional.is_empty() => self
                .params
                .get(index)
                .filter(|param| param.pytorch != InPytorch::Only)
                .map(|param| (index, param)),
            None => None,
        }
    }

    /// How many positional arguments there may be.
    pub fn max_positional(&self) -> usize {
        match self.positional {
            [] => self.params.iter().filter(|param| param.pytorch != InPytorch::Only).count(),
            names => names.len(),
        }
    }

    /// The arguments that its required parameters have as examples, by the parameter's index.
    pub(super) fn examples(&self) -> Vec<Option<Value>> {
        let params = self.params.iter();
        params.map(|param| param.default.is_none().then(|| read(param.example)).flatten()).collect()
    }

    /// Whether it works on the features of each step by itself, however many steps there are.
    pub fn works_on_features(&self) -> bool {
        use Category::{Activation, Core, Normalization, Regularization};
        matches!(self.category, Core | Activation | Normalization | Regularization)
    }

    /// Whether it runs over the features of a sequence's steps.
    pub fn attends(&self) -> bool {
        matches!(self.category, Category::Attention | Category::Composite)
    }

    /// Whether it merges several tensors into one.
    pub fn is_merge(&self) -> bool {
        !matches!(self.operands, Operands::One)
    }
}
