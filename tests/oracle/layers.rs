//! Single layers, under the rules of each framework.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use neural_analyzer::ide::analyze;
use neural_analyzer::lang::Framework;
use serde_json::Value;

use super::score::{Score, table};
use super::{errors, is, only, rows, same_shapes};

#[test]
fn single_layers_agree_with_keras() {
    agree("keras_layers.jsonl", Framework::Keras);
}

#[test]
fn single_layers_agree_with_pytorch() {
    agree("torch_layers.jsonl", Framework::Pytorch);
}

/// Every row of `fixture` must agree in all that it says.
fn agree(fixture: &str, framework: Framework) {
    let name = framework.as_str();
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    let mut wrong = String::new();
    for row in rows(fixture) {
        let text = row["text"].as_str().expect("a row has a text");
        let layer = row["layer"].as_str().expect("a row has a layer").to_string();
        let score = scores.entry(layer.clone()).or_default();
        score.rows += 1;
        let report = analyze(text, framework);
        let errors = errors(&report);
        let accepted = row["ok"].as_bool() == Some(true);
        let mut note = |what: &str, found: String| {
            let _ = writeln!(wrong, "{} {layer}: {what}: found {found}\n{text}\n", row["id"]);
        };
        if accepted != errors.is_empty() {
            let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
            note(
                &format!("{name} {} it", if accepted { "accepts" } else { "refuses" }),
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
        // PyTorch has no parameters that are not trained; its averages are buffers.
        let fixed = &row["non_trainable"];
        if is(totals.trainable, &row["trainable"])
            && (fixed.is_null() || is(totals.non_trainable, fixed))
        {
            score.params += 1;
        } else {
            let found = format!("{} + {}", totals.trainable, totals.non_trainable);
            note(&format!("parameters {} + {}", row["trainable"], row["non_trainable"]), found);
        }
        let Some(macs) = row.get("macs") else { continue };
        score.counted += 1;
        let found = match row.get("at").and_then(Value::as_str) {
            Some(at) => only(&analyze(at, framework)).totals.macs,
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
