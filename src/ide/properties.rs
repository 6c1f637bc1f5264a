//! What holds of every feature for any text: it gives an answer, and its ranges lie in the text.

use super::analysis::Analysis;
use super::fixture::analysis;
use super::{DocumentSymbol, HoverConfig, InlayHintsConfig};
use crate::config::{Config, Layer};
use crate::diagnostics::codes;
use crate::text::{TextRange, TextSize};

const SAMPLE: &str = "# A file with a little of everything — é 🦀\ndefine Block(f, k=3, n=2) {\n  Conv2D($f * 2, k, padding=\"same\", name=\"c\") * n\n  ResidualConnection { Conv2D(f * 2, 1) BatchNormalization }\n}\nnetwork Net {\n  input: { image: (28, 28, 1), meta: (T, 10) }\n  layers:\n    image: { Block(4) Block(f=HPO(choice(2, 4)), n=1) * 2 GlobalAveragePooling2D }\n    meta: { Bidirectional(LSTM(16)) { Dense(8) } @ \"cpu\" }\n    skip: { }\n    Concatenate(\"c_1\", axis=-1)\n    HPO(choice(Dense(64, \"relu\"), Dropout(0.5)))\n    /* a class\n       of one's own */ MyLayer(output_shape=(3,))\n    Output(10, activation=softmax)\n  loss: \"categorical_crossentropy\"\n  optimizer: Adam(learning_rate=ExponentialDecay(0.1, 1000, 0.9))\n  metrics: [\"accuracy\"]\n  train { epochs: 5 batch_size: 16, 32 }\n  execute { device: \"cuda:0\" }\n}\nresearch R { metrics { accuracy: 0.9 } references { paper: \"p\" } }\n";

/// The settings that report most.
fn strict() -> Config {
    let settings = serde_json::json!({ "profile": "strict", "budget": { "parameters": 1 } });
    Config::resolve([&Layer::from_json(&settings).0])
}

/// Asks everything about every offset of `offsets`.
fn ask(analysis: &Analysis, offsets: impl Iterator<Item = usize>) {
    let text = analysis.text().to_owned();
    let whole = TextRange::up_to(TextSize::of(text.as_str()));
    let inside = |range: TextRange| {
        assert!(whole.contains_range(range), "{range:?} of {text}");
        assert!(text.get(usize::from(range.start())..usize::from(range.end())).is_some());
    };
    let hints = InlayHintsConfig { params: true, argument_names: true, ..Default::default() };
    let config = HoverConfig::default();
    for hint in analysis.inlay_hints(whole, &hints) {
        inside(TextRange::empty(hint.offset));
        assert!(!hint.label.is_empty() && hint.label.chars().count() <= 40);
        analysis.inlay_hint_tooltip(&hint, &config);
    }
    let mut last = TextSize::new(0);
    for token in analysis.semantic_tokens(None) {
        inside(token.range);
        assert!(token.range.start() >= last && !token.range.is_empty(), "{text}");
        assert!(!text[token.range].contains(['\n', '\r']), "{text}");
        last = token.range.end();
    }
    for fold in analysis.folding_ranges() {
        inside(fold.range);
    }
    let mut symbols: Vec<DocumentSymbol> = analysis.document_symbols();
    while let Some(symbol) = symbols.pop() {
        inside(symbol.range);
        assert!(symbol.range.contains_range(symbol.selection_range) && !symbol.name.is_empty());
        assert!(symbol.children.iter().all(|child| symbol.range.contains_range(child.range)));
        symbols.extend(symbol.children);
    }
    for diagnostic in analysis.diagnostics().iter().chain(&analysis.findings(&strict())) {
        inside(diagnostic.place);
    }
    for at in offsets {
        let offset = TextSize::new(at as u32);
        if let Some(hover) = analysis.hover(offset, &config) {
            inside(hover.range);
            assert!(hover.range.contains_inclusive(offset) && !hover.markdown.is_empty());
        }
        if let Some(found) = analysis.goto_definition(offset) {
            inside(found.origin);
            for target in found.targets {
                inside(target.range);
                assert!(target.range.contains_range(target.selection_range));
            }
            analysis.references(offset, true).into_iter().for_each(inside);
        }
        for action in analysis.code_actions(TextRange::empty(offset.min(whole.end())), &strict()) {
            action.edits.iter().for_each(|edit| inside(edit.range));
        }
        let selections = analysis.selection_ranges(offset);
        selections.iter().for_each(|range| inside(*range));
        assert!(selections.windows(2).all(|pair| pair[1].contains_range(pair[0])));
        let range = TextRange::at(offset, 7.into());
        for hint in analysis.inlay_hints(range, &hints) {
            assert!(range.contains_inclusive(hint.offset));
        }
        analysis.semantic_tokens(Some(range));
    }
}

/// A generator of numbers that are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The text with a piece taken away, doubled, or replaced by something that does not belong there.
fn mutated(text: &str, numbers: &mut Numbers) -> String {
    const PIECES: &[&str] = &[
        "(",
        ")",
        "{",
        "}",
        "\"",
        "$",
        ":",
        ",",
        "*",
        "/*",
        "->",
        "é",
        "\r\n",
        " name=",
        "HPO(",
        "network X {",
        "Dense",
        "define",
        "0",
    ];
    let start = boundary(text, numbers.below(text.len() + 1));
    let end = boundary(text, (start + numbers.below(20)).min(text.len()));
    let end = end.max(start);
    let piece = match numbers.below(3) {
        0 => "",
        1 => &text[start..end],
        _ => PIECES[numbers.below(PIECES.len())],
    };
    let end = if numbers.below(2) == 0 { start } else { end };
    format!("{}{piece}{}", &text[..start], &text[end..])
}

#[test]
fn every_offset_of_a_large_sample() {
    let analysis = analysis(SAMPLE);
    ask(&analysis, 0..=SAMPLE.len() + 2);
}

#[test]
fn other_newlines_and_no_text_at_all() {
    for text in [SAMPLE.replace('\n', "\r\n"), SAMPLE.replace('\n', "\r"), String::new()] {
        let len = text.len();
        ask(&analysis(&text), (0..=len).step_by(3));
    }
    ask(&analysis("\u{feff}"), 0..4);
}

#[test]
fn mutated_samples() {
    let mut numbers = Numbers(0x2545_F491_4F6C_DD1D);
    for _ in 0..40 {
        let mut text = SAMPLE.to_owned();
        for _ in 0..1 + numbers.below(4) {
            text = mutated(&text, &mut numbers);
        }
        let offsets: Vec<usize> = (0..12).map(|_| numbers.below(text.len() + 2)).collect();
        ask(&analysis(&text), offsets.into_iter());
    }
}

#[test]
fn examples_of_every_code() {
    for code in codes::all() {
        for text in [code.info().wrong, code.info().mended] {
            ask(&analysis(text), (0..=text.len()).step_by(5));
        }
    }
}
