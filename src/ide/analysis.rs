//! Snapshots of the model for the features of this room.

use std::sync::Arc;

use super::diagnostics::diagnostics;
use super::report::{FileReport, NetworkReport};
use crate::lang::Framework;
use crate::model::analysis;
use crate::model::db::Database;
use crate::model::document::Document;

/// Everything that is known of `text`, by the rules of `framework`.
pub fn analyze(text: &str, framework: Framework) -> FileReport {
    let mut db = Database::default();
    let document = Arc::new(Document::new(&mut db, text, framework));
    let analysis = analysis::analyze(&db, &document);
    let diagnostics = diagnostics(&document, &analysis);
    let networks = analysis
        .networks
        .into_iter()
        .map(|network| NetworkReport::new(document.clone(), network))
        .collect();
    FileReport { networks, diagnostics }
}
