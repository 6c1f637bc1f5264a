//! Layers and macro calls: shapes, numbers, formula, documentation.

use super::formula::formula;
use super::layout::other_layout;
use super::{HoverConfig, Page};
use crate::ide::analysis::Analysis;
use crate::ide::index::{Flowing, Use, count_expansions, expansions, of_part};
use crate::ide::inlay_hints::{outputs_text, parameters_text};
use crate::ide::names::{Callee, Macro};
use crate::ide::numbers::bytes;
use crate::ide::tokens;
use crate::ide::view::{tensor_text, tensors_text, unknown_because};
use crate::lang::{Framework, LayerEntry, Operands};
use crate::model::place::Place;
use crate::model::result::{Counts, Layer, Part, count_layers, sum_parts};
use crate::shape::{Worlds, describe};
use crate::syntax::SyntaxKind;
use crate::syntax::ast::{AstNode, CallExpr, HpoExpr};

/// How many lines of a list are shown.
const MOST: usize = 8;

/// What a call of a layer or macro gives.
pub(super) fn call(analysis: &Analysis, call: &CallExpr, config: &HoverConfig) -> Option<String> {
    let callee = analysis.names().callee(call);
    let range = call.syntax().text_range();
    let results = analysis.results(range);
    let uses = results.call(range.start());
    let mut page = Page::default();
    match callee {
        Callee::Layer(entry) => {
            numbers(analysis, entry.name, uses, &mut page, config);
            if config.documentation {
                layer_doc(entry, analysis.framework(), &mut page);
            }
        }
        Callee::Custom => {
            let name = call.name()?;
            numbers(analysis, name.text(), uses, &mut page, config);
            if config.documentation {
                page.rule();
                page.text("A class of your own: its shape is not modelled. Say `output_shape=(…)`, without the batch, to go on with shapes after it.");
            }
        }
        Callee::Macro(definition) => {
            numbers(analysis, &definition.name, uses, &mut page, config);
            macro_doc(analysis, definition, &mut page);
        }
        _ => return None,
    }
    page.finish()
}

/// A choice of layers in the place of a layer.
pub(super) fn choice(
    analysis: &Analysis,
    choice: &HpoExpr,
    config: &HoverConfig,
) -> Option<String> {
    let calls: Vec<CallExpr> = choice
        .arg_list()?
        .args()
        .filter_map(|arg| CallExpr::cast(arg.value()?.syntax().clone()))
        .collect();
    if calls.is_empty() {
        return None;
    }
    let results = analysis.results(choice.syntax().text_range());
    let mut page = Page::default();
    page.text("**Choice of a layer**: a search takes one of these.");
    let mut lines = Vec::new();
    for call in calls.iter().take(MOST) {
        let uses = results.call(call.syntax().text_range().start());
        let text = super::one_line(call.syntax());
        match uses.first().and_then(|one| of_part(&one.what)) {
            Some(flow) => lines.push(format!("{text}  {}", arrow(&flow))),
            None => lines.push(text),
        }
    }
    page.code("text", &lines.join("\n"));
    if config.documentation {
        page.text("The layers after it are checked for every choice.");
    }
    page.finish()
}

/// Head line, counts, formula, and the shapes by use.
fn numbers(
    analysis: &Analysis,
    name: &str,
    uses: &[Use<Part>],
    page: &mut Page,
    config: &HoverConfig,
) {
    let mut flows: Vec<String> = Vec::new();
    for (copies, _) in expansions(uses) {
        if let Some(text) = flow_of(copies)
            && !flows.contains(&text)
        {
            flows.push(text);
        }
    }
    match flows.as_slice() {
        [] => page.code("text", name),
        [flow] => page.code("text", &format!("{name}  {flow}")),
        _ => {
            page.code("text", &format!("{name}  varies ({} uses)", count_expansions(uses)));
            uses_list(analysis, uses, page);
        }
    }
    let Some((first, _)) = expansions(uses).next() else { return };
    let shared = flows.len() == 1;
    if shared {
        counts(first, page, config);
    }
    let layer = match (&first[0].what, shared) {
        (Part::Layer(layer) | Part::Add(layer), true) => layer,
        _ => return,
    };
    unknown(analysis, layer, page);
    if config.other_layout {
        page.text(&other_layout(layer).unwrap_or_default());
    }
    let account = formula(layer, analysis.framework());
    let mut which = account.choice;
    if first.iter().map(|one| one.copies).sum::<u64>() > 1 {
        which = format!("the first copy{}{which}", if which.is_empty() { "" } else { ", " });
    }
    if !account.lines.is_empty() && !which.is_empty() {
        page.text(&format!("For {which}:"));
    }
    page.code("text", &account.lines.join("\n"));
    inside(layer, page);
    by_choice(layer, page);
}

/// `28×28×1 → 26×26×32` over all copies of one expansion.
fn flow_of(copies: &[Use<Part>]) -> Option<String> {
    let first = of_part(&copies.first()?.what)?;
    let last = of_part(&copies.last()?.what)?;
    let number: u64 = copies.iter().map(|copy| copy.copies).fold(0, u64::saturating_add);
    let copies = if number > 1 { format!("  ({number} copies)") } else { String::new() };
    Some(format!("{} → {}{copies}", tensors_text(first.inputs), outputs_text(&last)))
}

/// `28×28×1 → 26×26×32`
pub(super) fn arrow(flow: &Flowing<'_>) -> String {
    format!("{} → {}", tensors_text(flow.inputs), outputs_text(flow))
}

/// The calls of a macro with what they make of the place that is asked for.
fn uses_list(analysis: &Analysis, uses: &[Use<Part>], page: &mut Page) {
    let mut lines: Vec<String> = Vec::new();
    let mut more = 0;
    for (copies, _) in expansions(uses) {
        let (Some(call), Some(flow)) = (copies[0].call, flow_of(copies)) else { continue };
        let line = format!("{}  {flow}", call_text(analysis, call));
        if lines.contains(&line) {
            continue;
        }
        if lines.len() < MOST { lines.push(line) } else { more += 1 }
    }
    if more > 0 {
        lines.push(format!("… and {more} more"));
    }
    page.code("text", &lines.join("\n"));
}

/// `line 8: Block(32)`
pub(super) fn call_text(analysis: &Analysis, call: Place) -> String {
    let range = analysis.document().range(call);
    let line = analysis.line_index().line(range.start()) + 1;
    let node = tokens::covering_node(&analysis.syntax().syntax(), range);
    let call = node.ancestors().find(|node| node.kind() == SyntaxKind::CALL_EXPR).unwrap_or(node);
    format!("line {line}: {}", super::one_line(&call))
}

/// Parameters, multiply-accumulates and memory of all copies of one expansion.
fn counts(copies: &[Use<Part>], page: &mut Page, config: &HoverConfig) {
    let mut sum = Counts::ZERO;
    let mut layers = 0u64;
    for copy in copies {
        let parts = std::slice::from_ref(&copy.what);
        sum = sum + sum_parts(parts).times(copy.copies);
        layers = layers.saturating_add(count_layers(parts).saturating_mul(copy.copies));
    }
    if sum == Counts::UNKNOWN {
        return;
    }
    let mut lines = count_lines(&sum, config);
    if let Part::Macro(_) = copies[0].what {
        lines.insert(0, format!("{layers} layer{}", if layers == 1 { "" } else { "s" }));
    }
    page.list(&lines);
}

/// The numbers as lines of a list.
pub(super) fn count_lines(counts: &Counts, config: &HoverConfig) -> Vec<String> {
    let parameters = counts.trainable + counts.non_trainable;
    let none = crate::shape::Count::ZERO;
    let split = match (counts.trainable, counts.non_trainable) {
        _ if parameters == crate::shape::Count::Unknown => String::new(),
        (_, frozen) if frozen == none => String::new(),
        (trainable, _) if trainable == none => ", not trainable".to_owned(),
        (trainable, frozen) => format!(", {trainable} trainable and {frozen} not"),
    };
    let memory = match parameters == none || parameters == crate::shape::Count::Unknown {
        true => String::new(),
        false => format!(" ({})", bytes(parameters * config.dtype_bytes)),
    };
    let batch = match config.batch {
        1 => String::new(),
        batch => format!(" for a batch of {batch}"),
    };
    let macs = counts.macs * config.batch;
    let activation = counts.activation * config.batch;
    let other = match counts.aux * config.batch {
        crate::shape::Count::ZERO | crate::shape::Count::Unknown => String::new(),
        aux => format!(", {aux} other operations"),
    };
    vec![
        format!("{}{split}{memory}", parameters_text(parameters)),
        format!("{macs} MACs, {} FLOPs{other}{batch}", macs * 2),
        format!("{} of activations{batch}", bytes(activation * config.dtype_bytes)),
    ]
}

/// Why the output is not known.
fn unknown(analysis: &Analysis, layer: &Layer, page: &mut Page) {
    let known = layer.outputs.iter().all(|tensor| !tensor.is_unknown());
    if known {
        return;
    }
    let reason = layer.unknown.as_ref().or_else(|| layer.outputs.first()?.unknown.as_ref());
    let reason = unknown_because(analysis.document(), reason, layer.place);
    page.text(&format!("The output shape is unknown: {reason}."));
}

/// What the layers inside of a wrapper make of what they get.
fn inside(layer: &Layer, page: &mut Page) {
    let lines: Vec<String> = layer
        .inside
        .iter()
        .filter_map(|part| match part {
            Part::Layer(inner) => Some(format!("{}  {}", inner.layer, arrow(&of_part(part)?))),
            _ => None,
        })
        .take(MOST)
        .collect();
    if !lines.is_empty() {
        page.text("Inside:");
        page.code("text", &lines.join("\n"));
    }
}

/// What each choice of the hyperparameters gives.
fn by_choice(layer: &Layer, page: &mut Page) {
    let [output] = layer.outputs.as_slice() else { return };
    if output.shape.variables().is_empty() {
        return;
    }
    let mut lines: Vec<String> = Vec::new();
    let number = output.shape.values().len();
    for (world, shape) in output.shape.iter().take(MOST) {
        let mut one = output.clone();
        one.shape = Worlds::constant(shape.clone());
        lines.push(format!("{}: {}", describe(&world), tensor_text(&one)));
    }
    if number > MOST {
        lines.push(format!("… and {} more", number - MOST));
    }
    page.text("By choice:");
    page.code("text", &lines.join("\n"));
}

/// The table's documentation of a layer.
pub(super) fn layer_doc(entry: &LayerEntry, framework: Framework, page: &mut Page) {
    page.rule();
    page.text(entry.summary);
    // An asterisk before a name would begin emphasis.
    page.text(&format!("Output: {}.", entry.output.replace('*', "\\*")));
    let takes = match entry.operands {
        Operands::One => "",
        Operands::Several { .. } => {
            "It merges several tensors: branches before it, or layers that it names."
        }
        Operands::OneOr(_) => "With one tensor it stands for all of them.",
    };
    page.text(takes);
    page.text(entry.notes);
    if framework == Framework::Pytorch {
        page.text(entry.torch_notes);
    }
    if !entry.torch.is_empty() {
        page.text(&format!("PyTorch: `{}`", entry.torch));
    }
}

/// The head of a macro, and the comment above it.
pub(super) fn macro_doc(analysis: &Analysis, definition: &Macro, page: &mut Page) {
    page.rule();
    page.code("neural", &definition.head);
    page.text(&comment_above(analysis, definition));
}

/// The comment that ends on the line above a macro.
fn comment_above(analysis: &Analysis, definition: &Macro) -> String {
    let root = analysis.syntax().syntax();
    let node = tokens::covering_node(&root, definition.range);
    let mut lines: Vec<String> = Vec::new();
    let mut before = node.first_token().and_then(|token| token.prev_token());
    while let Some(token) = before {
        match token.kind() {
            SyntaxKind::WHITESPACE if token.text().matches('\n').count() <= 1 => {}
            SyntaxKind::COMMENT => {
                let text = token.text();
                let text = text
                    .strip_prefix("/*")
                    .and_then(|text| text.strip_suffix("*/"))
                    .unwrap_or(text);
                lines.push(text.trim_start_matches(['#', '/', ' ']).trim_end().to_owned());
            }
            _ => break,
        }
        before = token.prev_token();
    }
    lines.reverse();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use crate::ide::fixture::check_hover as check;
    use expect_test::expect;

    #[test]
    fn layers() {
        check(
            "Conv2D$0(32, (3, 3))",
            expect![[r#"
                `Conv2D`
                ```text
                Conv2D  28×28×1 → 26×26×32
                ```

                - 320 parameters (1.25 KiB)
                - 194,688 MACs, 389,376 FLOPs, 21,632 other operations
                - 84.5 KiB of activations

                ```text
                height: floor((28 − 3)/1) + 1 = 26
                width: floor((28 − 3)/1) + 1 = 26
                channels: filters = 32
                parameters: 3×3×1×32 + 32 = 320
                ```

                ---

                Convolution over an image.

                Output: (batch, \*positions, filters).

                The size of each spatial dimension is `floor((size - dilation*(kernel-1) - 1) / stride) + 1` with `padding="valid"` and `ceil(size / stride)` with `"same"`. Keras refuses strides over 1 together with a dilation rate over 1.

                PyTorch: `nn.Conv2d`
            "#]],
        );
        check(
            "BatchNorm$0alization()",
            expect![[r#"
                `BatchNormalization`
                ```text
                BatchNormalization  28×28×1 → 28×28×1
                ```

                - 4 parameters, 2 trainable and 2 not (16 B)
                - 0 MACs, 0 FLOPs, 1,568 other operations
                - 3.06 KiB of activations

                ```text
                trainable: 2×1 = 2
                moving averages: 2×1 = 2
                ```

                ---

                Normalizes each feature over the batch.

                Output: the input's shape.

                Each feature has two trainable parameters and two moving averages that training does not count as trainable.

                PyTorch: `nn.BatchNorm1d, 2d, 3d`
            "#]],
        );
        check(
            "Conv2D(4, 3) * 3\n$0Flatten()",
            expect![[r#"
                `Flatten`
                ```text
                Flatten  22×22×4 → 1936
                ```

                - 0 parameters
                - 0 MACs, 0 FLOPs
                - 0 B of activations

                ```text
                features: 22×22×4 = 1936
                ```

                ---

                Makes one dimension of all but the batch.

                Output: (batch, features).

                PyTorch: `nn.Flatten`
            "#]],
        );
        check(
            "$0Conv2D(4, 3) * 3",
            expect![[r#"
                `Conv2D`
                ```text
                Conv2D  28×28×1 → 22×22×4  (3 copies)
                ```

                - 336 parameters (1.31 KiB)
                - 176,976 MACs, 353,952 FLOPs, 6,944 other operations
                - 27.1 KiB of activations

                For the first copy:

                ```text
                height: floor((28 − 3)/1) + 1 = 26
                width: floor((28 − 3)/1) + 1 = 26
                channels: filters = 4
                parameters: 3×3×1×4 + 4 = 40
                ```

                ---

                Convolution over an image.

                Output: (batch, \*positions, filters).

                The size of each spatial dimension is `floor((size - dilation*(kernel-1) - 1) / stride) + 1` with `padding="valid"` and `ceil(size / stride)` with `"same"`. Keras refuses strides over 1 together with a dilation rate over 1.

                PyTorch: `nn.Conv2d`
            "#]],
        );
        check(
            "Conv2D(4, 99)\n$0Flatten()",
            expect![[r#"
                `Flatten`
                ```text
                Flatten  ? → ?
                ```

                The output shape is unknown: `Conv2D` on line 4 has an error.

                ---

                Makes one dimension of all but the batch.

                Output: (batch, features).

                PyTorch: `nn.Flatten`
            "#]],
        );
    }

    #[test]
    fn choices() {
        check(
            "Conv2D$0(HPO(choice(4, 8)), 3)",
            expect![[r#"
                `Conv2D`
                ```text
                Conv2D  28×28×1 → 26×26×4|8
                ```

                - 40..80 parameters (160..320 B)
                - 24,336..48,672 MACs, 48,672..97,344 FLOPs, 2,704..5,408 other operations
                - 10.6..21.1 KiB of activations

                For filters=4:

                ```text
                height: floor((28 − 3)/1) + 1 = 26
                width: floor((28 − 3)/1) + 1 = 26
                channels: filters = 4
                parameters: 3×3×1×4 + 4 = 40
                ```

                By choice:

                ```text
                filters=4: 26×26×4
                filters=8: 26×26×8
                ```

                ---

                Convolution over an image.

                Output: (batch, \*positions, filters).

                The size of each spatial dimension is `floor((size - dilation*(kernel-1) - 1) / stride) + 1` with `padding="valid"` and `ceil(size / stride)` with `"same"`. Keras refuses strides over 1 together with a dilation rate over 1.

                PyTorch: `nn.Conv2d`
            "#]],
        );
        check(
            "HPO$0(choice(Dense(64), Dropout(0.5)))",
            expect![[r#"
            `HPO`
            **Choice of a layer**: a search takes one of these.

            ```text
            Dense(64)  28×28×1 → 28×28×64
            Dropout(0.5)  28×28×1 → 28×28×1
            ```

            The layers after it are checked for every choice.

            **HPO** `(choice(32, 64))`

            A hyperparameter: a value that a search chooses. Shapes are checked for every choice.
        "#]],
        );
        check(
            "Conv2D(HPO(choice(4$0, 8)), 3)",
            expect![[r#"
                `4`
                **filters** of `Conv2D`: a whole number of at least 1, required.

                How many channels the output has.

                Here: `4`, `8`

                ```text
                Conv2D  28×28×1 → 26×26×4|8
                height: floor((28 − 3)/1) + 1 = 26
                width: floor((28 − 3)/1) + 1 = 26
                channels: filters = 4
                parameters: 3×3×1×4 + 4 = 40
                ```
            "#]],
        );
        check(
            "Dropout(HPO(range$0(0.1, 0.5)))",
            expect![[r#"
            `range`
            **range** `(low, high, step=1)`

            Over whole numbers every value from `low` to `high`, both included, in steps of `step`; over fractions any value between them.
        "#]],
        );
    }

    #[test]
    fn wrappers() {
        let text = "network N { input: (10, 8, 8, 3) layers: TimeDistributed(Conv2D(4, 3)) { Flatten() } }";
        check(
            &text.replace("TimeD", "$0TimeD"),
            expect![[r#"
                `TimeDistributed`
                ```text
                TimeDistributed  10×8×8×3 → 10×144
                ```

                - 112 parameters (448 B)
                - 38,880 MACs, 77,760 FLOPs, 1,440 other operations
                - 5.62 KiB of activations

                Inside:

                ```text
                Conv2D  8×8×3 → 6×6×4
                ```

                ---

                Applies a layer to each step of a sequence.

                Output: (batch, steps, …the inner layer's).

                The parameters are those of the inner layer, however many steps there are.
            "#]],
        );
        check(
            &text.replace("Conv", "$0Conv"),
            expect![[r#"
                `Conv2D`
                ```text
                Conv2D  8×8×3 → 6×6×4
                ```

                - 112 parameters (448 B)
                - 3,888 MACs, 7,776 FLOPs, 144 other operations
                - 576 B of activations

                ```text
                height: floor((8 − 3)/1) + 1 = 6
                width: floor((8 − 3)/1) + 1 = 6
                channels: filters = 4
                parameters: 3×3×3×4 + 4 = 112
                ```

                ---

                Convolution over an image.

                Output: (batch, \*positions, filters).

                The size of each spatial dimension is `floor((size - dilation*(kernel-1) - 1) / stride) + 1` with `padding="valid"` and `ceil(size / stride)` with `"same"`. Keras refuses strides over 1 together with a dilation rate over 1.

                PyTorch: `nn.Conv2d`
            "#]],
        );
        check(
            &text.replace("Flat", "$0Flat"),
            expect![[r#"
                `Flatten`
                ```text
                Flatten  6×6×4 → 144
                ```

                - 0 parameters
                - 0 MACs, 0 FLOPs
                - 0 B of activations

                ```text
                features: 6×6×4 = 144
                ```

                ---

                Makes one dimension of all but the batch.

                Output: (batch, features).

                PyTorch: `nn.Flatten`
            "#]],
        );
    }
}
