//! Settings from the editor and from `neural.toml`, and when they take effect.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{Client, Setup};
use super::{BAD, FILE, Folder, codes};

#[test]
fn no_diagnostics_are_shown_before_the_settings_have_come() {
    let mut setup = Setup::with(json!({ "workspace": { "configuration": true } }));
    setup.settings = None;
    let mut client = Client::start(setup);
    let start = Instant::now();
    client.open(FILE, BAD);
    client.pushed(FILE);
    let waited = start.elapsed();
    assert!(waited >= Duration::from_millis(350), "{waited:?}");
    client.close(FILE);
    client.pushed(FILE);
    client.finish();
}

#[test]
fn the_first_diagnostics_obey_the_settings() {
    let off = json!({ "severity": { "unknown-layer": "off" }, "server": { "path": "x" } });
    let mut client = Client::start(Setup::default().settings("", off));
    client.open(FILE, BAD);
    assert_eq!(codes(&client.pushed(FILE)), Vec::<String>::new());
    client.close(FILE);
    client.finish();
}

#[test]
fn changed_settings_take_effect_at_once() {
    let refreshes = json!({ "workspace": { "inlayHint": { "refreshSupport": true } } });
    let mut client = Client::start(Setup::with(refreshes).settings("", Value::Null));
    client.open(FILE, BAD);
    client.pushed(FILE);
    let settings = json!({
        "severity": { "unknown-layer": "hint" },
        "inlayHints": { "shapes": false, "totals": false },
    });
    client.settings = Some([(String::new(), settings)].into());
    client.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
    assert_eq!(client.pushed(FILE)["diagnostics"][0]["severity"], 4);
    client.told("workspace/inlayHint/refresh");
    let whole = json!({ "range": {
        "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 },
    } });
    assert_eq!(client.request_at("textDocument/inlayHint", FILE, whole), json!([]));
    client.close(FILE);
    client.pushed(FILE);
    client.finish();
}

#[test]
fn each_folder_has_its_settings() {
    let folder = Folder::new("folders");
    let (a, b) = (folder.uri("a"), folder.uri("b"));
    let off = json!({ "severity": { "unknown-layer": "off" } });
    let mut setup = Setup::default().settings(&a, off.clone());
    setup.params = json!({ "workspaceFolders": [{ "uri": a, "name": "a" }] });
    let mut client = Client::start(setup);
    let (in_a, in_b) = (folder.uri("a/net.neural"), folder.uri("b/net.neural"));
    client.open(&in_a, BAD);
    client.open(&in_b, BAD);
    assert_eq!(codes(&client.pushed(&in_a)).len(), 0);
    assert_eq!(codes(&client.pushed(&in_b)).len(), 1);
    // A folder that comes later brings its settings along.
    client.settings = Some([(a, Value::Null), (b.clone(), off)].into());
    let event = json!({ "added": [{ "uri": b, "name": "b" }], "removed": [] });
    client.notify("workspace/didChangeWorkspaceFolders", json!({ "event": event }));
    assert_eq!(codes(&client.pushed(&in_a)).len(), 1);
    assert_eq!(codes(&client.pushed(&in_b)).len(), 0);
    client.close(&in_a);
    client.pushed(&in_a);
    client.close(&in_b);
    client.finish();
}

#[test]
fn the_project_wins_over_the_editor_and_is_watched() {
    let folder = Folder::new("project");
    folder.write("neural.toml", "[severity]\nunknown-layer = \"warning\"\n");
    let watches = json!({ "didChangeWatchedFiles": { "dynamicRegistration": true } });
    let off = json!({ "severity": { "unknown-layer": "off" } });
    let mut client = Client::start(Setup::with(json!({ "workspace": watches })).settings("", off));
    let registered = client.told("client/registerCapability");
    let watcher = &registered["registrations"][0]["registerOptions"]["watchers"][0];
    assert_eq!(watcher["globPattern"], "**/neural.toml");
    let (net, toml) = (folder.uri("inner/net.neural"), folder.uri("neural.toml"));
    client.open(&net, BAD);
    assert_eq!(client.pushed(&net)["diagnostics"][0]["severity"], 2);

    folder.write("neural.toml", "[severity]\nunknown-layer = \"info\"\nunknown-lair = \"off\"\n");
    let changed = json!({ "changes": [{ "uri": toml, "type": 2 }] });
    client.notify("workspace/didChangeWatchedFiles", changed.clone());
    assert_eq!(codes(&client.pushed(&toml)), ["2:0 unknown-setting"]);
    assert_eq!(client.pushed(&net)["diagnostics"][0]["severity"], 3);

    std::fs::remove_file(folder.0.join("neural.toml")).unwrap();
    client.notify("workspace/didChangeWatchedFiles", changed);
    assert_eq!(codes(&client.pushed(&toml)).len(), 0);
    assert_eq!(codes(&client.pushed(&net)).len(), 0);
    client.close(&net);
    client.finish();
}

#[test]
fn a_project_is_looked_at_again_when_a_file_is_saved() {
    let folder = Folder::new("saved");
    let net = folder.uri("net.neural");
    let mut client = Client::start(Setup::default());
    client.open(&net, BAD);
    assert_eq!(client.pushed(&net)["diagnostics"][0]["severity"], 1);
    folder.write("neural.toml", "diagnostics.mode = \"off\"");
    client.save(&net);
    assert_eq!(codes(&client.pushed(&net)).len(), 0);
    std::fs::write(folder.0.join("neural.toml"), b"batch = \xff").unwrap();
    client.save(&net);
    let said = client.told("window/logMessage");
    assert_eq!(said["type"], 1);
    assert!(said["message"].as_str().unwrap().contains("it is not UTF-8"), "{said}");
    assert_eq!(codes(&client.pushed(&net)).len(), 1);
    client.close(&net);
    client.pushed(&net);
    client.finish();
}

#[test]
fn wrong_settings_of_the_editor_are_said() {
    let wrong = json!({ "batch": 0, "inlayHint": { "shapes": false } });
    let mut client = Client::start(Setup::default().settings("", wrong));
    let mut said = vec![];
    for _ in 0..2 {
        said.push(client.told("window/logMessage")["message"].as_str().unwrap().to_owned());
    }
    assert_eq!(
        said,
        [
            "settings of neural-analyzer: `batch` is 0; it must be at least 1",
            "settings of neural-analyzer: there is no setting `inlayHint`; did you mean `inlayHints`?",
        ]
    );
    client.finish();
}

#[test]
fn the_log_goes_where_the_editor_says() {
    let folder = Folder::new("log");
    let log = folder.0.join("server.log");
    let options = json!({ "log": { "level": "debug", "file": log } });
    let setup = Setup { params: json!({ "initializationOptions": options }), ..Setup::default() };
    let mut client = Client::start(setup);
    client.open(FILE, BAD);
    client.pushed(FILE);
    client.close(FILE);
    client.pushed(FILE);
    client.finish();
    let text = std::fs::read_to_string(log).unwrap();
    assert!(text.contains("received textDocument/didOpen"), "{text}");
    let elsewhere = json!({ "log": { "file": folder.0.join("no/such/folder/x.log") } });
    let setup = Setup { params: json!({ "initializationOptions": elsewhere }), ..Setup::default() };
    let mut client = Client::start(setup);
    let said = client.told("window/logMessage");
    assert!(said["message"].as_str().unwrap().starts_with("cannot write the log to"), "{said}");
    client.finish();
}
