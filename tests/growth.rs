//! How work grows with the length of a file: counts of allocations and of queries, never times, so
//! that a slip into quadratic work fails on any machine.
//!
//! What an editor asks for about one place or one screen must cost the same in a file of any length;
//! what is about the whole file may grow as the file does, and no faster.

#[path = "../benches/generate/mod.rs"]
mod generate;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use generate::Style;
use neural_analyzer::config::Config;
use neural_analyzer::ide::{Analysis, AnalysisHost, HoverConfig, InlayHintsConfig};
use neural_analyzer::lang::Framework;
use neural_analyzer::model::statistics::{QueryCounts, QueryStatistics};
use neural_analyzer::text::{TextEdit, TextRange, TextSize};

/// Counts the allocations of each thread, since tests run side by side.
struct CountingAllocator;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    // A thread that ends has no counter any more, and nobody asks it.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: every method hands its arguments to `System` unchanged and gives what `System` gives.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static HEAP: CountingAllocator = CountingAllocator;

/// The allocations of this thread while `work` runs.
fn allocations<T>(work: impl FnOnce() -> T) -> u64 {
    let before = ALLOCATIONS.get();
    let result = work();
    let after = ALLOCATIONS.get();
    drop(result);
    after - before
}

fn open(text: &str) -> Analysis {
    let mut host = AnalysisHost::new();
    let file = host.open(text.to_owned(), Framework::Keras);
    let analysis = host.analysis(file).unwrap();
    analysis.findings(&Config::default());
    analysis
}

/// The place of a layer's name in the middle of the file, and the hundred lines from there on.
fn middle(text: &str) -> (TextSize, TextRange) {
    let half = text.len() / 2;
    let start = half + text[half..].find('\n').unwrap() + 1;
    let layer = start + text[start..].find(|c: char| c.is_ascii_uppercase()).unwrap();
    let end = text[start..].match_indices('\n').nth(99).map_or(text.len(), |(at, _)| start + at);
    let size = |at: usize| TextSize::new(u32::try_from(at).unwrap());
    (size(layer + 1), TextRange::new(size(start), size(end)))
}

/// A file in a style, with the place and the lines that [`middle`] gives.
struct Opened {
    analysis: Analysis,
    place: TextSize,
    visible: TextRange,
}

impl Opened {
    fn new(style: Style, layers: usize) -> Opened {
        let text = generate::network(style, layers);
        let (place, visible) = middle(&text);
        Opened { analysis: open(&text), place, visible }
    }

    /// The allocations of a feature, after one run that makes what a snapshot makes once.
    fn cost(&self, feature: Feature) -> u64 {
        feature(&self.analysis, self.place, self.visible);
        allocations(|| feature(&self.analysis, self.place, self.visible))
    }
}

/// What an editor asks for, about the whole file, one place or some lines.
type Feature = fn(&Analysis, TextSize, TextRange);

#[test]
fn generated_networks_are_silent_and_as_long_as_they_say() {
    for style in Style::ALL {
        let text = generate::network(style, 400);
        let analysis = open(&text);
        assert_eq!(analysis.findings(&Config::default()), [], "{}", style.name());
        let report = analysis.report(&Config::default());
        let layers: usize = report.networks.iter().map(|network| network.rows().count()).sum();
        assert!((400..=520).contains(&layers), "{}: {layers}", style.name());
    }
    let cnn = generate::network(Style::Cnn, 10_000);
    let a_layer = cnn.len() as f64 / 10_000.0;
    assert!((50.0..65.0).contains(&a_layer), "{a_layer} bytes a layer");
}

/// Features that are about one place or one screen.
const LOCAL: &[(&str, Feature)] = &[
    ("hover", |analysis, place, _| {
        assert!(analysis.hover(place, &HoverConfig::default()).is_some());
    }),
    ("inlay hints of a screen", |analysis, _, visible| {
        assert!(!analysis.inlay_hints(visible, &InlayHintsConfig::default()).is_empty());
    }),
    ("semantic tokens of a screen", |analysis, _, visible| {
        assert!(!analysis.semantic_tokens(Some(visible)).is_empty());
    }),
    ("definition", |analysis, place, _| drop(analysis.goto_definition(place))),
    ("code actions", |analysis, _, visible| {
        drop(analysis.code_actions(visible, &Config::default()))
    }),
];

#[test]
fn features_of_a_place_do_not_grow_with_the_file() {
    for style in [Style::Cnn, Style::Transformer, Style::Branches] {
        let files = [500, 5_000].map(|layers| Opened::new(style, layers));
        for (name, feature) in LOCAL {
            let [short, long] = files.each_ref().map(|file| file.cost(*feature));
            // A little more for the numbers, which have more digits in a longer file.
            assert!(
                long <= short + short / 5 + 20,
                "{name}, {}: {short} allocations, and {long} where the file is 10 times as long",
                style.name()
            );
        }
    }
}

/// Features that are about the whole file.
const WHOLE: &[(&str, Feature)] = &[
    ("semantic tokens", |analysis, _, _| drop(analysis.semantic_tokens(None))),
    ("outline", |analysis, _, _| drop(analysis.document_symbols())),
    ("folding", |analysis, _, _| drop(analysis.folding_ranges())),
    ("inlay hints", |analysis, _, _| {
        let whole = TextRange::up_to(TextSize::of(analysis.text()));
        drop(analysis.inlay_hints(whole, &InlayHintsConfig::default()));
    }),
    ("rows", |analysis, _, _| {
        let report = analysis.report(&Config::default());
        assert!(report.networks.iter().all(|network| network.rows().count() > 100));
    }),
    ("references", |analysis, place, _| drop(analysis.references(place, true))),
];

#[test]
fn features_of_a_file_grow_as_the_file_does() {
    for style in [Style::Cnn, Style::Macros, Style::Branches] {
        let files = [500, 5_000].map(|layers| Opened::new(style, layers));
        for (name, feature) in WHOLE {
            let [short, long] = files.each_ref().map(|file| file.cost(*feature));
            assert!(
                long <= 11 * short + 50,
                "{name}, {}: {short} allocations, and {long} where the file is 10 times as long",
                style.name()
            );
        }
    }
}

#[test]
fn opening_grows_as_the_file_does() {
    for style in Style::ALL {
        let of = |layers| {
            let text = generate::network(style, layers);
            allocations(|| open(&text))
        };
        of(10);
        let (short, long) = (of(500), of(5_000));
        assert!(
            long <= 11 * short,
            "{}: {short} allocations, and {long} where the file is 10 times as long",
            style.name()
        );
    }
}

/// What typing `edit` runs in a file of this many layers, and what taking it back runs.
fn typed(layers: usize, line: &str, before: &str, after: &str) -> [QueryCounts; 2] {
    let text = generate::network(Style::Cnn, layers);
    let line = text.len() / 2 + text[text.len() / 2..].find(line).unwrap();
    let line = text[..line].rfind('\n').unwrap();
    let at = line + text[line..].find(before).unwrap();
    let size = |at: usize| TextSize::new(u32::try_from(at).unwrap());
    let edit =
        |from: &str, to: &str| TextEdit::new(TextRange::at(size(at), TextSize::of(from)), to);
    let statistics = Arc::new(QueryStatistics::default());
    let mut host = AnalysisHost::with_statistics(statistics.clone());
    let file = host.open(text, Framework::Keras);
    host.analysis(file).unwrap().findings(&Config::default());
    [edit(before, after), edit(after, before)].map(|edit| {
        statistics.take();
        host.edit(file, &[edit]);
        host.analysis(file).unwrap().findings(&Config::default());
        statistics.take()
    })
}

#[test]
fn keystrokes_run_as_many_queries_in_a_file_of_any_length() {
    for (line, before, after) in [
        ("momentum", "0.99", "0.999"),
        ("# Block", "stays", "stays."),
        ("use_bias", "Conv2D(32", "Conv2D(33"),
        ("MaxPooling2D", "    MaxPool", "    ReLU()\n    MaxPool"),
    ] {
        let [short, long] = [500, 5_000].map(|layers| typed(layers, line, before, after));
        for (short, long) in short.iter().zip(&long) {
            assert!(
                long.executed() <= short.executed() + 2,
                "{before:?} becomes {after:?}: {short:?}, and {long:?} in a longer file"
            );
            assert!(long.executed() <= 8, "{before:?} becomes {after:?}: {long:?}");
            assert_eq!(long.interned, 0, "interned values are never freed");
        }
    }
}

/// The allocations of typing `after` in the place of `before`, which stands in the middle of a file of
/// this many layers, and of taking it back.
fn typing(style: Style, layers: usize, config: &Config, before: &str, after: &str) -> [u64; 2] {
    let text = generate::network(style, layers);
    let at = text.len() / 2 + text[text.len() / 2..].find(before).unwrap();
    let at = TextSize::new(u32::try_from(at).unwrap());
    let edit = |from: &str, to: &str| TextEdit::new(TextRange::at(at, TextSize::of(from)), to);
    let mut host = AnalysisHost::new();
    let file = host.open(text, Framework::Keras);
    host.analysis(file).unwrap().findings(config);
    let edits = [edit(before, after), edit(after, before)];
    // The first round makes what is made once.
    let mut last = [0; 2];
    for _ in 0..2 {
        last = edits.each_ref().map(|edit| {
            allocations(|| {
                host.edit(file, std::slice::from_ref(edit));
                host.analysis(file).unwrap().findings(config)
            })
        });
    }
    last
}

#[test]
fn keystrokes_allocate_as_much_in_a_file_of_any_length() {
    let (layer, _) = neural_analyzer::config::parse("profile = \"strict\"");
    let configs = [Config::default(), Config::resolve([&layer])];
    for (style, before, after) in [
        (Style::Cnn, "stays", "stays."),
        (Style::Transformer, "\n", " # a comment\n"),
        (Style::Cnn, "0.99", "0.999"),
        (Style::Cnn, "    MaxPool", "    ReLU()\n    MaxPool"),
        (Style::Dense, "Dense(", "Dense( // here\n"),
    ] {
        for (config, name) in configs.iter().zip(["default", "strict"]) {
            // Each block of this network has a finding in that profile.
            if style == Style::Cnn && name == "strict" {
                continue;
            }
            let [short, long] =
                [500, 5_000].map(|layers| typing(style, layers, config, before, after));
            for (short, long) in short.iter().zip(&long) {
                assert!(
                    *long <= short + short / 4 + 40,
                    "{name}, {before:?} becomes {after:?}: {short} allocations, and {long} where \
                     the file is 10 times as long"
                );
            }
        }
    }
}

#[test]
fn a_shape_that_reaches_the_end_runs_each_chunk_once() {
    let [changed, _] = typed(5_000, "MaxPooling2D", "strides=1", "strides=2");
    let chunks = changed.executed.get("chunk").copied().unwrap_or(0);
    // Half of the file, in chunks of 64.
    assert!((39..=42).contains(&chunks), "{changed:?}");
}

#[test]
fn a_macro_is_evaluated_once_for_equal_calls() {
    let of = |calls| {
        let text = generate::one_macro(calls);
        allocations(|| open(&text))
    };
    of(10);
    let (short, long) = (of(200), of(2_000));
    assert!(long <= 11 * short, "{short} allocations, and {long} for 10 times as many calls");
}
