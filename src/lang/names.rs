//! What the names in a layer call mean: layers with their aliases, the author's own classes, and
//! parameters with the names that PyTorch, older versions of Keras and this language's
//! documentation have for them.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::layer::{Category, InPytorch, LayerEntry, Param, Rule};
use super::layers;
use super::rule::{Blame, Framework, Problem, RuleCx, Suggestion};
use super::value::Value;
use crate::diagnostics::{codes, did_you_mean};
use crate::shape::Dim;

/// What a layer's name means.
#[derive(Debug, Clone, Copy)]
pub enum LayerName {
    /// A layer of the table.
    Entry(&'static LayerEntry),
    /// A class of the author's own.
    Custom,
    /// Neither.
    Unknown {
        /// The layer that may be meant.
        suggestion: Option<&'static str>,
    },
}

/// Names and aliases in lower case.
static BY_NAME: LazyLock<FxHashMap<String, &'static LayerEntry>> = LazyLock::new(|| {
    let names = |entry: &'static LayerEntry| std::iter::once(&entry.name).chain(entry.aliases);
    layers::all()
        .flat_map(|entry| names(entry).map(move |name| (name.to_ascii_lowercase(), entry)))
        .collect()
});

/// Names as the table has them.
static AS_WRITTEN: LazyLock<FxHashMap<&'static str, &'static LayerEntry>> =
    LazyLock::new(|| layers::all().map(|entry| (entry.name, entry)).collect());

/// The layer with this name or alias, without regard to case.
pub(super) fn layer(name: &str) -> Option<&'static LayerEntry> {
    // Nearly always the name is written as the table has it.
    if let Some(entry) = AS_WRITTEN.get(name) {
        return Some(entry);
    }
    BY_NAME.get(&name.to_ascii_lowercase()).copied()
}

/// How the name of an author's own class ends.
const CLASS_ENDINGS: &[&str] = &[
    "Layer",
    "RNN",
    "Transformer",
    "Encoder",
    "Decoder",
    "Block",
    "Cell",
    "Module",
    "Regularizer",
    "Initializer",
    "Constraint",
];

/// Whether a name looks like that of an author's own class.
pub(super) fn is_own_class(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && CLASS_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// What the name of a layer means. Macros are not looked at; they come first.
pub fn resolve_layer(name: &str) -> LayerName {
    if let Some(entry) = layer(name) {
        return LayerName::Entry(entry);
    }
    if is_own_class(name) {
        return LayerName::Custom;
    }
    let known = layers::all().flat_map(|entry| std::iter::once(&entry.name).chain(entry.aliases));
    let near = did_you_mean(name, known.copied());
    // Without a number of dimensions the near ones of a family are equally near.
    let suggestion = match name.contains(|c: char| c.is_ascii_digit()) {
        true => near.or_else(|| shortened(name)),
        false => shortened(name).or(near),
    };
    LayerName::Unknown { suggestion }
}

/// The layer whose name starts like `name`, a possible `2d` at its end left away: PyTorch's
/// `BatchNorm2d`, or a short form.
fn shortened(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    let stem = lower.strip_suffix('d').map_or(lower.as_str(), |stem| {
        stem.strip_suffix(|c: char| c.is_ascii_digit()).unwrap_or(lower.as_str())
    });
    let digit = lower.chars().find(char::is_ascii_digit).unwrap_or('2');
    let starts =
        |entry: &&LayerEntry| stem.len() > 3 && entry.name.to_ascii_lowercase().starts_with(stem);
    // Of a family, images are what a name without a number of dimensions means most often.
    layers::all()
        .filter(starts)
        .map(|entry| entry.name)
        .min_by_key(|name| (name.contains('D') && !name.contains(digit), name.len()))
}

impl LayerName {
    /// What is to be said of a layer that is `written` so.
    pub fn problem(self, written: &str) -> Option<Problem> {
        let blame = Blame::Layer;
        Some(match self {
            LayerName::Entry(_) => return None,
            LayerName::Custom => Problem::new(
                codes::CUSTOM_LAYER,
                blame,
                format!("`{written}` is taken for a class of yours; its shape is not modelled"),
            )
            .help("say `output_shape=(…)`, without the batch, and the layers after it are checked"),
            LayerName::Unknown { suggestion } => unknown_layer(written, suggestion),
        })
    }
}

/// The wrapper and the layer inside whose names written together are `written`, as old versions of
/// Keras had `TimeDistributedDense`.
fn wrapped(written: &str) -> Option<(&'static str, &'static str)> {
    layers::all().filter(|entry| matches!(entry.rule, Rule::Wrapper { .. })).find_map(|outer| {
        let inner = layer(written.strip_prefix(outer.name)?)?;
        layers::check_inner(outer, inner).is_none().then_some((outer.name, inner.name))
    })
}

fn unknown_layer(written: &str, suggestion: Option<&'static str>) -> Problem {
    let problem = |message: String| Problem::new(codes::UNKNOWN_LAYER, Blame::Layer, message);
    let lower = written.to_ascii_lowercase();
    let nothing = || problem(format!("there is no layer or macro `{written}`"));
    match lower.as_str() {
        "input" | "inputlayer" => {
            return problem(format!(
                "`{written}` is no layer; the input is a section of the network, above the layers"
            ))
            .help("write `input: (28, 28, 1)` there")
            .suggest(Suggestion::RemoveLayer);
        }
        "sequential" | "model" => {
            return problem(
                "a network is written as a section, not as a layer: `network Name { input: … layers: … }`"
                    .to_owned(),
            )
            .help("write its layers here, or put them into a macro: `define Name { … }`");
        }
        "repeat" | "for" | "loop" | "while" => {
            return nothing()
                .help("copies are written behind a layer or a macro, as in `Dense(64) * 3`");
        }
        _ if layers::ACTIVATIONS.contains(&lower.as_str()) => {
            let instead = format!("Activation(\"{lower}\")");
            return nothing()
                .help(format!("write `{instead}`"))
                .suggest(Suggestion::Replace(instead));
        }
        _ => {}
    }
    if let Some((outer, inner)) = wrapped(written) {
        return nothing()
            .help(format!("write `{outer}({inner}(…))`"))
            .suggest(Suggestion::Nest { outer, inner });
    }
    let stem = written.trim_end_matches(|c: char| c.is_ascii_digit());
    match (layer(stem), suggestion) {
        // The parenthesis between a layer and its first argument is missing.
        (Some(entry), _) if stem.len() < written.len() => {
            let number = &written[stem.len()..];
            problem(format!(
                "there is no layer `{written}`; arguments stand in parentheses: `{}({number})`",
                entry.name
            ))
            .suggest(Suggestion::Replace(format!("{}({number})", entry.name)))
        }
        (_, Some(name)) => {
            problem(format!("there is no layer `{written}`; did you mean `{name}`?"))
                .suggest(Suggestion::Rename(name))
        }
        _ => nothing().help(
            "a class of your own begins with a capital and ends in Layer, Block, Cell, Module, Encoder or Decoder",
        ),
    }
}

/// Whose name for a parameter an alias is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// PyTorch's.
    Pytorch,
    /// The documentation's of this language.
    Documentation,
}

/// What the name of an argument means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamName {
    /// A parameter of the layer, by index.
    Param(usize),
    /// Another name of a parameter.
    Alias {
        /// The parameter.
        index: usize,
        /// Whose name it is.
        origin: Origin,
    },
    /// What every layer takes: `name`, `trainable` and so on.
    Base(&'static str),
    /// The further operands of a merge: `inputs=("a", "b")`.
    Operands,
    /// Accepted without effect.
    Ignored {
        /// Why it has none.
        why: &'static str,
    },
    /// The number of input channels, which the input has already; see [`check_input_size`].
    CheckOnly,
    /// A parameter of older versions of Keras.
    Legacy {
        /// The parameter that it has become, if any. Keras takes both, and the old one wins.
        index: Option<usize>,
        /// What to write instead.
        instead: &'static str,
    },
    /// `dropout=` of a wrapper: a Dropout with this rate runs after the inner layer.
    DropoutAfter,
    /// Any argument of a layer that is not modelled.
    Kept,
    /// A parameter that only the other framework has, by index.
    Foreign(usize),
    /// None of these.
    Unknown {
        /// The parameter that may be meant. Where it is required and missing, the caller reads the
        /// argument as that parameter, so that one mistake is reported once.
        suggestion: Option<&'static str>,
    },
}

const ALIASES: &[(&str, &str, Origin)] = &[
    ("out_channels", "filters", Origin::Pytorch),
    ("out_features", "units", Origin::Pytorch),
    ("hidden_size", "units", Origin::Pytorch),
    ("stride", "strides", Origin::Pytorch),
    ("dilation", "dilation_rate", Origin::Pytorch),
    ("kernel", "kernel_size", Origin::Pytorch),
    ("pool", "pool_size", Origin::Pytorch),
    ("p", "rate", Origin::Pytorch),
    ("dim", "axis", Origin::Pytorch),
    ("dff", "ff_dim", Origin::Documentation),
    ("num_blocks", "num_layers", Origin::Documentation),
    ("dropout_rate", "dropout", Origin::Documentation),
    ("vocab_size", "input_dim", Origin::Documentation),
    ("embedding_dim", "output_dim", Origin::Documentation),
];

const IGNORED: &[(&str, &str, &str)] = &[
    ("PositionalEncoding", "d_model", "the width is the input's last dimension"),
    ("PositionalEncoding", "embedding_dim", "the width is the input's last dimension"),
    (
        "MultiHeadAttention",
        "mode",
        "with one tensor it attends to itself; for cross-attention name the other one, as in `MultiHeadAttention(8, 64, \"memory\")`",
    ),
    ("MultiHeadAttention", "batch_first", "the batch always comes first"),
];

/// Parameters that every layer takes.
pub const BASE: &[&str] = &[
    "name",
    "trainable",
    "dtype",
    "shared",
    "autocast",
    "activity_regularizer",
    "input_shape",
    "input_dim",
    "batch_shape",
];

/// What a parameter of [`BASE`] does, in one line; empty for other names.
pub fn base_doc(name: &str) -> &'static str {
    match name {
        "name" => "The layer's name, by which merges, branches and later layers can refer to it.",
        "trainable" => "Whether training changes the layer's weights.",
        "dtype" => "The number format that the layer computes in.",
        "shared" => "Layers with the same value are one layer: their weights count once.",
        "autocast" => "Whether inputs are converted to the layer's number format.",
        "activity_regularizer" => "A penalty on the layer's output.",
        "input_shape" | "batch_shape" => "The shape of the input, which the layers before give.",
        "input_dim" => "The features of the input, which the layers before give.",
        _ => "",
    }
}

/// What the name of an argument of a layer means under `framework`.
pub fn resolve_param(entry: &'static LayerEntry, framework: Framework, name: &str) -> ParamName {
    if let Some((index, param)) = entry.param(name) {
        return match param.only() {
            Some(only) if only != framework => ParamName::Foreign(index),
            _ => ParamName::Param(index),
        };
    }
    if let Some(base) = BASE.iter().find(|base| **base == name) {
        return ParamName::Base(base);
    }
    if let Some((_, _, why)) =
        IGNORED.iter().find(|(layer, param, _)| *layer == entry.name && *param == name)
    {
        return ParamName::Ignored { why };
    }
    let alias = ALIASES.iter().filter(|(alias, ..)| *alias == name);
    let alias = alias.filter_map(|(_, target, origin)| Some((entry.param(target)?.0, *origin)));
    if let Some((index, origin)) = alias.into_iter().next() {
        return ParamName::Alias { index, origin };
    }
    match (entry.name, name) {
        ("LeakyReLU", "alpha") => ParamName::Legacy {
            index: entry.param("negative_slope").map(|(index, _)| index),
            instead: "negative_slope",
        },
        ("Embedding", "input_length") => ParamName::Legacy { index: None, instead: "" },
        ("TimeDistributed", "dropout") => ParamName::DropoutAfter,
        (_, "inputs") if entry.is_merge() => ParamName::Operands,
        (_, "in_channels") if entry.category == Category::Convolution => ParamName::CheckOnly,
        (_, "in_features") if entry.param("units").is_some() => ParamName::CheckOnly,
        _ if entry.category == Category::Special && entry.name != "CustomShape" => ParamName::Kept,
        _ => {
            let here = |param: &&Param| param.only().is_none_or(|only| only == framework);
            let known = entry.params.iter().filter(here).map(|param| param.name);
            let known = known.chain(BASE.iter().copied());
            ParamName::Unknown { suggestion: did_you_mean(name, known) }
        }
    }
}

impl ParamName {
    /// What is to be said of an argument that is `written` so; the argument is to blame.
    pub fn problem(self, entry: &'static LayerEntry, written: &str) -> Option<Problem> {
        let layer = entry.name;
        let blame = Blame::Argument;
        let name_of = |index: usize| entry.params.get(index).map_or("", |param| param.name);
        Some(match self {
            ParamName::Param(_)
            | ParamName::Base(_)
            | ParamName::Operands
            | ParamName::CheckOnly
            | ParamName::DropoutAfter
            | ParamName::Kept => return None,
            ParamName::Foreign(index) => return foreign(entry, entry.params.get(index)?),
            ParamName::Alias { index, origin } => {
                let name = name_of(index);
                let whose = match origin {
                    Origin::Pytorch => "PyTorch's name for it",
                    Origin::Documentation => "another name for it",
                };
                Problem::new(
                    codes::PARAMETER_ALIAS,
                    blame,
                    format!("`{layer}`: the parameter is called `{name}`; `{written}` is {whose}"),
                )
                .suggest(Suggestion::RenameArgument(name))
            }
            ParamName::Ignored { why } => Problem::new(
                codes::IGNORED_PARAMETER,
                blame,
                format!("`{layer}`: `{written}` has no effect; {why}"),
            )
            .suggest(Suggestion::RemoveArgument),
            ParamName::Legacy { index: Some(index), .. } => {
                let name = name_of(index);
                Problem::new(
                    codes::DEPRECATED_PARAMETER,
                    blame,
                    format!("`{layer}`: `{written}` is the old name of `{name}`"),
                )
                .suggest(Suggestion::RenameArgument(name))
            }
            ParamName::Legacy { index: None, .. } => Problem::new(
                codes::DEPRECATED_PARAMETER,
                blame,
                format!(
                    "`{layer}`: `{written}` is of older versions of Keras and has no effect now"
                ),
            )
            .suggest(Suggestion::RemoveArgument),
            ParamName::Unknown { suggestion: Some(name) } => Problem::new(
                codes::UNKNOWN_PARAMETER,
                blame,
                format!("`{layer}` has no parameter `{written}`; did you mean `{name}`?"),
            )
            .suggest(Suggestion::RenameArgument(name)),
            ParamName::Unknown { suggestion: None } => {
                let problem = Problem::new(
                    codes::UNKNOWN_PARAMETER,
                    blame,
                    format!("`{layer}` has no parameter `{written}`"),
                )
                .suggest(Suggestion::RemoveArgument);
                match entry.params {
                    [] => problem
                        .help(format!("`{layer}` takes no parameters but those of every layer")),
                    params => {
                        let names: Vec<String> = params
                            .iter()
                            .filter(|param| param.pytorch != InPytorch::Only)
                            .take(8)
                            .map(|param| format!("`{}`", param.name))
                            .collect();
                        let more = if params.len() > 8 { ", …" } else { "" };
                        problem.help(format!("it has {}{more}", names.join(", ")))
                    }
                }
            }
        })
    }
}

/// What is to be said of a parameter that only the other framework has.
fn foreign(entry: &LayerEntry, param: &Param) -> Option<Problem> {
    let (layer, name) = (entry.name, param.name);
    let module = match entry.torch {
        "" => "PyTorch".to_owned(),
        torch => format!("PyTorch's `{torch}`"),
    };
    Some(
        match param.only()? {
            Framework::Pytorch => Problem::new(
                codes::UNKNOWN_PARAMETER,
                Blame::Argument,
                format!("`{layer}`: Keras has no `{name}`; it is a parameter of {module}"),
            )
            .help("with the setting `framework = \"pytorch\"` PyTorch's rules hold"),
            Framework::Keras => Problem::new(
                codes::IGNORED_PARAMETER,
                Blame::Argument,
                format!("`{layer}`: `{name}` has no effect; {module} has no such parameter"),
            ),
        }
        .suggest(Suggestion::RemoveArgument),
    )
}

/// Whether `in_channels` or `in_features` (`written`) says what the input has.
pub fn check_input_size(cx: &RuleCx<'_>, written: &str, value: &Value) -> Option<Problem> {
    let input = cx.input();
    let first = cx.args.text("data_format").is_some_and(|layout| layout == "channels_first");
    let axis = if first && written == "in_channels" { 1 } else { input.rank().checked_sub(1)? };
    let has = input.dims().get(axis).filter(|_| axis > 0)?;
    let given = u64::try_from(value.as_int()?).ok()?;
    has.never_equals(&Dim::Known(given)).then(|| {
        cx.problem(
            codes::SHAPE_MISMATCH,
            Blame::Argument,
            format!("`{written}={given}`, but the input {input} has {has}"),
        )
        .help("the number is taken from the input, so the argument can go")
        .suggest(Suggestion::RemoveArgument)
        .dim(0, axis)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Args;
    use crate::lang::testing::{shape, show_problem};
    use expect_test::{Expect, expect};

    fn check_layer(names: &str, expect: Expect) {
        let meaning = |name: &str| match resolve_layer(name) {
            LayerName::Entry(entry) => format!("{name} is {}", entry.name),
            other => other.problem(name).map_or_else(String::new, |problem| show_problem(&problem)),
        };
        expect.assert_eq(&names.split_whitespace().map(meaning).collect::<Vec<_>>().join("\n"));
    }

    fn check_params(names: &str, expect: Expect) {
        let meaning = |name: &str| {
            let (layer, param) = name.split_once('.').expect("a fixture says `Layer.param`");
            let LayerName::Entry(entry) = resolve_layer(layer) else {
                panic!("{layer} is no layer");
            };
            let found = resolve_param(entry, Framework::Keras, param);
            match found.problem(entry, param) {
                Some(problem) => show_problem(&problem),
                None => format!("{name} is {found:?}"),
            }
        };
        expect.assert_eq(&names.split_whitespace().map(meaning).collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn layers_have_aliases_and_no_letter_case() {
        check_layer(
            "Dense dense CONV2D Conv2d MaxPool2D Linear Residual Transformer transformerencoder Lambda",
            expect![[r#"
                Dense is Dense
                dense is Dense
                CONV2D is Conv2D
                Conv2d is Conv2D
                MaxPool2D is MaxPooling2D
                Linear is Dense
                Residual is ResidualConnection
                Transformer is TransformerEncoder
                transformerencoder is TransformerEncoder
                Lambda is Lambda"#]],
        );
    }

    #[test]
    fn other_names_are_classes_or_slips() {
        check_layer(
            "MyBlock PatchEncoder myblock Flaten Dens Conv2 MaxPoling2D BatchNorm BatchNorm2d
             Sigmoid Input Xyzzy Dense64 Conv2D32 MaxPool Repeat",
            expect![[r#"
                info custom-layer: `MyBlock` is taken for a class of yours; its shape is not modelled
                  help: say `output_shape=(…)`, without the batch, and the layers after it are checked
                info custom-layer: `PatchEncoder` is taken for a class of yours; its shape is not modelled
                  help: say `output_shape=(…)`, without the batch, and the layers after it are checked
                error unknown-layer: there is no layer or macro `myblock`
                  help: a class of your own begins with a capital and ends in Layer, Block, Cell, Module, Encoder or Decoder
                error unknown-layer: there is no layer `Flaten`; did you mean `Flatten`?
                  fix: Flatten instead
                error unknown-layer: there is no layer `Dens`; did you mean `Dense`?
                  fix: Dense instead
                error unknown-layer: there is no layer `Conv2`; did you mean `Conv2D`?
                  fix: Conv2D instead
                error unknown-layer: there is no layer `MaxPoling2D`; did you mean `MaxPooling2D`?
                  fix: MaxPooling2D instead
                error unknown-layer: there is no layer `BatchNorm`; did you mean `BatchNormalization`?
                  fix: BatchNormalization instead
                error unknown-layer: there is no layer `BatchNorm2d`; did you mean `BatchNormalization`?
                  fix: BatchNormalization instead
                error unknown-layer: there is no layer or macro `Sigmoid`
                  help: write `Activation("sigmoid")`
                  fix: Activation("sigmoid") where there are no arguments
                error unknown-layer: `Input` is no layer; the input is a section of the network, above the layers
                  help: write `input: (28, 28, 1)` there
                  fix: remove the layer
                error unknown-layer: there is no layer or macro `Xyzzy`
                  help: a class of your own begins with a capital and ends in Layer, Block, Cell, Module, Encoder or Decoder
                error unknown-layer: there is no layer `Dense64`; arguments stand in parentheses: `Dense(64)`
                  fix: Dense(64) where there are no arguments
                error unknown-layer: there is no layer `Conv2D32`; arguments stand in parentheses: `Conv2D(32)`
                  fix: Conv2D(32) where there are no arguments
                error unknown-layer: there is no layer `MaxPool`; did you mean `MaxPooling2D`?
                  fix: MaxPooling2D instead
                error unknown-layer: there is no layer or macro `Repeat`
                  help: copies are written behind a layer or a macro, as in `Dense(64) * 3`"#]],
        );
    }

    #[test]
    fn names_and_aliases_are_unique() {
        let mut seen = std::collections::HashSet::new();
        for entry in layers::all() {
            for name in std::iter::once(&entry.name).chain(entry.aliases) {
                let new = seen.insert(name.to_ascii_lowercase());
                // `Conv2d` is listed for its spelling; it is `Conv2D` in lower case.
                assert!(new || name.eq_ignore_ascii_case(entry.name), "{name} names two layers");
            }
        }
    }

    #[test]
    fn parameters_have_other_names() {
        check_params(
            "Conv2D.filters Conv2D.out_channels Conv2D.stride Dense.out_features Dropout.p
             Concatenate.dim TransformerEncoder.dff TransformerEncoder.dropout_rate
             Embedding.vocab_size Dense.stride",
            expect![[r#"
                Conv2D.filters is Param(0)
                hint parameter-alias: `Conv2D`: the parameter is called `filters`; `out_channels` is PyTorch's name for it
                  fix: call it filters
                hint parameter-alias: `Conv2D`: the parameter is called `strides`; `stride` is PyTorch's name for it
                  fix: call it strides
                hint parameter-alias: `Dense`: the parameter is called `units`; `out_features` is PyTorch's name for it
                  fix: call it units
                hint parameter-alias: `Dropout`: the parameter is called `rate`; `p` is PyTorch's name for it
                  fix: call it rate
                hint parameter-alias: `Concatenate`: the parameter is called `axis`; `dim` is PyTorch's name for it
                  fix: call it axis
                hint parameter-alias: `TransformerEncoder`: the parameter is called `ff_dim`; `dff` is another name for it
                  fix: call it ff_dim
                hint parameter-alias: `TransformerEncoder`: the parameter is called `dropout`; `dropout_rate` is another name for it
                  fix: call it dropout
                hint parameter-alias: `Embedding`: the parameter is called `input_dim`; `vocab_size` is another name for it
                  fix: call it input_dim
                error unknown-parameter: `Dense` has no parameter `stride`
                  help: it has `units`, `activation`, `use_bias`, `kernel_initializer`, `bias_initializer`, `kernel_regularizer`, `bias_regularizer`, `activity_regularizer`, …
                  fix: remove it"#]],
        );
    }

    #[test]
    fn some_names_have_no_effect() {
        check_params(
            "PositionalEncoding.d_model MultiHeadAttention.batch_first Embedding.input_length
             LeakyReLU.alpha ELU.alpha TimeDistributed.dropout Add.inputs Dense.inputs
             Dense.name Dense.shared Conv2D.in_channels Dense.in_features Lambda.anything",
            expect![[r#"
                warning ignored-parameter: `PositionalEncoding`: `d_model` has no effect; the width is the input's last dimension
                  fix: remove it
                warning ignored-parameter: `MultiHeadAttention`: `batch_first` has no effect; the batch always comes first
                  fix: remove it
                warning deprecated-parameter: `Embedding`: `input_length` is of older versions of Keras and has no effect now
                  fix: remove it
                warning deprecated-parameter: `LeakyReLU`: `alpha` is the old name of `negative_slope`
                  fix: call it negative_slope
                ELU.alpha is Param(0)
                TimeDistributed.dropout is DropoutAfter
                Add.inputs is Operands
                error unknown-parameter: `Dense` has no parameter `inputs`
                  help: it has `units`, `activation`, `use_bias`, `kernel_initializer`, `bias_initializer`, `kernel_regularizer`, `bias_regularizer`, `activity_regularizer`, …
                  fix: remove it
                Dense.name is Base("name")
                Dense.shared is Base("shared")
                Conv2D.in_channels is CheckOnly
                Dense.in_features is CheckOnly
                Lambda.anything is Kept"#]],
        );
    }

    #[test]
    fn slips_are_recognized() {
        check_params(
            "Dense.unit Conv2D.kernal_size LSTM.return_sequence Dense.Units Flatten.axis Add.axis
             Dense.dropout",
            expect![[r#"
                error unknown-parameter: `Dense` has no parameter `unit`; did you mean `units`?
                  fix: call it units
                error unknown-parameter: `Conv2D` has no parameter `kernal_size`; did you mean `kernel_size`?
                  fix: call it kernel_size
                error unknown-parameter: `LSTM` has no parameter `return_sequence`; did you mean `return_sequences`?
                  fix: call it return_sequences
                error unknown-parameter: `Dense` has no parameter `Units`; did you mean `units`?
                  fix: call it units
                error unknown-parameter: `Flatten` has no parameter `axis`
                  help: it has `data_format`
                  fix: remove it
                error unknown-parameter: `Add` has no parameter `axis`
                  help: `Add` takes no parameters but those of every layer
                  fix: remove it
                error unknown-parameter: `Dense` has no parameter `dropout`
                  help: it has `units`, `activation`, `use_bias`, `kernel_initializer`, `bias_initializer`, `kernel_regularizer`, `bias_regularizer`, `activity_regularizer`, …
                  fix: remove it"#]],
        );
    }

    #[test]
    fn input_sizes_are_compared() {
        let entry = layer("Dense").unwrap();
        let given = vec![None; entry.params.len()];
        let args = Args::new(entry, Framework::Keras, &given);
        let inputs = [shape("4, 8")];
        let cx = RuleCx::new(&args, &inputs);
        assert_eq!(check_input_size(&cx, "in_features", &Value::Int(8)), None);
        let problem = check_input_size(&cx, "in_features", &Value::Int(9)).unwrap();
        expect![[r#"
            error shape-mismatch: `Dense`: `in_features=9`, but the input 4×8 has 8
              help: the number is taken from the input, so the argument can go
              fix: remove it"#]]
        .assert_eq(&show_problem(&problem));
    }
}
