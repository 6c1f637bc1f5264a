//! Settings: one table of them, the file `neural.toml`, and the value that everything reads.
//!
//! A setting is one row of [`SETTINGS`]: its key, what it takes, its default and its documentation.
//! Reading `neural.toml`, reading an editor's settings, `docs/configuration.md` and the JSON Schema
//! all go through that table. Settings come in layers, the weakest first: the defaults, the editor,
//! `neural.toml`, the command line; [`Config::resolve`] puts them together.
//!
//! Severities are applied here, to findings that are already made. No analysis asks for them, so
//! changing one recomputes nothing.

mod docs;
mod layer;
mod neural_toml;
mod resolved;
mod settings;

pub use docs::{configuration_page, json_schema, vscode_configuration};
pub use layer::Layer;
pub use neural_toml::{Discovery, FILE_NAME, NeuralToml, Unreadable, parse};
pub use resolved::{
    Budget, Config, DiagnosticsMode, Dtype, Framework, HintSettings, Limits, LogSettings, Profile,
};
pub use settings::{SETTINGS, Scope, Setting, SettingKind};
