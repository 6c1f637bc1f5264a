//! The memory of the program does not grow with what has been and is gone: edits and closed files.

use serde_json::json;

use super::FILE;
use super::client::{Client, Setup};

/// More than an allocator needs to find its ways, and far less than what a leak of whole files or of
/// the results of each edit would come to.
const SLACK: usize = 6 << 20;

fn network(layers: usize, units: usize) -> String {
    let rows: String = (0..layers).map(|at| format!("    Dense({})\n", units + at % 7)).collect();
    format!("network N {{\n  input: (16,)\n  layers:\n{rows}}}\n")
}

#[test]
fn closed_files_leave_nothing_behind() {
    let mut client = Client::start(Setup::default());
    let mut visit = |files: std::ops::Range<usize>| {
        for at in files {
            let uri = format!("file:///test/{at}.neural");
            client.open(&uri, &network(100, 1 + at));
            client.pushed(&uri);
            client.close(&uri);
        }
        client.resident()
    };
    let (Some(before), Some(after)) = (visit(0..50), visit(50..150)) else { return };
    assert!(after < before + SLACK, "{before} bytes after 50 files, {after} after 150");
    client.finish();
}

#[test]
fn edits_leave_nothing_behind() {
    let mut client = Client::start(Setup::default());
    client.open(FILE, &network(60, 1000));
    client.pushed(FILE);
    let mut version = 1;
    let mut edit = |edits: usize| {
        for _ in 0..edits {
            // Each text is one that was not there before, and so is each number of units.
            version += 1;
            let line = 3 + version as u32 % 60;
            let units = (2000 + version).to_string();
            client.change(FILE, version, &[([line, 10, line, 14], &units)]);
            let position = json!({ "position": { "line": line, "character": 6 } });
            client.request_at("textDocument/hover", FILE, position);
        }
        client.resident()
    };
    let (Some(before), Some(after)) = (edit(300), edit(1200)) else { return };
    assert!(after < before + SLACK, "{before} bytes after 300 edits, {after} after 1,500");
    client.close(FILE);
    client.finish();
}
