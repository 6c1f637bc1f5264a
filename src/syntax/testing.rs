//! How the tests of this room write what they expect.

use std::fmt::Write;

use expect_test::Expect;

use super::{Parse, parse};
use crate::diagnostics::Diagnostic;
use crate::text::{LineIndex, apply_edits};

const NETWORK_BEFORE: &str = "network N { input: (10,) layers:\n";
const NETWORK_AFTER: &str = "\n}";

/// The tree of a text that has no findings.
pub(super) fn check_tree(text: &str, expect: Expect) {
    let parse = checked(text);
    assert!(parse.diagnostics().is_empty(), "{:#?}", parse.diagnostics());
    expect.assert_eq(&parse.debug_tree());
}

/// The part of the tree that holds the layers, of a text that is a list of layers.
pub(super) fn check_layers_tree(layers: &str, expect: Expect) {
    let parse = checked(&format!("{NETWORK_BEFORE}{layers}{NETWORK_AFTER}"));
    let dump = parse.debug_tree();
    let list = dump.lines().skip_while(|line| !line.trim_start().starts_with("LAYER_LIST"));
    let inside: String = list
        .skip(1)
        .take_while(|line| line.starts_with("        "))
        .map(|line| format!("{}\n", without_range(line.strip_prefix("        ").unwrap_or(line))))
        .collect();
    expect.assert_eq(&inside);
}

fn without_range(line: &str) -> String {
    match line.split_once('@') {
        Some((kind, rest)) => match rest.split_once(' ') {
            Some((_, text)) => format!("{kind} {text}"),
            None => kind.to_owned(),
        },
        None => line.to_owned(),
    }
}

/// The findings of each text, below the text.
pub(super) fn check_texts(texts: &[&str], expect: Expect) {
    let mut dump = String::new();
    for text in texts {
        findings(&mut dump, text, text, 1);
    }
    expect.assert_eq(&dump);
}

/// The findings of each text as a list of layers, below the text.
pub(super) fn check_layers(texts: &[&str], expect: Expect) {
    let mut dump = String::new();
    for text in texts {
        findings(&mut dump, text, &format!("{NETWORK_BEFORE}{text}{NETWORK_AFTER}"), 0);
    }
    expect.assert_eq(&dump);
}

fn findings(dump: &mut String, shown: &str, text: &str, first_line: u32) {
    let parse = checked(text);
    let index = LineIndex::new(text);
    let _ = writeln!(dump, "{shown}");
    for diagnostic in parse.diagnostics() {
        let at = index.line_col_chars(text, diagnostic.place.start());
        let fix = diagnostic.fixes.first().map_or(String::new(), |fix| format!(" [{}]", fix.title));
        let line = at.line + first_line;
        let _ = writeln!(
            dump,
            "  {line}:{} {}: {}{fix}",
            at.col + 1,
            diagnostic.code,
            diagnostic.message
        );
    }
    if parse.diagnostics().is_empty() {
        dump.push_str("  (nothing)\n");
    }
}

/// A parse of a text whose tree is the text, whose findings lie in it, and whose fixes mend what they
/// are about. (A fix may bring to light a second mistake that the first one had hidden.)
fn checked(text: &str) -> Parse {
    let parse = parse(text);
    assert_eq!(parse.syntax().text().to_string(), text);
    for diagnostic in parse.diagnostics() {
        assert!(text.get(std::ops::Range::<usize>::from(diagnostic.place)).is_some());
        check_fixes(text, &parse, diagnostic);
    }
    parse
}

fn check_fixes(text: &str, before: &Parse, diagnostic: &Diagnostic) {
    for fix in &diagnostic.fixes {
        let mended = apply_edits(text, &fix.edits);
        let after = parse(&mended);
        let gone = !after.diagnostics().iter().any(|it| {
            (it.code, it.place, &it.message)
                == (diagnostic.code, diagnostic.place, &diagnostic.message)
        });
        assert!(
            gone && after.diagnostics().len() <= before.diagnostics().len(),
            "{text}\n{}: {}\n{}\n{mended}\n{:#?}",
            diagnostic.code,
            diagnostic.message,
            fix.title,
            after.diagnostics(),
        );
    }
}
