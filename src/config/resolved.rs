//! The value that all settings make together: what the rest of the program reads.

use std::collections::BTreeMap;

use super::layer::Layer;
use crate::diagnostics::{Code, Diagnostic, Severity};

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

/// How much is reported of what no severity is set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// Errors and warnings.
    Quiet,
    /// What is on by default.
    #[default]
    Default,
    /// Every code.
    Strict,
}

impl Profile {
    /// Every profile with the name that settings use.
    pub const ALL: [(&'static str, Profile); 3] =
        [("quiet", Profile::Quiet), ("default", Profile::Default), ("strict", Profile::Strict)];

    /// The severity that it reports a finding of `code` with, which was `found` with the one given.
    pub fn effective(self, code: Code, found: Severity) -> Option<Severity> {
        let is_on = match self {
            Profile::Quiet => code.info().enabled && found >= Severity::Warning,
            Profile::Default => code.info().enabled,
            Profile::Strict => true,
        };
        is_on.then_some(found)
    }
}

/// What a network may cost; `None` where there is no bound.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Budget {
    /// Parameters, trainable or not.
    pub parameters: Option<u64>,
    /// Multiply-accumulates of one example.
    pub macs: Option<u64>,
    /// Bytes, of a whole batch.
    pub memory: Option<u64>,
    /// Whether memory is counted for training.
    pub training: bool,
}

/// What one layer may cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Parameters, trainable or not; `None` where there is no bound.
    pub parameters: Option<u64>,
    /// Multiply-accumulates of one example; `None` where there is no bound.
    pub macs: Option<u64>,
    /// Bytes of output, of a whole batch.
    pub activation: u64,
    /// Percent of a network's parameters in one Dense layer.
    pub share: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { parameters: None, macs: None, activation: 1_000_000_000, share: 90 }
    }
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
    /// How much is reported.
    pub profile: Profile,
    /// What a network may cost.
    pub budget: Budget,
    /// What one layer may cost.
    pub limits: Limits,
    /// Whether warnings fail a check.
    pub deny_warnings: bool,
    /// When an editor underlines findings.
    pub diagnostics_mode: DiagnosticsMode,
    /// The hints of an editor.
    pub hints: HintSettings,
    /// Whether hovers show documentation.
    pub hover_documentation: bool,
    /// Whether hovers show shapes in the other layout as well.
    pub hover_other_layout: bool,
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
            profile: Profile::default(),
            budget: Budget::default(),
            limits: Limits::default(),
            deny_warnings: false,
            diagnostics_mode: DiagnosticsMode::default(),
            hints: HintSettings::default(),
            hover_documentation: true,
            hover_other_layout: false,
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
            config.set_costs(layer);
            config.set_editor(layer);
            config.severities.extend(layer.severities());
        }
        config
    }

    fn set_costs(&mut self, layer: &Layer) {
        if let Some(name) = layer.choice("profile") {
            let found = Profile::ALL.into_iter().find(|(other, _)| *other == name);
            self.profile = found.map_or(Profile::default(), |(_, profile)| profile);
        }
        if let Some(pass) = layer.choice("budget.pass") {
            self.budget.training = pass == "training";
        }
        let bounds = [
            ("budget.parameters", &mut self.budget.parameters),
            ("budget.macs", &mut self.budget.macs),
            ("budget.memory", &mut self.budget.memory),
            ("limits.parameters", &mut self.limits.parameters),
            ("limits.macs", &mut self.limits.macs),
        ];
        for (key, bound) in bounds {
            if let Some(count) = layer.count(key) {
                *bound = (count > 0).then_some(count);
            }
        }
        self.limits.activation = layer.count("limits.activation").unwrap_or(self.limits.activation);
        self.limits.share = layer.count("limits.share").unwrap_or(self.limits.share);
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
            ("hover.otherLayout", &mut self.hover_other_layout),
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
    /// A setting of `severity` wins over everything. Without one, the profile says whether the code is
    /// on, and the finding keeps the severity it was found with.
    pub fn effective(&self, code: Code, found: Severity) -> Option<Severity> {
        match self.severities.get(&code) {
            Some(level) => *level,
            None => self.profile.effective(code, found),
        }
    }

    /// The findings with the severities to report them with, without those that are not reported.
    pub fn apply(&self, mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
        findings.retain_mut(|finding| match self.effective(finding.code, finding.severity) {
            Some(severity) => {
                finding.severity = severity;
                true
            }
            None => false,
        });
        findings
    }

    /// Whether findings of `code` are reported at all.
    pub fn is_on(&self, code: Code) -> bool {
        self.effective(code, code.severity()).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::super::settings::{SETTINGS, Scope};
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
    fn settings_change_and_hide_findings() {
        let place = crate::text::TextRange::default();
        let found = || vec![Diagnostic::new(codes::UNKNOWN_LOSS, place, "unknown")];
        assert_eq!(Config::default().apply(found()), found());
        let of = |level: &str| {
            let text = format!("severity.unknown-loss = \"{level}\"");
            Config::resolve([&super::super::neural_toml::parse(&text).0]).apply(found())
        };
        assert_eq!(of("off"), []);
        assert_eq!(of("hint")[0].severity, Severity::Hint);
    }

    #[test]
    fn profiles_report_more_or_less() {
        let of = |profile: &str, code: Code| {
            let text = format!("profile = \"{profile}\"");
            Config::resolve([&super::super::neural_toml::parse(&text).0]).is_on(code)
        };
        let on = |code| ["quiet", "default", "strict"].map(|profile| of(profile, code));
        assert_eq!(on(codes::UNKNOWN_LOSS), [true, true, true]);
        assert_eq!(on(codes::CUSTOM_LAYER), [false, true, true]);
        assert_eq!(on(codes::SECTION_ORDER), [false, false, true]);
        let text = "profile = \"strict\"\nseverity.section-order = \"off\"";
        let config = Config::resolve([&super::super::neural_toml::parse(text).0]);
        assert!(!config.is_on(codes::SECTION_ORDER));
    }

    #[test]
    fn bounds_of_zero_are_none() {
        let text = "budget = { parameters = 5, macs = 0, pass = \"training\" }\nlimits.share = 50";
        let config = Config::resolve([&super::super::neural_toml::parse(text).0]);
        assert_eq!((config.budget.parameters, config.budget.macs), (Some(5), None));
        assert!(config.budget.training);
        assert_eq!((config.limits.share, config.limits.activation), (50, 1_000_000_000));
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
