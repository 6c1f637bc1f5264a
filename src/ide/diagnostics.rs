//! All findings of a file, in the order of the text.

use rowan::TextRange as SyntaxRange;
use rustc_hash::FxHashSet;

use crate::checks;
use crate::diagnostics::Diagnostic;
use crate::model::analysis::Analysis;
use crate::model::document::Document;
use crate::syntax::{Parse, SyntaxKind, SyntaxNode};
use crate::text::{TextRange, TextSize};

/// The findings of the parser, the model and the checks. Severities are those of the codes, or the
/// finding's own; settings are applied by the caller.
pub fn diagnostics(document: &Document, analysis: &Analysis) -> Vec<Diagnostic> {
    let text = document.text();
    let syntax = document.parse().diagnostics();
    let misread = misread(document.parse());
    let model = analysis.findings.iter().cloned();
    let meaning = model
        .chain(checks::check(document, analysis))
        .map(|finding| finding.map_places(|place| document.range(place)))
        .filter(|finding| !misread.iter().any(|range| range.contains_range(finding.place)));
    let mut all: Vec<Diagnostic> = syntax.iter().cloned().chain(meaning).collect();
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
    all.retain(|found| seen.insert((found.code, found.place, found.message.clone())));
    all
}

/// The pieces of text that the parser could not read as they were meant: calls and entries with an
/// error in them. What they seem to say is not judged, since it is likely a consequence of the error.
fn misread(parse: &Parse) -> Vec<TextRange> {
    let errors = parse.diagnostics().iter().filter(|found| found.is_syntax_error());
    let root = parse.syntax();
    errors.filter_map(|error| enclosing_piece(&root, error.place)).collect()
}

fn enclosing_piece(root: &SyntaxNode, place: TextRange) -> Option<TextRange> {
    let place = SyntaxRange::new(place.start(), place.end().min(root.text_range().end()));
    let element = root.covering_element(place);
    let first = match element {
        rowan::NodeOrToken::Node(node) => Some(node),
        rowan::NodeOrToken::Token(token) => token.parent(),
    };
    for node in first?.ancestors() {
        match node.kind() {
            SyntaxKind::LAYER_STMT => {
                // The block of a layer is read by itself.
                let block = node.children().find(|child| child.kind() == SyntaxKind::BLOCK);
                let end = block.map_or(node.text_range().end(), |block| block.text_range().start());
                let range = TextRange::new(node.text_range().start(), end);
                return range.contains_range(place).then_some(range);
            }
            SyntaxKind::KEY_VALUE
            | SyntaxKind::INPUT_DECL
            | SyntaxKind::LOSS_SECTION
            | SyntaxKind::OPTIMIZER_SECTION
            | SyntaxKind::METRICS_SECTION
            | SyntaxKind::PARAM_LIST => return Some(node.text_range()),
            SyntaxKind::BLOCK | SyntaxKind::LAYER_LIST | SyntaxKind::NETWORK => return None,
            _ => {}
        }
    }
    None
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
