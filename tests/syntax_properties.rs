//! What holds for any text at all: the tree is the text, findings lie in it, fixes can be applied,
//! and lowering takes whatever the parser makes of it.

use neural_analyzer::diagnostics::Diagnostic;
use neural_analyzer::model::lower;
use neural_analyzer::syntax::ast::AstNode;
use neural_analyzer::syntax::{Parse, ast, parse};
use neural_analyzer::text::apply_edits;
use proptest::prelude::*;

const EXAMPLES: &[&str] = &[
    r#"# Two branches that meet.
define Block(filters, rate=0.5) {
  Conv2D($filters * 2, (3, 3), padding="same")
  Dropout(rate) * 2
}

network Digits {
  input: { image: (28, 28, 1), meta: (10,) }
  layers:
    image: { Block(32) @ "cuda:0" Flatten }
    meta: { Dense(HPO(choice(16, 32)), activation="relu") }
    Concatenate()
    ResidualConnection { main: { Dense(42) } shortcut: { Dense(42) } }
    Output(10, "softmax")
  loss: "categorical_crossentropy"
  optimizer: Adam(learning_rate=ExponentialDecay(HPO(log_range(1e-4, 1e-2)), 1000, 0.96))
  metrics: ["accuracy"]
  train { epochs: 5 batch_size: 16, 32 }
  execute { device: "cpu" }
}
"#,
    r#"network Tolerated {
  input: shape(1, 28, 28)
  layers: [ Flatten(), Dense(choice(1, 2)); Dense(10) ]
  optimizer: "Adam" { learning_rate: 0.1 }
  training: { epochs: HPO(categorical(5, 10)) }
}
research R { metrics { loss: 0.1 } references { paper: "a" } }
"#,
    r#"network Wrong {
  inputs:
    a: (28, 28
  Dense(units: 64) -> relu
  branches:
    b: Dense(10
  epochs: 5
  loss = "mse
"#,
];

const PIECES: &[&str] = &[
    "network ",
    "define ",
    "macro ",
    "research ",
    "input",
    "layers",
    "loss",
    "optimizer",
    "metrics",
    "train",
    "execute",
    "inputs",
    "branches",
    "merge",
    "Parallel",
    "epochs",
    "N ",
    "Dense",
    "Flatten",
    "HPO",
    "choice",
    "range",
    "log_range",
    "true",
    "none",
    "x",
    "step",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    ",",
    ";",
    "=",
    "*",
    "@",
    "$",
    "+",
    "-",
    "/",
    ".",
    "...",
    "->",
    "&",
    "\"",
    "'",
    "\"s\"",
    "1",
    "2.5",
    "1e",
    "1_0",
    "#",
    "//",
    "/*",
    "*/",
    "\n",
    "\r\n",
    "  ",
    " ",
    "é",
    "“",
    "”",
    "\u{feff}",
    "\0",
];

/// Everything that must hold of a parse of `text`.
fn check(text: &str) -> Parse {
    let parse = parse(text);
    assert_eq!(parse.syntax().text().to_string(), text);
    for diagnostic in parse.diagnostics() {
        check_places(text, diagnostic);
    }
    lower_everything(&parse.file());
    parse.debug_tree();
    parse
}

fn check_places(text: &str, diagnostic: &Diagnostic) {
    let places = std::iter::once(diagnostic.place)
        .chain(diagnostic.related.iter().map(|related| related.place));
    let edits = diagnostic.fixes.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.range));
    for place in places.chain(edits) {
        let place: std::ops::Range<usize> = place.into();
        assert!(text.get(place.clone()).is_some(), "{place:?} of {diagnostic:?}");
    }
    assert!(!diagnostic.message.contains('\n'), "{diagnostic:?}");
    for fix in &diagnostic.fixes {
        assert_ne!(apply_edits(text, &fix.edits), text, "{diagnostic:?}");
    }
}

fn lower_everything(file: &ast::File) {
    for network in file.networks() {
        lower::lower_network_header(&network);
        network.sections().for_each(|section| drop(lower::lower_section(&section)));
        network.statements().for_each(|stmt| drop(lower::lower_stmt(&stmt.syntax().green())));
    }
    for definition in file.macros() {
        lower::lower_macro_header(&definition);
        definition.statements().for_each(|stmt| drop(lower::lower_stmt(&stmt.syntax().green())));
    }
    for research in file.research() {
        lower::lower_research(&research);
    }
}

fn boundary(text: &str, near: usize) -> usize {
    let mut at = near % (text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in "\\PC{0,80}") {
        check(&text);
    }

    #[test]
    fn any_sequence_of_pieces(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..120)) {
        check(&pieces.concat());
    }

    #[test]
    fn any_sequence_of_pieces_in_a_network(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60)) {
        check(&format!("network N {{ input: (10,)\n layers:\n {}\n}}\n", pieces.concat()));
    }

    #[test]
    fn a_damaged_example(
        example in prop::sample::select(EXAMPLES),
        from in any::<usize>(),
        len in 0usize..20,
        piece in prop::sample::select(PIECES),
    ) {
        let (a, b) = (boundary(example, from), boundary(example, from.wrapping_add(len)));
        let (start, end) = (a.min(b), a.max(b));
        check(&format!("{}{piece}{}", &example[..start], &example[end..]));
    }
}

#[test]
fn every_prefix_of_an_example() {
    for example in EXAMPLES {
        for (end, _) in example.char_indices() {
            check(&example[..end]);
        }
    }
}

#[test]
fn a_character_less_anywhere_in_an_example() {
    for example in EXAMPLES {
        for (at, c) in example.char_indices() {
            check(&format!("{}{}", &example[..at], &example[at + c.len_utf8()..]));
        }
    }
}

/// One broken line costs one line: the other statements keep their meaning.
#[test]
fn damage_stays_local() {
    let network = |line: &str| {
        format!(
            "network N {{\n  input: (8,)\n  layers:\n    A(1)\n    {line}\n    B(2)\n    C(3)\n  loss: \"mse\"\n}}\n"
        )
    };
    for line in [
        "Dense(",
        "Dense(10",
        "Dense(10,",
        "Dense(10, x=",
        "Dense(10, \"relu)",
        "Dense 10",
        "Dense(10))",
        "Dense(10]",
        "Dense((10)",
        "(Dense)",
        "64",
        "x = Dense(1)",
        "Dense(10) & 5",
        "...",
        "@ \"cpu\"",
        "]",
        ")",
        "Dense: 5",
        "foo: 5",
        "Dense(HPO(choice(1, 2)",
        "HPO(",
        "Dense(a b c)",
        "epochs: 5",
        "Dense(10) ->",
        "\"",
        "Dense($)",
    ] {
        let parse = check(&network(line));
        let lowered: Vec<_> = parse
            .file()
            .networks()
            .flat_map(|it| it.statements())
            .map(|it| lower::lower_stmt(&it.syntax().green()))
            .collect();
        let names: Vec<String> = lowered
            .iter()
            .filter_map(|stmt| match &stmt.kind {
                neural_analyzer::model::hir::StmtKind::Call(call) => {
                    Some(call.name.value.to_string())
                }
                _ => None,
            })
            .collect();
        for name in ["A", "B", "C"] {
            assert!(names.iter().any(|it| it == name), "{line}: {names:?}");
        }
        assert_eq!(
            parse
                .file()
                .networks()
                .flat_map(|it| it.sections())
                .filter(|it| it.kind() == ast::SectionKind::Loss)
                .count(),
            1,
            "{line}"
        );
    }
}

/// The same mistake over and over neither overflows the stack nor is read again and again: if the
/// time were quadratic, this would not end.
#[test]
fn long_texts_are_read() {
    for piece in [
        "A(",
        "A {",
        "(",
        "-",
        "A(1,\n",
        "a: {",
        "x: 5 ",
        "1 + ",
        "A ",
        "A,",
        ")",
        "}",
        "[",
        "\"",
        "HPO(",
        "network N {\n",
        "& ",
        "$",
        "define A(",
        "A(b=\n",
        "input: {",
    ] {
        for (before, after) in
            [("", ""), ("network N { layers: ", "}"), ("network N { layers: A(", ")}")]
        {
            check(&format!("{before}{}{after}", piece.repeat(5_000)));
        }
    }
}
