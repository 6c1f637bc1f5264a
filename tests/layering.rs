//! The rooms depend on one another in one direction only, as `src/lib.rs` and
//! `docs/architecture.md` draw it. One package cannot enforce that with crates, so this test reads
//! the paths that each file names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The rooms that each room names directly; what those may name, it may name too.
const ARROWS: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("shape", &[]),
    ("diagnostics", &["text"]),
    ("config", &["diagnostics"]),
    ("syntax", &["text", "diagnostics"]),
    ("lang", &["shape", "diagnostics"]),
    ("model", &["syntax", "lang", "config"]),
    ("checks", &["model"]),
    ("ide", &["checks"]),
    ("codegen", &["model"]),
    ("visualize", &["model"]),
    ("server", &["ide", "codegen", "visualize"]),
    ("cli", &["ide", "codegen", "visualize"]),
    ("main", &["cli", "server"]),
];

/// Crates that only these rooms name.
const CRATES: &[(&str, &[&str])] = &[
    ("lsp_types", &["server"]),
    ("tower_lsp", &["server"]),
    ("tokio", &["server"]),
    ("salsa", &["model", "ide"]),
    ("clap", &["cli"]),
    ("anstream", &["cli"]),
    ("annotate_snippets", &["cli"]),
    ("comfy_table", &["cli"]),
    ("indicatif", &["cli"]),
    ("memory_stats", &["cli"]),
    ("rayon", &["cli"]),
    ("tracing_chrome", &["cli"]),
    ("logos", &["syntax"]),
    ("toml", &["config"]),
];

struct Source {
    path: PathBuf,
    room: String,
    /// The text without comments.
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let relative = path.strip_prefix(&root).unwrap();
                let first = relative.components().next().unwrap().as_os_str();
                let room = Path::new(first).with_extension("").display().to_string();
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.lines().map(code_of).collect::<Vec<_>>().join("\n");
                sources.push(Source { path: relative.to_owned(), room, code });
            }
        }
    }
    assert!(sources.len() > 20, "the sources are where the test looks for them");
    sources
}

/// A line without its comment. A `//` inside a string ends the line too early, which can only hide
/// what stands in that string.
fn code_of(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// What a room may name, by following the arrows.
fn allowed(room: &str) -> BTreeSet<&'static str> {
    let direct = |room: &str| {
        let entry = ARROWS.iter().find(|(name, _)| *name == room);
        entry.unwrap_or_else(|| panic!("the room `{room}` has no arrows")).1
    };
    let mut allowed = BTreeSet::new();
    let mut open: Vec<&'static str> = direct(room).to_vec();
    while let Some(next) = open.pop() {
        if allowed.insert(next) {
            open.extend(direct(next));
        }
    }
    allowed
}

/// The rooms that a piece of code names after `prefix`: `prefix::room` and `prefix::{room, …}`.
fn named(code: &str, prefix: &str) -> BTreeSet<String> {
    let ident = |text: &str| {
        let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
        text[..end].to_owned()
    };
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        let rest = &code[at + prefix.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            names.insert(ident(rest));
            continue;
        };
        let mut depth = 0;
        let mut starts = true;
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => starts = true,
                c if starts && !c.is_whitespace() => {
                    starts = false;
                    names.insert(ident(&group[at..]));
                }
                _ => {}
            }
        }
    }
    names.retain(|name| ARROWS.iter().any(|(room, _)| room == name));
    names
}

#[test]
fn arrows_go_one_way() {
    for (room, _) in ARROWS {
        assert!(!allowed(room).contains(room), "`{room}` leads to itself");
    }
}

#[test]
fn rooms_name_only_what_is_below_them() {
    let mut wrong = Vec::new();
    for Source { path, room, code } in sources() {
        let prefix = if room == "main" { "neural_analyzer::" } else { "crate::" };
        if room == "lib" {
            continue;
        }
        let allowed = allowed(&room);
        for other in named(&code, prefix) {
            if other != room && !allowed.contains(other.as_str()) {
                wrong.push(format!("{} names `{other}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn crates_are_named_only_in_their_rooms() {
    let mut wrong = Vec::new();
    let mut openers = BTreeMap::new();
    for Source { path, room, code } in sources() {
        for (name, rooms) in CRATES {
            let is_named = code.match_indices(name).any(|(at, _)| {
                let before = code[..at].chars().next_back();
                let after = code[at + name.len()..].starts_with("::");
                after && !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
            });
            if is_named && !rooms.contains(&room.as_str()) {
                wrong.push(format!("{} names `{name}`", path.display()));
            }
            if is_named && *name == "salsa" && room == "ide" {
                openers.insert(path.clone(), ());
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(openers.len() <= 1, "only one file of `ide` opens the database: {openers:?}");
}

#[test]
fn only_the_command_line_prints() {
    for Source { path, room, code } in sources() {
        if room == "cli" {
            continue;
        }
        for macro_name in ["println!", "print!", "dbg!", "io::stdout"] {
            let prints = code
                .match_indices(macro_name)
                .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
            assert!(!prints, "{} prints with {macro_name}", path.display());
        }
    }
}

#[test]
fn grouped_paths_are_read() {
    let names = named("use crate::{text::{A, B}, shape, own}; crate::lang::x()", "crate::");
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["lang", "shape", "text"]);
}
