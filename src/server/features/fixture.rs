//! Snapshots for tests: a text, and a client that can do everything or nothing.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};
use tower_lsp::lsp_types::{Position, Url};

use crate::config::{Config, Layer};
use crate::ide::AnalysisHost;
use crate::lang::Framework;
use crate::server::capabilities::ClientCapabilities;
use crate::server::snapshot::Snapshot;

/// A small network with one mistake: the last layer has no units.
pub const TEXT: &str = "network Digits {\n  input: (8, 8, 1)\n  layers:\n    Conv2D(4, 3)\n    Flatten\n    Dense(unitz=2)\n}\n";

/// A snapshot of `text` for a client that can do everything.
pub fn rich(text: &str) -> Snapshot {
    let yes = json!(true);
    snapshot(
        text,
        json!({
            "textDocument": {
                "publishDiagnostics": {
                    "relatedInformation": yes,
                    "codeDescriptionSupport": yes,
                    "tagSupport": { "valueSet": [1, 2] },
                },
                "hover": { "contentFormat": ["markdown", "plaintext"] },
                "documentSymbol": { "hierarchicalDocumentSymbolSupport": yes },
                "definition": { "linkSupport": yes },
                "codeAction": { "codeActionLiteralSupport": {}, "isPreferredSupport": yes },
                "inlayHint": { "resolveSupport": { "properties": ["tooltip"] } },
            },
            "workspace": { "workspaceEdit": { "documentChanges": yes } },
        }),
    )
}

/// A snapshot of `text` for a client that can do nothing that it need not.
pub fn poor(text: &str) -> Snapshot {
    snapshot(text, json!({}))
}

fn snapshot(text: &str, capabilities: Value) -> Snapshot {
    let mut host = AnalysisHost::new();
    let file = host.open(text.to_owned(), Framework::Keras);
    Snapshot {
        analysis: host.analysis(file).unwrap(),
        uri: Url::parse("file:///net.neural").unwrap(),
        version: 3,
        revision: 1,
        config: Arc::default(),
        client: Arc::new(ClientCapabilities::read(&json!({ "capabilities": capabilities }))),
    }
}

/// The same with these settings.
pub fn with_settings(snapshot: Snapshot, settings: Value) -> Snapshot {
    let (layer, findings) = Layer::from_json(&settings);
    assert_eq!(findings, []);
    Snapshot { config: Arc::new(Config::resolve([&layer])), ..snapshot }
}

/// The position of the first `wanted` in the text of the snapshot.
pub fn position_of(snapshot: &Snapshot, wanted: &str) -> Position {
    let at = snapshot.analysis.text().find(wanted).unwrap();
    snapshot.position((at as u32).into())
}

/// A value as the client gets it, a line for each element.
pub fn lines(value: &impl Serialize) -> String {
    match serde_json::to_value(value).unwrap() {
        Value::Array(items) => items.iter().map(|item| format!("{item}\n")).collect(),
        other => format!("{other}\n"),
    }
}
