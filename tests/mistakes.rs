//! Mistakes that authors of networks make, and what they are told.
//!
//! A family of mistakes is one file of `fixtures/mistakes`. A mistake is a title, the level of its
//! finding with words that must occur in the message or its help (backticks left out), and the text. Of the text, lines
//! that begin with `-` stand only in the wrong version, those with `+` only in the mended one, all
//! others in both. The finding stands on the line that begins with `!`, or where there is none on
//! the first that begins with `-`.
//!
//! ```text
//! === a kernel larger than the picture
//! error: 31×31 | 28×28
//!   network N {
//!     input: (28, 28, 1)
//!     layers:
//! -     Conv2D(32, (31, 31))
//! +     Conv2D(32, (3, 3))
//!   }
//! ```
//!
//! The wrong text must have one finding of that level and nothing worse or equal beside it, the
//! mended text none of any level, and where the finding offers a fix, its first fix must leave no
//! error. The expectations are written from the language and the frameworks, not from the messages.

use std::fmt::Write as _;

use neural_analyzer::diagnostics::{Diagnostic, Severity};
use neural_analyzer::ide::analyze;
use neural_analyzer::lang::Framework;
use neural_analyzer::text::{LineIndex, apply_edits};

struct Mistake<'a> {
    title: &'a str,
    level: Severity,
    words: Vec<&'a str>,
    /// Zero-based, in the wrong text.
    line: u32,
    wrong: String,
    mended: String,
}

/// Reads a family; `None` where it is not written as the form above says.
fn read(family: &str) -> Option<Vec<Mistake<'_>>> {
    family.split("=== ").skip(1).map(read_one).collect()
}

fn read_one(section: &str) -> Option<Mistake<'_>> {
    let mut lines = section.trim_end().lines();
    let title = lines.next()?;
    let (level, words) = lines.next()?.split_once(": ")?;
    let level = match level {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => return None,
    };
    let (mut wrong, mut mended) = (String::new(), String::new());
    let (mut marked, mut first) = (None, None);
    let mut number = 0;
    for line in lines {
        let mark = line.chars().next().unwrap_or(' ');
        let text = line.get(2..).unwrap_or("");
        if mark != '+' {
            writeln!(wrong, "{text}").ok()?;
            if mark == '!' {
                marked = Some(number);
            } else if mark == '-' {
                first = first.or(Some(number));
            }
            number += 1;
        }
        if mark != '-' {
            writeln!(mended, "{text}").ok()?;
        }
    }
    let words = words.split(" | ").collect();
    Some(Mistake { title, level, words, line: marked.or(first)?, wrong, mended })
}

fn findings(text: &str) -> Vec<Diagnostic> {
    analyze(text, Framework::Keras).diagnostics
}

/// A finding as one line of a failure's report.
fn describe(text: &str, finding: &Diagnostic) -> String {
    let at = LineIndex::new(text).line_col_chars(text, finding.place.start());
    let help = finding.help.as_deref().map(|help| format!(" (help: {help})")).unwrap_or_default();
    format!(
        "{}:{}: {}[{}]: {}{help}",
        at.line + 1,
        at.col + 1,
        finding.severity,
        finding.code,
        finding.message
    )
}

/// What is wrong with how `mistake` is reported.
fn complaints(mistake: &Mistake) -> Vec<String> {
    let mut complaints = Vec::new();
    let wrong = findings(&mistake.wrong);
    let serious: Vec<&Diagnostic> =
        wrong.iter().filter(|finding| finding.severity >= mistake.level).collect();
    if let [finding] = serious[..] {
        if finding.severity != mistake.level {
            complaints
                .push(format!("level {} in the place of {}", finding.severity, mistake.level));
        }
        let line = LineIndex::new(&mistake.wrong).line(finding.place.start());
        if line != mistake.line {
            complaints.push(format!(
                "stands on line {} in the place of {}",
                line + 1,
                mistake.line + 1
            ));
        }
        let said = format!("{}\n{}", finding.message, finding.help.as_deref().unwrap_or(""))
            .replace('`', "");
        for word in mistake.words.iter().filter(|word| !said.contains(**word)) {
            complaints.push(format!("does not say {word}"));
        }
        if let Some(fix) = finding.fixes.first() {
            let fixed = apply_edits(&mistake.wrong, &fix.edits);
            for left in
                findings(&fixed).iter().filter(|finding| finding.severity == Severity::Error)
            {
                complaints.push(format!(
                    "the fix \"{}\" leaves {}",
                    fix.title,
                    describe(&fixed, left)
                ));
            }
        }
    } else {
        complaints.push(format!("{} findings in the place of one", serious.len()));
    }
    if !complaints.is_empty() {
        complaints.extend(
            wrong.iter().map(|finding| format!("said: {}", describe(&mistake.wrong, finding))),
        );
    }
    for finding in findings(&mistake.mended) {
        complaints.push(format!(
            "the mended text is not silent: {}",
            describe(&mistake.mended, &finding)
        ));
    }
    complaints
}

#[track_caller]
fn check(family: &str) {
    let mistakes =
        read(family).expect("a family of mistakes is written as the head of this file says");
    assert!(!mistakes.is_empty());
    let mut report = String::new();
    for mistake in &mistakes {
        let complaints = complaints(mistake);
        if !complaints.is_empty() {
            let _ = writeln!(report, "{}\n    {}", mistake.title, complaints.join("\n    "));
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

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
