//! Where the settings of a file come from: the editor, for each workspace folder, and `neural.toml`.
//!
//! Everything goes through the one table of settings. The weakest are the defaults, then what the
//! editor sent with `initialize`, then what it answered or sent later, then `neural.toml`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use tower_lsp::lsp_types::Url;

use crate::config::{Config, Discovery, Layer, NeuralToml};
use crate::diagnostics::Diagnostic;

/// The section that the settings have in editors.
pub(super) const SECTION: &str = "neural-analyzer";

/// Keys of the section that editors' plugins read themselves: where the program is, and what of the
/// protocol is logged.
const OF_PLUGINS: &[&str] = &["server", "trace", "enable"];

/// A workspace folder.
#[derive(Debug, Clone)]
struct Folder {
    uri: Url,
    path: Option<PathBuf>,
    layer: Layer,
}

/// All sources of settings.
#[derive(Debug, Default)]
pub(super) struct Settings {
    initial: Layer,
    global: Layer,
    folders: Vec<Folder>,
    discovery: Discovery,
}

/// The settings of one file.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) config: Config,
    pub(super) toml: Option<Arc<NeuralToml>>,
    /// A `neural.toml` that is there and cannot be read, in one line.
    pub(super) unreadable: Option<String>,
}

impl Settings {
    /// Takes what `initialize` says. The findings are about the editor's settings.
    pub(super) fn initialize(&mut self, params: &Value) -> Vec<Diagnostic> {
        let folders = params.get("workspaceFolders").and_then(Value::as_array);
        let roots: Vec<&str> = match folders {
            Some(folders) => folders.iter().filter_map(|folder| folder["uri"].as_str()).collect(),
            None => params.get("rootUri").and_then(Value::as_str).into_iter().collect(),
        };
        for uri in roots.into_iter().filter_map(|root| Url::parse(root).ok()) {
            self.add_folder(uri);
        }
        let (layer, findings) = editor_layer(params.get("initializationOptions"));
        self.initial = layer;
        findings
    }

    /// Adds a workspace folder, without settings of its own.
    pub(super) fn add_folder(&mut self, uri: Url) {
        self.remove_folder(&uri);
        let path = uri.to_file_path().ok();
        self.folders.push(Folder { uri, path, layer: Layer::default() });
    }

    /// Removes a workspace folder.
    pub(super) fn remove_folder(&mut self, uri: &Url) {
        self.folders.retain(|folder| folder.uri != *uri);
    }

    /// What to ask the editor for: the settings of each folder, and those of files outside of them.
    pub(super) fn questions(&self) -> Vec<Value> {
        let folder = |folder: &Folder| json!({ "scopeUri": folder.uri, "section": SECTION });
        let outside = json!({ "section": SECTION });
        self.folders.iter().map(folder).chain([outside]).collect()
    }

    /// Takes the answers to `asked`.
    pub(super) fn answer(&mut self, asked: &[Value], answers: &[Value]) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        for (question, answer) in asked.iter().zip(answers) {
            let (layer, found) = editor_layer(Some(answer));
            // Editors repeat the settings of the user for each folder.
            findings.extend(found);
            match question["scopeUri"].as_str() {
                None => self.global = layer,
                Some(uri) => {
                    let folder = self.folders.iter_mut().find(|folder| folder.uri.as_str() == uri);
                    if let Some(folder) = folder {
                        folder.layer = layer;
                    }
                }
            }
        }
        findings.dedup_by(|a, b| a.message == b.message);
        findings
    }

    /// Takes settings that an editor sent without being asked, for all folders.
    pub(super) fn take(&mut self, settings: &Value) -> Vec<Diagnostic> {
        let section = settings.get(SECTION).unwrap_or(settings);
        let (layer, findings) = editor_layer(Some(section));
        for folder in &mut self.folders {
            folder.layer = layer.clone();
        }
        self.global = layer;
        findings
    }

    /// Forgets which `neural.toml` files there are, so that they are looked for again.
    pub(super) fn forget_files(&mut self) {
        self.discovery = Discovery::default();
    }

    /// The settings of the session as a whole.
    pub(super) fn session(&self) -> Config {
        Config::resolve([&self.initial, &self.global])
    }

    /// The settings of the session and of each folder.
    pub(super) fn all(&self) -> impl Iterator<Item = Config> + '_ {
        let folder = |folder: &Folder| Config::resolve([&self.initial, &folder.layer]);
        self.folders.iter().map(folder).chain([self.session()])
    }

    /// The settings of a file.
    pub(super) fn of(&mut self, uri: &Url) -> Resolved {
        let path = uri.to_file_path().ok();
        let folder = self.folder(uri);
        let layer = folder.map_or(&self.global, |folder| &folder.layer).clone();
        // A file without a path is a new one, which will most likely be saved in the first folder.
        let directory = match &path {
            Some(path) => path.parent().map(Path::to_owned),
            None => self.folders.iter().find_map(|folder| folder.path.clone()),
        };
        let found = directory.and_then(|directory| self.discovery.find(&directory));
        let editor = [&self.initial, &layer];
        match found {
            Some(Ok(toml)) => Resolved {
                config: Config::resolve(editor.into_iter().chain([&toml.layer])),
                toml: Some(toml),
                unreadable: None,
            },
            Some(Err(error)) => Resolved {
                config: Config::resolve(editor),
                toml: None,
                unreadable: Some(format!(
                    "cannot read `{}`: {}",
                    error.path.display(),
                    error.reason
                )),
            },
            None => Resolved { config: Config::resolve(editor), toml: None, unreadable: None },
        }
    }

    /// The innermost workspace folder that a file is in.
    fn folder(&self, uri: &Url) -> Option<&Folder> {
        let is_in = |folder: &&Folder| {
            let inside = uri.as_str().strip_prefix(folder.uri.as_str());
            let rest = inside.filter(|rest| {
                rest.is_empty() || rest.starts_with('/') || folder.uri.as_str().ends_with('/')
            });
            rest.is_some()
        };
        self.folders.iter().filter(is_in).max_by_key(|folder| folder.uri.as_str().len())
    }
}

/// The settings in what an editor sent: the section, or an object that holds the section.
fn editor_layer(value: Option<&Value>) -> (Layer, Vec<Diagnostic>) {
    let Some(value) = value else { return (Layer::default(), Vec::new()) };
    let mut value = value.get(SECTION).unwrap_or(value).clone();
    if let Some(entries) = value.as_object_mut() {
        // An unset setting is `null` in some editors.
        entries.retain(|key, value| {
            let first = key.split('.').next().unwrap_or_default();
            !OF_PLUGINS.contains(&first) && !value.is_null()
        });
        for inner in entries.values_mut().filter_map(Value::as_object_mut) {
            inner.retain(|_, value| !value.is_null());
        }
    }
    Layer::from_json(&value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DiagnosticsMode;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn settings() -> Settings {
        let mut settings = Settings::default();
        let found = settings.initialize(&json!({
            "workspaceFolders": [
                { "uri": "file:///w/a", "name": "a" },
                { "uri": "file:///w/a/b", "name": "b" },
            ],
            "initializationOptions": { "batch": 2, "server": { "path": "x" }, "dtype": null },
        }));
        assert_eq!(found, []);
        settings
    }

    #[test]
    fn each_folder_has_its_own_settings() {
        let mut settings = settings();
        let asked = settings.questions();
        assert_eq!(
            Value::from(asked.clone()),
            json!([
                { "scopeUri": "file:///w/a", "section": "neural-analyzer" },
                { "scopeUri": "file:///w/a/b", "section": "neural-analyzer" },
                { "section": "neural-analyzer" },
            ])
        );
        let answers =
            [json!({ "batch": 3 }), json!({ "diagnostics": { "mode": "onSave" } }), Value::Null];
        assert_eq!(settings.answer(&asked, &answers), []);
        let mut batch = |uri: &str| {
            let config = settings.of(&url(uri)).config;
            (config.batch, config.diagnostics_mode)
        };
        assert_eq!(batch("file:///w/a/n.neural"), (3, DiagnosticsMode::OnType));
        assert_eq!(batch("file:///w/a/b/n.neural"), (2, DiagnosticsMode::OnSave));
        assert_eq!(batch("file:///w/ab/n.neural"), (2, DiagnosticsMode::OnType));
        assert_eq!(batch("untitled:Untitled-1"), (2, DiagnosticsMode::OnType));
    }

    #[test]
    fn settings_may_come_inside_their_section_or_bare() {
        for sent in [json!({ "neural-analyzer": { "batch": 9 } }), json!({ "batch": 9 })] {
            let mut settings = settings();
            assert_eq!(settings.take(&sent), []);
            assert_eq!(settings.session().batch, 9);
            assert_eq!(settings.of(&url("file:///w/a/b/n.neural")).config.batch, 9);
        }
    }

    #[test]
    fn a_wrong_setting_is_said_once() {
        let mut settings = settings();
        let asked = settings.questions();
        let answers = [json!({ "batch": 0 }), json!({ "batch": 0 }), json!({ "batch": 0 })];
        let found = settings.answer(&asked, &answers);
        let messages: Vec<&str> = found.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(messages, ["`batch` is 0; it must be at least 1"]);
    }

    #[test]
    fn the_project_wins_over_the_editor() {
        let root = std::env::temp_dir().join(format!("neural-settings-{}", std::process::id()));
        std::fs::create_dir_all(&root).unwrap();
        std::fs::write(root.join("neural.toml"), "batch = 7").unwrap();
        let mut settings = settings();
        settings.take(&json!({ "batch": 9, "dtype": "int8" }));
        let uri = Url::from_file_path(root.join("n.neural")).unwrap();
        let resolved = settings.of(&uri);
        assert_eq!((resolved.config.batch, resolved.config.dtype.as_str()), (7, "int8"));
        std::fs::write(root.join("neural.toml"), b"batch = \xff").unwrap();
        assert_eq!(settings.of(&uri).config.batch, 7);
        settings.forget_files();
        let resolved = settings.of(&uri);
        assert_eq!(resolved.config.batch, 9);
        assert!(
            resolved.unreadable.unwrap().ends_with("it is not UTF-8: byte 8 cannot be decoded")
        );
        std::fs::remove_dir_all(&root).unwrap();
    }
}
