//! An editor without a screen: it starts the real program, speaks the protocol with it, and at the
//! end asserts that every message of the server was expected and valid.

use std::collections::{HashMap, VecDeque};
use std::io::{BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tower_lsp::lsp_types;

/// Longer than anything takes on a machine that is busy with other tests.
const LIMIT: Duration = Duration::from_secs(30);

/// What the test's editor can do and how it is set up.
pub struct Setup {
    /// `capabilities` of `initialize`.
    pub capabilities: Value,
    /// Other fields of `initialize`.
    pub params: Value,
    /// Answers to `workspace/configuration`, by `scopeUri`; `""` is the one without. `None`: no
    /// answer is given at all.
    pub settings: Option<HashMap<String, Value>>,
}

impl Default for Setup {
    fn default() -> Self {
        Setup { capabilities: json!({}), params: json!({}), settings: Some(HashMap::new()) }
    }
}

impl Setup {
    /// Columns count bytes (utf-8), utf-16 units or characters (utf-32).
    pub fn encoding(name: &str) -> Setup {
        Setup::with(json!({ "general": { "positionEncodings": [name] } }))
    }

    /// An editor with these capabilities.
    pub fn with(capabilities: Value) -> Setup {
        Setup { capabilities, ..Setup::default() }
    }

    /// The same with an answer to `workspace/configuration`.
    pub fn settings(mut self, scope: &str, settings: Value) -> Setup {
        self.capabilities["workspace"]["configuration"] = json!(true);
        self.settings.get_or_insert_default().insert(scope.to_owned(), settings);
        self
    }
}

/// The editor.
pub struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: Receiver<Value>,
    errors: Option<std::thread::JoinHandle<String>>,
    next_id: i64,
    /// Messages that nobody has asked for yet.
    unread: VecDeque<Value>,
    pub settings: Option<HashMap<String, Value>>,
    /// What `initialize` was answered with.
    pub initialized: Value,
}

impl Client {
    /// Starts the program, without a word.
    pub fn spawn(args: &[&str]) -> Client {
        let mut child = Command::new(env!("CARGO_BIN_EXE_neural-analyzer"))
            .args(args)
            .env_remove("NEURAL_ANALYZER_LOG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, output) = channel();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            while let Some(message) = read_message(&mut stdout) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let mut stderr = child.stderr.take().unwrap();
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text);
            text
        });
        Client {
            input: child.stdin.take(),
            child,
            output,
            errors: Some(errors),
            next_id: 1,
            unread: VecDeque::new(),
            settings: Some(HashMap::new()),
            initialized: Value::Null,
        }
    }

    /// Starts the program and a session.
    pub fn start(setup: Setup) -> Client {
        let mut client = Client::spawn(&["lsp", "--stdio"]);
        client.settings = setup.settings;
        let mut params =
            json!({ "processId": null, "rootUri": null, "capabilities": setup.capabilities });
        for (key, value) in setup.params.as_object().unwrap() {
            params[key] = value.clone();
        }
        client.initialized = client.request("initialize", params);
        let _: lsp_types::InitializeResult =
            serde_json::from_value(client.initialized.clone()).unwrap();
        client.notify("initialized", json!({}));
        client
    }

    /// Sends bytes as they are.
    pub fn send_raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    /// Sends a message.
    pub fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.send_raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request and gives its id.
    pub fn ask(&mut self, method: &str, params: Value) -> i64 {
        let id = self.next_id;
        self.next_id += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    /// Waits for the answer to a request: the result or the error.
    pub fn answer(&mut self, id: &Value) -> Result<Value, Value> {
        let message = self.wait(&format!("the answer to {id}"), |message| {
            message["method"].is_null() && message["id"] == *id
        });
        match message.get("error") {
            Some(error) => {
                assert!(error["code"].is_i64() && error["message"].is_string(), "{message}");
                Err(error.clone())
            }
            None => Ok(message.get("result").expect("neither result nor error").clone()),
        }
    }

    /// Sends a request and waits for its result.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        self.answer(&json!(id)).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Sends a request and waits for its error, of which it gives the code.
    pub fn refusal(&mut self, method: &str, params: Value) -> i64 {
        let id = self.ask(method, params);
        match self.answer(&json!(id)) {
            Ok(result) => panic!("{method}: {result}"),
            Err(error) => error["code"].as_i64().unwrap(),
        }
    }

    /// A request about a position, or a part, of a file.
    pub fn request_at(&mut self, method: &str, uri: &str, more: Value) -> Value {
        let mut params = json!({ "textDocument": { "uri": uri } });
        for (key, value) in more.as_object().unwrap() {
            params[key] = value.clone();
        }
        self.request(method, params)
    }

    /// Opens a file.
    pub fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "neural", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Changes a file: the range is start line, start column, end line, end column.
    pub fn change(&mut self, uri: &str, version: i32, changes: &[([u32; 4], &str)]) {
        let changes: Vec<Value> = changes
            .iter()
            .map(|([line, column, end_line, end_column], text)| {
                let start = json!({ "line": line, "character": column });
                let end = json!({ "line": end_line, "character": end_column });
                json!({ "range": { "start": start, "end": end }, "text": text })
            })
            .collect();
        let document = json!({ "uri": uri, "version": version });
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.notify("textDocument/didChange", params);
    }

    /// Saves a file.
    pub fn save(&mut self, uri: &str) {
        self.notify("textDocument/didSave", json!({ "textDocument": { "uri": uri } }));
    }

    /// Closes a file.
    pub fn close(&mut self, uri: &str) {
        self.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    }

    /// Waits for the next diagnostics that are pushed for a file.
    pub fn pushed(&mut self, uri: &str) -> Value {
        let message = self.wait(&format!("diagnostics of {uri}"), |message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
        });
        message["params"].clone()
    }

    /// Waits for the diagnostics of one version of a file, passing over those of earlier ones.
    pub fn pushed_for(&mut self, uri: &str, version: i32) -> Value {
        loop {
            let params = self.pushed(uri);
            if params["version"] == version {
                return params;
            }
        }
    }

    /// Waits for the next notification or request of this name, and gives its parameters.
    pub fn told(&mut self, method: &str) -> Value {
        let message = self.wait(method, |message| message["method"] == method);
        message["params"].clone()
    }

    /// Asserts that the server has nothing to say: what it had to say before the answer to a
    /// request of its own has come, and was read.
    pub fn is_silent(&mut self) {
        self.request("neural-analyzer/status", Value::Null);
        let unread: Vec<&Value> = self.unread.iter().collect();
        assert!(unread.is_empty(), "not expected: {unread:?}");
    }

    /// Ends the session and asserts that nothing was left to read.
    pub fn finish(mut self) {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        assert_eq!(self.status(), Some(0));
        let rest: Vec<Value> = self.output.iter().collect();
        assert!(rest.is_empty() && self.unread.is_empty(), "{rest:?} {:?}", self.unread);
        let log = self.log();
        assert!(!log.contains("defect"), "{log}");
    }

    /// The bytes of memory that the program holds, where the system tells.
    pub fn resident(&self) -> Option<usize> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kib: usize = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kib << 10)
    }

    /// Closes the input.
    pub fn hang_up(&mut self) {
        self.input = None;
    }

    /// Waits for the program's end and gives its status; `None` after a signal.
    pub fn status(&mut self) -> Option<i32> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(start.elapsed() < LIMIT, "the server does not end");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// What the program has written to standard error. It has to have ended.
    pub fn log(&mut self) -> String {
        self.errors.take().map(|errors| errors.join().unwrap()).unwrap_or_default()
    }

    /// The first message that `wanted` accepts. Requests of the server are answered on the way.
    fn wait(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.unread.iter().position(&wanted) {
            return self.unread.remove(at).unwrap();
        }
        let start = Instant::now();
        loop {
            let left = LIMIT.saturating_sub(start.elapsed());
            let message = match self.output.recv_timeout(left) {
                Ok(message) => message,
                Err(RecvTimeoutError::Timeout) => panic!("no {what}; unread: {:?}", self.unread),
                Err(RecvTimeoutError::Disconnected) => {
                    self.input = None;
                    let _ = self.child.kill();
                    panic!("the server has ended instead of {what}: {}", self.log())
                }
            };
            validate(&message);
            if message["id"].is_i64() && message["method"].is_string() {
                self.answer_server(&message);
            }
            // Questions for settings are answered, and are nothing to expect.
            if message["method"] == "workspace/configuration" && !wanted(&message) {
                continue;
            }
            if wanted(&message) {
                return message;
            }
            self.unread.push_back(message);
        }
    }

    fn answer_server(&mut self, message: &Value) {
        let result = match message["method"].as_str().unwrap() {
            "workspace/configuration" => {
                let Some(settings) = &self.settings else { return };
                let items = message["params"]["items"].as_array().unwrap();
                let answer = |item: &Value| {
                    let scope = item["scopeUri"].as_str().unwrap_or_default();
                    settings.get(scope).cloned().unwrap_or(Value::Null)
                };
                items.iter().map(answer).collect()
            }
            _ => Value::Null,
        };
        self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": result }));
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_message(input: &mut impl std::io::BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).unwrap() == 0 {
            return None;
        }
        assert!(line.ends_with("\r\n"), "no header: {line:?}");
        if line == "\r\n" {
            break;
        }
        let value = line.strip_prefix("Content-Length: ").expect("nothing but the protocol");
        length = Some(value.trim().parse::<usize>().unwrap());
    }
    let mut body = vec![0; length.unwrap()];
    input.read_exact(&mut body).unwrap();
    Some(serde_json::from_slice(&body).unwrap())
}

/// Asserts that a message of the server is what the protocol says.
fn validate(message: &Value) {
    assert_eq!(message["jsonrpc"], "2.0", "{message}");
    let params = message["params"].clone();
    match message["method"].as_str() {
        None => assert!(message.get("id").is_some(), "{message}"),
        Some("textDocument/publishDiagnostics") => {
            let params: lsp_types::PublishDiagnosticsParams =
                serde_json::from_value(params).unwrap();
            for diagnostic in params.diagnostics {
                let range = diagnostic.range;
                assert!(range.start <= range.end, "{message}");
                assert!(!diagnostic.message.is_empty() && diagnostic.severity.is_some());
            }
        }
        Some("window/logMessage") => {
            let _: lsp_types::LogMessageParams = serde_json::from_value(params).unwrap();
        }
        Some("client/registerCapability") => {
            let _: lsp_types::RegistrationParams = serde_json::from_value(params).unwrap();
        }
        Some("client/unregisterCapability") => {
            let _: lsp_types::UnregistrationParams = serde_json::from_value(params).unwrap();
        }
        Some("workspace/configuration") => {
            let _: lsp_types::ConfigurationParams = serde_json::from_value(params).unwrap();
        }
        Some("workspace/inlayHint/refresh" | "workspace/diagnostic/refresh") => {}
        Some(other) => panic!("the server sends {other}"),
    }
}
