//! The answers of real Keras, row by row: whether a layer or network can be built, its output shape,
//! both parameter counts and its multiply-accumulates. The fixtures hold facts only and name the
//! versions of the frameworks; see their first lines.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use neural_analyzer::diagnostics::Severity;
use neural_analyzer::ide::{DimView, FileReport, NetworkReport, ShapeView, analyze};
use neural_analyzer::lang::Framework;
use neural_analyzer::shape::Count;
use serde_json::Value;

fn rows(fixture: &str) -> Vec<Value> {
    let path = format!("{}/tests/fixtures/oracle/{fixture}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let parsed =
        text.lines().skip(1).map(|line| serde_json::from_str(line).expect("a row is JSON"));
    parsed.collect()
}

fn report(text: &str) -> FileReport {
    analyze(text, Framework::Keras)
}

fn errors(report: &FileReport) -> Vec<&neural_analyzer::diagnostics::Diagnostic> {
    report.diagnostics.iter().filter(|found| found.severity == Severity::Error).collect()
}

/// Whether `found` is what the row says. A size that Keras leaves open may be known, if the network
/// gave that size every time it was run.
fn same_shape(found: &ShapeView, keras: &Value, run: Option<&Value>) -> bool {
    let Some(keras) = keras.as_array() else { return false };
    found.len() == keras.len()
        && found.iter().zip(keras).enumerate().all(|(axis, (found, keras))| {
            match (found, keras.as_u64()) {
                (DimView::Known(size), Some(keras)) => *size == keras,
                (DimView::Known(size), None) => {
                    axis > 0 && run.is_some_and(|run| run[axis].as_u64() == Some(*size))
                }
                (_, None) => true,
                (_, Some(_)) => false,
            }
        })
}

fn same_shapes(found: &[Option<ShapeView>], keras: &Value, run: Option<&Value>) -> bool {
    let several = keras.get(0).is_some_and(Value::is_array);
    if !several {
        return matches!(found, [Some(found)] if same_shape(found, keras, run));
    }
    let keras = keras.as_array().map_or(&[][..], Vec::as_slice);
    found.len() == keras.len()
        && found.iter().zip(keras).enumerate().all(|(at, (found, keras))| {
            found.as_ref().is_some_and(|found| same_shape(found, keras, run.map(|run| &run[at])))
        })
}

fn is(found: Count, keras: &Value) -> bool {
    found.value().is_some() && found.value() == keras.as_u64()
}

/// Agreement by layer: how many rows there are and how many of each answer are right.
#[derive(Default, Clone, Copy)]
struct Score {
    rows: u32,
    verdict: u32,
    accepted: u32,
    shape: u32,
    params: u32,
    counted: u32,
    macs: u32,
}

impl Score {
    fn add(&mut self, other: Score) {
        self.rows += other.rows;
        self.verdict += other.verdict;
        self.accepted += other.accepted;
        self.shape += other.shape;
        self.params += other.params;
        self.counted += other.counted;
        self.macs += other.macs;
    }
}

fn table(scores: &BTreeMap<String, Score>) -> String {
    let mut table = format!(
        "{:<28} {:>5} {:>8} {:>9} {:>9} {:>9}\n",
        "layer", "rows", "verdict", "shape", "params", "MACs"
    );
    let mut total = Score::default();
    for (layer, score) in scores {
        total.add(*score);
        line(&mut table, layer, *score);
    }
    line(&mut table, "all", total);
    table
}

fn line(table: &mut String, layer: &str, score: Score) {
    let Score { rows, verdict, accepted, shape, params, counted, macs } = score;
    let of = |right: u32, all: u32| format!("{right}/{all}");
    let _ = writeln!(
        table,
        "{layer:<28} {rows:>5} {verdict:>8} {:>9} {:>9} {:>9}",
        of(shape, accepted),
        of(params, accepted),
        of(macs, counted)
    );
}

fn only(report: &FileReport) -> &NetworkReport {
    report.networks.first().expect("a row is one network")
}

#[test]
fn single_layers_agree_with_keras() {
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    let mut wrong = String::new();
    for row in rows("keras_layers.jsonl") {
        let text = row["text"].as_str().expect("a row has a text");
        let layer = row["layer"].as_str().expect("a row has a layer").to_string();
        let score = scores.entry(layer.clone()).or_default();
        score.rows += 1;
        let report = report(text);
        let errors = errors(&report);
        let accepted = row["ok"].as_bool() == Some(true);
        let mut note = |what: &str, found: String| {
            let _ = writeln!(wrong, "{} {layer}: {what}: found {found}\n{text}\n", row["id"]);
        };
        if accepted != errors.is_empty() {
            let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
            note(
                if accepted { "Keras accepts it" } else { "Keras refuses it" },
                messages.join("; "),
            );
            continue;
        }
        score.verdict += 1;
        if !accepted {
            if errors.len() > 1 {
                let messages: Vec<&str> =
                    errors.iter().map(|error| error.message.as_str()).collect();
                note("one mistake is one error", messages.join("; "));
            }
            continue;
        }
        score.accepted += 1;
        let network = only(&report);
        let run = row.get("run");
        match row.get("out") {
            Some(out) if !same_shapes(&network.outputs, out, run) => {
                note(&format!("shape {out}"), format!("{:?}", network.outputs));
            }
            _ => score.shape += 1,
        }
        let totals = network.totals;
        if is(totals.trainable, &row["trainable"])
            && is(totals.non_trainable, &row["non_trainable"])
        {
            score.params += 1;
        } else {
            let found = format!("{} + {}", totals.trainable, totals.non_trainable);
            note(&format!("parameters {} + {}", row["trainable"], row["non_trainable"]), found);
        }
        let Some(macs) = row.get("macs") else { continue };
        score.counted += 1;
        let found = match row.get("at").and_then(Value::as_str) {
            Some(at) => only(&self::report(at)).totals.macs,
            None => totals.macs,
        };
        if is(found, macs) {
            score.macs += 1;
        } else {
            note(&format!("MACs {macs}"), found.to_string());
        }
    }
    let table = table(&scores);
    println!("{table}");
    assert!(wrong.is_empty(), "{table}\n{wrong}");
}

#[test]
fn whole_networks_agree_with_keras_layer_by_layer() {
    let mut wrong = String::new();
    let (mut networks, mut layers) = (0, 0);
    for row in rows("keras_networks.jsonl") {
        networks += 1;
        let name = row["name"].as_str().expect("a row has a name");
        let report = report(row["text"].as_str().expect("a row has a text"));
        let errors = errors(&report);
        let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
        let mut note = |what: String| {
            let _ = writeln!(wrong, "{name}: {what}");
        };
        if row["ok"].as_bool() == Some(true) {
            if !errors.is_empty() {
                note(format!("Keras accepts it: {}", messages.join("; ")));
                continue;
            }
            let network = only(&report);
            let totals = network.totals;
            if !same_shapes(&network.outputs, &row["out"], None) {
                note(format!("output {}: {:?}", row["out"], network.outputs));
            }
            let counts = [("trainable", totals.trainable), ("non_trainable", totals.non_trainable)];
            for (what, found) in counts {
                if !is(found, &row[what]) {
                    note(format!("{what} {}: {found}", row[what]));
                }
            }
            let known = row["text"].as_str().is_some_and(|text| !text.contains("None"));
            if known && !is(totals.macs, &row["macs"]) {
                note(format!("macs {}: {}", row["macs"], totals.macs));
            }
        } else {
            let first = errors.first().and_then(|error| error.path.as_deref());
            if errors.len() != 1 || first != row["error_path"].as_str() {
                note(format!("one error at {}: {first:?} {messages:?}", row["error_path"]));
            }
        }
        let found: BTreeMap<String, _> =
            only(&report).rows().map(|row| (row.path.clone(), row)).collect();
        for keras in row["layers"].as_array().expect("a row has layers") {
            let path = keras[0].as_str().expect("a path is a string");
            layers += 1;
            let Some(layer) = found.get(path) else {
                note(format!("no layer at {path}"));
                continue;
            };
            if keras[1].as_str() != Some(layer.layer.as_str()) {
                note(format!("{path} is {}: {}", keras[1], layer.layer));
            }
            if keras[2].is_null() {
                continue;
            }
            let outputs: Vec<Option<ShapeView>> = layer.outputs.iter().cloned().map(Some).collect();
            if !same_shapes(&outputs, &keras[2], None) {
                note(format!("{path} output {}: {outputs:?}", keras[2]));
            }
            for (what, found, keras) in [
                ("trainable", layer.trainable, &keras[3]),
                ("non-trainable", layer.non_trainable, &keras[4]),
                ("MACs", layer.macs, &keras[5]),
            ] {
                let open = what == "MACs" && found == Count::Unknown;
                if !keras.is_null() && !open && !is(found, keras) {
                    note(format!("{path} {what} {keras}: {found}"));
                }
            }
        }
    }
    println!("{networks} networks, {layers} layers");
    assert!(wrong.is_empty(), "{networks} networks, {layers} layers\n{wrong}");
}
