//! Whole networks, layer by layer.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use neural_analyzer::ide::{ShapeView, analyze};
use neural_analyzer::lang::Framework;
use neural_analyzer::shape::Count;

use super::{errors, is, only, rows, same_shapes};

#[test]
fn whole_networks_agree_with_keras_layer_by_layer() {
    let mut wrong = String::new();
    let (mut networks, mut layers) = (0, 0);
    for row in rows("keras_networks.jsonl") {
        networks += 1;
        let name = row["name"].as_str().expect("a row has a name");
        let report = analyze(row["text"].as_str().expect("a row has a text"), Framework::Keras);
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
