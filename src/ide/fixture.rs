//! Texts to snapshots, for the tests of this room.

use expect_test::Expect;

use super::HoverConfig;
use super::analysis::Analysis;
use super::host::AnalysisHost;
use crate::lang::Framework;
use crate::text::{TextRange, TextSize};

/// A snapshot of `text`.
pub fn analysis(text: &str) -> Analysis {
    let mut host = AnalysisHost::new();
    let file = host.open(text.to_string(), Framework::Keras);
    let analysis = host.analysis(file).expect("the file is open");
    assert!(!analysis.is_cancelled());
    analysis
}

/// A snapshot of `text` without its `$0`, and where that stood. A text that does not define a
/// network or macro is a layers list after an input of 28×28×1.
pub fn at_cursor(text: &str) -> (Analysis, TextSize) {
    let text = whole(text);
    let at = text.find("$0").expect("the text has a `$0`");
    (analysis(&text.replacen("$0", "", 1)), TextSize::new(at as u32))
}

/// A snapshot of `text`, which may be a layers list as for [`at_cursor`].
pub fn file(text: &str) -> Analysis {
    analysis(&whole(text))
}

fn whole(text: &str) -> String {
    let is_file = text.contains("network") || text.contains("define") || text.contains("research");
    match is_file {
        true => text.to_owned(),
        false => format!("network N {{\n  input: (28, 28, 1)\n  layers:\n{text}\n}}"),
    }
}

/// The text with `marks` written into it, each between brackets, and without blank lines.
pub fn with_marks(text: &str, marks: impl IntoIterator<Item = (TextSize, String)>) -> String {
    let mut marks: Vec<(TextSize, String)> = marks.into_iter().collect();
    marks.sort_by_key(|(at, _)| *at);
    let mut result = String::new();
    let mut done = 0;
    for (at, mark) in marks {
        let at = usize::from(at);
        result.push_str(&text[done..at]);
        result.push_str(&mark);
        done = at;
    }
    result.push_str(&text[done..]);
    result
}

/// Compares the hover at the `$0` of `text` with `expect`: what it is about, and what it says.
pub fn check_hover(text: &str, expect: Expect) {
    let (analysis, offset) = at_cursor(text);
    let found = analysis.hover(offset, &HoverConfig::default());
    let found =
        found.map(|hover| format!("`{}`\n{}\n", shown(&analysis, hover.range), hover.markdown));
    expect.assert_eq(&found.unwrap_or_default());
}

/// The text of `range` on one line.
pub fn shown(analysis: &Analysis, range: TextRange) -> String {
    analysis.text()[range].replace('\n', "⏎")
}
