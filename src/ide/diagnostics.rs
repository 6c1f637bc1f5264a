//! All findings of a file, in the order of the text.

use rustc_hash::FxHashSet;

use crate::checks;
use crate::diagnostics::Diagnostic;
use crate::model::analysis::Analysis;
use crate::model::document::Document;
use crate::text::{TextRange, TextSize};

/// The findings of the parser, the model and the checks. Severities are those of the codes, or the
/// finding's own; settings are applied by the caller.
pub fn diagnostics(document: &Document, analysis: &Analysis) -> Vec<Diagnostic> {
    let text = document.text();
    let mut all: Vec<Diagnostic> = document.parse().diagnostics().to_vec();
    let model = analysis.findings.iter().cloned();
    let checked = checks::check(document, analysis);
    all.extend(
        model.chain(checked).map(|finding| finding.map_places(|place| document.range(place))),
    );
    for diagnostic in &mut all {
        for edit in diagnostic.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
            indent(text, edit.range, &mut edit.new_text);
        }
    }
    all.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.place.start(), std::cmp::Reverse(d.severity), d.place.end());
        key(a).cmp(&key(b)).then_with(|| a.code.cmp(&b.code))
    });
    let mut seen = FxHashSet::default();
    all.retain(|diagnostic| {
        seen.insert((diagnostic.code, diagnostic.place, diagnostic.message.clone()))
    });
    all
}

/// Gives the new lines of an edit the indentation of the line that it changes.
fn indent(text: &str, range: TextRange, new_text: &mut String) {
    if !new_text.contains('\n') {
        return;
    }
    let start = usize::from(range.start().min(TextSize::of(text)));
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line = &text[line_start..];
    let width = line.len() - line.trim_start_matches([' ', '\t']).len();
    let indentation = &line[..width];
    *new_text = new_text.replace('\n', &format!("\n{indentation}"));
}
