//! The requests that only this server has, for the panels of its editors' plugins.

use serde::Deserialize;
use serde_json::Value;
use tower_lsp::lsp_types::TextDocumentIdentifier;

use crate::server::snapshot::Snapshot;

/// The parameters of a request about a file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::server) struct OfDocument {
    pub(in crate::server) text_document: TextDocumentIdentifier,
}

/// `neural-analyzer/shapes`: the document of `neural-analyzer shapes --format json`.
pub(in crate::server) fn shapes(_snapshot: &Snapshot) -> Value {
    Value::Null
}

/// `neural-analyzer/syntaxTree`: how the file is read, for people.
pub(in crate::server) fn syntax_tree(snapshot: &Snapshot) -> String {
    snapshot.analysis.syntax().debug_tree()
}
