//! Mistakes that authors of networks make, and what they are told. The families are written in the form of
//! [`family`]; what they expect is written from the language and the frameworks, not from the messages.

mod family;

use family::check;

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
