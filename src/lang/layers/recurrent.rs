//! Recurrent layers, their cells, and RNN, which runs any cell over a sequence.

pub(super) mod params;

use params::{GRU, GRU_CELL, LSTM, LSTM_CELL, RNN, SIMPLE, SIMPLE_CELL};

use super::shared::*;
use crate::diagnostics::codes;
use crate::lang::explain;
use crate::lang::layers::convolution::positive;
use crate::lang::{
    Blame, Category, LayerEntry, Outcome, Param, Problem, Rule, RuleCx, Suggestion, Value,
};
use crate::shape::{Count, Dim, Shape};

const fn layer(
    name: &'static str,
    gates: u64,
    params: &'static [Param],
    summary: &'static str,
    notes: &'static str,
) -> LayerEntry {
    let entry = LayerEntry::new(name, Category::Recurrent, Rule::Pure(recurrent), params, summary)
        .keeping("T×units");
    match gates {
        4 => entry
            .counting("4×units×(F + units) + 4×use_bias×units", "T×4×units×(F + units)")
            .costing("T×units×(4×use_bias + 9)"),
        3 => entry
            .counting(
                "3×units×(F + units) + 3×use_bias×(1 + reset_after)×units",
                "T×3×units×(F + units)",
            )
            .costing("12×T×units"),
        _ => entry
            .counting("units×(F + units) + use_bias×units", "T×units×(F + units)")
            .costing("2×T×units"),
    }
    .explained(explain_recurrent)
    .sized_by("units")
    .gives("(batch, units), or with `return_sequences=true` (batch, steps, units)")
    .noting(notes)
    .noting_for_torch(TORCH_NOTES)
}

const fn cell(
    name: &'static str,
    gates: u64,
    params: &'static [Param],
    summary: &'static str,
) -> LayerEntry {
    let entry = LayerEntry::new(name, Category::Recurrent, Rule::Pure(step), params, summary);
    match gates {
        4 => entry
            .counting("4×units×(F + units) + 4×use_bias×units", "4×units×(F + units)")
            .costing("units×(4×use_bias + 9)")
            .keeping("2×units"),
        3 => entry
            .counting(
                "3×units×(F + units) + 3×use_bias×(1 + reset_after)×units",
                "3×units×(F + units)",
            )
            .costing("12×units"),
        _ => entry
            .counting("units×(F + units) + use_bias×units", "units×(F + units)")
            .costing("2×units"),
    }
    .explained(explain_recurrent)
    .sized_by("units")
    .gives("(batch, units)")
    .noting("One step: it takes no sequence. `RNN(cell)` runs it over one.")
}

const UNITS_FIRST: &[&str] = &["units"];
const LSTM_NOTES: &str = "Parameters are `4*units*(features + units) + 4*units`. With `return_state=true` the outputs are the output, the state and the cell state. PyTorch has a second bias.";
const TORCH_NOTES: &str = "PyTorch has two biases for each gate. `num_layers` stacks layers, `bidirectional` adds one that reads from the end; \
each stacked layer reads both directions of the one before.";
const GRU_NOTES: &str = "Parameters are `3*units*(features + units) + 6*units`; with `reset_after=false` there is one bias, `3*units`.";
const SIMPLE_NOTES: &str =
    "Parameters are `units*(features + units) + units`. PyTorch has a second bias.";

/// Recurrent layers and cells.
pub static LAYERS: &[LayerEntry] = &[
    layer("LSTM", 4, LSTM, "Runs a long short-term memory over a sequence.", LSTM_NOTES)
        .ordered(UNITS_FIRST)
        .in_torch("nn.LSTM"),
    layer("GRU", 3, GRU, "Runs a gated recurrent unit over a sequence.", GRU_NOTES)
        .ordered(UNITS_FIRST)
        .in_torch("nn.GRU"),
    layer("SimpleRNN", 1, SIMPLE, "Runs a plain recurrence over a sequence.", SIMPLE_NOTES)
        .ordered(UNITS_FIRST)
        .in_torch("nn.RNN"),
    layer(
        "SimpleRNNDropoutWrapper",
        1,
        SIMPLE,
        "This language's name for SimpleRNN with dropout.",
        SIMPLE_NOTES,
    )
    .in_keras("keras.layers.SimpleRNN(dropout=…)"),
    layer("GRUDropoutWrapper", 3, GRU, "This language's name for GRU with dropout.", GRU_NOTES)
        .in_keras("keras.layers.GRU(dropout=…)"),
    layer("LSTMDropoutWrapper", 4, LSTM, "This language's name for LSTM with dropout.", LSTM_NOTES)
        .in_keras("keras.layers.LSTM(dropout=…)"),
    cell("LSTMCell", 4, LSTM_CELL, "One step of a long short-term memory.")
        .ordered(UNITS_FIRST)
        .in_torch("nn.LSTMCell"),
    cell("GRUCell", 3, GRU_CELL, "One step of a gated recurrent unit.")
        .ordered(UNITS_FIRST)
        .in_torch("nn.GRUCell"),
    cell("SimpleRNNCell", 1, SIMPLE_CELL, "One step of a plain recurrence.").in_torch("nn.RNNCell"),
    LayerEntry::new(
        "RNN",
        Category::Recurrent,
        Rule::Wrapper {
            enter: first_step,
            leave: all_steps,
            inner: &["LSTMCell", "GRUCell", "SimpleRNNCell"],
        },
        RNN,
        "Runs a cell, or a stack of cells, over a sequence.",
    )
    .counting_as("the cells', for each step")
    .counting("the cells'", "the cells', for each step")
    .freezing("0")
    .gives("(batch, units), or with `return_sequences=true` (batch, steps, units)"),
];

/// How many gates the layer or cell has.
fn gates(name: &str) -> u64 {
    match name {
        name if name.starts_with("LSTM") => 4,
        name if name.starts_with("GRU") => 3,
        _ => 1,
    }
}

/// How many tensors the state of the layer or cell has.
fn states(name: &str) -> usize {
    if name.starts_with("LSTM") { 2 } else { 1 }
}

/// What a layer or cell makes of one step.
struct Recurrence {
    /// Its parameters, all directions and stacked layers together.
    parameters: Count,
    /// Its multiply-accumulates for one step.
    macs: Count,
    /// The features of its output.
    width: Dim,
    /// The features of each of its states.
    states: Vec<Dim>,
    /// How many layers and directions have a state of their own; `None` where that is not known.
    cells: Option<u64>,
}

/// Each gate multiplies the step's features and the state, and adds a bias to each product; Keras has
/// one bias for both, unless the reset gate of a GRU comes after the product. PyTorch's stacked layers
/// read the output of the layer before, in both directions together.
fn recurrence(cx: &RuleCx<'_>, features: &Dim) -> Recurrence {
    let own = |param: &str| cx.is_pytorch() && cx.args.entry().param(param).is_some();
    let units = cx.args.dim("units");
    let gated = Count::from(&units) * gates(cx.name());
    let bias = match cx.is_pytorch() {
        true => gated * 2,
        false if cx.args.entry().param("reset_after").is_some() => {
            gated + cx.if_set("reset_after", gated)
        }
        false => gated,
    };
    let projected = match own("proj_size") {
        true => cx.args.dim("proj_size"),
        false => Dim::Known(0),
    };
    let (state, projection) = match &projected {
        Dim::Known(0) => (units.clone(), Count::ZERO),
        size => (size.clone(), Count::from(size) * Count::from(&units)),
    };
    let directions = match own("bidirectional").then(|| cx.args.bool("bidirectional")) {
        None | Some(Some(false)) => Some(1),
        Some(Some(true)) => Some(2),
        Some(None) => None,
    };
    let layers = match own("num_layers") {
        true => positive(cx, "num_layers"),
        false => Some(1),
    };
    let width = directions.map_or(Dim::Unknown, |directions| state.times(directions));
    let weights =
        |features: &Dim| gated * (Count::from(features) + Count::from(&state)) + projection;
    let count = |number: Option<u64>| number.map_or(Count::Unknown, Count::known);
    let all = |first: Count, later: Count| match layers {
        // Nothing is read by later layers where there are none.
        Some(1) => first * count(directions),
        layers => (first + later * count(layers.map(|layers| layers - 1))) * count(directions),
    };
    let macs = all(weights(features), weights(&width));
    let biases = cx.if_set("use_bias", all(bias, bias));
    Recurrence {
        parameters: macs + biases,
        macs,
        width,
        states: match states(cx.name()) {
            2 => vec![state, units],
            _ => vec![state],
        },
        cells: layers.zip(directions).map(|(layers, both)| layers.saturating_mul(both)),
    }
}

/// PyTorch's projection makes the state smaller.
fn check_projection(cx: &RuleCx<'_>) -> Result<(), Problem> {
    let (Some(size), Some(units)) = (positive(cx, "proj_size"), positive(cx, "units")) else {
        return Ok(());
    };
    if !cx.is_pytorch() || size < units {
        return Ok(());
    }
    let problem = cx.problem(
        codes::INCOMPATIBLE_PARAMETERS,
        Blame::Param("proj_size"),
        format!(
            "`proj_size={size}` must be less than `units={units}`, or 0 for no projection; {} is the most",
            units - 1
        ),
    );
    Err(problem.suggest_set("proj_size", units - 1))
}

/// Keras clips a dropout that is no share.
pub(super) fn clipped(cx: &RuleCx<'_>) -> Option<Problem> {
    ["dropout", "recurrent_dropout"].into_iter().find_map(|param| {
        let rate = cx.args.number(param).filter(|rate| !(0.0..=1.0).contains(rate))?;
        let clipped = if rate > 1.0 { "1.0" } else { "0.0" };
        let problem = cx.problem(
            codes::BAD_VALUE,
            Blame::Param(param),
            format!(
                "`{param}` is a share between 0 and 1; Keras takes {} for {clipped}",
                cx.args.value(param)
            ),
        );
        let meant = meant_share(rate);
        Some(problem.as_warning().suggest_set(param, Value::Float(meant)))
    })
}

/// A batch of a fixed size is what `stateful` needs, and a network's batch has none.
pub(super) fn check_stateful(cx: &RuleCx<'_>) -> Result<(), Problem> {
    if cx.args.bool("stateful") != Some(true) || cx.input().batch().is_determined() {
        return Ok(());
    }
    Err(cx
        .problem(
            codes::UNKNOWN_DIMENSION,
            Blame::Param("stateful"),
            "`stateful=true` needs a batch of a fixed size, but the batch size is not known",
        )
        .suggest(Suggestion::Remove { param: "stateful" }))
}

/// The outputs of a recurrent layer: `last` of one step, or of all `steps`, and the states.
pub(super) fn outputs(
    cx: &RuleCx<'_>,
    steps: &Dim,
    last: &Shape,
    states: Vec<Shape>,
) -> Option<Vec<Shape>> {
    let whole = match cx.args.bool("return_sequences")? {
        true => {
            let rest = last.unbatched().iter().cloned();
            Shape::new([last.batch(), steps.clone()].into_iter().chain(rest))
        }
        false => last.clone(),
    };
    Some(match cx.args.bool("return_state")? {
        true => [whole].into_iter().chain(states).collect(),
        false => vec![whole],
    })
}

fn recurrent(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    cx.need_rank(0, 3, "a sequence (steps, features)")?;
    let features = cx.determined(0, 2)?;
    check_stateful(cx)?;
    let steps = cx.input().dims()[1].clone();
    check_projection(cx)?;
    let found = recurrence(cx, &features);
    let of = |width: &Dim| Shape::new([cx.input().batch(), width.clone()]);
    let last = of(&found.width);
    let states: Vec<Shape> = found.states.iter().map(of).collect();
    let run = Count::from(&steps);
    let counted = Outcome::new(last.clone())
        .trainable(found.parameters)
        .macs(run * found.macs)
        .activation(run * Count::from(&found.width));
    // The states of several layers come as one tensor whose batch is not its first dimension.
    let one = found.cells == Some(1) || cx.args.bool("return_state") == Some(false);
    let outputs = outputs(cx, &steps, &last, states).filter(|_| one).unwrap_or_default();
    Ok(Outcome { outputs, ..counted }.warn(clipped(cx)))
}

fn step(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    cx.need_rank(0, 2, "one step of a sequence (features)")?;
    let features = cx.determined(0, 1)?;
    let found = recurrence(cx, &features);
    let output = Shape::new([cx.input().batch(), found.width.clone()]);
    Ok(Outcome::new(output)
        .trainable(found.parameters)
        .macs(found.macs)
        .activation(Count::from(&found.width) * states(cx.name()) as u64)
        .warn(clipped(cx)))
}

fn first_step(cx: &RuleCx<'_>, input: &Shape) -> Result<Shape, Problem> {
    cx.need_rank(0, 3, "a sequence (steps, features)")?;
    check_stateful(cx)?;
    Ok(Shape::new([input.batch(), input.last()]))
}

/// The outcome has an output for each of the stacked cells, the last being the result.
fn all_steps(cx: &RuleCx<'_>, input: &Shape, cells: Outcome) -> Result<Outcome, Problem> {
    let steps = input.dims().get(1).cloned().unwrap_or(Dim::Unknown);
    let run = Count::from(&steps);
    let stacked = cells.outputs.iter().zip(cx.inner);
    let states =
        stacked.flat_map(|(shape, cell)| vec![shape.clone(); states(cell.entry().name)]).collect();
    let outputs = cells.outputs.last().and_then(|last| outputs(cx, &steps, last, states));
    Ok(Outcome {
        outputs: outputs.unwrap_or_default(),
        macs: run * cells.macs,
        aux: run * cells.aux,
        activation: run * cells.activation,
        ..cells
    })
}

fn explain_recurrent(cx: &RuleCx<'_>, output: &Shape) -> Vec<String> {
    let (units, features) = (cx.args.dim("units"), cx.input().last());
    let mut lines = Vec::new();
    if let ([_, steps, _], Some(all)) = (cx.input().dims(), cx.args.bool("return_sequences")) {
        lines.push(match all {
            true => format!("steps: all {steps}, because of return_sequences=true"),
            false => format!("steps: the last of {steps}"),
        });
    }
    let found = recurrence(cx, &features);
    let single = found.cells == Some(1) && found.width == units;
    lines.extend(explain::line("features", if single { "units" } else { "" }, &output.last()));
    let gates = gates(cx.name());
    let reset_after =
        cx.args.entry().param("reset_after").is_some() && cx.args.bool("reset_after") == Some(true);
    let two_biases = cx.is_pytorch() || reset_after;
    let bias = match (cx.args.bool("use_bias"), two_biases) {
        (Some(true), true) => format!(" + 2×{}", explain::size(&units)),
        (Some(true), false) => format!(" + {}", explain::size(&units)),
        _ => String::new(),
    };
    let parameters = found.parameters;
    if parameters != Count::Unknown && single {
        let (units, features) = (explain::size(&units), explain::size(&features));
        let gate = format!("{units}×({features} + {units}){bias}");
        lines.push(match (gates, bias.is_empty()) {
            (1, _) => format!("parameters: {gate} = {parameters}"),
            (_, true) => format!("parameters: {gates}×{gate} = {parameters}"),
            (_, false) => format!("parameters: {gates}×({gate}) = {parameters}"),
        });
    }
    lines
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::{check, check_explained_pytorch, check_pytorch};
    use expect_test::expect;

    #[test]
    fn pytorch_has_two_biases_and_stacks() {
        check_pytorch(
            r#"
        LSTM(64) on (T, 32)
        GRU(64, return_sequences=true, use_bias=false) on (10, 32)
        GRU(64, reset_after=false) on (10, 32)
        SimpleRNN(8, return_state=true) on (10, 32)
        LSTM(8, num_layers=2, bidirectional=true, proj_size=3, return_sequences=true) on (5, 4)
        LSTM(8, proj_size=3, return_state=true) on (5, 4)
        LSTM(8, num_layers=2, return_state=true) on (5, 4)
        LSTM(8, proj_size=8) on (5, 4)
        GRU(8, proj_size=3) on (5, 4)
        GRUCell(8) on (4)
        RNN(LSTMCell(8)) on (T, 4)
        LSTM(8, num_layers=0) on (5, 4)
            "#,
            expect![[r#"
                64  params 25,088  macs ?
                10×64  params 18,432  macs 184,320
                64  params 18,816  macs 184,320
                warning ignored-parameter: `GRU`: `reset_after` has no effect; PyTorch's `nn.GRU` has no such parameter
                  fix: remove it
                8 | 8  params 336  macs 3,200
                5×6  params 1,376  macs 5,600
                3 | 3 | 8  params 312  macs 1,240
                ?  params 1,024  macs 4,480
                error incompatible-parameters: `LSTM`: `proj_size=8` must be less than `units=8`, or 0 for no projection; 7 is the most
                  fix: proj_size=7
                8  params 336  macs 1,440
                error unknown-parameter: `GRU` has no parameter `proj_size`
                  help: it has `units`, `activation`, `recurrent_activation`, `use_bias`, `kernel_initializer`, `recurrent_initializer`, `bias_initializer`, `kernel_regularizer`, …
                  fix: remove it
                8  params 336  macs 288
                8  params 448  macs ?
                8  macs ?
                error bad-value: `LSTM`: `num_layers` must be a whole number of at least 1, not 0; write 1
                  fix: num_layers=1"#]],
        );
        check(
            r#"
        LSTM(64, num_layers=2) on (T, 32)
            "#,
            expect![[r#"
                64  params 24,832  macs ?
                error unknown-parameter: `LSTM`: Keras has no `num_layers`; it is a parameter of PyTorch's `nn.LSTM`
                  help: with the setting `framework = "pytorch"` PyTorch's rules hold
                  fix: remove it"#]],
        );
        check_explained_pytorch(
            r#"
        LSTM(64) on (T, 32)
        GRU(8, bidirectional=true) on (T, 32)
            "#,
            expect![[r#"
                LSTM(64)
                  steps: the last of T
                  features: units = 64
                  parameters: 4×(64×(32 + 64) + 2×64) = 25,088
                GRU(8, bidirectional=true)
                  steps: the last of T
                  features:  = 16"#]],
        );
    }

    #[test]
    fn counts_differ_by_gates_and_biases() {
        check(
            r#"
        LSTM(64) on (T, 32)
        GRU(64, return_sequences=true) on (10, 32)
        GRU(64, reset_after=false) on (10, 32)
        SimpleRNN(8, return_state=true) on (10, 32)
        LSTM(8, return_state=true, return_sequences=true) on (T, 4)
        GRUCell(8) on (4)
        RNN(LSTMCell(8), return_state=true) on (T, 4)
            "#,
            expect![[r#"
                64  params 24,832  macs ?
                10×64  params 18,816  macs 184,320
                64  params 18,624  macs 184,320
                8 | 8  params 328  macs 3,200
                T×8 | 8 | 8  params 416  macs ?
                8  params 336  macs 288
                8 | 8 | 8  params 416  macs ?"#]],
        );
    }

    #[test]
    fn a_sequence_is_needed() {
        check(
            r#"
        LSTM(8) on (16)
        LSTM(8) on (26, 26, 8)
        LSTM(8, stateful=true) on (5, 8)
        LSTM(8) on (5, ?)
            "#,
            expect![[r#"
                error rank-mismatch: `LSTM`: takes a sequence (steps, features): 2 dimensions besides the batch, but the input (16) has 1
                  fix: no Flatten before operand 0
                  fix: all steps of what makes operand 0
                  fix: 1 as the last dimension where operand 0 is the input: write how many features a step has in the input, as in `(16, 1)`; token ids need an `Embedding` before this layer
                  fix: Reshape((16, 1)) before
                error rank-mismatch: `LSTM`: takes a sequence (steps, features): 2 dimensions besides the batch, but the input (26×26×8) has 3
                  help: for a sequence run it on each step with `TimeDistributed(LSTM(…))`
                  fix: Reshape((26, 208)) before
                  fix: TimeDistributed around it
                error unknown-dimension: `LSTM`: `stateful=true` needs a batch of a fixed size, but the batch size is not known
                  fix: remove stateful
                error unknown-dimension: `LSTM`: the last dimension of 5×? must be a number to build the layer, but is unknown
                  help: give that dimension a number where it comes from"#]],
        );
    }

    #[test]
    fn dropout_is_clipped() {
        check(
            r#"
        LSTM(8, dropout=50) on (5, 8)
            "#,
            expect![[r#"
                8  params 544  macs 2,560
                warning bad-value: `LSTM`: `dropout` is a share between 0 and 1; Keras takes 50 for 1.0
                  fix: dropout=0.5"#]],
        );
    }
}
