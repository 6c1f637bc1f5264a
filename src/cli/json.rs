//! Findings and shapes for programs: one document a file, each on one line.
//!
//! Rows are written as they come, so a network of a million layers is never held as JSON.
//! `docs/command-line.md` describes the documents.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::session::Checked;
use crate::config::Config;
use crate::diagnostics::Diagnostic;
use crate::ide::{DimView, NetworkReport, Row, ShapeView, Totals};
use crate::shape::Count;
use crate::text::{TextRange, TextSize};

/// Writes the document of a file with its findings only.
pub(super) fn write_findings(out: &mut dyn Write, checked: &Checked) -> io::Result<()> {
    write!(out, "{{\"file\":{},", json!(checked.name))?;
    write_diagnostics(out, checked)
}

/// Writes the document of a file with the networks that `shown` accepts, and the findings.
pub(super) fn write_shapes(
    out: &mut dyn Write,
    checked: &Checked,
    shown: impl Fn(&NetworkReport) -> bool,
) -> io::Result<()> {
    write!(out, "{{\"file\":{},\"networks\":[", json!(checked.name))?;
    for (at, network) in checked.networks.iter().filter(|network| shown(network)).enumerate() {
        separate(out, at)?;
        write_network(out, checked, network)?;
    }
    write!(out, "],")?;
    write_diagnostics(out, checked)
}

fn write_network(
    out: &mut dyn Write,
    checked: &Checked,
    network: &NetworkReport,
) -> io::Result<()> {
    let inputs: Vec<Value> = network
        .inputs
        .iter()
        .map(
            |input| json!({ "name": input.name.as_deref(), "shape": optional_shape(&input.shape) }),
        )
        .collect();
    write!(
        out,
        "{{\"name\":{},\"inputs\":{},\"layers\":[",
        json!(network.name.as_deref()),
        json!(inputs)
    )?;
    for (at, row) in network.rows().enumerate() {
        separate(out, at)?;
        serde_json::to_writer(&mut *out, &layer(checked, &row))?;
    }
    let outputs: Vec<Value> = network.outputs.iter().map(optional_shape).collect();
    let totals = totals(&checked.config, &network.totals);
    write!(out, "],\"outputs\":{},\"totals\":{totals}}}", json!(outputs))
}

fn write_diagnostics(out: &mut dyn Write, checked: &Checked) -> io::Result<()> {
    write!(out, "\"diagnostics\":[")?;
    for (at, finding) in checked.diagnostics.iter().enumerate() {
        separate(out, at)?;
        serde_json::to_writer(&mut *out, &diagnostic(checked, finding))?;
    }
    writeln!(out, "]}}")
}

fn separate(out: &mut dyn Write, at: usize) -> io::Result<()> {
    if at > 0 { out.write_all(b",") } else { Ok(()) }
}

fn layer(checked: &Checked, row: &Row) -> Value {
    let Config { batch, dtype, .. } = checked.config;
    let (line, column) = position(checked, row.range.start());
    let macs = row.macs * batch;
    let inputs: Vec<Value> = row.inputs.iter().map(optional_shape).collect();
    let output = match row.outputs.as_slice() {
        [] => Value::Null,
        [output] if !row.several_outputs => shape(output),
        outputs => outputs.iter().map(shape).collect(),
    };
    let mut layer = json!({
        "path": row.path,
        "layer": row.layer.as_str(),
        "name": row.name.as_deref(),
        "line": line,
        "column": column,
        "input_shapes": inputs,
        "output_shape": output,
        "params": { "trainable": count(row.trainable), "non_trainable": count(row.non_trainable) },
        "macs": count(macs),
        "flops": count(macs * 2),
        "activation_bytes": count(row.activation * batch * dtype.bytes()),
    });
    if let Some(why) = &row.unknown_because {
        layer["unknown_because"] = json!(why);
    }
    if let Some(call) = row.expanded_from {
        layer["expanded_from"] = json!({ "line": position(checked, call).0 });
    }
    layer
}

fn totals(config: &Config, totals: &Totals) -> Value {
    let macs = totals.macs * config.batch;
    json!({
        "trainable": count(totals.trainable),
        "non_trainable": count(totals.non_trainable),
        "macs": count(macs),
        "flops": count(macs * 2),
    })
}

fn diagnostic(checked: &Checked, finding: &Diagnostic) -> Value {
    let (line, column, end_line, end_column) = span(checked, finding.place);
    let related: Vec<Value> = finding
        .related
        .iter()
        .map(|related| {
            let (line, column) = position(checked, related.place.start());
            json!({ "message": related.message, "line": line, "column": column })
        })
        .collect();
    let fixes: Vec<Value> = finding
        .fixes
        .iter()
        .map(|fix| {
            let edits: Vec<Value> = fix
                .edits
                .iter()
                .map(|edit| {
                    let (line, column, end_line, end_column) = span(checked, edit.range);
                    json!({
                        "line": line,
                        "column": column,
                        "end_line": end_line,
                        "end_column": end_column,
                        "text": edit.new_text,
                    })
                })
                .collect();
            json!({ "title": fix.title, "edits": edits })
        })
        .collect();
    json!({
        "code": finding.code.name(),
        "severity": finding.severity.as_str(),
        "message": finding.message,
        "help": finding.help,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "path": finding.path,
        "related": related,
        "fixes": fixes,
    })
}

/// Line and column, both from 1, columns in Unicode scalar values.
fn position(checked: &Checked, at: TextSize) -> (u32, u32) {
    let at = checked.index.line_col_chars(&checked.text, at);
    (at.line + 1, at.col + 1)
}

fn span(checked: &Checked, range: TextRange) -> (u32, u32, u32, u32) {
    let (line, column) = position(checked, range.start());
    let (end_line, end_column) = position(checked, range.end());
    (line, column, end_line, end_column)
}

fn count(count: Count) -> Value {
    match count {
        Count::Between(min, max) if min == max => json!(min),
        Count::Between(min, max) => json!({ "min": min, "max": max }),
        Count::Unknown => Value::Null,
    }
}

fn optional_shape(view: &Option<ShapeView>) -> Value {
    view.as_ref().map_or(Value::Null, shape)
}

fn shape(view: &ShapeView) -> Value {
    view.iter().map(dimension).collect()
}

fn dimension(dim: &DimView) -> Value {
    match dim {
        DimView::Known(size) => json!(size),
        // A size between bounds is none of the forms that a dimension has in this document.
        DimView::Unknown | DimView::Between(..) => Value::Null,
        DimView::Symbol(name) => json!({ "symbol": name }),
        DimView::Expr(formula) => json!({ "expr": formula }),
        DimView::Choices(sizes) => json!({ "choices": sizes }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::fixtures::words;
    use super::*;
    use crate::diagnostics::codes;
    use crate::text::TextEdit;
    use expect_test::{Expect, expect};

    fn check(write: impl Fn(&mut Vec<u8>) -> io::Result<()>, expect: Expect) {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        let line = String::from_utf8(out).unwrap();
        assert_eq!(line.matches('\n').count(), 1, "a document is one line");
        assert!(serde_json::from_str::<Value>(&line).is_ok());
        expect.assert_eq(&line);
    }

    #[test]
    fn shapes_are_written_as_documented() {
        let checked = words();
        check(
            |out| write_shapes(out, &checked, |_| true),
            expect![[r#"
                {"file":"words.neural","networks":[{"name":"Words","inputs":[{"name":null,"shape":[null,{"symbol":"T"},16]}],"layers":[{"path":"0","layer":"Conv1D","name":null,"line":8,"column":5,"input_shapes":[[null,{"symbol":"T"},16]],"output_shape":[null,{"expr":"floor((T-1)/2)+1"},32],"params":{"trainable":1568,"non_trainable":0},"macs":null,"flops":null,"activation_bytes":null},{"path":"1.0","layer":"Dense","name":null,"line":2,"column":3,"input_shapes":[[null,{"expr":"floor((T-1)/2)+1"},32]],"output_shape":[null,{"expr":"floor((T-1)/2)+1"},{"choices":[32,64]}],"params":{"trainable":{"min":1056,"max":2112},"non_trainable":0},"macs":null,"flops":null,"activation_bytes":null,"expanded_from":{"line":9}},{"path":"1.1","layer":"BatchNormalization","name":"norm","line":3,"column":3,"input_shapes":[[null,{"expr":"floor((T-1)/2)+1"},{"choices":[32,64]}]],"output_shape":[null,{"expr":"floor((T-1)/2)+1"},{"choices":[32,64]}],"params":{"trainable":{"min":64,"max":128},"non_trainable":{"min":64,"max":128}},"macs":0,"flops":0,"activation_bytes":null,"expanded_from":{"line":9}},{"path":"2","layer":"GRU","name":null,"line":10,"column":5,"input_shapes":[[null,{"expr":"floor((T-1)/2)+1"},{"choices":[32,64]}]],"output_shape":[[null,{"expr":"floor((T-1)/2)+1"},8],[null,8]],"params":{"trainable":{"min":1008,"max":1776},"non_trainable":0},"macs":null,"flops":null,"activation_bytes":null},{"path":"3","layer":"Dense","name":null,"line":11,"column":5,"input_shapes":[null],"output_shape":null,"params":{"trainable":null,"non_trainable":null},"macs":null,"flops":null,"activation_bytes":null,"unknown_because":"this layer has an error"}],"outputs":[null],"totals":{"trainable":null,"non_trainable":null,"macs":null,"flops":null}}],"diagnostics":[]}
            "#]],
        );
    }

    #[test]
    fn networks_can_be_left_out() {
        let checked = words();
        check(
            |out| write_shapes(out, &checked, |_| false),
            expect![[r#"
                {"file":"words.neural","networks":[],"diagnostics":[]}
            "#]],
        );
    }

    #[test]
    fn findings_carry_places_and_edits() {
        let mut checked = words();
        checked.text = "a\n  é = Dens(10)\n".to_owned();
        checked.index = crate::text::LineIndex::new(&checked.text);
        let place = TextRange::new(9.into(), 13.into());
        let finding = Diagnostic::new(codes::UNKNOWN_LAYER, place, "there is no layer `Dens`")
            .with_related(TextRange::new(0.into(), 1.into()), "here")
            .with_fix("Change `Dens` to `Dense`", vec![TextEdit::new(place, "Dense")]);
        checked.diagnostics = vec![Diagnostic { path: Some("0".to_owned()), ..finding }];
        check(
            |out| write_findings(out, &checked),
            expect![[r#"
                {"file":"words.neural","diagnostics":[{"code":"unknown-layer","severity":"error","message":"there is no layer `Dens`","help":null,"line":2,"column":7,"end_line":2,"end_column":11,"path":"0","related":[{"message":"here","line":1,"column":1}],"fixes":[{"title":"Change `Dens` to `Dense`","edits":[{"line":2,"column":7,"end_line":2,"end_column":11,"text":"Dense"}]}]}]}
            "#]],
        );
    }

    #[test]
    fn every_kind_of_dimension_and_count() {
        let dims = vec![
            DimView::Unknown,
            DimView::Known(3),
            DimView::Symbol("T".to_owned()),
            DimView::Expr("floor(T/2)".to_owned()),
            DimView::Choices(vec![32, 64]),
            DimView::Between(8, 16),
        ];
        let counts = [Count::known(u64::MAX), Count::Between(1, 2), Count::Unknown];
        let counts: Vec<Value> = counts.into_iter().map(count).collect();
        expect![[r#"
            [null,3,{"symbol":"T"},{"expr":"floor(T/2)"},{"choices":[32,64]},null]
            [18446744073709551615,{"min":1,"max":2},null]
        "#]]
        .assert_eq(&format!("{}\n{}\n", shape(&dims), json!(counts)));
    }
}
