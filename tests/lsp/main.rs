//! The language server as an editor sees it: the real program over its streams.

mod client;
mod documents;
mod features;
mod memory;
mod random;
mod robustness;
mod settings;

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A network without a mistake.
const GOOD: &str = "network Digits {\n  input: (8, 8, 1)\n  layers:\n    Conv2D(4, 3)\n    Flatten\n    Dense(2)\n}\n";

/// The same with an unknown layer on line 4 (from 0), columns 4 to 11.
const BAD: &str = "network Digits {\n  input: (8, 8, 1)\n  layers:\n    Conv2D(4, 3)\n    Flaten()\n    Dense(2)\n}\n";

const FILE: &str = "file:///test/net.neural";

/// The codes of some diagnostics, with the places where they start.
fn codes(params: &Value) -> Vec<String> {
    let items = params["diagnostics"].as_array().or(params["items"].as_array()).unwrap();
    let code = |item: &Value| {
        let start = &item["range"]["start"];
        let code = item["code"].as_str().unwrap_or("-");
        format!("{}:{} {code}", start["line"], start["character"])
    };
    items.iter().map(code).collect()
}

/// A folder that is removed when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        let root = std::env::temp_dir().join(format!("neural-lsp-{test}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&root);
        std::fs::create_dir_all(&root).unwrap();
        Folder(root)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn uri(&self, name: &str) -> String {
        uri(&self.0.join(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn uri(path: &Path) -> String {
    tower_lsp::lsp_types::Url::from_file_path(path).unwrap().to_string()
}

/// `docs/features.md` is made from the table of methods.
#[test]
fn the_page_of_features_is_what_the_table_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/features.md");
    let page = neural_analyzer::server::features_page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == page, "run `UPDATE_DOCS=1 cargo test --test lsp`; docs/features.md is stale");
}
