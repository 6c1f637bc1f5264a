//! Findings and shapes for programs: one document a file, each on one line.
//!
//! Rows are written as they come, so a network of a million layers is never held as JSON.
//! `docs/command-line.md` describes the documents, which the server gives to panels of editors as
//! well.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::report::{NetworkReport, Row, Totals};
use super::view::{DimView, ShapeView};
use crate::config::Config;
use crate::diagnostics::Diagnostic;
use crate::shape::Count;
use crate::text::{LineIndex, TextRange, TextSize};

/// A file to be written.
#[derive(Debug, Clone, Copy)]
pub struct JsonFile<'a> {
    /// Its name, as it is shown.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
    /// Where the lines of the text start.
    pub index: &'a LineIndex,
    /// The settings that hold for it.
    pub config: &'a Config,
    /// Its networks.
    pub networks: &'a [NetworkReport],
    /// Its findings, severities applied.
    pub diagnostics: &'a [Diagnostic],
    /// The most layers of each network that are written. A network that has more says so with
    /// `"truncated": true`.
    pub max_layers: usize,
}

/// Writes the document of a file with its findings only.
pub fn write_findings(out: &mut dyn Write, file: &JsonFile<'_>) -> io::Result<()> {
    write!(out, "{{\"file\":{},", json!(file.name))?;
    write_diagnostics(out, file)
}

/// Writes the document of a file with the networks that `shown` accepts, and the findings.
pub fn write_shapes(
    out: &mut dyn Write,
    file: &JsonFile<'_>,
    shown: impl Fn(&NetworkReport) -> bool,
) -> io::Result<()> {
    write!(out, "{{\"file\":{},\"networks\":[", json!(file.name))?;
    for (at, network) in file.networks.iter().filter(|network| shown(network)).enumerate() {
        separate(out, at)?;
        write_network(out, file, network)?;
    }
    write!(out, "],")?;
    write_diagnostics(out, file)
}

fn write_network(
    out: &mut dyn Write,
    file: &JsonFile<'_>,
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
    let mut rows = network.rows();
    for (at, row) in rows.by_ref().take(file.max_layers).enumerate() {
        separate(out, at)?;
        serde_json::to_writer(&mut *out, &layer(file, &row))?;
    }
    let is_truncated = rows.next().is_some();
    let outputs: Vec<Value> = network.outputs.iter().map(optional_shape).collect();
    let totals = totals(file.config, &network.totals);
    write!(out, "],\"outputs\":{},\"totals\":{totals}", json!(outputs))?;
    out.write_all(if is_truncated { b",\"truncated\":true}" } else { b"}" })
}

fn write_diagnostics(out: &mut dyn Write, file: &JsonFile<'_>) -> io::Result<()> {
    write!(out, "\"diagnostics\":[")?;
    for (at, finding) in file.diagnostics.iter().enumerate() {
        separate(out, at)?;
        serde_json::to_writer(&mut *out, &diagnostic(file, finding))?;
    }
    writeln!(out, "]}}")
}

fn separate(out: &mut dyn Write, at: usize) -> io::Result<()> {
    if at > 0 { out.write_all(b",") } else { Ok(()) }
}

fn layer(file: &JsonFile<'_>, row: &Row) -> Value {
    let Config { batch, dtype, .. } = *file.config;
    let (line, column) = position(file, row.range.start());
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
        layer["expanded_from"] = json!({ "line": position(file, call).0 });
    }
    layer
}

/// The sums of a network with the memory that they need, under its name.
pub fn network_totals(name: Option<&str>, config: &Config, sums: &Totals) -> Value {
    let Config { batch, dtype, .. } = *config;
    let mut all = totals(config, sums);
    all["parameter_bytes"] = count(sums.parameters() * dtype.bytes());
    all["activation_bytes"] = count(sums.activation * batch * dtype.bytes());
    if sums.parameters() == Count::Unknown {
        all["parameters_at_least"] = json!(sums.parameters_at_least);
    }
    json!({ "name": name, "totals": all })
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

fn diagnostic(file: &JsonFile<'_>, finding: &Diagnostic) -> Value {
    let (line, column, end_line, end_column) = span(file, finding.place);
    let related: Vec<Value> = finding
        .related
        .iter()
        .map(|related| {
            let (line, column) = position(file, related.place.start());
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
                    let (line, column, end_line, end_column) = span(file, edit.range);
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
fn position(file: &JsonFile<'_>, at: TextSize) -> (u32, u32) {
    let at = file.index.line_col_chars(file.text, at);
    (at.line + 1, at.col + 1)
}

fn span(file: &JsonFile<'_>, range: TextRange) -> (u32, u32, u32, u32) {
    let (line, column) = position(file, range.start());
    let (end_line, end_column) = position(file, range.end());
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
    use super::*;
    use crate::diagnostics::codes;
    use crate::ide::analyze;
    use crate::lang::Framework;
    use crate::text::TextEdit;
    use expect_test::{Expect, expect};

    const TEXT: &str = "define Step(units) {
  Dense($units)
  BatchNormalization(name=\"norm\")
}
network Words {
  input: (T, 16)
  layers:
    Conv1D(32, 3, strides=2, padding=\"same\")
    Step(HPO(choice(32, 64)))
    GRU(8, return_sequences=true, return_state=true)
    Dense(10)
}
";

    /// Writes `text` with the networks of [`TEXT`] and these findings.
    fn written(
        text: &str,
        diagnostics: &[Diagnostic],
        max_layers: usize,
        write: impl Fn(&mut Vec<u8>, &JsonFile<'_>) -> io::Result<()>,
        expect: Expect,
    ) {
        let networks = analyze(TEXT, Framework::Keras).networks;
        let file = JsonFile {
            name: "words.neural",
            text,
            index: &LineIndex::new(text),
            config: &Config::default(),
            networks: &networks,
            diagnostics,
            max_layers,
        };
        check(|out| write(out, &file), expect);
    }

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
        written(
            TEXT,
            &[],
            usize::MAX,
            |out, file| write_shapes(out, file, |_| true),
            expect![[r#"
                {"file":"words.neural","networks":[{"name":"Words","inputs":[{"name":null,"shape":[null,{"symbol":"T"},16]}],"layers":[{"path":"0","layer":"Conv1D","name":null,"line":8,"column":5,"input_shapes":[[null,{"symbol":"T"},16]],"output_shape":[null,{"expr":"floor((T-1)/2)+1"},32],"params":{"trainable":1568,"non_trainable":0},"macs":null,"flops":null,"activation_bytes":null},{"path":"1.0","layer":"Dense","name":null,"line":2,"column":3,"input_shapes":[[null,{"expr":"floor((T-1)/2)+1"},32]],"output_shape":[null,{"expr":"floor((T-1)/2)+1"},{"choices":[32,64]}],"params":{"trainable":{"min":1056,"max":2112},"non_trainable":0},"macs":null,"flops":null,"activation_bytes":null,"expanded_from":{"line":9}},{"path":"1.1","layer":"BatchNormalization","name":"norm","line":3,"column":3,"input_shapes":[[null,{"expr":"floor((T-1)/2)+1"},{"choices":[32,64]}]],"output_shape":[null,{"expr":"floor((T-1)/2)+1"},{"choices":[32,64]}],"params":{"trainable":{"min":64,"max":128},"non_trainable":{"min":64,"max":128}},"macs":0,"flops":0,"activation_bytes":null,"expanded_from":{"line":9}},{"path":"2","layer":"GRU","name":null,"line":10,"column":5,"input_shapes":[[null,{"expr":"floor((T-1)/2)+1"},{"choices":[32,64]}]],"output_shape":[[null,{"expr":"floor((T-1)/2)+1"},8],[null,8]],"params":{"trainable":{"min":1008,"max":1776},"non_trainable":0},"macs":null,"flops":null,"activation_bytes":null},{"path":"3","layer":"Dense","name":null,"line":11,"column":5,"input_shapes":[null],"output_shape":null,"params":{"trainable":null,"non_trainable":null},"macs":null,"flops":null,"activation_bytes":null,"unknown_because":"this layer has an error"}],"outputs":[null],"totals":{"trainable":null,"non_trainable":null,"macs":null,"flops":null}}],"diagnostics":[]}
            "#]],
        );
    }

    #[test]
    fn networks_can_be_left_out() {
        written(
            TEXT,
            &[],
            usize::MAX,
            |out, file| write_shapes(out, file, |_| false),
            expect![[r#"
                {"file":"words.neural","networks":[],"diagnostics":[]}
            "#]],
        );
    }

    #[test]
    fn a_network_that_is_cut_says_so() {
        written(
            TEXT,
            &[],
            0,
            |out, file| write_shapes(out, file, |_| true),
            expect![[r#"
                {"file":"words.neural","networks":[{"name":"Words","inputs":[{"name":null,"shape":[null,{"symbol":"T"},16]}],"layers":[],"outputs":[null],"totals":{"trainable":null,"non_trainable":null,"macs":null,"flops":null},"truncated":true}],"diagnostics":[]}
            "#]],
        );
    }

    #[test]
    fn findings_carry_places_and_edits() {
        let place = TextRange::new(9.into(), 13.into());
        let finding = Diagnostic::new(codes::UNKNOWN_LAYER, place, "there is no layer `Dens`")
            .with_related(TextRange::new(0.into(), 1.into()), "here")
            .with_fix("Change `Dens` to `Dense`", vec![TextEdit::new(place, "Dense")]);
        let finding = Diagnostic { path: Some("0".to_owned()), ..finding };
        written(
            "a\n  é = Dens(10)\n",
            &[finding],
            0,
            |out, file| write_findings(out, file),
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
