//! What must hold for any file and any session, however long: no stack is too small for a large file,
//! and nothing grows with the number of edits or of files that have been open.
//!
//! `NEURAL_CASES=100000 cargo test --release --test endurance` makes that many edits, and opens and
//! closes a hundredth as many files; without it there are fewer.

#[path = "../benches/suite/heap.rs"]
mod heap;

#[path = "../benches/generate/mod.rs"]
mod generate;

use generate::Style;
use neural_analyzer::config::Config;
use neural_analyzer::ide::{Analysis, AnalysisHost, FileId};
use neural_analyzer::lang::Framework;
use neural_analyzer::text::{TextEdit, TextRange, TextSize};

#[global_allocator]
static HEAP: heap::CountingAllocator = heap::CountingAllocator;

/// How much of the heap may come and go besides what is looked for.
const TOLERANCE: isize = 64 << 10;

fn cases(otherwise: usize) -> usize {
    std::env::var("NEURAL_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(otherwise)
}

/// One test after the other, since they count what the whole program allocates.
#[test]
fn a_session_of_any_length_stays_small() {
    a_million_layers_need_little_stack();
    edits_leave_nothing_behind(cases(1_000));
    closed_files_leave_nothing_behind(cases(5_000) / 100);
}

/// A network of a million statements, on the stack that threads have by default.
fn a_million_layers_need_little_stack() {
    let work = || {
        let layers = "Flatten\n".repeat(1_000_000);
        let text =
            format!("network N {{\ninput: (4, 4)\nlayers:\n{layers}Output(3, \"softmax\")\n}}\n");
        let mut host = AnalysisHost::new();
        let file = host.open(text, Framework::Keras);
        let analysis = host.analysis(file).unwrap();
        assert_eq!(trainable(&analysis), Some(16 * 3 + 3));
        // Every statement behind the edit is evaluated again.
        let at = TextRange::at(TextSize::from(20), TextSize::from(1));
        drop(analysis);
        host.edit(file, &[TextEdit::new(at, "5")]);
        let analysis = host.analysis(file).unwrap();
        assert_eq!(trainable(&analysis), Some(20 * 3 + 3));
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work);
    thread.unwrap().join().unwrap();
}

fn trainable(analysis: &Analysis) -> Option<u64> {
    analysis.totals()[0].1.trainable.value()
}

fn edits_leave_nothing_behind(edits: usize) {
    let text = generate::network(Style::Cnn, 200);
    let mut host = AnalysisHost::new();
    let file = host.open(text.clone(), Framework::Keras);
    type_into(&mut host, file, &text, 500);
    let before = heap::live();
    type_into(&mut host, file, &text, edits);
    let grown = heap::live() - before;
    assert!(grown < TOLERANCE, "{edits} edits have left {grown} bytes");
}

/// Numbers, names, strings, brackets, quotes, comments and layers come and go, each taken back by the
/// edit after it.
fn type_into(host: &mut AnalysisHost, file: FileId, text: &str, edits: usize) {
    const KINDS: &[(&str, &str)] = &[
        ("momentum=0.99", "momentum=0.9"),
        ("Conv2D(32", "Conv2D(33"),
        ("Activation(\"relu", "Activation(\"gel"),
        ("momentum=", "momentu="),
        ("epsilon=0.001)", "epsilon=0.001"),
        ("Activation", "\"Activation"),
        ("Activation", "/*Activation"),
        ("    MaxPool", "    ReLU(name=\"added\")\n    MaxPool"),
        ("network ", "network"),
        ("(32, 32, 3)", "(32, 64, 3)"),
    ];
    let size = |at: usize| TextSize::new(u32::try_from(at).unwrap());
    for number in 0..edits / 2 {
        let (from, to) = KINDS[number % KINDS.len()];
        let places: Vec<usize> = text.match_indices(from).map(|(at, _)| at).collect();
        assert!(!places.is_empty(), "{from}");
        let at = places[number * 7 % places.len()];
        for (old, new) in [(from, to), (to, from)] {
            let range = TextRange::new(size(at), size(at + old.len()));
            host.edit(file, &[TextEdit::new(range, new)]);
            host.analysis(file).unwrap().findings(&Config::default());
        }
    }
}

fn closed_files_leave_nothing_behind(files: usize) {
    let mut host = AnalysisHost::new();
    let mut open_and_close = |number: usize| {
        let style = Style::ALL[number % Style::ALL.len()];
        let file = host.open(generate::network(style, 100), Framework::Keras);
        host.analysis(file).unwrap().findings(&Config::default());
        host.close(file);
    };
    (0..10).for_each(&mut open_and_close);
    let before = heap::live();
    (0..files).for_each(&mut open_and_close);
    let grown = heap::live() - before;
    assert!(grown < TOLERANCE, "{files} files have left {grown} bytes");
}
