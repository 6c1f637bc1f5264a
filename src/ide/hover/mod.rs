//! What an editor shows under the pointer.
//!
//! A layer's page begins with its shapes, goes on with its numbers and the formula with these
//! numbers in it, and ends with the documentation of the layer table. Every other word of the
//! language has a page too: parameters, macros, sections, hyperparameters, dimensions.

mod argument;
mod formula;
mod layer;
mod section;
mod words;

use super::analysis::Analysis;
use super::index::expansions;
use super::names::Callee;
use super::tokens;
use super::view::tensors_text;
use crate::model::result::{Part, count_layers};
use crate::syntax::ast::{AstNode, BranchStmt, CallExpr, HpoExpr, LayerStmt, Network};
use crate::syntax::{SyntaxKind, SyntaxNode, SyntaxToken};
use crate::text::{TextRange, TextSize};

/// A text about a piece of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The piece.
    pub range: TextRange,
    /// The text, in Markdown.
    pub markdown: String,
}

/// How numbers are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoverConfig {
    /// The batch for activations and multiply-accumulates.
    pub batch: u64,
    /// The bytes of one number.
    pub dtype_bytes: u64,
    /// Whether the documentation of layers and parameters is shown below the numbers.
    pub documentation: bool,
}

impl Default for HoverConfig {
    fn default() -> HoverConfig {
        HoverConfig { batch: 1, dtype_bytes: 4, documentation: true }
    }
}

/// What there is to say about `offset`.
pub(super) fn hover(analysis: &Analysis, offset: TextSize, config: &HoverConfig) -> Option<Hover> {
    let token = tokens::token_at(&analysis.syntax().syntax(), offset)?;
    let parent = token.parent()?;
    let markdown = match (token.kind(), parent.kind()) {
        (SyntaxKind::STAR, SyntaxKind::REPEAT) => Some(words::REPEAT.to_owned()),
        (SyntaxKind::AT, SyntaxKind::DEVICE) => Some(words::DEVICE.to_owned()),
        (kind, _) if kind.is_trivia() => None,
        (_, SyntaxKind::CALL_EXPR) => call(analysis, &token, &parent, config),
        (SyntaxKind::IDENT, SyntaxKind::NETWORK) => network_word(analysis, &token, parent, config),
        (SyntaxKind::IDENT, SyntaxKind::MACRO_DEF) => definition(analysis, &token, config),
        (SyntaxKind::IDENT, SyntaxKind::PARAM) => argument::macro_parameter(analysis, &token),
        (SyntaxKind::IDENT, SyntaxKind::BRANCH_STMT) => {
            branch(analysis, &BranchStmt::cast(parent)?)
        }
        (SyntaxKind::IDENT, SyntaxKind::HPO_EXPR) => hpo(analysis, &token, parent, config),
        (SyntaxKind::IDENT, SyntaxKind::RESEARCH) => words::keyword("research").map(str::to_owned),
        (_, SyntaxKind::DEVICE) => Some(words::DEVICE.to_owned()),
        _ => section::hover(analysis, &token, config)
            .or_else(|| argument::hover(analysis, &token, config)),
    }?;
    Some(Hover { range: token.text_range(), markdown })
}

/// The name of a call.
fn call(
    analysis: &Analysis,
    token: &SyntaxToken,
    node: &SyntaxNode,
    config: &HoverConfig,
) -> Option<String> {
    let found = CallExpr::cast(node.clone())?;
    match analysis.names().callee(&found) {
        Callee::Layer(_) | Callee::Macro(_) | Callee::Custom => {
            layer::call(analysis, &found, config)
        }
        callee => section::signature(callee).or_else(|| argument::hover(analysis, token, config)),
    }
}

fn network_word(
    analysis: &Analysis,
    token: &SyntaxToken,
    node: SyntaxNode,
    config: &HoverConfig,
) -> Option<String> {
    let found = Network::cast(node)?;
    if found.name().as_ref() == Some(token) {
        return network(analysis, &found, config);
    }
    words::keyword("network").map(str::to_owned)
}

/// The head of a macro: what its uses make of it.
fn definition(analysis: &Analysis, token: &SyntaxToken, _: &HoverConfig) -> Option<String> {
    let found = analysis.names().macros.iter().find(|it| it.name_range == token.text_range());
    let Some(found) = found else { return words::keyword("define").map(str::to_owned) };
    let mut page = Page::default();
    page.code("neural", &found.head);
    let results = analysis.results(found.range);
    let body = tokens::covering_node(&analysis.syntax().syntax(), found.range);
    let first = body
        .children()
        .find(|node| node.kind() == SyntaxKind::BLOCK)
        .and_then(|block| block.children().find(is_statement));
    let uses = first.map_or(&[][..], |node| results.statement(node.text_range().start()));
    let mut lines: Vec<String> = Vec::new();
    let (mut number, mut more) = (0u64, 0u64);
    for (copies, times) in expansions(uses) {
        number = number.saturating_add(times);
        let Some(place) = copies[0].call else { continue };
        let range = analysis.document().range(place);
        let calls = analysis.results(range);
        let found =
            calls.call(range.start()).first().and_then(|one| super::index::of_part(&one.what));
        let Some(flow) = found else { continue };
        let line = format!("{}  {}", layer::call_text(analysis, place), layer::arrow(&flow));
        match lines.contains(&line) {
            true => {}
            false if lines.len() < 8 => lines.push(line),
            false => more += 1,
        }
        if more > 100 {
            break;
        }
    }
    match number {
        0 => page.text("No network uses it."),
        1 => page.text("Used once:"),
        number => page.text(&format!("Used {number} times:")),
    }
    if more > 0 {
        lines.push("…".to_owned());
    }
    page.code("text", &lines.join("\n"));
    page.finish()
}

fn is_statement(node: &SyntaxNode) -> bool {
    matches!(node.kind(), SyntaxKind::LAYER_STMT | SyntaxKind::BRANCH_STMT)
}

fn hpo(
    analysis: &Analysis,
    token: &SyntaxToken,
    node: SyntaxNode,
    config: &HoverConfig,
) -> Option<String> {
    let found = HpoExpr::cast(node)?;
    let mut page = Page::default();
    let is_layer = found.syntax().parent().is_some_and(|it| it.kind() == SyntaxKind::LAYER_STMT);
    if is_layer && let Some(text) = layer::choice(analysis, &found, config) {
        page.text(&text);
    }
    page.text(words::hpo_form(token.text())?);
    page.finish()
}

/// The page of a layer statement, for the tooltip of its hint.
pub(super) fn statement(
    analysis: &Analysis,
    stmt: &LayerStmt,
    config: &HoverConfig,
) -> Option<String> {
    match (stmt.call(), stmt.choice()) {
        (Some(call), _) => layer::call(analysis, &call, config),
        (None, choice) => layer::choice(analysis, &choice?, config),
    }
}

/// The page of a network: its sums.
pub(super) fn network(
    analysis: &Analysis,
    network: &Network,
    config: &HoverConfig,
) -> Option<String> {
    let model = analysis.model()?.networks.get(network_number(analysis, network)?)?;
    let mut page = Page::default();
    let inputs = model.inputs.iter().map(|(_, tensor)| tensor);
    let name = model.name.as_deref().unwrap_or("network");
    let flow = format!("{name}  {} → {}", tensors_text(inputs), tensors_text(&model.outputs));
    page.code("text", &flow);
    let layers = model
        .chunks
        .iter()
        .flat_map(|(_, nodes)| nodes.iter())
        .map(|node| count_layers(&node.parts))
        .fold(0, u64::saturating_add);
    let mut lines = layer::count_lines(&model.counts, config);
    lines.insert(0, format!("{layers} layer{}", if layers == 1 { "" } else { "s" }));
    page.list(&lines);
    page.finish()
}

/// The page of a branch: where it starts, and what it gives.
pub(super) fn branch(analysis: &Analysis, branch: &BranchStmt) -> Option<String> {
    let name = branch.name()?;
    let range = branch.syntax().text_range();
    let results = analysis.results(range);
    let uses = results.statement(range.start());
    let mut page = Page::default();
    let outputs: Vec<String> = uses
        .iter()
        .filter_map(|one| match one.what.parts.first()? {
            Part::Inner(nodes) => Some(tensors_text(super::index::final_outputs(nodes))),
            _ => None,
        })
        .filter(|text| !text.is_empty())
        .collect();
    match outputs.as_slice() {
        [] => page.code("text", name.text()),
        [first, rest @ ..] if rest.iter().all(|other| other == first) => {
            page.code("text", &format!("{}  → {first}", name.text()));
        }
        _ => page.code("text", &format!("{}  varies ({} uses)", name.text(), outputs.len())),
    }
    match uses.iter().find_map(|one| one.what.start) {
        Some(start) => {
            let range = analysis.document().range(start);
            let line = analysis.line_index().line(range.start()) + 1;
            page.text(&format!(
                "A branch that starts from `{}` of line {line}, whose name it has.",
                name.text()
            ));
        }
        None => page.text(words::BRANCH),
    }
    page.finish()
}

/// The page of an argument, for the tooltip of its hint.
pub(super) fn argument(
    analysis: &Analysis,
    token: &SyntaxToken,
    config: &HoverConfig,
) -> Option<String> {
    argument::of_value(analysis, token, config)
}

/// The number of a network among those of the model.
pub(super) fn network_number(analysis: &Analysis, network: &Network) -> Option<usize> {
    let start = network.syntax().text_range().start();
    let count = analysis.model()?.networks.len();
    let numbers: Vec<usize> = (0..count).collect();
    let at = numbers.partition_point(|&at| analysis.document().network_range(at).start() < start);
    (at < count && analysis.document().network_range(at).start() == start).then_some(at)
}

/// The text of a node on one line, shortened where it is long.
pub(super) fn one_line(node: &SyntaxNode) -> String {
    const MOST: usize = 60;
    let mut line = String::new();
    for token in node.descendants_with_tokens().filter_map(|element| element.into_token()) {
        match token.kind() {
            SyntaxKind::COMMENT | SyntaxKind::OPEN_COMMENT => {}
            SyntaxKind::WHITESPACE if line.ends_with(' ') => {}
            SyntaxKind::WHITESPACE => line.push(' '),
            _ => line.push_str(token.text()),
        }
        if line.chars().nth(MOST).is_some() {
            return line.chars().take(MOST - 1).chain(['…']).collect();
        }
    }
    line
}

/// A Markdown text that grows by paragraphs.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn paragraph(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
        self.text.push_str(text);
    }

    fn text(&mut self, text: &str) {
        self.paragraph(text);
    }

    fn code(&mut self, language: &str, text: &str) {
        if !text.is_empty() {
            self.paragraph(&format!("```{language}\n{text}\n```"));
        }
    }

    fn list(&mut self, lines: &[String]) {
        let lines: Vec<String> = lines.iter().map(|line| format!("- {line}")).collect();
        self.paragraph(&lines.join("\n"));
    }

    /// A line between what is computed and what is documented.
    fn rule(&mut self) {
        if !self.text.is_empty() {
            self.paragraph("---");
        }
    }

    fn finish(self) -> Option<String> {
        Some(self.text).filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::{at_cursor, shown};
    use expect_test::{Expect, expect};

    fn check(text: &str, expect: Expect) {
        let (analysis, offset) = at_cursor(text);
        let config = HoverConfig::default();
        let found = analysis
            .hover(offset, &config)
            .map(|hover| format!("`{}`\n{}\n", shown(&analysis, hover.range), hover.markdown));
        expect.assert_eq(&found.unwrap_or_default());
    }

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
                - 194,688 MACs, 389,376 FLOPs
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
                - 0 MACs, 0 FLOPs
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
                - 176,976 MACs, 353,952 FLOPs
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
                - 24,336..48,672 MACs, 48,672..97,344 FLOPs
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
    fn macros() {
        let text = "# Two layers.\ndefine B(f, k=3) { Conv2D($f, k) ReLU }\nnetwork N { input: (28, 28, 1) layers: B(4)\n B(f=8) }";
        let at = |place: &str| {
            let marked = place.replace("$0", "");
            text.replacen(&marked, place, 1)
        };
        check(
            &at("B(f=$08)"),
            expect![[r#"
            `8`
            **f**: a parameter of the macro `B`, which every use gives.

            ```neural
            define B(f, k=3)
            ```
        "#]],
        );
        check(
            &at("$0B(4)"),
            expect![[r#"
            `B`
            ```text
            B  28×28×1 → 26×26×4
            ```

            - 2 layers
            - 40 parameters (160 B)
            - 24,336 MACs, 48,672 FLOPs
            - 21.1 KiB of activations

            ---

            ```neural
            define B(f, k=3)
            ```

            Two layers.
        "#]],
        );
        check(
            &at("define $0B"),
            expect![[r#"
            `B`
            ```neural
            define B(f, k=3)
            ```

            Used 2 times:

            ```text
            line 3: B(4)  28×28×1 → 26×26×4
            line 4: B(f=8)  26×26×4 → 24×24×8
            ```
        "#]],
        );
        check(
            &at("$0Conv2D($f"),
            expect![[r#"
                `Conv2D`
                ```text
                Conv2D  varies (2 uses)
                ```

                ```text
                line 3: B(4)  28×28×1 → 26×26×4
                line 4: B(f=8)  26×26×4 → 24×24×8
                ```

                ---

                Convolution over an image.

                Output: (batch, \*positions, filters).

                The size of each spatial dimension is `floor((size - dilation*(kernel-1) - 1) / stride) + 1` with `padding="valid"` and `ceil(size / stride)` with `"same"`. Keras refuses strides over 1 together with a dilation rate over 1.

                PyTorch: `nn.Conv2d`
            "#]],
        );
        check(
            &at("Conv2D($$0f, k)"),
            expect![[r#"
            `f`
            **f**: a parameter of the macro `B`, which every use gives.

            ```neural
            define B(f, k=3)
            ```
        "#]],
        );
        check(
            &at("($f, $0k)"),
            expect![[r#"
            `k`
            **k**: a parameter of the macro `B`, 3 where a use gives none.

            ```neural
            define B(f, k=3)
            ```
        "#]],
        );
        check(
            &at("B($0f, k=3)"),
            expect![[r#"
            `f`
            **f**: a parameter of the macro `B`, which every use gives.

            ```neural
            define B(f, k=3)
            ```
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
            - 38,880 MACs, 77,760 FLOPs
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
                - 3,888 MACs, 7,776 FLOPs
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

    #[test]
    fn parameters() {
        check(
            "Conv2D(32, kernel$0_size=3, padding=\"same\")",
            expect![[r#"
                `kernel_size`
                **kernel_size** of `Conv2D`: a whole number or a tuple of 2, each at least 1, required.

                The size of the kernel, one number or one for each spatial dimension.

                ```text
                Conv2D  28×28×1 → 28×28×32
                height: ceil(28/1) = 28
                width: ceil(28/1) = 28
                channels: filters = 32
                parameters: 3×3×1×32 + 32 = 320
                ```
            "#]],
        );
        check(
            "Conv2D($032, 3)",
            expect![[r#"
                `32`
                **filters** of `Conv2D`: a whole number of at least 1, required.

                How many channels the output has.

                ```text
                Conv2D  28×28×1 → 26×26×32
                height: floor((28 − 3)/1) + 1 = 26
                width: floor((28 − 3)/1) + 1 = 26
                channels: filters = 32
                parameters: 3×3×1×32 + 32 = 320
                ```
            "#]],
        );
        check(
            "Conv2D(32, (3, $03))",
            expect![[r#"
                `3`
                **kernel_size** of `Conv2D`: a whole number or a tuple of 2, each at least 1, required.

                The size of the kernel, one number or one for each spatial dimension.

                ```text
                Conv2D  28×28×1 → 26×26×32
                height: floor((28 − 3)/1) + 1 = 26
                width: floor((28 − 3)/1) + 1 = 26
                channels: filters = 32
                parameters: 3×3×1×32 + 32 = 320
                ```
            "#]],
        );
        check(
            "Dense(out_$0features=3, name=\"d\")",
            expect![[r#"
                `out_features`
                **units** of `Dense` (here written `out_features`): a whole number of at least 1, required.

                How many features the output has.

                ```text
                Dense  28×28×1 → 28×28×3
                features: units = 3
                parameters: 1×3 + 3 = 6
                ```
            "#]],
        );
        check(
            "Dense(3, na$0me=\"d\")",
            expect![[r#"
            `name`
            **name**: a parameter of every layer.

            The layer's name, by which merges, branches and later layers can refer to it.
        "#]],
        );
        check(
            "Flatten()\nDense(3, name=\"d\")\nDense(3)\nAdd(\"$0d\")",
            expect![[r#"
                `"d"`
                An operand of `Add`: the output of `d`, which got its name on line 5.
            "#]],
        );
    }

    #[test]
    fn sections() {
        let text = "network N {\n input: (T, 28, 1)\n layers: Dense(3)\n loss: \"mse\"\n optimizer: Adam(learning_rate=ExponentialDecay(0.1, 1000, 0.9))\n metrics: [\"accuracy\"]\n train { epochs: 5 }\n execute { device: \"cpu\" }\n}";
        for (word, expect) in [
            (
                "network",
                expect![[r#"
                `network`
                **network** `Name { … }`

                A network: its `input`, its `layers`, and what it is trained with. A file may have several; their names differ.
            "#]],
            ),
            (
                "input",
                expect![[r#"
                `input`
                **input** `: (28, 28, 1)`

                The shape of one example, without the batch: whole numbers, `None` for an unknown size, or a name for one, as in `(T, 512)`. Several inputs have names: `{ image: (28, 28, 1), meta: (10,) }`. A leading `None` of a longer shape is the batch.
            "#]],
            ),
            (
                "T,",
                expect![[r#"
                    `T`
                    **Axis 1** of 3, the batch being axis 0; with channels last: height.

                    A size that is not known and keeps its name: shapes after it are formulas in `T`.
                "#]],
            ),
            (
                "28",
                expect![[r#"
                    `28`
                    **Axis 2** of 3, the batch being axis 0; with channels last: width.
                "#]],
            ),
            (
                "layers",
                expect![[r#"
                `layers`
                **layers** `:`

                The layers in order. Each takes what the one before gives. `name: { … }` begins a branch, which a merge such as `Add()` or `Concatenate()` ends; `* 3` repeats a layer; `@ "cuda:0"` places it.
            "#]],
            ),
            (
                "mse",
                expect![[r#"
                `"mse"`
                **mean_squared_error**: loss

                The mean of squared differences.

                - `reduction`: a value, default `"sum_over_batch_size"`. How the losses of a batch become one number.
                - `name`: a string, default `None`. The name of the object.
                - `dtype`: a value, default `None`. The number format.
            "#]],
            ),
            (
                "Adam",
                expect![[r#"
                `Adam`
                **Adam**: optimizer

                Gradient descent with running estimates of the gradient's mean and square.

                - `learning_rate`: a number, default `0.001`. The size of a step, or a schedule of it.
                - `beta_1`: a number between 0 and 1, default `0.9`. How slowly the gradient's mean changes.
                - `beta_2`: a number between 0 and 1, default `0.999`. How slowly the gradient's square changes.
                - `epsilon`: a number, default `0.0000001`. Keeps the divisor from 0.
                - `amsgrad`: true or false, default `false`. Whether the largest estimate so far is used.
                - `weight_decay`: a number of at least 0, default `None`. How much of each weight is taken away at each step.
                - `clipnorm`: a number of at least 0, default `None`. The largest norm of each weight's gradient.
                - `clipvalue`: a number of at least 0, default `None`. The largest value in a gradient.
                - `global_clipnorm`: a number of at least 0, default `None`. The largest norm of all gradients together.
                - `use_ema`: true or false, default `false`. Whether running means of the weights are kept.
                - `ema_momentum`: a number between 0 and 1, default `0.99`. How slowly the running means change.
                - `ema_overwrite_frequency`: a whole number of at least 1, default `None`. After how many steps the running means replace the weights.
                - `loss_scale_factor`: a number, default `None`. What the loss is multiplied by.
                - `gradient_accumulation_steps`: a whole number of at least 2, default `None`. How many batches make one step; at least 2.
                - `name`: a string, default `None`. The name of the object.
            "#]],
            ),
            (
                "learning_rate",
                expect![[r#"
                `learning_rate`
                **learning_rate** of `Adam`: a number, default `0.001`.

                The size of a step, or a schedule of it.
            "#]],
            ),
            (
                "ExponentialDecay",
                expect![[r#"
                    `ExponentialDecay`
                    **ExponentialDecay**: learning-rate schedule

                    Multiplies the rate by decay_rate every decay_steps steps.

                    - `initial_learning_rate`: a number, required. The rate at the start.
                    - `decay_steps`: a number greater than 0, required. Over how many steps the rate falls; more than 0.
                    - `decay_rate`: a number, required. How much the rate falls.
                    - `staircase`: true or false, default `false`. Whether the rate falls in steps and not smoothly.
                    - `name`: a string, default `None`. The name of the object.
                "#]],
            ),
            (
                "0.1",
                expect![[r#"
                `0.1`
                **initial_learning_rate** of `ExponentialDecay`: a number, required.

                The rate at the start.
            "#]],
            ),
            (
                "accuracy",
                expect![[r#"
                `"accuracy"`
                **accuracy**: metric
            "#]],
            ),
            (
                "epochs",
                expect![[r#"
                `epochs`
                **epochs**: a whole number of at least 1.

                How often training goes through all examples.
            "#]],
            ),
            (
                "device",
                expect![[r#"
                `device`
                **device**: a device.

                What the network runs on.
            "#]],
            ),
        ] {
            check(&text.replacen(word, &format!("$0{word}"), 1), expect);
        }
    }

    #[test]
    fn networks_and_branches() {
        let text = "network Net { input: { a: (8,), b: (4,) } layers: a: { Dense(4) } b: { } Add() Dense(2) * 3 @ \"cpu\" }";
        check(
            &text.replace("Net ", "$0Net "),
            expect![[r#"
            `Net`
            ```text
            Net  8, 4 → 2
            ```

            - 5 layers
            - 58 parameters (232 B)
            - 48 MACs, 96 FLOPs
            - 56 B of activations
        "#]],
        );
        check(
            &text.replace("a: {", "$0a: {"),
            expect![[r#"
            `a`
            ```text
            a  → 4
            ```

            A branch that starts from `a` of line 1, whose name it has.
        "#]],
        );
        check(
            &text.replace("a: (8", "$0a: (8"),
            expect![[r#"
            `a`
            ```text
            a  8
            ```

            An input of the network. A branch with its name starts from it, and a merge may name it.
        "#]],
        );
        check(
            &text.replace("* 3", "$0* 3"),
            expect![[r#"
            `*`
            Copies in sequence, each with weights of its own; each takes what the one before gives.
        "#]],
        );
        check(
            &text.replace("@", "$0@"),
            expect![[r#"
            `@`
            Where the layer runs: `"cpu"`, `"gpu"`, `"cuda:0"`, `"tpu:0"`, `"mps"`, `"xla"` or `"auto"`.
        "#]],
        );
        check(&text.replace(" }", "$0 }"), expect![[""]]);
    }
}
