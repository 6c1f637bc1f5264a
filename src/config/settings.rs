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
    /// One or two sentences: what it does.
    pub doc: &'static str,
    /// A line or two of `neural.toml` that show it.
    pub example: &'static str,
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
        doc: "Whose rules hold where the frameworks differ.",
        example: "framework = \"pytorch\"",
    },
    Setting {
        key: "dtype",
        kind: SettingKind::Choice(&["float32", "float16", "bfloat16", "float64", "int8"]),
        default: "\"float32\"",
        doc: "The number format that memory is computed for, of parameters and of activations.",
        example: "dtype = \"bfloat16\"",
    },
    Setting {
        key: "batch",
        kind: SettingKind::Count { min: 1, max: i64::MAX as u64 },
        default: "1",
        doc: "How many examples one pass takes. MACs, FLOPs and activation memory are multiplied by it; parameters and shapes are not.",
        example: "batch = 32",
    },
    Setting {
        key: "check.deny-warnings",
        kind: SettingKind::Bool,
        default: "false",
        doc: "Whether warnings make `check` and `shapes` exit with status 1, as errors do. `--deny-warnings` turns it on.",
        example: "[check]\ndeny-warnings = true",
    },
    Setting {
        key: "severity",
        kind: SettingKind::Severities,
        default: "{}",
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
    severities: BTreeMap<Code, Option<Severity>>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            framework: Framework::default(),
            dtype: Dtype::default(),
            batch: 1,
            deny_warnings: false,
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
            config.severities.extend(layer.severities());
        }
        config
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
}
