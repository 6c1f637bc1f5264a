//! `neural.toml`: where it is found, and how it is read.
//!
//! The file that counts for a network is the nearest one in its folder or in a folder above. Each
//! folder is looked at once; a file that many networks share is read once and its findings are
//! reported once.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::layer::{Layer, Raw, RawEntry, RawKind};
use super::settings::Scope;
use crate::diagnostics::{Diagnostic, codes};
use crate::text::{LineIndex, TextRange, TextSize};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The name of the file.
pub const FILE_NAME: &str = "neural.toml";

/// A file larger than this is no configuration.
const MAX_LEN: u64 = 1 << 20;

/// A `neural.toml` that has been read.
#[derive(Debug)]
pub struct NeuralToml {
    /// Where it is.
    pub path: PathBuf,
    /// Its text, which the findings' places refer to.
    pub text: String,
    /// What it sets.
    pub layer: Layer,
    /// What is wrong with it, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// A `neural.toml` that is there and cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    /// Where it is.
    pub path: PathBuf,
    /// Why, in one line.
    pub reason: String,
}

/// What a folder's settings come from: nothing, a file, or a file that cannot be read.
type Found = Option<Result<Arc<NeuralToml>, Arc<Unreadable>>>;

/// Finds the files, and remembers what it found.
#[derive(Debug, Default)]
pub struct Discovery {
    folders: HashMap<PathBuf, Found>,
}

impl Discovery {
    /// The file that counts for what stands in `folder`, which should be absolute.
    pub fn find(&mut self, folder: &Path) -> Found {
        let mut passed = Vec::new();
        let mut found = None;
        for folder in folder.ancestors() {
            if let Some(known) = self.folders.get(folder) {
                found = known.clone();
                break;
            }
            passed.push(folder.to_owned());
            let path = folder.join(FILE_NAME);
            if path.is_file() {
                found = Some(match load(&path) {
                    Ok(file) => Ok(Arc::new(file)),
                    Err(reason) => Err(Arc::new(Unreadable { path, reason })),
                });
                break;
            }
        }
        for folder in passed {
            self.folders.insert(folder, found.clone());
        }
        found
    }
}

fn load(path: &Path) -> Result<NeuralToml, String> {
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(MAX_LEN + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MAX_LEN {
        return Err("it is larger than 1 MiB".to_owned());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        format!("it is not UTF-8: byte {} cannot be decoded", error.utf8_error().valid_up_to())
    })?;
    let (layer, diagnostics) = parse(&text);
    Ok(NeuralToml { path: path.to_owned(), text, layer, diagnostics })
}

/// Reads the text of a `neural.toml`. What can be read is kept, whatever is wrong beside it.
pub fn parse(text: &str) -> (Layer, Vec<Diagnostic>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    // One broken line makes the TOML parser report what follows from it as well.
    let syntax = errors.first().map(|error| {
        let span = error.span().unwrap_or(0..0);
        Diagnostic::new(
            codes::BAD_SETTING,
            text_range(text, span),
            format!("this is not TOML: {}", one_line(error.message())),
        )
    });
    let (layer, mut diagnostics) =
        Layer::read(&raw_table(text, table.get_ref(), 0), Scope::Anywhere);
    if let Some(syntax) = syntax {
        let index = LineIndex::new(text);
        let line = |finding: &Diagnostic| index.line(finding.place.start());
        diagnostics.retain(|finding| line(finding) != line(&syntax));
        diagnostics.push(syntax);
    }
    diagnostics.sort_by_key(|finding| (finding.place.start(), finding.place.end()));
    (layer, diagnostics)
}

fn raw_table(text: &str, table: &DeTable<'_>, depth: u32) -> Vec<RawEntry> {
    let mut entries: Vec<RawEntry> = table
        .iter()
        .map(|(key, value)| RawEntry {
            key: key.get_ref().to_string(),
            key_range: text_range(text, key.span()),
            value: raw_value(text, value, depth),
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_range.start());
    entries
}

/// The value, down to the depth that settings have.
fn raw_value(text: &str, value: &Spanned<DeValue<'_>>, depth: u32) -> Raw {
    let kind = match value.get_ref() {
        DeValue::String(text) => RawKind::Str(text.to_string()),
        DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => RawKind::Int(number),
            Err(_) => RawKind::Other("a number that is too large"),
        },
        DeValue::Boolean(flag) => RawKind::Bool(*flag),
        DeValue::Float(_) => RawKind::Other("a fraction"),
        DeValue::Datetime(_) => RawKind::Other("a date"),
        DeValue::Array(_) => RawKind::Other("an array"),
        DeValue::Table(_) if depth > 4 => RawKind::Other("a table"),
        DeValue::Table(table) => RawKind::Table(raw_table(text, table, depth + 1)),
    };
    Raw { range: text_range(text, value.span()), kind }
}

/// A byte range of `text`, moved to character boundaries inside it.
fn text_range(text: &str, span: std::ops::Range<usize>) -> TextRange {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        TextSize::new(at as u32)
    };
    let (start, end) = (floor(span.start), floor(span.end));
    TextRange::new(start, end.max(start))
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, expect: Expect) {
        let index = LineIndex::new(text);
        let mut actual = String::new();
        for finding in parse(text).1 {
            let at = index.line_col(finding.place.start());
            let piece = &text[finding.place];
            let severity = finding.severity;
            actual += &format!(
                "{}:{} {severity} {} `{piece}` {}\n",
                at.line + 1,
                at.col + 1,
                finding.code,
                finding.message
            );
            if let Some(help) = finding.help {
                actual += &format!("  help: {help}\n");
            }
            for fix in finding.fixes {
                actual += &format!("  fix: {}\n", fix.title);
            }
        }
        expect.assert_eq(&actual);
    }

    #[test]
    fn a_right_file_is_silent() {
        check(
            "# team settings\nframework = \"keras\"\nbatch = 0x20\ncheck = { deny-warnings = true }\n\n[severity]\nunknown-key = \"hint\"\n",
            expect![[""]],
        );
    }

    #[test]
    fn unknown_keys_are_reported_with_what_was_meant() {
        check(
            "framwork = \"keras\"\ncolour = 3\n[check]\ndeny_warnings = true\n[severity]\nunknown-kee = \"off\"\nzzz = \"off\"\n[server]\nx = 1\n",
            expect![[r#"
                1:1 warning unknown-setting `framwork` there is no setting `framwork`; did you mean `framework`?
                  fix: Change `framwork` to `framework`
                2:1 warning unknown-setting `colour` there is no setting `colour`
                  help: The settings are `framework`, `dtype`, `batch`, `profile`, `budget`, `limits`, `check`, `diagnostics`, `inlayHints`, `hover`, `severity`.
                4:1 warning unknown-setting `deny_warnings` there is no setting `check.deny_warnings`; did you mean `check.deny-warnings`?
                  fix: Change `deny_warnings` to `deny-warnings`
                6:1 warning unknown-setting `unknown-kee` there is no code `unknown-kee`; did you mean `unknown-key`?
                  fix: Change `unknown-kee` to `unknown-key`
                7:1 warning unknown-setting `zzz` there is no code `zzz`
                  help: `neural-analyzer explain` lists every code.
                8:2 warning unknown-setting `server` there is no setting `server`
                  help: The settings are `framework`, `dtype`, `batch`, `profile`, `budget`, `limits`, `check`, `diagnostics`, `inlayHints`, `hover`, `severity`.
            "#]],
        );
    }

    #[test]
    fn wrong_values_are_reported_with_what_fits() {
        check(
            "framework = \"Keras\"\ndtype = 32\nbatch = 0\ncheck = true\n[severity]\nunknown-key = \"warn\"\nunknown-loss = false\n",
            expect![[r#"
                1:13 error bad-setting `"Keras"` `framework` is one of "keras", "pytorch", not "Keras"
                  fix: Change "Keras" to "keras"
                2:9 error bad-setting `32` `dtype` takes one of "float32", "float16", "bfloat16", "float64", "int8", not a number
                3:9 error bad-setting `0` `batch` is 0; it must be at least 1
                4:9 error bad-setting `true` `check` is a table of settings, not a boolean
                  help: Write `[check]` on a line of its own.
                6:15 error bad-setting `"warn"` `severity.unknown-key` is one of "error", "warning", "info", "hint", "off", not "warn"
                7:16 error bad-setting `false` the severity of `unknown-loss` is one of "error", "warning", "info", "hint", "off", not a boolean
            "#]],
        );
        check(
            "batch = 99999999999999999999999\n",
            expect![[r#"
            1:9 error bad-setting `99999999999999999999999` `batch` must be at most 9223372036854775807
        "#]],
        );
        check(
            "batch = 1.5\nseverity = []\n",
            expect![[r#"
            1:9 error bad-setting `1.5` `batch` takes a whole number of at least 1, not a fraction
            2:12 error bad-setting `[]` `severity` takes a table from codes to severities, not an array
        "#]],
        );
    }

    #[test]
    fn what_is_no_toml_is_one_finding() {
        check(
            "framework = \nbatch = 2\n",
            expect![[r#"
                1:13 error bad-setting `` this is not TOML: string values must be quoted, expected literal string
            "#]],
        );
        check(
            "batch = 1\nbatch = 2\n",
            expect![[r#"
            2:1 error bad-setting `batch` this is not TOML: duplicate key
        "#]],
        );
        check(
            "[severity\n",
            expect![[r#"
            1:10 error bad-setting `` this is not TOML: unclosed table, expected `]`
        "#]],
        );
    }

    #[test]
    fn the_nearest_file_counts_and_is_read_once() {
        let root = std::env::temp_dir().join(format!("neural-toml-{}", std::process::id()));
        let inner = root.join("a/b");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::write(root.join(FILE_NAME), "batch = 2").unwrap();
        std::fs::write(root.join("a").join(FILE_NAME), b"batch = \xff").unwrap();
        let mut discovery = Discovery::default();
        let above = discovery.find(&root).unwrap().unwrap();
        assert_eq!(above.layer.count("batch"), Some(2));
        let again = discovery.find(&root).unwrap().unwrap();
        assert!(Arc::ptr_eq(&above, &again));
        let broken = discovery.find(&inner).unwrap().unwrap_err();
        assert_eq!(broken.reason, "it is not UTF-8: byte 8 cannot be decoded");
        std::fs::remove_dir_all(&root).unwrap();
    }
}
