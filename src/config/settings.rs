//! The table of settings, and the value that they make together.

use std::collections::BTreeMap;

use super::layer::Layer;
use crate::diagnostics::{Code, Severity};

/// One row of the table.
#[derive(Debug)]
pub struct Setting {
    /// The key in `neural.toml`; a dot stands for a table: `check.deny-warnings`.
    pub key: &'static str,
    /// What it takes.
    pub kind: SettingKind,
    /// The value where nothing is set, as TOML.
    pub default: &'static str,
    /// Where it can be set.
    pub scope: Scope,
    /// One or two sentences: what it does.
    pub doc: &'static str,
    /// A line or two that show it, of `neural.toml` or of an editor's settings.
    pub example: &'static str,
}

/// Where a setting can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// In `neural.toml`, in an editor's settings, or by a flag.
    Anywhere,
    /// Only in an editor's settings: a project that somebody downloads must not choose it.
    Editor,
}

/// What a setting takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SettingKind {
    /// One of these strings.
    Choice(&'static [&'static str]),
    /// A whole number between two bounds, both inclusive.
    Count {
        /// The smallest.
        min: u64,
        /// The largest.
        max: u64,
    },
    /// `true` or `false`.
    Bool,
    /// Any string.
    Text,
    /// A table from codes to one of [`LEVELS`].
    Severities,
}

/// The values of the `severity` table.
pub const LEVELS: &[&str] = &["error", "warning", "info", "hint", "off"];

/// Every setting.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "framework",
        kind: SettingKind::Choice(&["keras", "pytorch"]),
        default: "\"keras\"",
        scope: Scope::Anywhere,
        doc: "Whose rules hold where the frameworks differ.",
        example: "framework = \"pytorch\"",
    },
    Setting {
        key: "dtype",
        kind: SettingKind::Choice(&["float32", "float16", "bfloat16", "float64", "int8"]),
        default: "\"float32\"",
        scope: Scope::Anywhere,
        doc: "The number format that memory is computed for, of parameters and of activations.",
        example: "dtype = \"bfloat16\"",
    },
    Setting {
        key: "batch",
        kind: SettingKind::Count { min: 1, max: i64::MAX as u64 },
        default: "1",
        scope: Scope::Anywhere,
        doc: "How many examples one pass takes. MACs, FLOPs and activation memory are multiplied by it; parameters and shapes are not.",
        example: "batch = 32",
    },
    Setting {
        key: "check.deny-warnings",
        kind: SettingKind::Bool,
        default: "false",
        scope: Scope::Anywhere,
        doc: "Whether warnings make `check` and `shapes` exit with status 1, as errors do. `--deny-warnings` turns it on.",
        example: "[check]\ndeny-warnings = true",
    },
    Setting {
        key: "diagnostics.mode",
        kind: SettingKind::Choice(&["onType", "onSave", "off"]),
        default: "\"onType\"",
        scope: Scope::Anywhere,
        doc: "When an editor underlines findings: while the author types, when the file is saved, or never. Hovers and hints are live in each mode, and severities take effect at once.",
        example: "[diagnostics]\nmode = \"onSave\"",
    },
    Setting {
        key: "inlayHints.shapes",
        kind: SettingKind::Bool,
        default: "true",
        scope: Scope::Anywhere,
        doc: "Whether an editor shows the output shape behind a layer.",
        example: "[inlayHints]\nshapes = false",
    },
    Setting {
        key: "inlayHints.totals",
        kind: SettingKind::Bool,
        default: "true",
        scope: Scope::Anywhere,
        doc: "Whether an editor shows the sums of a network on its first line.",
        example: "[inlayHints]\ntotals = false",
    },
    Setting {
        key: "inlayHints.parameters",
        kind: SettingKind::Bool,
        default: "false",
        scope: Scope::Anywhere,
        doc: "Whether an editor shows the number of parameters behind a layer.",
        example: "[inlayHints]\nparameters = true",
    },
    Setting {
        key: "inlayHints.argumentNames",
        kind: SettingKind::Bool,
        default: "false",
        scope: Scope::Anywhere,
        doc: "Whether an editor shows the name of a parameter before a positional argument.",
        example: "[inlayHints]\nargumentNames = true",
    },
    Setting {
        key: "inlayHints.branches",
        kind: SettingKind::Bool,
        default: "true",
        scope: Scope::Anywhere,
        doc: "Whether an editor shows where a branch starts, if it starts from an input or from an earlier layer.",
        example: "[inlayHints]\nbranches = false",
    },
    Setting {
        key: "inlayHints.maxLength",
        kind: SettingKind::Count { min: 4, max: 1000 },
        default: "40",
        scope: Scope::Anywhere,
        doc: "The most characters that a hint has; a longer one ends in an ellipsis.",
        example: "[inlayHints]\nmaxLength = 20",
    },
    Setting {
        key: "hover.documentation",
        kind: SettingKind::Bool,
        default: "true",
        scope: Scope::Anywhere,
        doc: "Whether a hover shows the documentation of a layer below its numbers.",
        example: "[hover]\ndocumentation = false",
    },
    Setting {
        key: "log.level",
        kind: SettingKind::Choice(&["off", "error", "warn", "info", "debug", "trace"]),
        default: "\"warn\"",
        scope: Scope::Editor,
        doc: "How much the server writes into its log. The environment variable NEURAL_ANALYZER_LOG wins over it.",
        example: "\"neural-analyzer.log.level\": \"debug\"",
    },
    Setting {
        key: "log.file",
        kind: SettingKind::Text,
        default: "\"\"",
        scope: Scope::Editor,
        doc: "A file that the server's log is written to, beside standard error; none where it is empty.",
        example: "\"neural-analyzer.log.file\": \"/tmp/neural-analyzer.log\"",
    },
    Setting {
        key: "severity",
        kind: SettingKind::Severities,
        default: "{}",
        scope: Scope::Anywhere,
        doc: "How bad a finding is, by code. `off` hides it. Codes that are off by default are turned on by any other level. A code that is not in the table keeps the severity of docs/diagnostics.",
        example: "[severity]\nunknown-metric = \"off\"\nunknown-key = \"error\"",
    },
];

impl Setting {
    /// The setting with this key.
    pub fn find(key: &str) -> Option<&'static Setting> {
        SETTINGS.iter().find(|setting| setting.key == key)
    }
}

/// Whose rules hold where the frameworks differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Framework {
    /// Keras 3.
    #[default]
    Keras,
    /// PyTorch 2.
    Pytorch,
}

/// A number format that memory is computed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dtype {
    /// 4 bytes.
    #[default]
    Float32,
    /// 2 bytes.
    Float16,
    /// 2 bytes.
    Bfloat16,
    /// 8 bytes.
    Float64,
    /// 1 byte.
    Int8,
}

impl Dtype {
    /// The name that settings use.
    pub fn as_str(self) -> &'static str {
        match self {
            Dtype::Float32 => "float32",
            Dtype::Float16 => "float16",
            Dtype::Bfloat16 => "bfloat16",
            Dtype::Float64 => "float64",
            Dtype::Int8 => "int8",
        }
    }

    /// How many bytes one number takes.
    pub fn bytes(self) -> u64 {
        match self {
            Dtype::Float64 => 8,
            Dtype::Float32 => 4,
            Dtype::Float16 | Dtype::Bfloat16 => 2,
            Dtype::Int8 => 1,
        }
    }

    fn from_name(name: &str) -> Dtype {
        let all = [Dtype::Float16, Dtype::Bfloat16, Dtype::Float64, Dtype::Int8];
        all.into_iter().find(|dtype| dtype.as_str() == name).unwrap_or_default()
    }
}

/// When an editor underlines findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DiagnosticsMode {
    /// While the author types.
    #[default]
    OnType,
    /// When the file is saved.
    OnSave,
    /// Never.
    Off,
}

/// What an editor shows between the characters of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HintSettings {
    /// The output shape behind a layer.
    pub shapes: bool,
    /// The sums of a network.
    pub totals: bool,
    /// The number of parameters behind a layer.
    pub parameters: bool,
    /// The parameters that positional arguments mean.
    pub argument_names: bool,
    /// Where a branch starts.
    pub branches: bool,
    /// The most characters of a hint.
    pub max_length: usize,
}

impl Default for HintSettings {
    fn default() -> Self {
        HintSettings {
            shapes: true,
            totals: true,
            parameters: false,
            argument_names: false,
            branches: true,
            max_length: 40,
        }
    }
}

/// What a server writes into its log, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// The level, as `tracing` names it.
    pub level: &'static str,
    /// A file beside standard error.
    pub file: Option<String>,
}

impl Default for LogSettings {
    fn default() -> Self {
        LogSettings { level: "warn", file: None }
    }
}

/// All settings, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Whose rules hold.
    pub framework: Framework,
    /// The number format of memory.
    pub dtype: Dtype,
    /// Examples in one pass; at least 1.
    pub batch: u64,
    /// Whether warnings fail a check.
    pub deny_warnings: bool,
    /// When an editor underlines findings.
    pub diagnostics_mode: DiagnosticsMode,
    /// The hints of an editor.
    pub hints: HintSettings,
    /// Whether hovers show documentation.
    pub hover_documentation: bool,
    /// The server's log.
    pub log: LogSettings,
    severities: BTreeMap<Code, Option<Severity>>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            framework: Framework::default(),
            dtype: Dtype::default(),
            batch: 1,
            deny_warnings: false,
            diagnostics_mode: DiagnosticsMode::default(),
            hints: HintSettings::default(),
            hover_documentation: true,
            log: LogSettings::default(),
            severities: BTreeMap::new(),
        }
    }
}

impl Config {
    /// The settings of several layers, the weakest first.
    pub fn resolve<'a>(layers: impl IntoIterator<Item = &'a Layer>) -> Config {
        let mut config = Config::default();
        for layer in layers {
            if let Some(name) = layer.choice("framework") {
                config.framework = match name {
                    "pytorch" => Framework::Pytorch,
                    _ => Framework::Keras,
                };
            }
            if let Some(name) = layer.choice("dtype") {
                config.dtype = Dtype::from_name(name);
            }
            if let Some(batch) = layer.count("batch") {
                config.batch = batch;
            }
            if let Some(deny) = layer.bool("check.deny-warnings") {
                config.deny_warnings = deny;
            }
            config.set_editor(layer);
            config.severities.extend(layer.severities());
        }
        config
    }

    fn set_editor(&mut self, layer: &Layer) {
        if let Some(mode) = layer.choice("diagnostics.mode") {
            self.diagnostics_mode = match mode {
                "onSave" => DiagnosticsMode::OnSave,
                "off" => DiagnosticsMode::Off,
                _ => DiagnosticsMode::OnType,
            };
        }
        let flags = [
            ("inlayHints.shapes", &mut self.hints.shapes),
            ("inlayHints.totals", &mut self.hints.totals),
            ("inlayHints.parameters", &mut self.hints.parameters),
            ("inlayHints.argumentNames", &mut self.hints.argument_names),
            ("inlayHints.branches", &mut self.hints.branches),
            ("hover.documentation", &mut self.hover_documentation),
        ];
        for (key, flag) in flags {
            *flag = layer.bool(key).unwrap_or(*flag);
        }
        if let Some(length) = layer.count("inlayHints.maxLength") {
            self.hints.max_length = usize::try_from(length).unwrap_or(usize::MAX);
        }
        if let Some(level) = layer.choice("log.level") {
            self.log.level = level;
        }
        if let Some(file) = layer.text("log.file") {
            self.log.file = (!file.is_empty()).then(|| file.to_owned());
        }
    }

    /// The severity to report a finding of `code` with, which was `found` with the severity given;
    /// `None` where it is not to be reported.
    ///
    /// A setting wins over everything. Without one, a code that is off by default stays off, and
    /// any other finding keeps the severity it was found with.
    pub fn effective(&self, code: Code, found: Severity) -> Option<Severity> {
        match self.severities.get(&code) {
            Some(level) => *level,
            None => code.info().enabled.then_some(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::codes;

    #[test]
    fn keys_are_unique_and_defaults_are_what_config_has() {
        for (at, setting) in SETTINGS.iter().enumerate() {
            assert!(SETTINGS[..at].iter().all(|other| other.key != setting.key));
            if setting.scope == Scope::Editor {
                let value: serde_json::Value = serde_json::from_str(setting.default).unwrap();
                let read = Layer::from_json(&serde_json::json!({ setting.key: value }));
                assert!(read.1.is_empty(), "{:?}", read.1);
                assert_eq!(Config::resolve([&read.0]), Config::default(), "{}", setting.key);
                continue;
            }
            let text = match setting.key.split_once('.') {
                Some((table, key)) => format!("[{table}]\n{key} = {}", setting.default),
                None => format!("{} = {}", setting.key, setting.default),
            };
            let read = super::super::neural_toml::parse(&text);
            assert!(read.1.is_empty(), "{:?}", read.1);
            assert_eq!(Config::resolve([&read.0]), Config::default(), "{}", setting.key);
        }
    }

    #[test]
    fn later_layers_win_and_severities_add_up() {
        let (editor, _) = super::super::neural_toml::parse(
            "batch = 8\ndtype = \"int8\"\n[severity]\nunknown-key = \"off\"\nunknown-loss = \"hint\"",
        );
        let (file, _) = super::super::neural_toml::parse(
            "batch = 16\nframework = \"pytorch\"\n[severity]\nunknown-key = \"error\"",
        );
        let config = Config::resolve([&editor, &file]);
        assert_eq!((config.batch, config.dtype.bytes()), (16, 1));
        assert_eq!(config.framework, Framework::Pytorch);
        let severity = |code| config.effective(code, Severity::Warning);
        assert_eq!(severity(codes::UNKNOWN_KEY), Some(Severity::Error));
        assert_eq!(severity(codes::UNKNOWN_LOSS), Some(Severity::Hint));
        assert_eq!(severity(codes::UNKNOWN_METRIC), Some(Severity::Warning));
    }

    #[test]
    fn a_setting_wins_over_the_severity_of_the_finding() {
        let (layer, _) = super::super::neural_toml::parse("severity.unknown-loss = \"off\"");
        let config = Config::resolve([&layer]);
        assert_eq!(config.effective(codes::UNKNOWN_LOSS, Severity::Error), None);
        let info = config.effective(codes::UNREASONABLE_VALUE, Severity::Info);
        assert_eq!(info, Some(Severity::Info));
    }

    #[test]
    fn the_settings_of_an_editor_are_read() {
        let (layer, diagnostics) = Layer::from_json(&serde_json::json!({
            "diagnostics": { "mode": "onSave" },
            "inlayHints": { "shapes": false, "parameters": true, "maxLength": 12 },
            "hover.documentation": false,
            "log": { "level": "debug", "file": "x.log" },
        }));
        assert_eq!(diagnostics, []);
        let config = Config::resolve([&layer]);
        assert_eq!(config.diagnostics_mode, DiagnosticsMode::OnSave);
        let hints = HintSettings {
            shapes: false,
            parameters: true,
            max_length: 12,
            ..HintSettings::default()
        };
        assert_eq!(config.hints, hints);
        assert!(!config.hover_documentation);
        assert_eq!(config.log, LogSettings { level: "debug", file: Some("x.log".to_owned()) });
    }

    #[test]
    fn a_project_does_not_choose_where_the_log_goes() {
        let (layer, diagnostics) = super::super::neural_toml::parse("log.file = \"/etc/passwd\"");
        assert_eq!(Config::resolve([&layer]), Config::default());
        let messages: Vec<&str> = diagnostics.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(
            messages,
            ["`log.file` is a setting of the editor; `neural.toml` cannot give it"]
        );
    }
}
