//! Networks, macros and branches: what their layers give together.

use super::{HoverConfig, Page, layer, network_number, words};
use crate::ide::analysis::Analysis;
use crate::ide::index::{expansions, final_outputs, of_part};
use crate::ide::tokens;
use crate::ide::view::tensors_text;
use crate::model::result::{Part, count_layers};
use crate::syntax::SyntaxToken;
use crate::syntax::ast::{AstNode, BranchStmt, MacroDef, Network};

/// The page of a network: its sums.
pub(in crate::ide) fn network(
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
        .flat_map(|chunk| chunk.nodes().iter())
        .map(|node| count_layers(&node.parts))
        .fold(0, u64::saturating_add);
    let mut lines = layer::count_lines(&model.counts, config);
    lines.insert(0, format!("{layers} layer{}", if layers == 1 { "" } else { "s" }));
    page.list(&lines);
    page.finish()
}

/// The page of a branch: where it starts, and what it gives.
pub(in crate::ide) fn branch(analysis: &Analysis, branch: &BranchStmt) -> Option<String> {
    let name = branch.name()?;
    let range = branch.syntax().text_range();
    let results = analysis.results(range);
    let uses = results.statement(range.start());
    let mut page = Page::default();
    let outputs: Vec<String> = uses
        .iter()
        .filter_map(|one| match one.what.parts.first()? {
            Part::Inner(nodes) => Some(tensors_text(final_outputs(nodes))),
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

/// The head of a macro: what its uses make of it.
pub(super) fn definition(analysis: &Analysis, token: &SyntaxToken) -> Option<String> {
    let found = analysis.names().macros.iter().find(|it| it.name_range == token.text_range());
    let Some(found) = found else { return words::keyword("define").map(str::to_owned) };
    let mut page = Page::default();
    page.code("neural", &found.head);
    let results = analysis.results(found.range);
    let body = tokens::covering_node(&analysis.syntax().syntax(), found.range);
    let first = MacroDef::cast(body).and_then(|definition| definition.statements().next());
    let uses = first.map_or(&[][..], |stmt| results.statement(stmt.syntax().text_range().start()));
    let mut lines: Vec<String> = Vec::new();
    let (mut number, mut more) = (0u64, 0u64);
    for (copies, times) in expansions(uses) {
        number = number.saturating_add(times);
        let Some(place) = copies[0].call else { continue };
        let range = analysis.document().range(place);
        let calls = analysis.results(range);
        let found = calls.call(range.start()).first().and_then(|one| of_part(&one.what));
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

#[cfg(test)]
mod tests {
    use crate::ide::fixture::check_hover as check;
    use expect_test::expect;

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
                - 24,336 MACs, 48,672 FLOPs, 5,408 other operations
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
                - 48 MACs, 96 FLOPs, 14 other operations
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
