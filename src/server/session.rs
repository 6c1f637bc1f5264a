//! The state of a session, and the way from a request to its answer.
//!
//! The state is behind a lock that only the thread of the session takes, and never while something
//! is computed. A request takes a snapshot when its message is handed over. Where the last analysis
//! of the file was quick and the request is about little of its text, the answer is made at once;
//! otherwise on a worker. An answer about a text that has changed in the meantime is not given: the
//! client is told that the content was modified.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tower_lsp::jsonrpc::{ErrorCode, Result};
use tower_lsp::lsp_types::{
    Diagnostic, DidChangeTextDocumentParams, InitializeResult, MessageType, Range, ServerInfo,
    TextDocumentItem, Url,
};

use super::capabilities::{ClientCapabilities, server_capabilities};
use super::client::Client;
use super::connection::Incoming;
use super::document::{Analyzed, Document, Pending};
use super::logging::Logging;
use super::settings::Settings;
use super::snapshot::Snapshot;
use super::{message, parent};
use crate::config::DiagnosticsMode;
use crate::ide::{AnalysisHost, framework};
use crate::text::TextSize;

/// An analysis that took no longer is made on the session's own thread: handing it to another and
/// back would take as long.
const QUICK: Duration = Duration::from_millis(1);

/// The most text whose hints, tokens or outline are made on the session's own thread: some 300 layers,
/// which take about as long.
const MAX_QUICK_BYTES: u32 = 16 << 10;

/// How much of a file a request is about.
pub(super) enum Extent {
    /// The surroundings of a place, or what is known of the file anyway.
    Place,
    /// The text of a range.
    Range(Range),
    /// All of its text.
    File,
}

/// A session.
pub(super) struct Session {
    pub(super) client: Client,
    pub(super) logging: Logging,
    incoming: mpsc::Sender<Incoming>,
    started: Instant,
    state: Mutex<State>,
}

/// What changes during a session.
pub(super) struct State {
    pub(super) capabilities: Arc<ClientCapabilities>,
    pub(super) host: AnalysisHost,
    pub(super) documents: HashMap<Url, Document>,
    pub(super) settings: Settings,
    /// The settings have come, or the time to wait for them is over.
    pub(super) is_configured: bool,
    /// How often the client was asked for its settings; only the last answer counts.
    pub(super) asked: u64,
    /// The registration under which the client pulls diagnostics.
    pub(super) pulls: Option<String>,
    pub(super) registrations: u64,
    /// The findings that the client shows in `neural.toml` files.
    pub(super) tomls: HashMap<Url, Vec<Diagnostic>>,
    /// What was said about `neural.toml` files that cannot be read.
    pub(super) unreadable: Vec<String>,
}

impl Session {
    /// A session that has not been initialized.
    pub(super) fn new(
        client: Client,
        logging: Logging,
        incoming: mpsc::Sender<Incoming>,
    ) -> Arc<Session> {
        let state = State {
            capabilities: Arc::new(ClientCapabilities::read(&Value::Null)),
            host: AnalysisHost::new(),
            documents: HashMap::new(),
            settings: Settings::default(),
            is_configured: false,
            asked: 0,
            pulls: None,
            registrations: 0,
            tomls: HashMap::new(),
            unreadable: Vec::new(),
        };
        let (started, state) = (Instant::now(), Mutex::new(state));
        Arc::new(Session { client, logging, incoming, started, state })
    }

    /// The state. A handler that has panicked leaves it as it was at that moment, which is better
    /// than no state.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `initialize`: `params` are as they came.
    pub(super) fn initialize(&self, params: &Value) -> InitializeResult {
        let capabilities = Arc::new(ClientCapabilities::read(params));
        let mut state = self.state();
        state.capabilities = capabilities.clone();
        let findings = state.settings.initialize(params);
        self.logging.apply(&state.settings.session().log, &self.client);
        drop(state);
        self.complain(&findings);
        if let Some(process) = params.get("processId").and_then(Value::as_i64) {
            parent::watch(process, self.incoming.clone());
        }
        InitializeResult {
            capabilities: server_capabilities(&capabilities),
            server_info: Some(ServerInfo {
                name: env!("CARGO_PKG_NAME").to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        }
    }

    /// `textDocument/didOpen`. A file that is open already takes the new text.
    pub(super) fn open(&self, item: TextDocumentItem) {
        let mut state = self.state();
        state.settings.forget_files();
        let uri = item.uri.clone();
        match state.documents.get_mut(&uri) {
            Some(document) => {
                tracing::warn!("{uri} is opened twice");
                document.version = item.version;
                document.open(item.text);
                document.is_touched = true;
            }
            None => {
                let document = Document::new(item.uri, item.version, item.text);
                state.documents.insert(uri.clone(), document);
            }
        }
        self.reconfigure(&mut state);
        state.remember_save(&uri);
        if let Some(document) = state.documents.get_mut(&uri) {
            document.is_due = true;
        }
    }

    /// `textDocument/didChange`.
    pub(super) fn change(&self, params: DidChangeTextDocumentParams) {
        let mut state = self.state();
        let unit = state.capabilities.unit;
        let uri = params.text_document.uri;
        let Some(document) = state.documents.get_mut(&uri) else {
            tracing::warn!("{uri} is changed and not open");
            return;
        };
        document.change(params.text_document.version, params.content_changes, unit);
        document.is_due |= document.config.diagnostics_mode == DiagnosticsMode::OnType;
    }

    /// `textDocument/didSave`.
    pub(super) fn save(&self, uri: &Url) {
        let mut state = self.state();
        state.settings.forget_files();
        self.reconfigure(&mut state);
        state.remember_save(uri);
    }

    /// `textDocument/didClose`. What the client shows of the file goes with it.
    pub(super) fn close(&self, uri: &Url) {
        let mut state = self.state();
        let Some(document) = state.documents.remove(uri) else {
            tracing::warn!("{uri} is closed and not open");
            return;
        };
        if document.shown.is_some_and(|shown| !shown.is_empty()) {
            self.publish(uri, &[], None);
        }
        if let Some(Analyzed { file, .. }) = document.analyzed {
            state.host.close(file);
        }
        self.reconfigure(&mut state);
    }

    /// Answers a request about an open file. Of a file that is not open there is nothing to say.
    pub(super) async fn query<T: Default + Send + 'static>(
        &self,
        uri: &Url,
        extent: Extent,
        work: impl FnOnce(&Snapshot) -> T + Send + 'static,
    ) -> Result<T> {
        let Some(asked) = self.ask(uri, &extent) else { return Ok(T::default()) };
        self.answer(asked, work).await
    }

    /// The same for a request that makes no sense without the file.
    pub(super) async fn query_open<T: Send + 'static>(
        &self,
        uri: &Url,
        extent: Extent,
        work: impl FnOnce(&Snapshot) -> T + Send + 'static,
    ) -> Result<T> {
        let Some(asked) = self.ask(uri, &extent) else {
            let message = format!("{uri} is not open");
            return Err(message::error(ErrorCode::InvalidParams, message));
        };
        self.answer(asked, work).await
    }

    /// A snapshot of a file, and whether work with that much of it is likely to be quick.
    pub(super) fn ask(&self, uri: &Url, extent: &Extent) -> Option<(Snapshot, bool)> {
        let mut state = self.state();
        let snapshot = state.snapshot(uri)?;
        let bytes = match extent {
            Extent::Place => 0,
            Extent::Range(range) => snapshot.text_range(*range).len().into(),
            Extent::File => TextSize::of(snapshot.analysis.text()).into(),
        };
        let is_quick = bytes <= MAX_QUICK_BYTES && state.is_quick(uri);
        Some((snapshot, is_quick))
    }

    async fn answer<T: Send + 'static>(
        &self,
        (snapshot, is_quick): (Snapshot, bool),
        work: impl FnOnce(&Snapshot) -> T + Send + 'static,
    ) -> Result<T> {
        let (uri, revision) = (snapshot.uri.clone(), snapshot.revision);
        // Nobody waits for an answer about a text that was edited before anybody began with it.
        let wanted = move || (!snapshot.analysis.is_superseded()).then(|| work(&snapshot));
        let result = perform(is_quick, wanted).await.flatten();
        if !self.is_current(&uri, revision) {
            return Err(message::error(ErrorCode::ContentModified, "the text has changed"));
        }
        result.ok_or_else(|| message::error(ErrorCode::InternalError, message::DEFECT))
    }

    /// Whether the file is still as it was.
    pub(super) fn is_current(&self, uri: &Url, revision: u64) -> bool {
        self.state().documents.get(uri).is_some_and(|document| document.revision == revision)
    }

    /// `neural-analyzer/status`: what is going on, for people.
    pub(super) fn status(&self) -> Value {
        let state = self.state();
        let mode = |mode: DiagnosticsMode| match mode {
            DiagnosticsMode::OnType => "onType",
            DiagnosticsMode::OnSave => "onSave",
            DiagnosticsMode::Off => "off",
        };
        let mut documents: Vec<&Document> = state.documents.values().collect();
        documents.sort_by_key(|document| &document.uri);
        let documents: Vec<Value> = documents
            .into_iter()
            .map(|document| {
                json!({
                    "uri": document.uri,
                    "version": document.version,
                    "bytes": document.text.len(),
                    "diagnosticsMode": mode(document.config.diagnostics_mode),
                    "settings": document.toml.as_ref().map(|toml| toml.path.display().to_string()),
                    "lastAnalysisMicroseconds":
                        document.cost.map(|cost| u64::try_from(cost.as_micros()).unwrap_or(u64::MAX)),
                })
            })
            .collect();
        json!({
            "name": env!("CARGO_PKG_NAME"),
            "version": env!("CARGO_PKG_VERSION"),
            "process": std::process::id(),
            "uptimeSeconds": self.started.elapsed().as_secs(),
            "positionEncoding": server_capabilities(&state.capabilities).position_encoding,
            "diagnostics": if state.pulls.is_some() { "pull" } else { "push" },
            "configured": state.is_configured,
            "documents": documents,
        })
    }

    /// Tells the author what is wrong with the settings of the editor.
    pub(super) fn complain(&self, findings: &[crate::diagnostics::Diagnostic]) {
        for finding in findings {
            let message = format!("settings of neural-analyzer: {}", finding.message);
            self.client.log(MessageType::WARNING, message);
        }
    }
}

impl State {
    /// Whether work with a file is likely to be quick.
    pub(super) fn is_quick(&self, uri: &Url) -> bool {
        let cost = self.documents.get(uri).and_then(|document| document.cost);
        cost.is_some_and(|cost| cost <= QUICK)
    }

    /// A snapshot of an open file as it is now.
    pub(super) fn snapshot(&mut self, uri: &Url) -> Option<Snapshot> {
        let document = self.documents.get_mut(uri)?;
        sync(&mut self.host, document);
        Some(Snapshot {
            analysis: self.host.analysis(document.analyzed?.file)?,
            uri: document.uri.clone(),
            version: document.version,
            revision: document.revision,
            config: document.config.clone(),
            client: self.capabilities.clone(),
        })
    }
}

/// Gives the analysis the text of a file, if it has not got it yet. What is being computed about the
/// text before unwinds.
pub(super) fn sync(host: &mut AnalysisHost, document: &mut Document) {
    let framework = framework(&document.config);
    let before = document.analyzed.take();
    let pending = std::mem::replace(&mut document.pending, Pending::Edits(Vec::new()));
    let mut update = || match before {
        Some(analyzed) => {
            match &pending {
                Pending::Edits(edits) if edits.is_empty() => {}
                Pending::Edits(edits) => host.edit(analyzed.file, edits),
                Pending::Everything => host.set_text(analyzed.file, document.text.clone()),
            }
            if analyzed.framework != framework {
                host.set_framework(analyzed.file, framework);
            }
            analyzed.file
        }
        None => host.open(document.text.clone(), framework),
    };
    let updated = catch_unwind(AssertUnwindSafe(&mut update));
    // What a defect has left behind is not built on.
    let file = updated.ok().or_else(|| {
        tracing::error!("{}: the analysis starts anew after a defect", document.uri);
        let open = || {
            if let Some(analyzed) = before {
                host.close(analyzed.file);
            }
            host.open(document.text.clone(), framework)
        };
        catch_unwind(AssertUnwindSafe(open)).ok()
    });
    document.analyzed = file.map(|file| Analyzed { file, framework });
}

/// Does some work at once, or on a worker. `None` where it has panicked.
pub(super) async fn perform<T: Send + 'static>(
    is_quick: bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    if is_quick {
        return catch_unwind(AssertUnwindSafe(work)).ok();
    }
    let mut worker = AbortOnDrop(tokio::task::spawn_blocking(work));
    (&mut worker.0).await.ok()
}

/// Work that nobody waits for any more is not begun.
struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
