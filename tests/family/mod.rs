//! Networks with one mistake each, and the same networks mended: what is said of the one, where, and that
//! nothing is said of the other.
//!
//! A family of them is one file of `fixtures/lints` or `fixtures/mistakes`. A section is a title; the
//! level of the finding, its code where that matters, and words that must occur in the message or its
//! help (backticks left out); lines of `neural.toml` that begin with `with`; and the text. Of the text,
//! lines that begin with `-` stand only in the wrong version, those with `+` only in the mended one, all
//! others in both. The finding stands on the line that begins with `!`, or where there is none on the
//! first that begins with `-`.
//!
//! ```text
//! === a kernel larger than the picture
//! error[kernel-too-large]: 31×31 | 28×28
//! with profile = "strict"
//!   network N {
//!     input: (28, 28, 1)
//!     layers:
//! -     Conv2D(32, (31, 31))
//! +     Conv2D(32, (3, 3))
//!   }
//! ```
//!
//! Nothing else may be found in the wrong text at that level or a worse one, and nothing at all in the
//! mended one. Where the finding has fixes, the first must take it away and bring no error.

use std::fmt::Write as _;

use neural_analyzer::config::{self, Config};
use neural_analyzer::diagnostics::{Diagnostic, Severity};
use neural_analyzer::ide::{analyze_with, framework};
use neural_analyzer::text::{LineIndex, apply_edits};

struct Case<'a> {
    title: &'a str,
    level: Severity,
    /// The code, where the section names one.
    code: Option<&'a str>,
    words: Vec<&'a str>,
    config: Config,
    /// Zero-based, in the wrong text.
    line: u32,
    wrong: String,
    mended: String,
}

/// The settings that these lines of `neural.toml` make.
pub fn settings(lines: &str) -> Config {
    let (layer, diagnostics) = config::parse(lines);
    assert!(diagnostics.is_empty(), "{lines}: {diagnostics:?}");
    Config::resolve([&layer])
}

/// Reads a family; `None` where it is not written as the form above says.
fn read(family: &str) -> Option<Vec<Case<'_>>> {
    family.split("=== ").skip(1).map(read_one).collect()
}

fn read_one(section: &str) -> Option<Case<'_>> {
    let mut lines = section.trim_end().lines().peekable();
    let title = lines.next()?;
    let (head, words) = lines.next()?.split_once(": ")?;
    let (level, code) = match head.split_once('[') {
        Some((level, code)) => (level, Some(code.strip_suffix(']')?)),
        None => (head, None),
    };
    let level = match level {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        "info" => Severity::Info,
        "hint" => Severity::Hint,
        _ => return None,
    };
    let mut toml = String::new();
    while let Some(line) = lines.next_if(|line| line.starts_with("with ")) {
        writeln!(toml, "{}", &line["with ".len()..]).ok()?;
    }
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
    let line = marked.or(first)?;
    Some(Case { title, level, code, words, config: settings(&toml), line, wrong, mended })
}

/// What there is to say about a text by these settings.
pub fn findings(text: &str, config: &Config) -> Vec<Diagnostic> {
    analyze_with(text, framework(config), config).diagnostics
}

/// A finding as one line of a failure's report.
pub fn describe(text: &str, finding: &Diagnostic) -> String {
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

/// What is wrong with how a mistake is reported.
fn complaints(case: &Case<'_>) -> Vec<String> {
    let mut complaints = Vec::new();
    let wrong = findings(&case.wrong, &case.config);
    let serious: Vec<&Diagnostic> =
        wrong.iter().filter(|finding| finding.severity >= case.level).collect();
    if let [finding] = serious[..] {
        if finding.severity != case.level {
            complaints.push(format!("level {} in the place of {}", finding.severity, case.level));
        }
        if case.code.is_some_and(|code| code != finding.code.name()) {
            complaints.push(format!("code {}", finding.code));
        }
        let line = LineIndex::new(&case.wrong).line(finding.place.start());
        if line != case.line {
            complaints.push(format!("on line {} in the place of {}", line + 1, case.line + 1));
        }
        let said = format!("{}\n{}", finding.message, finding.help.as_deref().unwrap_or(""))
            .replace('`', "");
        for word in case.words.iter().filter(|word| !said.contains(**word)) {
            complaints.push(format!("does not say {word}"));
        }
        complaints.extend(fix_complaints(&case.wrong, finding, &case.config));
    } else {
        complaints.push(format!("{} findings in the place of one", serious.len()));
    }
    if !complaints.is_empty() {
        complaints.extend(
            wrong.iter().map(|finding| format!("said: {}", describe(&case.wrong, finding))),
        );
    }
    for finding in findings(&case.mended, &case.config) {
        complaints
            .push(format!("the mended text is not silent: {}", describe(&case.mended, &finding)));
    }
    complaints
}

/// What the first fix leaves of the finding, or brings.
pub fn fix_complaints(text: &str, finding: &Diagnostic, config: &Config) -> Vec<String> {
    let Some(fix) = finding.fixes.first() else { return Vec::new() };
    let fixed = apply_edits(text, &fix.edits);
    findings(&fixed, config)
        .iter()
        .filter(|left| left.severity == Severity::Error || left.code == finding.code)
        .map(|left| format!("the fix \"{}\" leaves {}\n{fixed}", fix.title, describe(&fixed, left)))
        .collect()
}

/// Compares what is said of each text of a family with what the family says.
#[track_caller]
pub fn check(family: &str) {
    let cases = read(family).expect("the family is written as its form says");
    assert!(!cases.is_empty());
    let mut report = String::new();
    for case in &cases {
        let complaints = complaints(case);
        if !complaints.is_empty() {
            writeln!(report, "{}\n    {}", case.title, complaints.join("\n    "))
                .expect("a string takes what is written");
        }
    }
    assert!(report.is_empty(), "{report}");
}
