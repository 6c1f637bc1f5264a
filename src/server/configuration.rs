//! How settings come and take effect.
//!
//! The client is asked for its settings when the session starts and whenever it says that they have
//! changed; those that cannot be asked send them. `neural.toml` is read when a file is opened or
//! saved and when the client says that it has changed. Whatever has changed takes effect at once.
//! Diagnostics wait for the first settings, but not for long.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tower_lsp::lsp_types::{Diagnostic, MessageType, Url, WorkspaceFoldersChangeEvent};

use super::client::Unanswered;
use super::features::diagnostics;
use super::session::{Session, State};
use super::settings::SECTION;
use crate::config::{Config, DiagnosticsMode, FILE_NAME, NeuralToml};

/// How long diagnostics wait for the client's settings.
const PATIENCE: Duration = Duration::from_millis(500);

/// How long the server waits for answers of the client, some of which ask the author.
const LIMIT: Duration = Duration::from_secs(60);

impl Session {
    /// `initialized`: the client takes requests from here on.
    pub(super) fn initialized(self: &Arc<Self>) {
        self.register();
        if !self.state().capabilities.configuration {
            return self.configured();
        }
        self.ask_for_settings();
        let session = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(PATIENCE).await;
            if !session.state().is_configured {
                tracing::warn!("no settings from the client yet");
                session.configured();
            }
        });
    }

    /// `workspace/didChangeConfiguration`
    pub(super) fn change_configuration(self: &Arc<Self>, settings: &Value) {
        if self.state().capabilities.configuration {
            return self.ask_for_settings();
        }
        let findings = self.state().settings.take(settings);
        self.complain(&findings);
        self.configured();
    }

    /// `workspace/didChangeWorkspaceFolders`
    pub(super) fn change_folders(self: &Arc<Self>, event: WorkspaceFoldersChangeEvent) {
        let mut state = self.state();
        for folder in event.removed {
            state.settings.remove_folder(&folder.uri);
        }
        for folder in event.added {
            state.settings.add_folder(folder.uri);
        }
        let can_ask = state.capabilities.configuration;
        drop(state);
        match can_ask {
            true => self.ask_for_settings(),
            false => self.configured(),
        }
    }

    /// `workspace/didChangeWatchedFiles`
    pub(super) fn change_files(&self) {
        let mut state = self.state();
        state.settings.forget_files();
        self.reconfigure(&mut state);
    }

    /// Says what the client should watch.
    fn register(&self) {
        let capabilities = self.state().capabilities.clone();
        let mut registrations = Vec::new();
        if capabilities.watches_configuration {
            registrations.push(json!({
                "id": "configuration",
                "method": "workspace/didChangeConfiguration",
                "registerOptions": { "section": SECTION },
            }));
        }
        if capabilities.watches_files {
            registrations.push(json!({
                "id": "files",
                "method": "workspace/didChangeWatchedFiles",
                "registerOptions": { "watchers": [{ "globPattern": format!("**/{FILE_NAME}") }] },
            }));
        }
        if !registrations.is_empty() {
            self.tell("client/registerCapability", json!({ "registrations": registrations }));
        }
    }

    /// Sends a request whose answer says nothing.
    fn tell(&self, method: &'static str, params: Value) {
        let answer = self.client.request(method, params, LIMIT);
        tokio::spawn(async move {
            if let Err(error) = answer.await {
                tracing::warn!("{method}: {error:?}");
            }
        });
    }

    fn ask_for_settings(self: &Arc<Self>) {
        let mut state = self.state();
        state.asked += 1;
        let (number, questions) = (state.asked, state.settings.questions());
        drop(state);
        let params = json!({ "items": questions });
        let answer = self.client.request("workspace/configuration", params, LIMIT);
        let session = self.clone();
        tokio::spawn(async move {
            let answers = match answer.await {
                Ok(Value::Array(answers)) => answers,
                Ok(_) => Vec::new(),
                Err(Unanswered::Refused(error)) => {
                    tracing::warn!("the client does not tell its settings: {error}");
                    Vec::new()
                }
                Err(Unanswered::TooLate) => return,
            };
            let mut state = session.state();
            if state.asked != number {
                return;
            }
            let findings = state.settings.answer(&questions, &answers);
            drop(state);
            session.complain(&findings);
            session.configured();
        });
    }

    /// Settings have come, or the time to wait for them is over.
    fn configured(self: &Arc<Self>) {
        let mut state = self.state();
        state.is_configured = true;
        self.logging.apply(&state.settings.session().log, &self.client);
        self.reconfigure(&mut state);
        drop(state);
        self.flush();
    }

    /// Finds the settings of every open file anew, and makes due what they change.
    pub(super) fn reconfigure(&self, state: &mut State) {
        let mut tomls: HashMap<Url, (Arc<NeuralToml>, Arc<Config>)> = HashMap::new();
        let mut unreadable = Vec::new();
        let mut is_changed = false;
        for document in state.documents.values_mut() {
            let resolved = state.settings.of(&document.uri);
            let config = Arc::new(resolved.config);
            if let Some(toml) = &resolved.toml
                && let Ok(uri) = Url::from_file_path(&toml.path)
            {
                tomls.insert(uri, (toml.clone(), config.clone()));
            }
            document.toml = resolved.toml;
            unreadable.extend(resolved.unreadable);
            let is_new = !std::mem::replace(&mut document.has_config, true);
            if document.config == config {
                continue;
            }
            is_changed |= !is_new;
            let before = std::mem::replace(&mut document.config, config);
            let is_saved = document.is_saved();
            document.is_due = true;
            if document.config.diagnostics_mode != DiagnosticsMode::OnSave {
                document.kept = None;
            }
            if before.framework != document.config.framework {
                document.renew();
                if is_saved {
                    document.saved = document.revision;
                }
            }
        }
        if !state.is_configured {
            return;
        }
        self.report_tomls(state, tomls, unreadable);
        self.choose_way(state);
        if is_changed {
            if state.capabilities.refreshes_hints {
                self.tell("workspace/inlayHint/refresh", Value::Null);
            }
            if state.pulls.is_some() {
                self.tell("workspace/diagnostic/refresh", Value::Null);
            }
        }
    }

    /// Shows what is wrong with the `neural.toml` files that count for an open file.
    fn report_tomls(
        &self,
        state: &mut State,
        tomls: HashMap<Url, (Arc<NeuralToml>, Arc<Config>)>,
        unreadable: Vec<String>,
    ) {
        let mut now: HashMap<Url, Vec<Diagnostic>> = HashMap::new();
        for (uri, (toml, config)) in tomls {
            if config.diagnostics_mode != DiagnosticsMode::Off {
                let found = diagnostics::of_toml(&uri, &toml, &config, &state.capabilities);
                now.insert(uri, found);
            }
        }
        now.retain(|_, found| !found.is_empty());
        for uri in state.tomls.keys().filter(|uri| !now.contains_key(*uri)) {
            self.publish(uri, &[], None);
        }
        for (uri, found) in &now {
            if state.tomls.get(uri) != Some(found) {
                self.publish(uri, found, None);
            }
        }
        state.tomls = now;
        for message in &unreadable {
            if !state.unreadable.contains(message) {
                self.client.log(MessageType::ERROR, message.as_str());
            }
        }
        state.unreadable = unreadable;
    }

    /// Chooses between pushing and pulling, and tells the client where that changes.
    fn choose_way(&self, state: &mut State) {
        let on_type = |config: &Config| config.diagnostics_mode == DiagnosticsMode::OnType;
        let should_pull = state.capabilities.pulls_diagnostics
            && state.settings.all().all(|config| on_type(&config))
            && state.documents.values().all(|document| on_type(&document.config));
        match (state.pulls.take(), should_pull) {
            (None, true) => {
                for document in state.documents.values_mut() {
                    if document.shown.take().is_some_and(|shown| !shown.is_empty()) {
                        self.publish(&document.uri, &[], None);
                    }
                }
                state.registrations += 1;
                let id = format!("diagnostics-{}", state.registrations);
                let registration = json!({
                    "id": id,
                    "method": "textDocument/diagnostic",
                    "registerOptions": {
                        "documentSelector": null,
                        "identifier": SECTION,
                        "interFileDependencies": false,
                        "workspaceDiagnostics": false,
                    },
                });
                state.pulls = Some(id);
                self.tell("client/registerCapability", json!({ "registrations": [registration] }));
            }
            (Some(id), false) => {
                // The misspelling is the protocol's.
                let params = json!({
                    "unregisterations": [{ "id": id, "method": "textDocument/diagnostic" }],
                });
                self.tell("client/unregisterCapability", params);
                for document in state.documents.values_mut() {
                    document.is_due = true;
                }
            }
            (pulls, _) => state.pulls = pulls,
        }
    }
}
