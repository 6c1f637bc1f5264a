//! What is found in a file that has been edited is what is found in its text.
//!
//! Between two states of a file nearly everything is kept: results of chunks, facts of pieces, what was
//! found where two of them meet, where comments stand. Whatever is typed, with all checks on, the
//! findings have to be those of a file that is opened with the text.

use neural_analyzer::config::{Config, parse};
use neural_analyzer::diagnostics::Diagnostic;
use neural_analyzer::ide::AnalysisHost;
use neural_analyzer::lang::Framework;
use proptest::prelude::*;

/// Statements of which many have something to be said about them, or about two in a row.
const STATEMENTS: &[&str] = &[
    "Conv2D(8, 3, padding=\"same\")",
    "BatchNormalization()",
    "ReLU()",
    "Activation(\"relu\")",
    "MaxPooling2D(2, padding=\"same\", strides=1)",
    "Conv2D(8, 3, padding=\"same\", name=\"kept\") // a name",
    "Conv2D(8, 1, name=\"unused\") /* by nothing */",
    "Conv2D(HPO(choice(8, 16)), 1)",
    "Dense(6000)",
    "Dense(8)",
    "Block",
    "Block * 3",
    "Dropout(0.1) # neural: allow(dropout-before-normalization)",
    "Add(\"kept\")",
    "a: { Conv2D(8, 1) } b: { ReLU() ReLU() } Concatenate()",
    "Flatten()",
    "Dropout(0.2)\n    BatchNormalization() # after it",
    "kept: { ReLU() }",
    "kept: { Conv2D(8, 1) Dropout(0.5) }",
];

/// What is typed or put in the place of something.
const TYPED: &[&str] = &[
    "",
    " ",
    "\n",
    "1",
    "(",
    ")",
    "\"",
    "#",
    "//",
    "/*",
    "*/",
    "}",
    "# neural: allow(consecutive-activations)\n",
    "# neural: allow-file(portable-comment)\n",
    "// a comment\n",
    "ReLU()\n",
    "a: { ReLU() }\n",
    "name=\"kept\", ",
    "Add(\"unused\")\n",
    "* 2",
    "@ \"gpu:x\"",
    "define Block { ReLU() ReLU() }\n",
    "loss: \"mse\"\n",
    "network M { input: (8,) layers: Dense(8) Dense(8) }\n",
];

fn text(statements: &[usize]) -> String {
    let list: String = statements.iter().map(|at| format!("    {}\n", STATEMENTS[*at])).collect();
    format!(
        "// a file\ndefine Block {{ Conv2D(8, 1) ReLU() ReLU() }}\nnetwork N {{\n  input: (16, 16, 8)\n  \
         layers:\n{list}    GlobalAveragePooling2D()\n    Output(4, \"softmax\")\n  \
         optimizer: \"adam\"\n  loss: \"categorical_crossentropy\"\n  train {{ epochs: 5 }}\n}}\n"
    )
}

fn config() -> Config {
    let settings = "profile = \"strict\"\nbudget.parameters = 40_000\nbudget.memory = 1_000_000\n\
                    limits.parameters = 2_000\nlimits.activation = 30_000\nlimits.share = 50";
    let (layer, problems) = parse(settings);
    assert!(problems.is_empty(), "{problems:?}");
    Config::resolve([&layer])
}

fn findings(host: &AnalysisHost, file: neural_analyzer::ide::FileId) -> Vec<Diagnostic> {
    host.analysis(file).unwrap().findings(&config())
}

fn fresh(text: &str) -> Vec<Diagnostic> {
    let mut host = AnalysisHost::new();
    let file = host.open(text.to_owned(), Framework::Keras);
    findings(&host, file)
}

/// How many cases to try: `NEURAL_CASES`, or else a few.
fn cases() -> ProptestConfig {
    let cases = std::env::var("NEURAL_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: cases.unwrap_or(24), failure_persistence: None, ..Default::default() }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn an_edited_file_has_the_findings_of_its_text(
        statements in prop::collection::vec(0..STATEMENTS.len(), 40..260),
        edits in prop::collection::vec(
            (any::<prop::sample::Index>(), prop_oneof![4 => 0usize..3, 1 => 3usize..60], 0..TYPED.len()),
            1..10,
        ),
    ) {
        let mut text = text(&statements);
        let mut host = AnalysisHost::new();
        let file = host.open(text.clone(), Framework::Keras);
        prop_assert_eq!(findings(&host, file), fresh(&text));
        for (at, removed, typed) in edits {
            // All of the text is of single bytes.
            let start = at.index(text.len());
            let end = (start + removed).min(text.len());
            text.replace_range(start..end, TYPED[typed]);
            host.set_text(file, text.clone());
            prop_assert_eq!(findings(&host, file), fresh(&text), "{}", text);
        }
    }
}

/// A run of branches may go through many pieces, and what was before it is told where it ends.
#[test]
fn a_run_of_branches_through_pieces_is_followed() {
    let start: String = (0..100).map(|_| "    Conv2D(8, 1)\n").collect();
    let run: String = (0..200).map(|at| format!("    kept: {{ Dense({}) }}\n", at + 1)).collect();
    let mut text = format!(
        "network N {{\n  input: (16, 16, 8)\n  layers:\n    Conv2D(8, 3, name=\"kept\")\n{start}{run}  loss: \"mse\"\n}}\n"
    );
    let mut host = AnalysisHost::new();
    let file = host.open(text.clone(), Framework::Keras);
    let is_unused = |found: &[Diagnostic]| found.iter().any(|it| it.code.name() == "unused-output");
    let found = findings(&host, file);
    assert!(is_unused(&found) && found == fresh(&text));
    for (from, to, unused) in [
        ("kept: { Dense(90) }", "other: { Dense(90) }", false),
        ("other: { Dense(90) }", "kept: { Dense(90) }", true),
        ("kept: { Dense(70) }", "kept: { Dense(70) Dropout(0.5) }", true),
        ("kept: { Dense(3) }", "ReLU()\n    kept: { Dense(3) }", true),
        ("kept: { Dense(150) }", "", true),
    ] {
        text = text.replacen(from, to, 1);
        host.set_text(file, text.clone());
        let found = findings(&host, file);
        assert_eq!(found, fresh(&text), "{from} {to}");
        assert_eq!(is_unused(&found), unused, "{from} {to}");
    }
}

/// Findings of layers behind a change have the paths that they have now, and codes are switched off where
/// they stand now.
#[test]
fn what_stands_behind_an_edit_moves_with_it() {
    let statements: Vec<usize> = (0..200).map(|at| [0, 1, 2, 3, 6, 12][at % 6]).collect();
    let mut text = text(&statements);
    let mut host = AnalysisHost::new();
    let file = host.open(text.clone(), Framework::Keras);
    let found = findings(&host, file);
    assert!(found.len() > 50 && found == fresh(&text), "{}", found.len());
    for inserted in ["    ReLU()\n", "# neural: allow-file(consecutive-activations)\n", "// x\n"] {
        let at = text.find("    Conv2D").unwrap();
        text.insert_str(at, inserted);
        host.set_text(file, text.clone());
        let moved = findings(&host, file);
        assert_ne!(moved, found, "{inserted}");
        assert_eq!(moved, fresh(&text), "{inserted}");
    }
}
