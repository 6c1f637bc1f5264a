//! Texts to readable summaries, for the tests of this room.

use expect_test::Expect;

use super::analysis::{Analysis, analyze};
use super::db::Database;
use super::document::Document;
use super::result::{Layer, Node, Part};
use super::tensor::Tensor;
use crate::lang::Framework;
use crate::shape::Shape;
use crate::text::LineIndex;

/// Compares the layers and findings of `text` with `expect`.
///
/// A text that does not begin with `network`, `define` or `input` is a layers list after an input of
/// 32×32×3.
pub fn check(text: &str, expect: Expect) {
    expect.assert_eq(&summary(text));
}

/// The summary that [`check`] compares.
pub fn summary(text: &str) -> String {
    let starts = |word| text.trim_start().starts_with(word);
    let text = if starts("network") || starts("define") || starts("#") {
        text.to_string()
    } else if starts("input") {
        format!("network N {{\n{text}\n}}")
    } else {
        format!("network N {{ input: (32, 32, 3) layers:\n{text}\n}}")
    };
    let mut db = Database::default();
    let document = Document::new(&mut db, &text, Framework::Keras);
    let analysis = analyze(&db, &document);
    render(&document, &analysis)
}

/// The layers of every network, then the findings.
pub fn render(document: &Document, analysis: &Analysis) -> String {
    let mut out = String::new();
    for network in &analysis.networks {
        if analysis.networks.len() > 1 {
            out.push_str(&format!("{}:\n", network.name.as_deref().unwrap_or("?")));
        }
        for chunk in &network.chunks {
            render_nodes(chunk.nodes(), chunk.base, "", &mut out);
        }
    }
    let index = LineIndex::new(document.text());
    let mut findings: Vec<(u32, u32, String)> = Vec::new();
    let syntax = document.parse().diagnostics().iter().cloned();
    let model = analysis.findings.iter().cloned();
    for found in syntax.chain(model.map(|found| found.map_places(|place| document.range(place)))) {
        let at = index.line_col_chars(document.text(), found.place.start());
        let text = &document.text()[found.place];
        let first = text.lines().next().unwrap_or("");
        let mut line = format!("{} {} `{first}`: {}", found.severity, found.code, found.message);
        if let Some(help) = &found.help {
            line.push_str(&format!("\n    help: {help}"));
        }
        for related in &found.related {
            let at = index.line(related.place.start()) + 1;
            line.push_str(&format!("\n    line {at}: {}", related.message));
        }
        for fix in &found.fixes {
            line.push_str(&format!("\n    fix: {}", fix.title));
        }
        findings.push((at.line + 1, at.col + 1, line));
    }
    findings.sort();
    for (line, col, text) in findings {
        out.push_str(&format!("{line}:{col} {text}\n"));
    }
    out
}

fn render_nodes(nodes: &[Node], base: u32, prefix: &str, out: &mut String) {
    for node in nodes {
        let dot = if prefix.is_empty() { "" } else { "." };
        let branch = node.branch.as_ref().map_or_else(String::new, |branch| format!(".{branch}"));
        render_parts(&node.parts, &format!("{prefix}{dot}{}{branch}", base + node.index), out);
    }
}

fn render_parts(parts: &[Part], path: &str, out: &mut String) {
    for part in parts {
        match part {
            Part::Layer(layer) => render_layer(layer, path, out),
            Part::Add(layer) => render_layer(layer, &format!("{path}.add"), out),
            Part::Inner(nodes) => render_nodes(nodes, 0, path, out),
            Part::Macro(expansion) => render_nodes(&expansion.body, 0, path, out),
            Part::Copies(runs) => {
                for run in runs.iter() {
                    let times = if run.count == 1 {
                        String::new()
                    } else {
                        format!("…{}", run.first + run.count - 1)
                    };
                    render_parts(&run.parts, &format!("{path}#{}{times}", run.first), out);
                }
            }
            Part::Alternatives(alternatives) => {
                for (at, parts) in alternatives.iter().enumerate() {
                    render_parts(parts, &format!("{path}|{at}"), out);
                }
            }
        }
    }
}

fn render_layer(layer: &Layer, path: &str, out: &mut String) {
    let shapes: Vec<String> = layer.outputs.iter().map(shape).collect();
    let params = layer.counts.trainable + layer.counts.non_trainable;
    out.push_str(&format!("{path} {} → {}", layer.layer, shapes.join(", ")));
    if params.value() != Some(0) && !layer.outputs.iter().all(Tensor::is_unknown) {
        out.push_str(&format!(", {params} parameters"));
    }
    out.push('\n');
}

fn shape(tensor: &Tensor) -> String {
    let mut shapes: Vec<String> = Vec::new();
    for shape in tensor.shape.values() {
        let shape = shape.as_ref().map_or_else(|| "?".to_string(), Shape::to_string);
        if !shapes.contains(&shape) {
            shapes.push(shape);
        }
    }
    shapes.join(" | ")
}
