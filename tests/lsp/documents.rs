//! Files that are opened, edited, saved and closed, and the diagnostics that are pushed for them.

use serde_json::{Value, json};

use super::client::{Client, Setup};
use super::{BAD, FILE, GOOD, codes};

#[test]
fn diagnostics_follow_the_text() {
    let mut client = Client::start(Setup::default());
    client.open(FILE, BAD);
    let pushed = client.pushed(FILE);
    assert_eq!(pushed["version"], 1);
    assert_eq!(codes(&pushed), ["4:4 unknown-layer"]);
    client.change(FILE, 2, &[([4, 4, 4, 12], "Flatten")]);
    let pushed = client.pushed(FILE);
    assert_eq!((codes(&pushed), &pushed["version"]), (vec![], &json!(2)));
    client.change(FILE, 3, &[([4, 4, 4, 11], "Flaten")]);
    assert_eq!(codes(&client.pushed(FILE)), ["4:4 unknown-layer"]);
    client.close(FILE);
    assert_eq!(codes(&client.pushed(FILE)), Vec::<String>::new());
    client.finish();
}

#[test]
fn only_what_changed_is_pushed() {
    let mut client = Client::start(Setup::default());
    client.open(FILE, BAD);
    client.pushed(FILE);
    // Far below, so nothing that is shown moves.
    client.change(FILE, 2, &[([5, 11, 5, 11], "0")]);
    client.change(FILE, 3, &[([7, 0, 7, 0], "# the end\n")]);
    client.request_at("textDocument/documentSymbol", FILE, json!({}));
    client.is_silent();
    // The text under the finding is replaced by the same: editors lose their underline then.
    client.change(FILE, 4, &[([4, 4, 4, 10], "Flaten")]);
    assert_eq!(codes(&client.pushed_for(FILE, 4)), ["4:4 unknown-layer"]);
    client.close(FILE);
    client.pushed(FILE);
    client.finish();
}

#[test]
fn columns_count_what_was_agreed_on() {
    let text = "network A {\r\n  input: (8,)  # 🦀漢\r  layers:\r\n    /* 🦀é漢 */ Dens(3)\n}";
    for (encoding, column) in [("utf-8", 4 + 16), ("utf-16", 4 + 11), ("utf-32", 4 + 10)] {
        let mut client = Client::start(Setup::encoding(encoding));
        assert_eq!(client.initialized["capabilities"]["positionEncoding"], encoding);
        client.open(FILE, text);
        let pushed = client.pushed(FILE);
        assert_eq!(codes(&pushed), [format!("3:{column} unknown-layer")]);
        // An edit behind the wide characters lands where it is meant.
        client.change(FILE, 2, &[([3, column + 4, 3, column + 4], "e")]);
        assert_eq!(codes(&client.pushed(FILE)), Vec::<String>::new());
        client.close(FILE);
        client.finish();
    }
    let offered = json!({ "general": { "positionEncodings": ["utf-16", "utf-32", "utf-8"] } });
    let client = Client::start(Setup::with(offered));
    assert_eq!(client.initialized["capabilities"]["positionEncoding"], "utf-8");
    client.finish();
}

#[test]
fn findings_say_as_much_as_the_client_can_show() {
    let twice =
        "network A { input: (8,) layers: Dense(2) }\nnetwork A { input: (8,) layers: Dense(2) }\n";
    let mut poor = Client::start(Setup::default());
    poor.open(FILE, twice);
    let pushed = poor.pushed(FILE);
    let found = &pushed["diagnostics"][0];
    assert!(found["relatedInformation"].is_null() && found["tags"].is_null(), "{found}");
    assert!(found["message"].as_str().unwrap().contains("\nline 1: "), "{found}");
    poor.close(FILE);
    poor.pushed(FILE);
    poor.finish();

    let mut rich = Client::start(Setup::with(json!({
        "textDocument": { "publishDiagnostics": { "relatedInformation": true } },
    })));
    rich.open(FILE, twice);
    let pushed = rich.pushed(FILE);
    let related = &pushed["diagnostics"][0]["relatedInformation"][0];
    assert_eq!(related["location"]["uri"], FILE);
    assert_eq!(related["location"]["range"]["start"]["line"], 0);
    assert_eq!(pushed["diagnostics"][0]["source"], "neural-analyzer");
    rich.close(FILE);
    rich.pushed(FILE);
    rich.finish();
}

#[test]
fn a_file_has_no_more_than_two_hundred_findings() {
    let layers: String = (0..300).map(|at| format!("    Bogus{at}()\n")).collect();
    let text = format!("network A {{\n  input: (8,)\n  layers:\n{layers}}}\n");
    let mut client = Client::start(Setup::default());
    client.open(FILE, &text);
    let pushed = client.pushed(FILE);
    let found = pushed["diagnostics"].as_array().unwrap();
    assert_eq!(found.len(), 201);
    let note = found[200]["message"].as_str().unwrap();
    assert_eq!(note, "100 more findings are not shown; mend some of these first");
    client.close(FILE);
    client.pushed(FILE);
    client.finish();
}

/// The capabilities of an editor that may pull diagnostics.
fn pulling() -> Value {
    json!({
        "textDocument": { "diagnostic": { "dynamicRegistration": true } },
        "workspace": { "diagnostics": { "refreshSupport": true } },
    })
}

#[test]
fn diagnostics_are_pulled_where_the_client_can_refresh() {
    let mut client = Client::start(Setup::with(pulling()));
    let registered = client.told("client/registerCapability");
    assert_eq!(registered["registrations"][0]["method"], "textDocument/diagnostic");
    client.open(FILE, BAD);
    let report = client.request_at("textDocument/diagnostic", FILE, json!({}));
    assert_eq!(
        (codes(&report), &report["kind"]),
        (vec!["4:4 unknown-layer".to_owned()], &json!("full"))
    );
    let again = json!({ "previousResultId": report["resultId"] });
    let report = client.request_at("textDocument/diagnostic", FILE, again.clone());
    assert_eq!(report["kind"], "unchanged");
    client.change(FILE, 2, &[([4, 4, 4, 12], "Flatten")]);
    let report = client.request_at("textDocument/diagnostic", FILE, again);
    assert_eq!((codes(&report), &report["kind"]), (vec![], &json!("full")));
    // Nothing was pushed.
    client.is_silent();
    client.close(FILE);
    client.finish();
}

/// A client that closes a file throws its findings away, and may name them all the same when it
/// opens the file again.
#[test]
fn a_file_that_is_opened_again_is_told_its_findings_again() {
    let mut client = Client::start(Setup::with(pulling()));
    client.told("client/registerCapability");
    client.open(FILE, BAD);
    let first = client.request_at("textDocument/diagnostic", FILE, json!({}));
    client.close(FILE);
    client.open(FILE, BAD);
    let old = json!({ "previousResultId": first["resultId"] });
    let second = client.request_at("textDocument/diagnostic", FILE, old);
    assert_eq!(second["kind"], "full");
    assert_eq!(codes(&second), ["4:4 unknown-layer"]);
    let again = json!({ "previousResultId": second["resultId"] });
    let third = client.request_at("textDocument/diagnostic", FILE, again);
    assert_eq!(third["kind"], "unchanged");
    client.close(FILE);
    client.finish();
}

#[test]
fn on_save_mode_pushes_whoever_the_client_is() {
    let mut client = Client::start(Setup::with(pulling()).settings("", json!(null)));
    let registered = client.told("client/registerCapability");
    let id = registered["registrations"][0]["id"].clone();
    client.open(FILE, BAD);
    let report = client.request_at("textDocument/diagnostic", FILE, json!({}));
    assert_eq!(codes(&report), ["4:4 unknown-layer"]);

    let on_save = json!({ "diagnostics": { "mode": "onSave" } });
    client.settings = Some([(String::new(), on_save)].into());
    client.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
    assert_eq!(client.told("client/unregisterCapability")["unregisterations"][0]["id"], id);
    assert_eq!(codes(&client.pushed(FILE)), ["4:4 unknown-layer"]);
    let report = client.request_at("textDocument/diagnostic", FILE, json!({}));
    assert_eq!(codes(&report), Vec::<String>::new());

    client.settings = Some([(String::new(), Value::Null)].into());
    client.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
    assert_eq!(codes(&client.pushed(FILE)), Vec::<String>::new());
    client.told("client/registerCapability");
    client.told("workspace/diagnostic/refresh");
    let report = client.request_at("textDocument/diagnostic", FILE, json!({}));
    assert_eq!(codes(&report), ["4:4 unknown-layer"]);
    client.close(FILE);
    client.finish();
}

#[test]
fn on_save_mode_underlines_nothing_new_while_typing() {
    let on_save = json!({ "neural-analyzer": { "diagnostics": { "mode": "onSave" } } });
    let setup = Setup { params: json!({ "initializationOptions": on_save }), ..Setup::default() };
    let mut client = Client::start(setup);
    client.open(FILE, GOOD);
    assert_eq!(codes(&client.pushed(FILE)), Vec::<String>::new());
    client.change(FILE, 2, &[([4, 4, 4, 11], "Flaten")]);
    // Everything but the underlines is live.
    let hover = json!({ "position": { "line": 3, "character": 6 } });
    assert!(client.request_at("textDocument/hover", FILE, hover).is_object());
    client.is_silent();
    client.save(FILE);
    assert_eq!(codes(&client.pushed(FILE)), ["4:4 unknown-layer"]);
    // Typing on right after saving does not take away what was saved.
    client.change(FILE, 3, &[([4, 4, 4, 10], "Flatten")]);
    client.is_silent();
    client.change(FILE, 4, &[([4, 4, 4, 11], "Flat")]);
    client.save(FILE);
    client.change(FILE, 5, &[([4, 4, 4, 8], "Flatten")]);
    let pushed = client.pushed(FILE);
    assert_eq!(
        (codes(&pushed), &pushed["version"]),
        (vec!["4:4 unknown-layer".to_owned()], &json!(4))
    );
    client.is_silent();
    client.close(FILE);
    client.pushed(FILE);
    client.finish();
}

/// What was saved stays shown while the author types on; a change of severities shows it anew, where
/// its text is now.
#[test]
fn severities_change_what_was_saved_at_once() {
    let mut client = Client::start(Setup::default());
    let settings = |severity: &str| {
        let on_save = json!({
            "diagnostics": { "mode": "onSave" }, "severity": { "unknown-layer": severity },
        });
        json!({ "settings": { "neural-analyzer": on_save } })
    };
    client.notify("workspace/didChangeConfiguration", settings("error"));
    client.open(FILE, BAD);
    assert_eq!(client.pushed(FILE)["diagnostics"][0]["severity"], 1);
    // A line before it, two letters on its own line, and another mistake that was not saved.
    client.change(FILE, 2, &[([0, 0, 0, 0], "\n"), ([5, 0, 5, 0], "  "), ([4, 4, 4, 10], "Bogus")]);
    client.notify("workspace/didChangeConfiguration", settings("hint"));
    let pushed = client.pushed(FILE);
    assert_eq!((codes(&pushed), &pushed["version"]), (vec!["5:6 unknown-layer".into()], &json!(2)));
    assert_eq!(pushed["diagnostics"][0]["severity"], 4);
    client.notify("workspace/didChangeConfiguration", settings("off"));
    assert_eq!(codes(&client.pushed(FILE)), Vec::<String>::new());
    client.notify("workspace/didChangeConfiguration", settings("error"));
    assert_eq!(codes(&client.pushed(FILE)), ["5:6 unknown-layer"]);
    client.save(FILE);
    assert_eq!(codes(&client.pushed(FILE)), ["4:4 unknown-layer", "5:6 unknown-layer"]);
    client.close(FILE);
    client.pushed(FILE);
    client.finish();
}

#[test]
fn turning_diagnostics_off_and_on_takes_effect_at_once() {
    let mut client = Client::start(Setup::default());
    client.open(FILE, BAD);
    assert_eq!(codes(&client.pushed(FILE)).len(), 1);
    let mode = |mode: &str| json!({ "settings": { "neural-analyzer": { "diagnostics": { "mode": mode } } } });
    client.notify("workspace/didChangeConfiguration", mode("off"));
    assert_eq!(codes(&client.pushed(FILE)).len(), 0);
    client.change(FILE, 2, &[([0, 0, 0, 0], "\n")]);
    client.is_silent();
    client.notify("workspace/didChangeConfiguration", mode("onType"));
    assert_eq!(codes(&client.pushed(FILE)), ["5:4 unknown-layer"]);
    client.close(FILE);
    client.pushed(FILE);
    client.finish();
}
