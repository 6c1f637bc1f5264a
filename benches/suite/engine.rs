//! What runs inside of one process: the stages of an analysis, opening a file, the features of an
//! editor, memory, and the figures that Neural DSL's own documentation gives for its Python
//! implementation.

use std::hint::black_box;

use cpu_time::ThreadTime;
use criterion::BatchSize;
use neural_analyzer::config::Config;
use neural_analyzer::ide::{Analysis, AnalysisHost, HoverConfig, InlayHintsConfig};
use neural_analyzer::lang::Framework;
use neural_analyzer::model::analysis::analyze;
use neural_analyzer::model::db::Database;
use neural_analyzer::model::document::Document;
use neural_analyzer::syntax;
use neural_analyzer::text::{TextRange, TextSize};

use crate::generate::{self, Style};
use crate::report::Unit;
use crate::{Bencher, Suite, heap};

pub fn run(suite: &mut Suite) {
    stages(suite);
    features(suite);
    memory(suite);
    reference(suite);
}

/// The time that lexing `text` takes, in nanoseconds: the best of a few runs.
pub fn lexing(text: &str) -> f64 {
    let once = || {
        let begin = ThreadTime::now();
        black_box(syntax::lex(black_box(text)));
        begin.elapsed().as_nanos() as f64
    };
    (0..20).map(|_| once()).fold(f64::INFINITY, f64::min)
}

/// Everything that is computed when a file is opened.
pub fn diagnose(text: &str) -> (AnalysisHost, Analysis) {
    let mut host = AnalysisHost::new();
    let file = host.open(text.to_owned(), Framework::Keras);
    let analysis = host.analysis(file).expect("the file is open");
    black_box(analysis.findings(&Config::default()));
    (host, analysis)
}

fn stages(suite: &mut Suite) {
    let mut inputs: Vec<(Style, usize)> = Vec::new();
    for size in suite.sizes(&[10, 100, 1_000, 10_000, 100_000]) {
        inputs.push((Style::Cnn, size));
    }
    for size in suite.sizes(&[10_000]) {
        inputs.extend(Style::ALL.into_iter().skip(1).map(|style| (style, size)));
    }
    for (style, size) in inputs {
        let names = ["copy", "lex", "parse", "read into the model", "propagate", "open"]
            .map(|stage| format!("{stage} {} {size}", style.name()));
        if !suite.wants_any(names.iter().map(String::as_str)) {
            continue;
        }
        let text = generate::network(style, size);
        let floor = Some(lexing(&text));
        let [copy, lex, parse, read, propagate, open] = &names;
        suite.time(copy, floor, |b| b.iter(|| black_box(text.as_str()).to_owned()));
        suite.time(lex, floor, |b| b.iter(|| syntax::lex(black_box(&text))));
        suite.time(parse, floor, |b| b.iter(|| syntax::parse(black_box(&text))));
        let document = || {
            let mut db = Database::default();
            let document = Document::new(&mut db, &text, Framework::Keras);
            (db, document)
        };
        suite.time(read, floor, |b| b.iter_with_large_drop(document));
        suite.time(propagate, floor, |b| {
            b.iter_batched_ref(document, |(db, it)| analyze(db, it), BatchSize::PerIteration)
        });
        suite.time(open, floor, |b| b.iter_with_large_drop(|| diagnose(&text)));
    }
}

/// What an editor asks for while one scrolls and points: the middle of the file.
fn features(suite: &mut Suite) {
    for size in suite.sizes(&[1_000, 10_000, 100_000]) {
        let names = [
            "hover",
            "hints of 100 lines",
            "semantic tokens of 100 lines",
            "semantic tokens",
            "outline",
            "folding",
            "definition",
            "selection",
        ]
        .map(|feature| format!("{feature} {size}"));
        if !suite.wants_any(names.iter().map(String::as_str)) {
            continue;
        }
        let text = generate::network(Style::Cnn, size);
        let (_host, analysis) = diagnose(&text);
        let middle = text[text.len() / 2..].find("Conv2D").expect("half of the file is layers");
        let at = offset(text.len() / 2 + middle + 2);
        let line = analysis.line_index().line(at);
        let end = offset(line_start(&text, line as usize + 100));
        let visible = TextRange::new(at, end);
        let [hover, hints, some_tokens, tokens, outline, folding, definition, selection] = &names;
        let (hints_config, hover_config) = (InlayHintsConfig::default(), HoverConfig::default());
        suite.time(hover, None, |b| b.iter(|| analysis.hover(at, &hover_config)));
        suite.time(hints, None, |b| b.iter(|| analysis.inlay_hints(visible, &hints_config)));
        suite.time(some_tokens, None, |b| b.iter(|| analysis.semantic_tokens(Some(visible))));
        suite.time(tokens, None, |b| b.iter(|| analysis.semantic_tokens(None)));
        suite.time(outline, None, |b| b.iter(|| analysis.document_symbols()));
        suite.time(folding, None, |b| b.iter(|| analysis.folding_ranges()));
        suite.time(definition, None, |b| b.iter(|| analysis.goto_definition(at)));
        suite.time(selection, None, |b| b.iter(|| analysis.selection_ranges(at)));
    }
}

fn memory(suite: &mut Suite) {
    let sizes = suite.sizes(&[10_000, 100_000]);
    let plain = sizes.iter().map(|size| (Style::Cnn, *size, format!("memory open {size}")));
    let named = sizes.iter().map(|size| (Style::Named, *size, format!("memory open named {size}")));
    for (style, size, row) in plain.chain(named) {
        if suite.wants(&row) {
            let text = generate::network(style, size);
            // What is made once for the whole process is no part of it.
            drop(diagnose("network N { input: (8,) layers: Dense(4) }"));
            let before = heap::live();
            let open = diagnose(&text);
            suite.add(&row, (heap::live() - before) as f64, Unit::Bytes);
            drop(open);
        }
    }
}

const SIMPLE: &str = "network Simple {
  input: (28, 28, 1)
  layers:
    Conv2D(32, (3, 3), \"relu\")
    Flatten()
    Output(10, \"softmax\")
  loss: \"sparse_categorical_crossentropy\"
  optimizer: \"Adam\"
}
";

/// The rows of the table that Neural DSL's documentation has for its Python implementation.
fn reference(suite: &mut Suite) {
    let complex = generate::network(Style::Cnn, 50);
    let ten = generate::network(Style::Cnn, 10);
    let repeated = "network Repeated { input: (64,) layers: Dense(64, \"relu\") * 100 Output(10) }";
    let propagate = |text: &str, b: &mut Bencher| {
        let document = || {
            let mut db = Database::default();
            let document = Document::new(&mut db, text, Framework::Keras);
            (db, document)
        };
        b.iter_batched_ref(document, |(db, it)| analyze(db, it), BatchSize::SmallInput);
    };
    suite.time("reference: propagation of 10 layers", None, |b| propagate(&ten, b));
    suite.time("reference: propagation of 100 repeated layers", None, |b| propagate(repeated, b));
    suite.time("reference: making a parser", None, |b| b.iter(|| syntax::parse("")));
    suite.time("reference: parse, simple", None, |b| b.iter(|| syntax::parse(black_box(SIMPLE))));
    suite
        .time("reference: parse, complex", None, |b| b.iter(|| syntax::parse(black_box(&complex))));
    suite.time("reference: parse and propagate", None, |b| b.iter(|| diagnose(black_box(SIMPLE))));
    let row = "reference: memory that 1000 analyses leave behind";
    if suite.wants(row) {
        drop(diagnose(&complex));
        let before = heap::live();
        for _ in 0..1_000 {
            drop(diagnose(&complex));
        }
        suite.add(row, (heap::live() - before) as f64, Unit::Bytes);
    }
}

fn offset(at: usize) -> TextSize {
    TextSize::new(u32::try_from(at).expect("generated texts are small"))
}

/// Where line number `line` starts, or the end of the text.
fn line_start(text: &str, line: usize) -> usize {
    text.match_indices('\n').nth(line.saturating_sub(1)).map_or(text.len(), |(at, _)| at + 1)
}
