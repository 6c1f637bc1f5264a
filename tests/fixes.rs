//! Whether the fixes of errors mend them, over every network that Keras refuses among the oracle's.
//!
//! Each fix of each error is applied by itself and the network is read again: the error must be gone,
//! and no other may stand in its place. What a layer after it then refuses, or a second mistake of the
//! same layer that the first one hid, must have a fix of its own that leads on to a network without
//! errors. An error without a fix says what to do. And of the errors that are about a number, nearly
//! all must offer the number that works.

use std::fmt::Write as _;

use neural_analyzer::diagnostics::{Diagnostic, Severity, codes};
use neural_analyzer::ide::analyze;
use neural_analyzer::lang::Framework;
use neural_analyzer::text::apply_edits;
use serde_json::Value;

/// The share of errors about a number that must offer one that works.
const DEMANDED: f64 = 0.95;
/// How many mistakes a network may have that show only one after another.
const MISTAKES: usize = 3;

fn refused_networks() -> Vec<String> {
    let mut texts = Vec::new();
    for fixture in ["keras_layers.jsonl", "keras_networks.jsonl"] {
        let path = format!("{}/tests/fixtures/oracle/{fixture}", env!("CARGO_MANIFEST_DIR"));
        let rows = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        for line in rows.lines().skip(1) {
            let row: Value = serde_json::from_str(line).expect("a row is JSON");
            if row["ok"].as_bool() == Some(false) {
                texts.push(row["text"].as_str().expect("a row has a text").to_string());
            }
        }
    }
    texts
}

fn errors(text: &str) -> Vec<Diagnostic> {
    let findings = analyze(text, Framework::Keras).diagnostics.into_iter();
    findings.filter(|finding| finding.severity == Severity::Error).collect()
}

/// A message without what stands in backticks, but for values: `Conv2D` is no number, `strides=0` is.
fn names_a_number(message: &str) -> bool {
    message.split('`').enumerate().any(|(at, piece)| {
        let quoted = at % 2 == 1;
        let said = match quoted {
            true => piece.split_once('=').map_or("", |(_, value)| value),
            false => piece,
        };
        said.contains(|c: char| c.is_ascii_digit())
    })
}

/// Whether no number can be offered for `error`: a size that the text leaves open is the author's to
/// say.
fn is_open(error: &Diagnostic) -> bool {
    error.code == codes::UNKNOWN_DIMENSION
}

/// What is wrong with the fixes of `error` in `text`, where `depth` mistakes were mended before.
fn complaints(text: &str, error: &Diagnostic, depth: usize) -> Vec<String> {
    let mut complaints = Vec::new();
    for fix in &error.fixes {
        let mended = apply_edits(text, &fix.edits);
        for left in errors(&mended) {
            let same = left.code == error.code && left.message == error.message;
            let leads_on = depth < MISTAKES
                && !left.fixes.is_empty()
                && self::complaints(&mended, &left, depth + 1).is_empty();
            if same || !leads_on {
                complaints.push(format!("\"{}\" leaves: {}", fix.title, left.message));
            }
        }
    }
    complaints
}

#[test]
fn every_fix_mends_its_error() {
    let mut wrong = String::new();
    let (mut total, mut with_fix, mut numeric, mut numeric_with_fix, mut fixes) = (0, 0, 0, 0, 0);
    let mut without = String::new();
    for text in refused_networks() {
        for error in errors(&text) {
            total += 1;
            fixes += error.fixes.len();
            let has_fix = !error.fixes.is_empty();
            with_fix += usize::from(has_fix);
            if names_a_number(&error.message) && !is_open(&error) {
                numeric += 1;
                numeric_with_fix += usize::from(has_fix);
                if !has_fix {
                    let _ = writeln!(without, "  {}", error.message);
                }
            }
            let mut found = complaints(&text, &error, 0);
            if !has_fix && error.help.is_none() {
                found.push("neither a fix nor a word of help".to_string());
            }
            for complaint in found {
                let _ = writeln!(wrong, "{}\n  {complaint}\n{text}\n", error.message);
            }
        }
    }
    let share = f64::from(numeric_with_fix as u32) / f64::from(numeric as u32);
    println!("{total} errors, {with_fix} with a fix; {fixes} fixes applied");
    println!(
        "about a number: {numeric}, with the number that works: {numeric_with_fix} ({:.1} %)",
        share * 100.0
    );
    println!("without:\n{without}");
    assert!(wrong.is_empty(), "{wrong}");
    assert!(share >= DEMANDED, "{share}\n{without}");
}

#[test]
fn numbers_are_told_from_names() {
    assert!(names_a_number("`Conv2D`: `kernel_size` 5×5 does not fit"));
    assert!(names_a_number("`PReLU`: `axis=7` is no axis"));
    assert!(!names_a_number("`Conv2D` has no parameter `kernel`"));
}
