//! The settings of one source, checked against the table.
//!
//! A source is first read into a [`Raw`] tree, whatever its format; everything that can be wrong
//! with keys and values is found here, once for all formats.

use std::collections::BTreeMap;

use super::settings::{LEVELS, SETTINGS, Scope, Setting, SettingKind};
use crate::diagnostics::suggest::did_you_mean;
use crate::diagnostics::{Code, Diagnostic, Severity, codes};
use crate::text::{TextEdit, TextRange};

/// The settings that one source gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layer {
    values: BTreeMap<&'static str, Value>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Choice(&'static str),
    Count(u64),
    Bool(bool),
    Text(String),
    Severities(BTreeMap<Code, Option<Severity>>),
}

/// A value as its source writes it.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) range: TextRange,
    pub(super) kind: RawKind,
}

#[derive(Debug)]
pub(super) enum RawKind {
    Str(String),
    Int(i128),
    Bool(bool),
    Table(Vec<RawEntry>),
    /// Something that no setting takes: "an array".
    Other(&'static str),
}

#[derive(Debug)]
pub(super) struct RawEntry {
    pub(super) key: String,
    pub(super) key_range: TextRange,
    pub(super) value: Raw,
}

impl Layer {
    /// The settings of an editor, a JSON object with the same keys as `neural.toml`.
    ///
    /// The ranges of the findings are empty: editors do not say where a setting stands.
    pub fn from_json(settings: &serde_json::Value) -> (Layer, Vec<Diagnostic>) {
        match raw_json(settings, 0).kind {
            RawKind::Table(entries) => Layer::read(&entries, Scope::Editor),
            _ => (Layer::default(), Vec::new()),
        }
    }

    /// Reads a tree of values. Where they are not an editor's, settings of that scope are refused.
    pub(super) fn read(entries: &[RawEntry], scope: Scope) -> (Layer, Vec<Diagnostic>) {
        let mut reader = Reader { layer: Layer::default(), diagnostics: Vec::new(), scope };
        reader.table("", entries);
        (reader.layer, reader.diagnostics)
    }

    /// Sets a setting that takes one of several strings. Strings that it does not take are ignored.
    pub fn set_choice(&mut self, key: &str, name: &str) {
        let Some(setting) = Setting::find(key) else { return };
        if let SettingKind::Choice(choices) = setting.kind
            && let Some(choice) = choices.iter().find(|choice| **choice == name)
        {
            self.values.insert(setting.key, Value::Choice(choice));
        }
    }

    /// Sets a setting that takes a number.
    pub fn set_count(&mut self, key: &str, count: u64) {
        if let Some(Setting { key, kind: SettingKind::Count { .. }, .. }) = Setting::find(key) {
            self.values.insert(key, Value::Count(count));
        }
    }

    /// Sets a setting that is true or false.
    pub fn set_bool(&mut self, key: &str, flag: bool) {
        if let Some(Setting { key, kind: SettingKind::Bool, .. }) = Setting::find(key) {
            self.values.insert(key, Value::Bool(flag));
        }
    }

    pub(super) fn choice(&self, key: &str) -> Option<&'static str> {
        match self.values.get(key) {
            Some(Value::Choice(name)) => Some(name),
            _ => None,
        }
    }

    pub(super) fn count(&self, key: &str) -> Option<u64> {
        match self.values.get(key) {
            Some(Value::Count(count)) => Some(*count),
            _ => None,
        }
    }

    pub(super) fn bool(&self, key: &str) -> Option<bool> {
        match self.values.get(key) {
            Some(Value::Bool(flag)) => Some(*flag),
            _ => None,
        }
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        match self.values.get(key) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn severities(&self) -> impl Iterator<Item = (Code, Option<Severity>)> + '_ {
        let table = match self.values.get("severity") {
            Some(Value::Severities(table)) => Some(table),
            _ => None,
        };
        table.into_iter().flatten().map(|(code, level)| (*code, *level))
    }
}

struct Reader {
    layer: Layer,
    diagnostics: Vec<Diagnostic>,
    /// Where the settings come from.
    scope: Scope,
}

impl Reader {
    /// Reads a table whose keys start with `prefix`. It calls itself only for a table that a key
    /// of [`SETTINGS`] names, so it goes as deep as those keys do.
    fn table(&mut self, prefix: &str, entries: &[RawEntry]) {
        for entry in entries {
            let key = format!("{prefix}{}", entry.key);
            let inner = format!("{key}.");
            if let Some(setting) = Setting::find(&key) {
                match setting.scope {
                    Scope::Editor if self.scope != Scope::Editor => self.misplaced(setting, entry),
                    _ => self.value(setting, &entry.value),
                }
            } else if SETTINGS.iter().any(|setting| setting.key.starts_with(&inner)) {
                match &entry.value.kind {
                    RawKind::Table(entries) => self.table(&inner, entries),
                    other => self.bad(
                        entry.value.range,
                        format!("`{key}` is a table of settings, not {}", describe(other)),
                        Some(format!("Write `[{key}]` on a line of its own.")),
                    ),
                }
            } else {
                self.unknown_key(prefix, &key, entry);
            }
        }
    }

    fn misplaced(&mut self, setting: &Setting, entry: &RawEntry) {
        let message =
            format!("`{}` is a setting of the editor; `neural.toml` cannot give it", setting.key);
        self.diagnostics.push(Diagnostic::new(codes::UNKNOWN_SETTING, entry.key_range, message));
    }

    fn unknown_key(&mut self, prefix: &str, key: &str, entry: &RawEntry) {
        let scope = self.scope;
        let settings = || {
            let fits = move |setting: &&Setting| {
                setting.scope == Scope::Anywhere || scope == Scope::Editor
            };
            SETTINGS.iter().filter(fits)
        };
        let mut names: Vec<&str> = settings()
            .filter_map(|setting| setting.key.strip_prefix(prefix))
            .filter_map(|rest| rest.split('.').next())
            .collect();
        names.dedup();
        let finding = Diagnostic::new(codes::UNKNOWN_SETTING, entry.key_range, "");
        let finding = match did_you_mean(&entry.key, names.iter().copied()) {
            Some(near) => Diagnostic {
                message: format!("there is no setting `{key}`; did you mean `{prefix}{near}`?"),
                ..finding
            }
            .with_fix(
                format!("Change `{}` to `{near}`", entry.key),
                vec![TextEdit::new(entry.key_range, near)],
            ),
            None => {
                let keys: Vec<String> =
                    names.iter().map(|name| format!("`{prefix}{name}`")).collect();
                Diagnostic { message: format!("there is no setting `{key}`"), ..finding }
                    .with_help(format!("The settings are {}.", keys.join(", ")))
            }
        };
        self.diagnostics.push(finding);
    }

    fn value(&mut self, setting: &'static Setting, raw: &Raw) {
        let value = match (setting.kind, &raw.kind) {
            (SettingKind::Choice(choices), RawKind::Str(text)) => {
                match choices.iter().find(|choice| *choice == text) {
                    Some(choice) => Value::Choice(choice),
                    None => return self.bad_choice(setting.key, text, choices, raw.range),
                }
            }
            (SettingKind::Count { min, max }, RawKind::Int(number)) => {
                match u64::try_from(*number) {
                    Ok(count) if (min..=max).contains(&count) => Value::Count(count),
                    _ if *number < i128::from(min) => {
                        let message =
                            format!("`{}` is {number}; it must be at least {min}", setting.key);
                        return self.bad(raw.range, message, None);
                    }
                    _ => {
                        let message = format!("`{}` must be at most {max}", setting.key);
                        return self.bad(raw.range, message, None);
                    }
                }
            }
            (SettingKind::Bool, RawKind::Bool(flag)) => Value::Bool(*flag),
            (SettingKind::Text, RawKind::Str(text)) => Value::Text(text.clone()),
            (SettingKind::Severities, RawKind::Table(entries)) => {
                Value::Severities(self.severities(entries))
            }
            (kind, other) => {
                let message = format!(
                    "`{}` takes {}, not {}",
                    setting.key,
                    expectation(kind),
                    describe(other)
                );
                return self.bad(raw.range, message, None);
            }
        };
        self.layer.values.insert(setting.key, value);
    }

    fn severities(&mut self, entries: &[RawEntry]) -> BTreeMap<Code, Option<Severity>> {
        let mut table = BTreeMap::new();
        for entry in entries {
            let Some(code) = Code::from_name(&entry.key) else {
                self.unknown_code(entry);
                continue;
            };
            let level = match &entry.value.kind {
                RawKind::Str(level) => level.as_str(),
                other => {
                    let message = format!(
                        "the severity of `{code}` is one of {}, not {}",
                        quoted(LEVELS),
                        describe(other)
                    );
                    self.bad(entry.value.range, message, None);
                    continue;
                }
            };
            let severity = match level {
                "error" => Some(Severity::Error),
                "warning" => Some(Severity::Warning),
                "info" => Some(Severity::Info),
                "hint" => Some(Severity::Hint),
                "off" => None,
                other => {
                    let key = format!("severity.{code}");
                    self.bad_choice(&key, other, LEVELS, entry.value.range);
                    continue;
                }
            };
            table.insert(code, severity);
        }
        table
    }

    fn unknown_code(&mut self, entry: &RawEntry) {
        let names = codes::all().map(|code| code.name());
        let message = format!("there is no code `{}`", entry.key);
        let finding = Diagnostic::new(codes::UNKNOWN_SETTING, entry.key_range, message);
        self.diagnostics.push(match did_you_mean(&entry.key, names) {
            Some(near) => {
                let message = format!("{}; did you mean `{near}`?", finding.message);
                Diagnostic { message, ..finding }.with_fix(
                    format!("Change `{}` to `{near}`", entry.key),
                    vec![TextEdit::new(entry.key_range, near)],
                )
            }
            None => finding.with_help("`neural-analyzer explain` lists every code."),
        });
    }

    fn bad_choice(&mut self, key: &str, text: &str, choices: &[&'static str], range: TextRange) {
        let message = format!("`{key}` is one of {}, not \"{text}\"", quoted(choices));
        let finding = Diagnostic::new(codes::BAD_SETTING, range, message);
        self.diagnostics.push(match did_you_mean(text, choices.iter().copied()) {
            Some(near) => finding.with_fix(
                format!("Change \"{text}\" to \"{near}\""),
                vec![TextEdit::new(range, format!("\"{near}\""))],
            ),
            None => finding,
        });
    }

    fn bad(&mut self, range: TextRange, message: String, help: Option<String>) {
        let mut finding = Diagnostic::new(codes::BAD_SETTING, range, message);
        finding.help = help;
        self.diagnostics.push(finding);
    }
}

/// The values of JSON, down to the depth that settings have.
fn raw_json(value: &serde_json::Value, depth: u32) -> Raw {
    let kind = match value {
        serde_json::Value::String(text) => RawKind::Str(text.clone()),
        serde_json::Value::Bool(flag) => RawKind::Bool(*flag),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => RawKind::Int(number.into()),
            (None, Some(number)) => RawKind::Int(number.into()),
            (None, None) => RawKind::Other("a fraction"),
        },
        serde_json::Value::Array(_) => RawKind::Other("an array"),
        serde_json::Value::Null => RawKind::Other("null"),
        serde_json::Value::Object(_) if depth > 4 => RawKind::Other("a table"),
        serde_json::Value::Object(entries) => {
            let entry = |(key, value): (&String, &serde_json::Value)| RawEntry {
                key: key.clone(),
                key_range: TextRange::default(),
                value: raw_json(value, depth + 1),
            };
            RawKind::Table(entries.iter().map(entry).collect())
        }
    };
    Raw { range: TextRange::default(), kind }
}

fn expectation(kind: SettingKind) -> String {
    match kind {
        SettingKind::Choice(choices) => format!("one of {}", quoted(choices)),
        SettingKind::Count { min, .. } => format!("a whole number of at least {min}"),
        SettingKind::Bool => "`true` or `false`".to_owned(),
        SettingKind::Text => "a string".to_owned(),
        SettingKind::Severities => "a table from codes to severities".to_owned(),
    }
}

fn describe(kind: &RawKind) -> &'static str {
    match kind {
        RawKind::Str(_) => "a string",
        RawKind::Int(_) => "a number",
        RawKind::Bool(_) => "a boolean",
        RawKind::Table(_) => "a table",
        RawKind::Other(name) => name,
    }
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Framework};
    use super::*;
    use serde_json::json;

    #[test]
    fn editors_settings_have_the_same_keys() {
        let (layer, diagnostics) = Layer::from_json(&json!({
            "framework": "pytorch",
            "check": { "deny-warnings": true },
            "severity": { "unknown-metric": "off" },
            "batch": 0,
            "dtipe": "int8",
        }));
        let config = Config::resolve([&layer]);
        assert!(config.deny_warnings);
        assert_eq!(config.framework, Framework::Pytorch);
        let messages: Vec<&str> = diagnostics.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "`batch` is 0; it must be at least 1",
                "there is no setting `dtipe`; did you mean `dtype`?"
            ]
        );
    }

    #[test]
    fn settings_that_are_no_object_are_no_settings() {
        assert_eq!(Layer::from_json(&json!(null)), (Layer::default(), vec![]));
        assert_eq!(Layer::from_json(&json!([1])), (Layer::default(), vec![]));
    }

    #[test]
    fn flags_set_only_what_exists() {
        let mut layer = Layer::default();
        layer.set_choice("framework", "jax");
        layer.set_choice("batch", "keras");
        layer.set_count("framework", 3);
        layer.set_bool("severity", true);
        assert_eq!(layer, Layer::default());
        layer.set_count("batch", 3);
        assert_eq!(Config::resolve([&layer]).batch, 3);
    }
}
