//! From a keystroke to the findings, for each kind of keystroke: what is typed is taken back by the
//! next measured edit, so half of the edits are deletions.

use std::hint::black_box;

use neural_analyzer::config::{self, Config};
use neural_analyzer::ide::{AnalysisHost, FileId};
use neural_analyzer::lang::Framework;
use neural_analyzer::text::{TextEdit, TextRange, TextSize};

use crate::engine::lexing;
use crate::generate::{self, Style};
use crate::report::Unit;
use crate::{Suite, heap};

/// A kind of keystroke: in the line that has `line` in it, `before` becomes `after`.
struct Kind {
    name: &'static str,
    /// Where in the file, in hundredths.
    at: usize,
    line: &'static str,
    before: &'static str,
    after: &'static str,
}

const fn kind(
    name: &'static str,
    at: usize,
    line: &'static str,
    before: &'static str,
    after: &'static str,
) -> Kind {
    Kind { name, at, line, before, after }
}

/// What is typed into [`Style::Cnn`].
const KINDS: &[Kind] = &[
    kind("number, start", 0, "momentum", "0.99", "0.999"),
    kind("number, middle", 50, "momentum", "0.99", "0.999"),
    kind("number, end", 98, "momentum", "0.99", "0.999"),
    kind("string", 50, "Activation", "relu", "rel"),
    kind("name", 50, "momentum", "momentum", "momentu"),
    kind("comment", 50, "# Block", "stays", "stays."),
    kind("shape that dies out", 50, "use_bias", "Conv2D(32", "Conv2D(33"),
    kind("shape to the end", 1, "MaxPooling2D", "strides=1", "strides=2"),
    kind("bracket", 50, "momentum", "0.001)", "0.001"),
    kind("layer line", 50, "MaxPooling2D", "    MaxPool", "    ReLU()\n    MaxPool"),
    kind("open quote", 50, "Activation", "Activation", "\"Activation"),
    kind("open comment", 50, "Activation", "Activation", "/*Activation"),
    kind("header", 0, "input", "3)", "4)"),
    kind("network name", 0, "network", "Generated", "Generate"),
];

pub fn run(suite: &mut Suite) {
    for size in suite.sizes(&[1_000, 10_000, 100_000]) {
        let row = |kind: &Kind| format!("keystroke {size} {}", kind.name);
        let rows: Vec<String> = KINDS.iter().map(row).collect();
        if !suite.wants_any(rows.iter().map(String::as_str)) {
            continue;
        }
        let text = generate::network(Style::Cnn, size);
        let floor = lexing(&text);
        for (kind, row) in KINDS.iter().zip(&rows) {
            measure(suite, row, floor, &text, kind, &Config::default());
        }
    }
    let layer_name = kind("", 50, "Conv2D", "name=\"conv", "name=\"xconv");
    for size in suite.sizes(&[1_000, 10_000]) {
        let text = generate::network(Style::Named, size);
        let row = format!("keystroke {size} name of a layer");
        measure(suite, &row, lexing(&text), &text, &layer_name, &Config::default());
    }
    with_all_checks(suite);
    let text = generate::one_macro(1_000);
    let in_macro = kind("", 0, "Dropout", "0.1", "0.12");
    let row = "keystroke in a macro used 1000 times";
    measure(suite, row, lexing(&text), &text, &in_macro, &Config::default());
    long_session(suite);
}

/// The same with all checks on.
fn with_all_checks(suite: &mut Suite) {
    let (layer, _) = config::parse("profile = \"strict\"");
    let config = Config::resolve([&layer]);
    for size in suite.sizes(&[1_000, 10_000]) {
        let wanted =
            |kind: &&Kind| matches!(kind.name, "number, middle" | "comment" | "layer line");
        for kind in KINDS.iter().filter(wanted) {
            let row = format!("keystroke {size} strict {}", kind.name);
            if suite.wants(&row) {
                let text = generate::network(Style::Cnn, size);
                measure(suite, &row, lexing(&text), &text, kind, &config);
            }
        }
    }
}

fn measure(suite: &mut Suite, row: &str, floor: f64, text: &str, kind: &Kind, config: &Config) {
    if suite.wants(row) {
        let mut typist = Typist::new(text, kind, config.clone());
        suite.time(row, Some(floor), |b| b.iter(|| typist.type_one()));
    }
}

/// What a long session leaves behind: nothing may grow with the number of edits.
fn long_session(suite: &mut Suite) {
    let row = "memory after 2000 keystrokes over 100";
    if suite.wants(row) {
        let text = generate::network(Style::Cnn, 1_000);
        let kinds = KINDS.iter().filter(|kind| !kind.name.starts_with("open"));
        let mut grown = 0;
        for kind in kinds {
            let mut typist = Typist::new(&text, kind, Config::default());
            (0..100).for_each(|_| typist.type_one());
            let before = heap::live();
            (0..2_000).for_each(|_| typist.type_one());
            grown = grown.max(heap::live() - before);
        }
        suite.add(row, grown as f64, Unit::Bytes);
    }
}

/// Somebody who types one thing and takes it back, again and again.
struct Typist {
    host: AnalysisHost,
    file: FileId,
    /// What types it, and what takes it back.
    edits: [TextEdit; 2],
    typed: usize,
    config: Config,
}

impl Typist {
    fn new(text: &str, kind: &Kind, config: Config) -> Typist {
        let from = (text.len() / 100 * kind.at..).find(|at| text.is_char_boundary(*at));
        let from = from.unwrap_or_default();
        let line = from + text[from..].find(kind.line).expect("the line is there");
        let line = text[..line].rfind('\n').map_or(0, |at| at + 1);
        let at = line + text[line..].find(kind.before).expect("the place is there");
        let edit = |from: &str, to: &str| {
            let start = TextSize::new(u32::try_from(at).expect("generated texts are small"));
            TextEdit::new(TextRange::at(start, TextSize::of(from)), to)
        };
        let edits = [edit(kind.before, kind.after), edit(kind.after, kind.before)];
        let mut host = AnalysisHost::new();
        let file = host.open(text.to_owned(), Framework::Keras);
        let mut typist = Typist { host, file, edits, typed: 0, config };
        typist.analyze();
        typist
    }

    fn type_one(&mut self) {
        let edit = &self.edits[self.typed % 2];
        self.typed += 1;
        self.host.edit(self.file, std::slice::from_ref(edit));
        self.analyze();
    }

    fn analyze(&mut self) {
        let analysis = self.host.analysis(self.file).expect("the file is open");
        black_box(analysis.findings(&self.config));
    }
}
