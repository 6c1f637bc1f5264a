//! Any text at all has a report: no panic, and every place and edit inside the text.

use neural_analyzer::ide::analyze;
use neural_analyzer::lang::Framework;
use neural_analyzer::text::{TextRange, TextSize, apply_edits};
use proptest::prelude::*;

/// The example files, as raw material.
fn examples() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/examples");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the examples are in the repository")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_file())
        .collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read_to_string(path).expect("an example is text")).collect()
}

fn check(text: &str) {
    let report = analyze(text, Framework::Keras);
    let inside = |range: TextRange| {
        range.end() <= TextSize::of(text)
            && text.is_char_boundary(range.start().into())
            && text.is_char_boundary(range.end().into())
    };
    for found in &report.diagnostics {
        assert!(inside(found.place), "{found:?}\n{text}");
        assert!(!found.message.contains('\n'), "{found:?}");
        assert!(found.related.iter().all(|related| inside(related.place)), "{found:?}\n{text}");
        for fix in &found.fixes {
            assert!(fix.edits.iter().all(|edit| inside(edit.range)), "{found:?}\n{text}");
            analyze(&apply_edits(text, &fix.edits), Framework::Keras);
        }
    }
    for network in &report.networks {
        for row in network.rows().take(10_000) {
            assert!(inside(row.range));
            assert_eq!(row.outputs.is_empty(), row.unknown_because.is_some(), "{row:?}\n{text}");
        }
    }
}

#[derive(Debug, Clone)]
enum Damage {
    Delete(usize, usize),
    Insert(usize, &'static str),
    Copy(usize, usize, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let piece = prop::sample::select(vec![
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "=",
        "* 1000000",
        "* 0",
        "@",
        "$",
        "-",
        "/",
        "\"",
        "#",
        "/*",
        "//",
        "Dense(",
        "Conv2D(8, 3)",
        "HPO(choice(",
        "range(1, 9)",
        "None",
        "0",
        "99999999999999999999",
        "1e400",
        ".5",
        "name=\"x\"",
        "Concatenate(\"x\")",
        "ResidualConnection {",
        "a: {",
        "network N {",
        "define M(a) {",
        "M(3)",
        "layers:",
        "input: (T, 8)",
        "loss:",
        "LSTM(8, return_state=true)",
        "Bidirectional(",
        "TimeDistributed(",
        "é🦀",
        "\u{feff}",
        "\r",
        "\n",
    ]);
    prop_oneof![
        (any::<usize>(), 1usize..40).prop_map(|(at, len)| Damage::Delete(at, len)),
        (any::<usize>(), piece).prop_map(|(at, piece)| Damage::Insert(at, piece)),
        (any::<usize>(), any::<usize>(), 1usize..120)
            .prop_map(|(from, to, len)| Damage::Copy(from, to, len)),
    ]
}

fn boundary(text: &str, at: usize) -> usize {
    let mut at = at % (text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn apply(text: &mut String, damage: &Damage) {
    match *damage {
        Damage::Delete(at, len) => {
            let start = boundary(text, at);
            let mut end = (start + len).min(text.len());
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.replace_range(start..end.max(start), "");
        }
        Damage::Insert(at, piece) => text.insert_str(boundary(text, at), piece),
        Damage::Copy(from, to, len) => {
            let start = boundary(text, from);
            let mut end = (start + len).min(text.len());
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            let piece = text[start..end.max(start)].to_string();
            let to = boundary(text, to);
            text.insert_str(to, &piece);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn damaged_examples_have_a_report(
        which in any::<prop::sample::Index>(),
        damages in prop::collection::vec(damage(), 1..8),
    ) {
        let examples = examples();
        let mut text = which.get(&examples).clone();
        for damage in &damages {
            apply(&mut text, damage);
        }
        check(&text);
    }
}

#[test]
fn deep_and_long_texts_have_a_report() {
    let blocks =
        format!("network N {{ input: (8,) layers: {} }}", "ResidualConnection { ".repeat(5000));
    check(&blocks);
    let branches =
        format!("network N {{ input: (8,) layers: {} }}", "a: { ".repeat(300) + &"} ".repeat(300));
    check(&branches);
    let minus = format!("network N {{ input: (8,) layers: Dense({}8) }}", "-".repeat(100_000));
    check(&minus);
    let sum = format!(
        "define M(a) {{ Dense(a{}) }} network N {{ input: (8,) layers: M(1) }}",
        "+1".repeat(20_000)
    );
    check(&sum);
    let macros: String =
        (0..400).map(|at| format!("define M{at} {{ M{} M{} }}\n", at + 1, at + 1)).collect();
    check(&format!("{macros} define M400 {{ Dense(8) }} network N {{ input: (8,) layers: M0 }}"));
    let names: String = (0..3000).map(|at| format!("Dense(8, name=\"n{at}\")\n")).collect();
    check(&format!("network N {{ input: (8,) layers: {names} Add(\"n1\", \"n2999\") }}"));
}
