//! Pages that are written from the tables of the project, and links between pages.
//!
//! `UPDATE_DOCS=1 cargo test --test generated_docs` writes the pages; without it, a page that is not
//! what the tables say fails the test.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use neural_analyzer::config::{self, Config, Profile};
use neural_analyzer::diagnostics::{Code, Severity, codes};
use neural_analyzer::ide::analyze_with;
use neural_analyzer::lang::Framework;
use serde_json::{Map, Value};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every generated page, by its path in the project.
fn pages() -> BTreeMap<PathBuf, String> {
    let mut pages = BTreeMap::from([
        (PathBuf::from("docs/configuration.md"), config::configuration_page()),
        (PathBuf::from("docs/neural.schema.json"), config::json_schema()),
        (PathBuf::from("docs/diagnostics/README.md"), index()),
        (PathBuf::from("editors/vscode/package.json"), vscode_manifest()),
    ]);
    for code in codes::all() {
        pages.insert(format!("docs/diagnostics/{code}.md").into(), code.page());
    }
    pages
}

/// The manifest of the VS Code extension, whose settings are those of the table after the few that
/// are about starting the server.
fn vscode_manifest() -> String {
    let text = std::fs::read_to_string(root().join("editors/vscode/package.json")).unwrap();
    let mut manifest: Value = serde_json::from_str(&text).unwrap();
    let settings: Map<String, Value> =
        serde_json::from_str(&config::vscode_configuration()).unwrap();
    let Some(Value::Object(properties)) =
        manifest.pointer_mut("/contributes/configuration/properties")
    else {
        panic!("the manifest has no `contributes.configuration.properties`");
    };
    properties.retain(|key, _| {
        key.starts_with("neural-analyzer.server.") || key.starts_with("neural-analyzer.trace.")
    });
    properties.extend(settings);
    format!("{manifest:#}\n")
}

fn index() -> String {
    let mut all: Vec<Code> = codes::all().collect();
    all.sort();
    let mut page = String::from(
        "# Diagnostics\n\
         \n\
         Every finding has a code. `neural-analyzer explain CODE` prints its page; the `severity` table of\n\
         [neural.toml](../configuration.md#severity) changes how bad it is, or turns it off;\n\
         [`profile`](../configuration.md#profiles) does so for all codes at once; and\n\
         `# neural: allow(code)` switches one off for a statement, `# neural: allow-file(code)` for a file.\n\
         \n\
         The columns are the severities in the three profiles. *Fix* says whether the finding of the page's\n\
         example comes with a change that mends it.\n\
         \n\
         | Code | quiet | default | strict | Fix | What it finds |\n\
         |---|---|---|---|---|---|\n",
    );
    for code in all {
        let info = code.info();
        let levels: Vec<&str> = Profile::ALL
            .iter()
            .map(|(_, profile)| {
                profile.effective(code, info.severity).map_or("off", Severity::as_str)
            })
            .collect();
        let summary = info.summary.replace('|', "\\|");
        let fix = if has_fix(code) { "yes" } else { "" };
        page += &format!("| [{code}]({code}.md) | {} | {fix} | {summary} |\n", levels.join(" | "));
    }
    page
}

/// Whether the finding of a code's example has a fix.
fn has_fix(code: Code) -> bool {
    let info = code.info();
    let settings = format!("severity.{code} = \"{}\"\n{}", info.severity, info.settings);
    let config = Config::resolve([&config::parse(&settings).0]);
    let found = analyze_with(info.wrong, Framework::Keras, &config).diagnostics;
    found.iter().any(|finding| finding.code == code && !finding.fixes.is_empty())
}

#[test]
fn generated_pages_are_what_the_tables_say() {
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    let pages = pages();
    let mut stale = Vec::new();
    for (path, text) in &pages {
        let file = root().join(path);
        if std::fs::read_to_string(&file).is_ok_and(|found| found == *text) {
            continue;
        }
        if update {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, text).unwrap();
        } else {
            stale.push(path.clone());
        }
    }
    // A page of a code that is gone.
    for entry in std::fs::read_dir(root().join("docs/diagnostics")).unwrap() {
        let path = Path::new("docs/diagnostics").join(entry.unwrap().file_name());
        if pages.contains_key(&path) {
            continue;
        }
        if update {
            std::fs::remove_file(root().join(&path)).unwrap();
        } else {
            stale.push(path);
        }
    }
    assert!(
        stale.is_empty(),
        "run `UPDATE_DOCS=1 cargo test --test generated_docs`; these pages are stale: {stale:?}"
    );
}

#[test]
fn links_lead_to_files() {
    let mut pages = vec![root().join("README.md"), root().join("CHANGELOG.md")];
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    let mut dead = Vec::new();
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        for (at, _) in text.match_indices("](") {
            let rest = &text[at + 2..];
            let target = rest.split([')', '\n']).next().unwrap_or_default();
            let file = target.split('#').next().unwrap_or_default();
            let is_external = file.contains("://");
            if !file.is_empty() && !is_external && !page.parent().unwrap().join(file).exists() {
                dead.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}
