//! The table of settings.

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
        key: "profile",
        kind: SettingKind::Choice(&["quiet", "default", "strict"]),
        default: "\"default\"",
        scope: Scope::Anywhere,
        doc: "How much is reported of what `severity` does not name: `quiet` reports errors and warnings, `default` whatever is on by default, `strict` every code.",
        example: "profile = \"strict\"",
    },
    Setting {
        key: "budget.parameters",
        kind: SettingKind::Count { min: 0, max: i64::MAX as u64 },
        default: "0",
        scope: Scope::Anywhere,
        doc: "The most parameters that a network may have, trainable or not; 0 for no bound. One with more is `over-budget`.",
        example: "[budget]\nparameters = 5_000_000",
    },
    Setting {
        key: "budget.macs",
        kind: SettingKind::Count { min: 0, max: i64::MAX as u64 },
        default: "0",
        scope: Scope::Anywhere,
        doc: "The most multiply-accumulates that one pass of one example may take; 0 for no bound.",
        example: "[budget]\nmacs = 300_000_000",
    },
    Setting {
        key: "budget.memory",
        kind: SettingKind::Count { min: 0, max: i64::MAX as u64 },
        default: "0",
        scope: Scope::Anywhere,
        doc: "The most bytes that a network may take, for the settings `batch`, `dtype` and `budget.pass`; 0 for no bound.",
        example: "[budget]\nmemory = 2_000_000_000",
    },
    Setting {
        key: "budget.pass",
        kind: SettingKind::Choice(&["forward", "training"]),
        default: "\"forward\"",
        scope: Scope::Anywhere,
        doc: "What memory is counted for `budget.memory`: `forward` counts the parameters and the outputs of all layers; `training` also a gradient of each trainable parameter, and what the optimizer keeps for it (two numbers for Adam).",
        example: "[budget]\nmemory = 8_000_000_000\npass = \"training\"",
    },
    Setting {
        key: "limits.parameters",
        kind: SettingKind::Count { min: 0, max: i64::MAX as u64 },
        default: "0",
        scope: Scope::Anywhere,
        doc: "The most parameters that one layer may have; 0 for no bound. One with more is a `large-layer`.",
        example: "[limits]\nparameters = 50_000_000",
    },
    Setting {
        key: "limits.macs",
        kind: SettingKind::Count { min: 0, max: i64::MAX as u64 },
        default: "0",
        scope: Scope::Anywhere,
        doc: "The most multiply-accumulates that one layer may take for one example; 0 for no bound.",
        example: "[limits]\nmacs = 1_000_000_000",
    },
    Setting {
        key: "limits.activation",
        kind: SettingKind::Count { min: 1, max: i64::MAX as u64 },
        default: "1000000000",
        scope: Scope::Anywhere,
        doc: "How many bytes of output make a layer a `large-activation`, which is off by default; for the settings `batch` and `dtype`.",
        example: "[limits]\nactivation = 100_000_000",
    },
    Setting {
        key: "limits.share",
        kind: SettingKind::Count { min: 1, max: 100 },
        default: "90",
        scope: Scope::Anywhere,
        doc: "How many percent of a network's parameters a Dense layer may hold before it is `dense-dominates`, which is off by default.",
        example: "[limits]\nshare = 75",
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
        key: "hover.otherLayout",
        kind: SettingKind::Bool,
        default: "false",
        scope: Scope::Anywhere,
        doc: "Whether a hover of a layer over images or sequences also shows its shapes in the other layout: with the channels first where they are last, and the other way round.",
        example: "[hover]\notherLayout = true",
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
