//! How long an author waits: from `didChange` to the receipt of its diagnostics, through the real
//! program and its streams.
//!
//! `cargo bench --bench lsp_latency` measures a network of 1,000 layers and fails where half of the
//! edits take over 5 ms or one in a hundred takes over 20 ms. Numbers of layers may be given:
//! `cargo bench --bench lsp_latency -- 100 1000 10000`.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Edits that are measured, after as many tenths that are not.
const EDITS: usize = 400;

/// The budget at [`BUDGET_LAYERS`]: half of the edits, and all but one in a hundred.
const BUDGET: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(20));
const BUDGET_LAYERS: usize = 1_000;

const URI: &str = "file:///bench/net.neural";

fn main() -> ExitCode {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![BUDGET_LAYERS] } else { sizes };
    let mut is_slow = false;
    for layers in sizes {
        let mut times = Session::start().measure(layers);
        times.sort_unstable();
        let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
        let (half, most) = (at(0.5), at(0.99));
        println!(
            "{layers} layers: p50 {half:.2?}, p99 {most:.2?}, max {:.2?} over {EDITS} edits",
            at(1.0)
        );
        is_slow |= layers == BUDGET_LAYERS && (half > BUDGET.0 || most > BUDGET.1);
    }
    if is_slow {
        eprintln!("over the budget of {:?} (p50) and {:?} (p99)", BUDGET.0, BUDGET.1);
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

struct Session {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Session {
    fn start() -> Session {
        let mut server = Command::new(env!("CARGO_BIN_EXE_neural-analyzer"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let input = server.stdin.take().expect("it is piped");
        let output = BufReader::new(server.stdout.take().expect("it is piped"));
        let mut session = Session { server, input, output };
        let params = json!({ "capabilities": { "general": { "positionEncodings": ["utf-8"] } } });
        session
            .send(&json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }));
        session.receive();
        session.notify("initialized", json!({}));
        session
    }

    /// Types and takes back a mistake in the middle of a network, which changes every later shape.
    fn measure(mut self, layers: usize) -> Vec<Duration> {
        let rows: String = (0..layers).map(|at| format!("    Dense({})\n", 8 + at % 9)).collect();
        let text = format!("network Deep {{\n  input: (16,)\n  layers:\n{rows}}}\n");
        let document = json!({ "uri": URI, "languageId": "neural", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
        self.diagnostics();
        let line = 3 + layers / 2;
        let mut times = Vec::new();
        for edit in 0..EDITS + EDITS / 10 {
            let (end, text) = if edit.is_multiple_of(2) { (9, "Dens") } else { (8, "Dense") };
            let start = json!({ "line": line, "character": 4 });
            let end = json!({ "line": line, "character": end });
            let change = json!({ "range": { "start": start, "end": end }, "text": text });
            let document = json!({ "uri": URI, "version": edit + 2 });
            let begin = Instant::now();
            self.notify(
                "textDocument/didChange",
                json!({ "textDocument": document, "contentChanges": [change] }),
            );
            let found = self.diagnostics();
            if edit >= EDITS / 10 {
                times.push(begin.elapsed());
            }
            let count = found["params"]["diagnostics"].as_array().map_or(0, Vec::len);
            assert_eq!(count, (edit + 1) % 2, "the mistake is found, and its end");
        }
        self.send(&json!({ "jsonrpc": "2.0", "id": 2, "method": "shutdown" }));
        self.receive();
        self.notify("exit", Value::Null);
        self.server.wait().expect("the server ends");
        times
    }

    fn diagnostics(&mut self) -> Value {
        loop {
            let message = self.receive();
            if message["method"] == "textDocument/publishDiagnostics" {
                return message;
            }
        }
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
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
            self.output.read_line(&mut line).expect("the server writes");
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
