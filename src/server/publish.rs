//! What the client shows as wrong, and when it is told.
//!
//! Diagnostics are pushed or pulled, never both: they are pulled by clients that can be told to
//! begin, to stop and to ask again, as long as no file has another mode than `onType`; all others
//! get them pushed, with the version that they are about, and only where they differ from what the
//! client shows. Under `onSave` the state at the last save is what counts; settings that change before
//! the next one take effect on it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::json;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::lsp_types::{
    Diagnostic, DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticReportResult,
    FullDocumentDiagnosticReport, MessageType, RelatedFullDocumentDiagnosticReport,
    RelatedUnchangedDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport, Url,
};

use super::capabilities::ClientCapabilities;
use super::document::Document;
use super::features::diagnostics;
use super::kept::Kept;
use super::message;
use super::session::{Extent, Session, State, perform, sync};
use super::snapshot::Snapshot;
use crate::config::DiagnosticsMode;
use crate::ide::{AnalysisHost, framework};

/// The error that makes a client pull once more.
const SERVER_CANCELLED: i64 = -32802;

/// The findings of a snapshot; `None` after an edit.
type Computed = Option<Found>;

/// What was found in a snapshot.
struct Found {
    /// What is shown of it.
    shown: Vec<Diagnostic>,
    /// All of it, under `onSave`.
    kept: Vec<crate::diagnostics::Diagnostic>,
    /// How long that took.
    cost: Duration,
}

impl Found {
    fn of(snapshot: &Snapshot, start: Instant) -> Found {
        let shown = diagnostics::diagnostics(snapshot);
        let kept = match snapshot.config.diagnostics_mode {
            DiagnosticsMode::OnSave => snapshot.analysis.findings_of_any_severity(&snapshot.config),
            DiagnosticsMode::OnType | DiagnosticsMode::Off => Vec::new(),
        };
        Found { shown, kept, cost: start.elapsed() }
    }
}

impl Session {
    /// Computes and pushes what is due. Called when there are no more messages to hand over.
    pub(super) fn flush(self: &Arc<Self>) {
        for (snapshot, is_quick) in self.due() {
            let work = {
                let snapshot = snapshot.clone();
                move || compute(&snapshot)
            };
            if is_quick {
                let computed = catch_unwind(AssertUnwindSafe(work));
                self.finish(&snapshot, computed.ok());
            } else {
                let session = self.clone();
                tokio::spawn(async move {
                    let computed = perform(false, work).await;
                    session.finish(&snapshot, computed);
                    session.flush();
                });
            }
        }
    }

    /// Snapshots of the files whose diagnostics are to be computed now.
    fn due(&self) -> Vec<(Snapshot, bool)> {
        let mut state = self.state();
        if !state.is_configured {
            return Vec::new();
        }
        let state = &mut *state;
        let mut uris = Vec::new();
        for document in state.documents.values_mut().filter(|document| document.is_due) {
            if document.config.diagnostics_mode == DiagnosticsMode::Off {
                document.is_due = false;
                if document.shown.take().is_some_and(|shown| !shown.is_empty()) {
                    self.publish(&document.uri, &[], None);
                }
            } else if state.pulls.is_some() {
                document.is_due = false;
            } else if document.is_computing {
                // Stops what is computed about an older text; its end leads here again.
                if document.config.diagnostics_mode == DiagnosticsMode::OnType {
                    sync(&mut state.host, document);
                }
            } else {
                document.is_due = false;
                if document.shows_what_was_saved() && document.at_save.is_none() {
                    self.show_kept(document, &state.capabilities);
                } else {
                    uris.push(document.uri.clone());
                }
            }
        }
        let mut due = Vec::new();
        for uri in uris {
            let is_quick = state.is_quick(&uri);
            let snapshot = state.due_snapshot(&uri);
            if let Some(document) = state.documents.get_mut(&uri) {
                document.is_computing = snapshot.is_some();
            }
            due.extend(snapshot.map(|snapshot| (snapshot, is_quick)));
        }
        due
    }

    /// Takes the findings of a snapshot, and pushes them if they are still wanted. `None` is a
    /// panic.
    fn finish(&self, snapshot: &Snapshot, computed: Option<Computed>) {
        let mut state = self.state();
        let is_pulling = state.pulls.is_some();
        let Some(document) = state.documents.get_mut(&snapshot.uri) else { return };
        document.is_computing = false;
        if computed.is_none() {
            let message = format!("{} is not checked: {}", snapshot.uri, message::DEFECT);
            self.client.log(MessageType::ERROR, message);
        }
        let Some(Found { shown, kept, cost }) = computed.flatten() else {
            // After a panic the same text would only panic again.
            document.is_due |= document.revision != snapshot.revision
                && document.config.diagnostics_mode == DiagnosticsMode::OnType;
            return;
        };
        document.took(cost);
        if let Some(before) = &mut document.kept {
            before.found(snapshot.revision, kept);
        }
        let wanted = match document.config.diagnostics_mode {
            DiagnosticsMode::OnType => document.revision == snapshot.revision,
            // What was saved is shown even if the author has typed on.
            DiagnosticsMode::OnSave => document.saved <= snapshot.revision,
            DiagnosticsMode::Off => false,
        };
        if !wanted || is_pulling {
            return;
        }
        self.show(document, shown, snapshot.version);
    }

    /// Pushes what is to be shown of a file, if it differs from what the client shows.
    fn show(&self, document: &mut Document, findings: Vec<Diagnostic>, version: i32) {
        let is_same = document.shown.as_ref() == Some(&findings) && !document.is_touched;
        if is_same {
            return;
        }
        document.is_touched = false;
        self.publish(&document.uri, &findings, Some(version));
        document.shown = Some(findings);
    }

    /// Shows the findings of the state that was saved last by the settings of now, in the text of now.
    fn show_kept(&self, document: &mut Document, client: &ClientCapabilities) {
        if let Some(findings) = document.kept.as_ref().and_then(Kept::now) {
            let shown = diagnostics::of_document(document, &findings, client);
            self.show(document, shown, document.version);
        }
    }

    /// Pushes diagnostics.
    pub(super) fn publish(&self, uri: &Url, diagnostics: &[Diagnostic], version: Option<i32>) {
        #[derive(Serialize)]
        struct Params<'a> {
            uri: &'a Url,
            #[serde(skip_serializing_if = "Option::is_none")]
            version: Option<i32>,
            diagnostics: &'a [Diagnostic],
        }
        let params = Params { uri, version, diagnostics };
        self.client.notify("textDocument/publishDiagnostics", params);
    }

    /// `textDocument/diagnostic`: a client that does not pull by registration gets nothing here, as
    /// it gets everything pushed.
    pub(super) async fn pull(
        &self,
        params: DocumentDiagnosticParams,
    ) -> Result<DocumentDiagnosticReportResult> {
        let uri = params.text_document.uri;
        let asked =
            if self.state().pulls.is_some() { self.ask(&uri, &Extent::Place) } else { None };
        let Some((snapshot, is_quick)) = asked else { return Ok(full(Vec::new(), None)) };
        let revision = snapshot.revision;
        let computed = perform(is_quick, move || compute(&snapshot)).await.flatten();
        let is_current = self.is_current(&uri, revision);
        let Some(Found { shown, cost, .. }) = computed.filter(|_| is_current) else {
            return Err(Error {
                code: ErrorCode::ServerError(SERVER_CANCELLED),
                message: "the text has changed".into(),
                data: Some(json!({ "retriggerRequest": !is_current })),
            });
        };
        let mut opened = 0;
        if let Some(document) = self.state().documents.get_mut(&uri) {
            document.took(cost);
            opened = document.opened;
        }
        let id = result_id(opened, &shown);
        if params.previous_result_id.as_ref() == Some(&id) {
            let report = RelatedUnchangedDocumentDiagnosticReport {
                related_documents: None,
                unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport {
                    result_id: id,
                },
            };
            return Ok(DocumentDiagnosticReport::Unchanged(report).into());
        }
        Ok(full(shown, Some(id)))
    }
}

impl State {
    /// The state of a file whose diagnostics are to be shown.
    fn due_snapshot(&mut self, uri: &Url) -> Option<Snapshot> {
        let document = self.documents.get_mut(uri)?;
        let at_save = document.at_save.take();
        match document.config.diagnostics_mode {
            DiagnosticsMode::Off => None,
            DiagnosticsMode::OnType => self.snapshot(uri),
            DiagnosticsMode::OnSave => match at_save {
                // The settings may have changed since.
                Some(saved) => Some(Snapshot { config: document.config.clone(), ..*saved }),
                None if document.is_saved() => {
                    document.kept = Some(Kept::new(document.revision));
                    self.snapshot(uri)
                }
                None => None,
            },
        }
    }

    /// Remembers the state of a file that was saved, for the diagnostics that are due.
    pub(super) fn remember_save(&mut self, uri: &Url) {
        let Some(document) = self.documents.get_mut(uri) else { return };
        document.saved = document.revision;
        if document.config.diagnostics_mode == DiagnosticsMode::OnSave {
            document.is_due = true;
            document.at_save = None;
            document.kept = Some(Kept::new(document.revision));
            let snapshot = self.snapshot(uri).map(Box::new);
            if let Some(document) = self.documents.get_mut(uri) {
                document.at_save = snapshot;
            }
        }
    }
}

fn full(items: Vec<Diagnostic>, result_id: Option<String>) -> DocumentDiagnosticReportResult {
    let report = FullDocumentDiagnosticReport { result_id, items };
    DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
        related_documents: None,
        full_document_diagnostic_report: report,
    })
    .into()
}

/// A name for a set of findings: the same for the same findings, as long as the file is open. A client
/// throws findings away when it closes the file, and some name them after that.
fn result_id(opened: u64, findings: &[Diagnostic]) -> String {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    serde_json::to_vec(findings).unwrap_or_default().hash(&mut hasher);
    format!("{opened:x}-{:016x}", hasher.finish())
}

fn compute(snapshot: &Snapshot) -> Computed {
    let start = Instant::now();
    if !snapshot.analysis.is_cancelled() {
        return Some(Found::of(snapshot, start));
    }
    if snapshot.config.diagnostics_mode != DiagnosticsMode::OnSave {
        return None;
    }
    // An edit came right after the file was saved. What was saved is what is to be shown, so it is
    // analyzed by itself.
    let mut host = AnalysisHost::new();
    let text = snapshot.analysis.text().to_owned();
    let file = host.open(text, framework(&snapshot.config));
    let snapshot = Snapshot { analysis: host.analysis(file)?, ..snapshot.clone() };
    Some(Found::of(&snapshot, start))
}
