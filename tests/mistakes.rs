//! Mistakes that authors of networks make, and what they are told. The families are written in the form of
//! [`family`]; what they expect is written from the language and the frameworks, not from the messages.

mod family;

use family::{check, describe, findings};
use neural_analyzer::config::Config;

#[test]
fn syntax() {
    check(include_str!("fixtures/mistakes/syntax.txt"));
}

#[test]
fn arguments() {
    check(include_str!("fixtures/mistakes/arguments.txt"));
}

#[test]
fn shapes() {
    check(include_str!("fixtures/mistakes/shapes.txt"));
}

#[test]
fn graph() {
    check(include_str!("fixtures/mistakes/graph.txt"));
}

#[test]
fn macros() {
    check(include_str!("fixtures/mistakes/macros.txt"));
}

#[test]
fn hyperparameters() {
    check(include_str!("fixtures/mistakes/hyperparameters.txt"));
}

#[test]
fn sections() {
    check(include_str!("fixtures/mistakes/sections.txt"));
}

/// What a statement with a syntax error seems to say is not judged, also where the error stands behind it.
#[test]
fn nothing_else_is_said_of_a_statement_with_a_syntax_error() {
    for statement in [
        "TimeDistributedDense(8000))",
        "Conv2D(8, 99))",
        "Dense(units=4.0) 5",
        "Dense(16)(x)",
        "Dense(8, activation=\"rellu\") 5",
    ] {
        let text = format!(
            "network N {{\n  input: (8)\n  layers:\n    {statement}\n  loss: \"categorical_crossentropy\"\n}}\n"
        );
        let found = findings(&text, &Config::default());
        let said: Vec<String> = found.iter().map(|finding| describe(&text, finding)).collect();
        assert!(found.len() == 1 && found[0].is_syntax_error(), "{text}{said:#?}");
    }
}
