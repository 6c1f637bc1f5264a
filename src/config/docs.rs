//! The settings as documentation: the page, the JSON Schema that editors check `neural.toml` by, and
//! the settings that VS Code offers.

use serde_json::{Map, Value, json};

use super::resolved::Profile;
use super::settings::{LEVELS, SETTINGS, Scope, Setting, SettingKind};
use crate::diagnostics::{Code, codes};

/// The text of `docs/configuration.md`.
pub fn configuration_page() -> String {
    let mut page = String::from(
        "# Configuration\n\
         \n\
         Settings are read from a file `neural.toml`. The one that counts for a network is the nearest one in\n\
         its folder or in a folder above; for standard input, the search starts in the current folder.\n\
         Editors have the same settings, each with `neural-analyzer.` before its key; a few can only be set there.\n\
         \n\
         Where a setting is given in several places, command-line flags win over `neural.toml`, which wins over\n\
         the settings of an editor, which win over the defaults. Severities are put together code by code.\n\
         \n\
         An unknown key is a warning (`unknown-setting`) and ignored. A value that a setting does not take is an\n\
         error (`bad-setting`): the rest of the file still counts, and the command exits with status 2.\n\
         \n\
         [neural.schema.json](neural.schema.json) describes the file for editors that know JSON Schema.\n\
         \n\
         | Key | Takes | Default |\n\
         |---|---|---|\n",
    );
    for Setting { key, kind, default, .. } in SETTINGS {
        page += &format!("| [`{key}`](#{}) | {} | `{default}` |\n", anchor(key), takes(*kind));
    }
    page += "\n## Profiles\n\n\
        `profile` chooses how much is reported; `severity` changes single codes on top of it.\n\n\
        | Profile | Reports | Codes |\n|---|---|---|\n";
    for (name, profile) in Profile::ALL {
        let is_on = |code: &Code| profile.effective(*code, code.severity()).is_some();
        let on = codes::all().filter(is_on).count();
        let reports = match profile {
            Profile::Quiet => "errors and warnings",
            Profile::Default => "what is on by default: also infos and hints on what is there",
            Profile::Strict => "everything: also size, sequence, redundancy and portability",
        };
        page += &format!("| `{name}` | {reports} | {on} of {} |\n", codes::all().count());
    }
    page += "\n[Every code](diagnostics/README.md) with its severity in each profile.\n";
    for Setting { key, kind, default, scope, doc, example } in SETTINGS {
        page += &format!("\n## {key}\n\n{doc}\n\n");
        page += &format!("Takes {}; `{default}` by default.", takes(*kind));
        match scope {
            Scope::Anywhere => page += &format!("\n\n```toml\n{example}\n```\n"),
            Scope::Editor => {
                page += " It is set in an editor, not in `neural.toml`.\n";
                page += &format!("\n```json\n{{ {example} }}\n```\n");
            }
        }
    }
    page
}

/// The text of `docs/neural.schema.json`.
pub fn json_schema() -> String {
    let mut properties = Map::new();
    for setting in SETTINGS.iter().filter(|setting| setting.scope == Scope::Anywhere) {
        match setting.key.split_once('.') {
            None => {
                properties.insert(setting.key.to_owned(), schema(setting));
            }
            Some((table, key)) => {
                let entry = properties.entry(table).or_insert_with(
                    || json!({ "type": "object", "additionalProperties": false, "properties": {} }),
                );
                entry["properties"][key] = schema(setting);
            }
        }
    }
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "neural.toml",
        "description": "Settings of neural-analyzer",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    });
    format!("{schema:#}\n")
}

/// The properties that VS Code offers as settings, a JSON object: every setting but those that only
/// the command reads.
///
/// What only an editor may set is of scope `machine`: a folder that somebody opens cannot set it.
/// Everything else is of scope `resource`, so that the folders of a workspace can differ.
pub fn vscode_configuration() -> String {
    let shown = SETTINGS.iter().filter(|setting| !setting.key.starts_with("check."));
    let properties: Map<String, Value> = shown
        .map(|setting| {
            let mut property = schema(setting);
            property["scope"] = match setting.scope {
                Scope::Anywhere => json!("resource"),
                Scope::Editor => json!("machine"),
            };
            // Numbers of JavaScript end below this bound, so it would mean nothing.
            if property["maximum"].as_u64().is_some_and(|max| max > MAX_SAFE_INTEGER)
                && let Some(property) = property.as_object_mut()
            {
                property.remove("maximum");
            }
            match setting.kind {
                SettingKind::Choice(_) => property["type"] = json!("string"),
                SettingKind::Severities => property["default"] = json!({}),
                _ => {}
            }
            (format!("neural-analyzer.{}", setting.key), property)
        })
        .collect();
    format!("{:#}\n", Value::Object(properties))
}

/// The largest number that JavaScript counts to without a gap.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

fn schema(setting: &Setting) -> Value {
    let mut schema = match setting.kind {
        SettingKind::Choice(choices) => json!({ "enum": choices }),
        SettingKind::Count { min, max } => {
            json!({ "type": "integer", "minimum": min, "maximum": max })
        }
        SettingKind::Bool => json!({ "type": "boolean" }),
        SettingKind::Text => json!({ "type": "string" }),
        SettingKind::Severities => {
            let codes: Map<String, Value> = codes::all()
                .map(|code| {
                    let info = code.info();
                    let default = if info.enabled { info.severity.as_str() } else { "off" };
                    let schema =
                        json!({ "enum": LEVELS, "description": info.summary, "default": default });
                    (info.name.to_owned(), schema)
                })
                .collect();
            json!({ "type": "object", "additionalProperties": false, "properties": codes })
        }
    };
    schema["description"] = json!(setting.doc);
    if setting.kind != SettingKind::Severities {
        // Defaults of the table are TOML, which for these kinds is JSON as well.
        schema["default"] = serde_json::from_str(setting.default).unwrap_or(Value::Null);
    }
    schema
}

fn takes(kind: SettingKind) -> String {
    match kind {
        SettingKind::Choice(choices) => {
            let names: Vec<String> = choices.iter().map(|name| format!("`\"{name}\"`")).collect();
            names.join(", ")
        }
        SettingKind::Count { min, .. } => format!("a whole number of at least {min}"),
        SettingKind::Bool => "`true` or `false`".to_owned(),
        SettingKind::Text => "a string".to_owned(),
        SettingKind::Severities => {
            let levels: Vec<String> = LEVELS.iter().map(|name| format!("`\"{name}\"`")).collect();
            format!("a table from codes to {}", levels.join(", "))
        }
    }
}

fn anchor(key: &str) -> String {
    key.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_in_the_schema_with_its_default() {
        let schema: Value = serde_json::from_str(&json_schema()).unwrap();
        for setting in SETTINGS {
            let pointer = format!("/properties/{}", setting.key.replace('.', "/properties/"));
            let entry = schema.pointer(&pointer);
            if setting.scope == Scope::Editor {
                assert_eq!(entry, None);
                continue;
            }
            let entry = entry.unwrap();
            assert_eq!(entry["description"], setting.doc);
            let has_default = !entry["default"].is_null();
            assert_eq!(has_default, setting.kind != SettingKind::Severities, "{}", setting.key);
        }
        let loss = schema.pointer("/properties/severity/properties/unknown-loss").unwrap();
        assert_eq!(loss["default"], "warning");
    }

    #[test]
    fn vscode_offers_what_the_server_reads() {
        let properties: Map<String, Value> = serde_json::from_str(&vscode_configuration()).unwrap();
        for setting in SETTINGS {
            let property = properties.get(&format!("neural-analyzer.{}", setting.key));
            assert_eq!(property.is_none(), setting.key == "check.deny-warnings", "{}", setting.key);
            let Some(property) = property else { continue };
            assert!(property["type"].is_string(), "{}", setting.key);
            let scope = if setting.scope == Scope::Editor { "machine" } else { "resource" };
            assert_eq!(property["scope"], scope, "{}", setting.key);
        }
        assert_eq!(properties["neural-analyzer.batch"].get("maximum"), None);
        assert_eq!(properties["neural-analyzer.severity"]["default"], json!({}));
    }

    #[test]
    fn examples_are_right() {
        for setting in SETTINGS {
            let diagnostics = match setting.scope {
                Scope::Anywhere => super::super::neural_toml::parse(setting.example).1,
                Scope::Editor => {
                    let example = setting.example.replace("neural-analyzer.", "");
                    let settings = serde_json::from_str(&format!("{{ {example} }}")).unwrap();
                    super::super::Layer::from_json(&settings).1
                }
            };
            assert!(diagnostics.is_empty(), "{}: {diagnostics:?}", setting.key);
            assert!(configuration_page().contains(setting.example));
        }
    }
}
