//! Random edits through the protocol end in the same answers as a fresh server gives for the text.

use serde_json::{Value, json};

use super::FILE;
use super::client::{Client, Setup};

const START: &str = "# 🦀 漢字 é\r\ndefine Block(n) {\n  Dense($n, \"relu\")\r  Dropout(0.5)\n}\nnetwork A {\n  input: (8, 8, 3)\n  layers:\n    Conv2D(4, 3) # 漢\r\n    Block(16) * 2\n    Flatten\n    Dense(10) /* 🦀 */ Output(3)\n  loss: \"mse\"\n}\n";

const PIECES: &[&str] = &[
    "",
    "",
    "\n",
    "\r",
    "\r\n",
    "(",
    ")",
    "{",
    "}",
    "\"",
    "3",
    "0",
    ",",
    ":",
    "🦀",
    "漢",
    "é",
    "# ",
    "/*",
    "*/",
    "Dense(4)\n",
    "Flaten",
    "Conv2D(8, 9)",
    "network B { input: (4,) layers: Dense(2) }\n",
    "$n",
    " * 3",
    "    Block(7)\r\n",
    "units=",
    "HPO(choice(1, 2))",
];

/// xorshift: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// The position of a byte offset, counted here independently of the server.
fn position(text: &str, offset: usize, encoding: &str) -> [u32; 2] {
    let before = &text[..offset];
    let mut line = 0;
    let mut start = 0;
    let bytes = text.as_bytes();
    for at in 0..offset {
        let ends = bytes[at] == b'\n' || (bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
        if ends {
            line += 1;
            start = at + 1;
        }
    }
    let column = match encoding {
        "utf-8" => offset - start,
        "utf-16" => before[start..].encode_utf16().count(),
        _ => before[start..].chars().count(),
    };
    [line, column as u32]
}

/// Everything the server says of the file, without the version.
fn answers(client: &mut Client) -> Vec<Value> {
    let end = json!({ "line": 9_999, "character": 0 });
    let whole = json!({ "range": { "start": { "line": 0, "character": 0 }, "end": end } });
    let hover = json!({ "position": { "line": 8, "character": 6 } });
    vec![
        client.request_at("textDocument/inlayHint", FILE, whole),
        client.request_at("textDocument/semanticTokens/full", FILE, json!({})),
        client.request_at("textDocument/documentSymbol", FILE, json!({})),
        client.request_at("textDocument/foldingRange", FILE, json!({})),
        client.request_at("textDocument/hover", FILE, hover),
        client.request_at("neural-analyzer/syntaxTree", FILE, json!({})),
        client.request_at("neural-analyzer/shapes", FILE, json!({})),
    ]
}

fn check(encoding: &str, seed: u64) {
    let mut random = Random(seed);
    let mut client = Client::start(Setup::encoding(encoding));
    let mut text = START.to_owned();
    client.open(FILE, &text);
    client.pushed(FILE);
    let mut version = 1;
    for _ in 0..12 {
        // Several edits in one message, and several messages in a row.
        for _ in 0..=random.below(3) {
            version += 1;
            let mut changes = Vec::new();
            for _ in 0..=random.below(3) {
                // Between `\r` and `\n` there is no position.
                let is_place = |at: usize| {
                    text.is_char_boundary(at)
                        && !(text[..at].ends_with('\r') && text[at..].starts_with('\n'))
                };
                let places: Vec<usize> = (0..=text.len()).filter(|&at| is_place(at)).collect();
                let first = random.below(places.len());
                let last = (first + random.below(9)).min(places.len() - 1);
                let piece = PIECES[random.below(PIECES.len())];
                let [line, column] = position(&text, places[first], encoding);
                let [end_line, end_column] = position(&text, places[last], encoding);
                text.replace_range(places[first]..places[last], piece);
                changes.push(([line, column, end_line, end_column], piece));
            }
            client.change(FILE, version, &changes);
        }
    }
    // A line that is always a finding, so that diagnostics of the last version are pushed.
    client.change(FILE, version + 1, &[([0, 0, 0, 0], "?\n")]);
    text.insert_str(0, "?\n");
    let mut pushed = client.pushed_for(FILE, version + 1);
    let edited = answers(&mut client);
    client.close(FILE);
    client.pushed(FILE);
    client.finish();

    let mut fresh = Client::start(Setup::encoding(encoding));
    fresh.open(FILE, &text);
    pushed["version"] = json!(1);
    assert_eq!(pushed, fresh.pushed(FILE), "{encoding}, seed {seed}: {text:?}");
    assert_eq!(edited, answers(&mut fresh), "{encoding}, seed {seed}: {text:?}");
    fresh.close(FILE);
    fresh.pushed(FILE);
    fresh.finish();
}

#[test]
fn random_edits_end_where_a_fresh_server_begins() {
    for seed in 1..=4 {
        for encoding in ["utf-8", "utf-16", "utf-32"] {
            check(encoding, 0x9e37_79b9_7f4a_7c15u64.rotate_left(seed));
        }
    }
}
