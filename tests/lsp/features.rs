//! Each request once, through the whole way.

use serde_json::{Value, json};

use super::client::{Client, Setup};
use super::{BAD, FILE, GOOD};

fn at(line: u32, character: u32) -> Value {
    json!({ "position": { "line": line, "character": character } })
}

fn whole() -> Value {
    let end = json!({ "line": 999, "character": 0 });
    json!({ "range": { "start": { "line": 0, "character": 0 }, "end": end } })
}

#[test]
fn hover_shows_shapes() {
    let mut client = Client::start(Setup::with(json!({
        "textDocument": { "hover": { "contentFormat": ["markdown"] } },
    })));
    client.open(FILE, GOOD);
    client.pushed(FILE);
    let hover = client.request_at("textDocument/hover", FILE, at(3, 6));
    assert_eq!(hover["contents"]["kind"], "markdown");
    let text = hover["contents"]["value"].as_str().unwrap();
    assert!(text.contains("8×8×1") && text.contains("6×6×4"), "{text}");
    assert_eq!(hover["range"]["start"], json!({ "line": 3, "character": 4 }));
    assert_eq!(client.request_at("textDocument/hover", FILE, at(99, 0)), Value::Null);
    client.close(FILE);
    client.finish();
}

#[test]
fn hints_stand_behind_layers() {
    let mut client = Client::start(Setup::with(json!({
        "textDocument": { "inlayHint": { "resolveSupport": { "properties": ["tooltip"] } } },
    })));
    client.open(FILE, GOOD);
    client.pushed(FILE);
    let hints = client.request_at("textDocument/inlayHint", FILE, whole());
    let labels: Vec<String> = hints
        .as_array()
        .unwrap()
        .iter()
        .map(|hint| format!("{} {}", hint["position"]["line"], hint["label"].as_str().unwrap()))
        .collect();
    assert!(labels.contains(&"3 → 6×6×4".to_owned()), "{labels:?}");
    // Only what is asked for.
    let part = json!({ "range": {
        "start": { "line": 3, "character": 0 }, "end": { "line": 3, "character": 99 },
    } });
    let some = client.request_at("textDocument/inlayHint", FILE, part);
    assert_eq!(some.as_array().unwrap().len(), 1);
    let resolved = client.request("inlayHint/resolve", some[0].clone());
    assert_eq!(resolved["label"], some[0]["label"]);
    // A hint of an older text is left as it is.
    client.change(FILE, 2, &[([0, 0, 0, 0], "\n")]);
    let stale = client.request("inlayHint/resolve", some[0].clone());
    assert_eq!(stale, some[0]);
    let foreign = json!({ "position": { "line": 0, "character": 0 }, "label": "x", "data": 7 });
    assert_eq!(client.request("inlayHint/resolve", foreign.clone()), foreign);
    client.close(FILE);
    client.finish();
}

#[test]
fn quick_fixes_mend_findings() {
    let mut setup = Setup::with(json!({
        "textDocument": { "codeAction": {
            "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix"] } },
            "isPreferredSupport": true,
        } },
    }));
    setup.capabilities["workspace"]["workspaceEdit"]["documentChanges"] = json!(true);
    let mut client = Client::start(setup);
    client.open(FILE, BAD);
    let pushed = client.pushed(FILE);
    let finding = &pushed["diagnostics"][0];
    let context = json!({ "range": finding["range"], "context": { "diagnostics": [finding] } });
    let actions = client.request_at("textDocument/codeAction", FILE, context);
    let action = &actions[0];
    assert_eq!((&action["kind"], &action["diagnostics"][0]), (&json!("quickfix"), finding));
    let change = &action["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"], json!({ "uri": FILE, "version": 1 }));
    assert_eq!(change["edits"][0]["newText"], "Flatten");
    // Other kinds are not offered.
    let context = json!({
        "range": finding["range"], "context": { "diagnostics": [], "only": ["refactor"] },
    });
    assert_eq!(client.request_at("textDocument/codeAction", FILE, context), json!([]));
    client.close(FILE);
    client.pushed(FILE);
    client.finish();
}

/// A finding that is shown has its fix, however soon it is asked for.
#[test]
fn a_finding_that_is_shown_has_its_fix() {
    let mut setup = Setup::with(json!({
        "textDocument": {
            "codeAction": {
                "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix"] } },
            },
            "diagnostic": { "dynamicRegistration": true },
        },
        "workspace": { "diagnostics": { "refreshSupport": true } },
    }));
    for pulls in [true, false] {
        setup.capabilities["textDocument"]["diagnostic"]["dynamicRegistration"] = json!(pulls);
        let mut client =
            Client::start(Setup { capabilities: setup.capabilities.clone(), ..Setup::default() });
        if pulls {
            client.told("client/registerCapability");
        }
        client.open(FILE, GOOD);
        if !pulls {
            client.pushed(FILE);
        }
        for version in 1..=100 {
            let wrong = version % 2 == 1;
            let (end, text) = if wrong { (11, "Flaten") } else { (10, "Flatten") };
            client.change(FILE, version + 1, &[([4, 4, 4, end], text)]);
            let report = match pulls {
                true => client.request_at("textDocument/diagnostic", FILE, json!({})),
                false => client.pushed(FILE),
            };
            let found = report.get("diagnostics").or(report.get("items")).unwrap();
            assert_eq!(found.as_array().unwrap().len(), usize::from(wrong));
            if wrong {
                let range = json!({
                    "range": found[0]["range"],
                    "context": { "diagnostics": found, "only": ["quickfix"], "triggerKind": 1 },
                });
                let actions = client.request_at("textDocument/codeAction", FILE, range);
                assert_eq!(actions[0]["title"], "Change to `Flatten`", "{actions}");
            }
        }
        client.close(FILE);
        client.finish();
    }
}

#[test]
fn the_outline_is_a_tree_or_a_list() {
    let mut client = Client::start(Setup::default());
    client.open(FILE, GOOD);
    client.pushed(FILE);
    let list = client.request_at("textDocument/documentSymbol", FILE, json!({}));
    assert_eq!((&list[0]["name"], &list[0]["location"]["uri"]), (&json!("Digits"), &json!(FILE)));
    client.close(FILE);
    client.finish();
    let tree = json!({ "documentSymbol": { "hierarchicalDocumentSymbolSupport": true } });
    let mut client = Client::start(Setup::with(json!({ "textDocument": tree })));
    client.open(FILE, GOOD);
    client.pushed(FILE);
    let tree = client.request_at("textDocument/documentSymbol", FILE, json!({}));
    assert!(tree[0]["children"].as_array().unwrap().len() >= 2, "{tree}");
    client.close(FILE);
    client.finish();
}

#[test]
fn names_lead_to_their_definitions() {
    let text = "define Block(n) {\n  Dense($n)\n}\nnetwork A {\n  input: (8,)\n  layers:\n    Block(4)\n}\n";
    for links in [false, true] {
        let definition = json!({ "definition": { "linkSupport": links } });
        let mut client = Client::start(Setup::with(json!({ "textDocument": definition })));
        client.open(FILE, text);
        client.pushed(FILE);
        let found = client.request_at("textDocument/definition", FILE, at(6, 5));
        let range = if links { &found[0]["targetSelectionRange"] } else { &found[0]["range"] };
        assert_eq!(range["start"], json!({ "line": 0, "character": 7 }), "{found}");
        client.close(FILE);
        client.finish();
    }
}

#[test]
fn every_other_request_is_answered() {
    let mut client = Client::start(Setup::default());
    client.open(FILE, GOOD);
    client.pushed(FILE);
    let tokens = client.request_at("textDocument/semanticTokens/full", FILE, json!({}));
    let data = tokens["data"].as_array().unwrap();
    assert!(!data.is_empty() && data.len().is_multiple_of(5));
    let some = client.request_at("textDocument/semanticTokens/range", FILE, whole());
    assert_eq!(some, tokens);
    let folds = client.request_at("textDocument/foldingRange", FILE, json!({}));
    assert_eq!((&folds[0]["startLine"], &folds[0]["endLine"]), (&json!(0), &json!(5)));
    let positions = json!({ "positions": [
        { "line": 3, "character": 6 }, { "line": 0, "character": 0 }, { "line": 99, "character": 0 },
    ] });
    let selections = client.request_at("textDocument/selectionRange", FILE, positions);
    assert_eq!(selections.as_array().unwrap().len(), 3);
    let context = json!({
        "position": { "line": 0, "character": 9 }, "context": { "includeDeclaration": true },
    });
    client.request_at("textDocument/references", FILE, context);
    client.request_at("textDocument/documentHighlight", FILE, at(0, 9));
    let tree = client.request_at("neural-analyzer/syntaxTree", FILE, json!({}));
    assert!(tree.as_str().unwrap().contains("Conv2D"), "{tree}");
    let shapes = client.request_at("neural-analyzer/shapes", FILE, json!({}));
    assert_eq!(shapes["networks"][0]["name"], "Digits");
    assert_eq!(shapes["networks"][0]["layers"][0]["output_shape"], json!([null, 6, 6, 4]));
    let totals = client.request_at("neural-analyzer/totals", FILE, json!({}));
    assert_eq!(
        totals,
        json!({ "file": FILE, "networks": [{ "name": "Digits", "totals": {
            "trainable": 330, "non_trainable": 0, "macs": 1584, "flops": 3168, "aux_flops": 146,
            "parameter_bytes": 1320, "activation_bytes": 584,
        } }] })
    );
    client.change(FILE, 2, &[([4, 4, 4, 4], "OwnLayer() ")]);
    client.pushed(FILE);
    let totals = client.request_at("neural-analyzer/totals", FILE, json!({}));
    let totals = &totals["networks"][0]["totals"];
    assert_eq!(
        (&totals["trainable"], &totals["parameters_at_least"]),
        (&Value::Null, &json!(40)),
        "{totals}"
    );
    for params in [Value::Null, json!({}), json!([])] {
        let status = client.request("neural-analyzer/status", params);
        assert_eq!(status["documents"][0]["uri"], FILE);
        assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    }
    client.close(FILE);
    client.pushed(FILE);
    client.finish();
}

/// Every request of the table is known to the server.
#[test]
fn the_table_of_methods_is_what_the_server_has() {
    let mut client = Client::start(Setup::default());
    let page = neural_analyzer::server::features_page();
    let requests = page.split("## ").nth(1).unwrap();
    let mut count = 0;
    for row in requests.lines().filter_map(|line| line.strip_prefix("| `")) {
        let method = row.split('`').next().unwrap();
        let id = client.ask(method, json!({}));
        if let Err(error) = client.answer(&json!(id)) {
            assert_ne!(error["code"], -32601, "{method}");
        }
        count += 1;
    }
    assert!(count > 10);
    client.finish();
}
