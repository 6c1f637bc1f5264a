//! The answers of real Keras and PyTorch, row by row: whether a layer or network can be built, its
//! output shape, its parameter counts and its multiply-accumulates. The fixtures hold facts only and
//! name the versions of the frameworks; see their first lines. The Python programs beside this file
//! ask the frameworks again.

mod layers;
mod networks;
mod score;

use neural_analyzer::diagnostics::Severity;
use neural_analyzer::ide::{DimView, FileReport, NetworkReport, ShapeView};
use neural_analyzer::shape::Count;
use serde_json::Value;

fn rows(fixture: &str) -> Vec<Value> {
    let path = format!("{}/tests/fixtures/oracle/{fixture}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let parsed =
        text.lines().skip(1).map(|line| serde_json::from_str(line).expect("a row is JSON"));
    parsed.collect()
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

fn only(report: &FileReport) -> &NetworkReport {
    report.networks.first().expect("a row is one network")
}
