//! What an author waits for: from `didChange` to the receipt of its diagnostics, through the real
//! program and its streams.
//!
//! Two ways of typing: as fast as answers come, and at 20 keys a second with inlay hints and a hover
//! asked for after each key, as editors do.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Suite;
use crate::generate::{self, Style};
use crate::program::PROGRAM;
use crate::report::Unit;

/// Edits that are measured, after as many tenths that are not.
const EDITS: usize = 400;
/// Keys of the paced typing, and the time between two.
const KEYS: usize = 100;
const PACE: Duration = Duration::from_millis(50);

const URI: &str = "file:///bench/net.neural";

pub fn run(suite: &mut Suite) {
    for layers in suite.sizes(&[1_000, 10_000]) {
        let rows = [
            format!("server {layers} keystroke p50"),
            format!("server {layers} keystroke p99"),
            format!("server {layers} paced keystroke p50"),
            format!("server {layers} paced keystroke p99"),
            format!("server {layers} hints p50"),
            format!("server {layers} hover p50"),
        ];
        if !suite.wants_any(rows.iter().map(String::as_str)) {
            continue;
        }
        let [p50, p99, paced_p50, paced_p99, hints, hover] = &rows;
        let mut typing = Typing::start(layers);
        let mut times: Vec<Duration> =
            (0..EDITS + EDITS / 10).map(|_| typing.mistake()).skip(EDITS / 10).collect();
        suite.add(p50, part(&mut times, 0.5), Unit::Nanoseconds);
        suite.add(p99, part(&mut times, 0.99), Unit::Nanoseconds);
        let (mut keys, mut hint_times, mut hover_times) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..KEYS {
            let begin = Instant::now();
            keys.push(typing.mistake());
            hint_times.push(typing.hints());
            hover_times.push(typing.hover());
            std::thread::sleep(PACE.saturating_sub(begin.elapsed()));
        }
        suite.add(paced_p50, part(&mut keys, 0.5), Unit::Nanoseconds);
        suite.add(paced_p99, part(&mut keys, 0.99), Unit::Nanoseconds);
        suite.add(hints, part(&mut hint_times, 0.5), Unit::Nanoseconds);
        suite.add(hover, part(&mut hover_times, 0.5), Unit::Nanoseconds);
        typing.session.end();
    }
}

fn part(times: &mut [Duration], part: f64) -> f64 {
    times.sort_unstable();
    times[((times.len() - 1) as f64 * part) as usize].as_nanos() as f64
}

/// A session in which one types and takes back a mistake in the middle of a network.
struct Typing {
    session: Session,
    line: usize,
    edits: usize,
}

impl Typing {
    fn start(layers: usize) -> Typing {
        let text = generate::network(Style::Dense, layers);
        let mut session = Session::start();
        let document = json!({ "uri": URI, "languageId": "neural", "version": 1, "text": text });
        session.notify("textDocument/didOpen", json!({ "textDocument": document }));
        session.diagnostics();
        Typing { session, line: 4 + layers / 2, edits: 0 }
    }

    /// `Dense` becomes `Dens`, which changes every later shape, or the other way round.
    fn mistake(&mut self) -> Duration {
        self.edits += 1;
        let (end, text) = if self.edits % 2 == 1 { (9, "Dens") } else { (8, "Dense") };
        let start = json!({ "line": self.line, "character": 4 });
        let end = json!({ "line": self.line, "character": end });
        let change = json!({ "range": { "start": start, "end": end }, "text": text });
        let document = json!({ "uri": URI, "version": self.edits + 1 });
        let params = json!({ "textDocument": document, "contentChanges": [change] });
        let begin = Instant::now();
        self.session.notify("textDocument/didChange", params);
        let found = self.session.diagnostics();
        let took = begin.elapsed();
        let count = found["params"]["diagnostics"].as_array().map_or(0, Vec::len);
        assert_eq!(count, self.edits % 2, "the mistake is found, and its end");
        took
    }

    /// The hints of the hundred lines around the place.
    fn hints(&mut self) -> Duration {
        let from = json!({ "line": self.line - 50, "character": 0 });
        let to = json!({ "line": self.line + 50, "character": 0 });
        self.ask("textDocument/inlayHint", json!({ "range": { "start": from, "end": to } }))
    }

    fn hover(&mut self) -> Duration {
        let position = json!({ "line": self.line - 1, "character": 6 });
        self.ask("textDocument/hover", json!({ "position": position }))
    }

    fn ask(&mut self, method: &str, mut params: Value) -> Duration {
        params["textDocument"] = json!({ "uri": URI });
        let begin = Instant::now();
        let answer = self.session.request(method, params);
        assert!(!answer["result"].is_null(), "there is an answer: {answer}");
        begin.elapsed()
    }
}

/// The program as a server, with the client's ends of its streams.
pub struct Session {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    requests: u64,
}

impl Session {
    /// Starts the program and waits for the answer to `initialize`.
    pub fn start() -> Session {
        let mut server = Command::new(PROGRAM)
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let input = server.stdin.take().expect("it is piped");
        let output = BufReader::new(server.stdout.take().expect("it is piped"));
        let mut session = Session { server, input, output, requests: 0 };
        let encodings = json!({ "general": { "positionEncodings": ["utf-8"] } });
        session.request("initialize", json!({ "capabilities": encodings }));
        session.notify("initialized", json!({}));
        session
    }

    /// The memory of the server that is in use, in bytes, and the number of its threads, where the
    /// system says so.
    pub fn status(&self) -> Option<(f64, f64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.server.id())).ok()?;
        let number = |key: &str| -> Option<f64> {
            let line = status.lines().find_map(|line| line.strip_prefix(key))?;
            line.split_whitespace().next()?.parse().ok()
        };
        Some((number("VmRSS:")? * 1024.0, number("Threads:")?))
    }

    /// Ends the server.
    pub fn end(mut self) {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        self.server.wait().expect("the server ends");
    }

    fn diagnostics(&mut self) -> Value {
        self.wait_for(|message| message["method"] == "textDocument/publishDiagnostics")
    }

    fn request(&mut self, method: &str, params: Value) -> Value {
        self.requests += 1;
        let id = self.requests;
        let mut message = json!({ "jsonrpc": "2.0", "id": id, "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message);
        self.wait_for(|message| message["id"] == id && message.get("method").is_none())
    }

    fn notify(&mut self, method: &str, params: Value) {
        let mut message = json!({ "jsonrpc": "2.0", "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message);
    }

    fn wait_for(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.receive();
            if wanted(&message) {
                return message;
            }
        }
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        let frame = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        self.input.write_all(frame.as_bytes()).expect("the server reads");
        self.input.flush().expect("the server reads");
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        let mut line = String::new();
        loop {
            line.clear();
            let read = self.output.read_line(&mut line).expect("the server writes");
            assert!(read > 0, "the server lives");
            match line.strip_prefix("Content-Length: ") {
                Some(value) => length = value.trim().parse().expect("a length"),
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).expect("the server writes");
        serde_json::from_slice(&body).expect("the server writes JSON")
    }
}
