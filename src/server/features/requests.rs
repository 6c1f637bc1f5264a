//! The requests that only this server has, for the panels of its editors' plugins.

use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::lsp_types::TextDocumentIdentifier;

use crate::ide::json::{self, JsonFile};
use crate::server::snapshot::Snapshot;

/// The parameters of a request about a file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::server) struct OfDocument {
    pub(in crate::server) text_document: TextDocumentIdentifier,
}

/// The most layers of a network that are sent: a panel of more is read by nobody, and repeats make
/// millions.
const MAX_LAYERS: usize = 20_000;

/// `neural-analyzer/shapes`: the document of `neural-analyzer shapes --format json`.
pub(in crate::server) fn shapes(snapshot: &Snapshot) -> Value {
    let report = snapshot.analysis.report(&snapshot.config);
    let file = JsonFile {
        name: snapshot.uri.as_str(),
        text: snapshot.analysis.text(),
        index: snapshot.analysis.line_index(),
        config: &snapshot.config,
        networks: &report.networks,
        diagnostics: &report.diagnostics,
        max_layers: MAX_LAYERS,
    };
    let mut document = Vec::new();
    let written = json::write_shapes(&mut document, &file, |_| true);
    written.ok().and_then(|()| serde_json::from_slice(&document).ok()).unwrap_or_default()
}

/// `neural-analyzer/totals`: the sums of each network, for panels that need nothing else.
pub(in crate::server) fn totals(snapshot: &Snapshot) -> Value {
    let networks: Vec<Value> = snapshot
        .analysis
        .totals()
        .iter()
        .map(|(name, totals)| json::network_totals(name.as_deref(), &snapshot.config, totals))
        .collect();
    json!({ "file": snapshot.uri, "networks": networks })
}

/// `neural-analyzer/syntaxTree`: how the file is read, for people.
pub(in crate::server) fn syntax_tree(snapshot: &Snapshot) -> String {
    snapshot.analysis.syntax().debug_tree()
}
