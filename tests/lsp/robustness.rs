//! What a session survives, and how it ends.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::client::{Client, Setup};
use super::{BAD, FILE, GOOD, codes};

const PARSE_ERROR: i64 = -32700;
const INVALID_REQUEST: i64 = -32600;
const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;
const NOT_INITIALIZED: i64 = -32002;
const CANCELLED: i64 = -32800;
const CONTENT_MODIFIED: i64 = -32801;

/// Asserts that the session still works.
fn lives_on(client: &mut Client) {
    client.open(FILE, BAD);
    assert_eq!(codes(&client.pushed(FILE)), ["4:4 unknown-layer"]);
    client.close(FILE);
    assert_eq!(codes(&client.pushed(FILE)).len(), 0);
}

fn frame(body: &[u8]) -> Vec<u8> {
    [format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

#[test]
fn messages_that_make_no_sense_are_answered() {
    let mut client = Client::start(Setup::default());
    let long_nesting = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    let cases: &[(&[u8], i64)] = &[
        (b"{", PARSE_ERROR),
        (b"", PARSE_ERROR),
        (b"\xff\xfe", PARSE_ERROR),
        (&long_nesting, PARSE_ERROR),
        (b"[]", INVALID_REQUEST),
        (br#"[{"jsonrpc":"2.0","id":1,"method":"shutdown"}]"#, INVALID_REQUEST),
        (b"null", INVALID_REQUEST),
        (b"{}", INVALID_REQUEST),
        (br#"{"jsonrpc":"1.0","method":"x"}"#, INVALID_REQUEST),
        (br#"{"jsonrpc":"2.0","id":{},"method":"x"}"#, INVALID_REQUEST),
    ];
    for (body, code) in cases {
        client.send_raw(&frame(body));
        let error = client.answer(&Value::Null).unwrap_err();
        assert_eq!(error["code"], *code, "{}: {error}", String::from_utf8_lossy(body));
    }
    for header in ["Content-Length: many\r\n\r\n", "X-Header: 1\r\n\r\n{}"] {
        client.send_raw(header.as_bytes());
        assert_eq!(client.answer(&Value::Null).unwrap_err()["code"], PARSE_ERROR);
        client.request("neural-analyzer/status", Value::Null);
    }
    // Blank lines and other headers do no harm.
    client.send_raw(b"\r\n\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n");
    lives_on(&mut client);
    client.finish();
}

#[test]
fn requests_that_are_not_known_are_refused() {
    let mut client = Client::start(Setup::default());
    assert_eq!(client.refusal("textDocument/nothing", json!({})), METHOD_NOT_FOUND);
    assert_eq!(client.refusal("textDocument/hover", json!({})), INVALID_PARAMS);
    assert_eq!(client.refusal("textDocument/hover", Value::Null), INVALID_PARAMS);
    let nowhere =
        json!({ "textDocument": { "uri": "no uri" }, "position": { "line": 0, "character": 0 } });
    assert_eq!(client.refusal("textDocument/hover", nowhere), INVALID_PARAMS);
    let minus =
        json!({ "textDocument": { "uri": FILE }, "position": { "line": -1, "character": 0 } });
    assert_eq!(client.refusal("textDocument/hover", minus), INVALID_PARAMS);
    let unknown = json!({ "textDocument": { "uri": FILE } });
    assert_eq!(client.refusal("neural-analyzer/shapes", unknown), INVALID_PARAMS);
    assert_eq!(client.refusal("initialize", json!({ "capabilities": {} })), INVALID_REQUEST);
    client.notify("textDocument/nothing", json!({}));
    client.notify("$/setTrace", json!({ "value": "verbose" }));
    client.notify("$/anything", json!(7));
    client.notify("textDocument/didOpen", json!({ "textDocument": 3 }));
    client.send(&json!({ "jsonrpc": "2.0", "id": 999, "result": null }));
    client.send(&json!({ "jsonrpc": "2.0", "id": "x", "error": { "code": 1, "message": "" } }));
    lives_on(&mut client);
    client.finish();
}

#[test]
fn files_that_are_not_open_do_no_harm() {
    let mut client = Client::start(Setup::default());
    client.change(FILE, 5, &[([0, 0, 0, 0], "x")]);
    client.save(FILE);
    client.close(FILE);
    let at = json!({ "position": { "line": 0, "character": 0 } });
    assert_eq!(client.request_at("textDocument/hover", FILE, at), Value::Null);
    client.is_silent();
    client.open(FILE, GOOD);
    assert_eq!(codes(&client.pushed(FILE)).len(), 0);
    // Opened twice: the second text counts.
    client.open(FILE, BAD);
    assert_eq!(codes(&client.pushed(FILE)).len(), 1);
    // Versions that go back, and positions that are nowhere.
    client.change(FILE, 1, &[([0, 0, 0, 0], "\n")]);
    client.change(FILE, -7, &[([999, 999, 999, 999], "\n"), ([0, 9_999, 0, 9_999], "\n")]);
    assert_eq!(codes(&client.pushed_for(FILE, -7)), ["6:4 unknown-layer"]);
    client.change(FILE, 8, &[([7, 0, 6, 0], ""), ([u32::MAX - 1, 0, u32::MAX, 5], "")]);
    assert_eq!(codes(&client.pushed_for(FILE, 8)).len(), 0);
    client.close(FILE);
    client.close(FILE);
    client.finish();
}

#[test]
fn a_message_of_megabytes_is_taken() {
    let mut client = Client::start(Setup::default());
    let comment = "# a line that says nothing at all, over and over again\n".repeat(100_000);
    client.open(FILE, &format!("{comment}{BAD}"));
    assert_eq!(codes(&client.pushed(FILE)), ["100004:4 unknown-layer"]);
    client.change(FILE, 2, &[([100_004, 4, 100_004, 12], "Flatten")]);
    assert_eq!(codes(&client.pushed(FILE)).len(), 0);
    client.close(FILE);
    client.finish();
}

#[test]
fn requests_can_be_cancelled() {
    let mut client = Client::start(Setup::default());
    client.open(FILE, GOOD);
    client.pushed(FILE);
    client.notify("$/cancelRequest", json!({ "id": 12345 }));
    client.notify("$/cancelRequest", json!({ "id": "nothing" }));
    client.notify("$/cancelRequest", json!({}));
    let tokens = json!({ "textDocument": { "uri": FILE } });
    // Whichever is first, the answer or the cancellation, there is exactly one answer.
    for _ in 0..50 {
        let id = client.ask("textDocument/semanticTokens/full", tokens.clone());
        client.notify("$/cancelRequest", json!({ "id": id }));
        if let Err(error) = client.answer(&json!(id)) {
            assert_eq!(error["code"], CANCELLED);
        }
    }
    client.close(FILE);
    client.finish();
}

#[test]
fn an_answer_is_never_about_an_older_text() {
    let layers = "    Dense(8)\n".repeat(3_000);
    let text = format!("network A {{\n  input: (8,)\n  layers:\n{layers}}}\n");
    let mut client = Client::start(Setup::default());
    client.open(FILE, &text);
    let whole = json!({ "textDocument": { "uri": FILE }, "range": {
        "start": { "line": 0, "character": 0 }, "end": { "line": 9_999, "character": 0 },
    } });
    // The edit comes right behind the request: the answer is either about the text before, given
    // before the edit was read, or there is none.
    let mut refused = 0;
    for version in 2..12 {
        let id = client.ask("textDocument/inlayHint", whole.clone());
        client.change(FILE, version, &[([3, 10, 3, 11], &(version % 9 + 1).to_string())]);
        if let Err(error) = client.answer(&json!(id)) {
            assert_eq!(error["code"], CONTENT_MODIFIED, "{error}");
            refused += 1;
        }
    }
    assert!(refused > 0, "a large file is not answered inline");
    client.close(FILE);
    client.request("shutdown", Value::Null);
}

#[test]
fn requests_outside_of_the_session_are_refused() {
    let mut client = Client::spawn(&[]);
    assert_eq!(client.refusal("textDocument/hover", json!({})), NOT_INITIALIZED);
    assert_eq!(client.refusal("shutdown", Value::Null), NOT_INITIALIZED);
    client.open(FILE, BAD);
    client.request("initialize", json!({ "capabilities": {} }));
    client.notify("initialized", json!({}));
    lives_on(&mut client);
    assert_eq!(client.request("shutdown", Value::Null), Value::Null);
    assert_eq!(client.refusal("textDocument/hover", json!({})), INVALID_REQUEST);
    assert_eq!(client.refusal("shutdown", Value::Null), INVALID_REQUEST);
    client.open(FILE, BAD);
    // `exit` ends the program though the input stays open.
    client.notify("exit", Value::Null);
    assert_eq!(client.status(), Some(0));
}

#[test]
fn a_session_that_is_not_shut_down_ends_with_status_1() {
    let mut client = Client::start(Setup::default());
    client.notify("exit", Value::Null);
    assert_eq!(client.status(), Some(1));

    let mut client = Client::start(Setup::default());
    client.hang_up();
    assert_eq!(client.status(), Some(1));

    let mut client = Client::spawn(&["--stdio"]);
    client.send_raw(b"Content-Length: 1000\r\n\r\n{");
    client.hang_up();
    assert_eq!(client.status(), Some(1));

    let mut client = Client::start(Setup::default());
    client.request("shutdown", Value::Null);
    client.hang_up();
    assert_eq!(client.status(), Some(0));
}

#[test]
fn a_client_that_does_not_read_keeps_nobody_waiting() {
    let mut server = Command::new(env!("CARGO_BIN_EXE_neural-analyzer"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = server.stdin.take().unwrap();
    let mut send = |message: Value| {
        input.write_all(&frame(message.to_string().as_bytes())).unwrap();
    };
    send(json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {} }));
    send(json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }));
    let item = json!({ "uri": FILE, "languageId": "neural", "version": 1, "text": BAD });
    let params = json!({ "textDocument": item });
    send(json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": params }));
    // Far more answers than a pipe holds.
    let params = json!({ "textDocument": { "uri": FILE } });
    for id in 1..500 {
        let method = "neural-analyzer/syntaxTree";
        send(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
    }
    send(json!({ "jsonrpc": "2.0", "id": 999, "method": "shutdown" }));
    send(json!({ "jsonrpc": "2.0", "method": "exit" }));
    // Nothing has been read, and the input stays open.
    let status = server.wait().unwrap();
    assert_eq!(status.code(), Some(0));
}

#[cfg(unix)]
#[test]
fn a_session_ends_with_the_process_of_its_client() {
    let mut editor = Command::new("sleep").arg("600").stdin(Stdio::null()).spawn().unwrap();
    let setup = Setup { params: json!({ "processId": editor.id() }), ..Setup::default() };
    let mut client = Client::start(setup);
    lives_on(&mut client);
    // The same process as an argument, as some editors pass it.
    let process = format!("--clientProcessId={}", editor.id());
    let mut other = Client::spawn(&["lsp", "--stdio", &process]);
    other.request("initialize", json!({ "capabilities": {} }));
    editor.kill().unwrap();
    editor.wait().unwrap();
    assert_eq!(client.status(), Some(1));
    assert_eq!(other.status(), Some(1));
}

#[test]
fn initialize_takes_what_it_does_not_know() {
    for params in [
        json!({ "capabilities": { "textDocument": 7, "general": { "positionEncodings": "x" } } }),
        json!({ "capabilities": null, "processId": "x", "workspaceFolders": [{}, 3] }),
        json!({}),
    ] {
        let mut client = Client::spawn(&["lsp"]);
        let result = client.request("initialize", params);
        assert_eq!(result["serverInfo"]["name"], "neural-analyzer");
        client.notify("initialized", Value::Null);
        lives_on(&mut client);
        client.finish();
    }
    let mut client = Client::spawn(&["lsp"]);
    assert_eq!(client.refusal("initialize", Value::Null), INVALID_PARAMS);
    client.request("initialize", json!({ "capabilities": {} }));
    client.finish();
}
