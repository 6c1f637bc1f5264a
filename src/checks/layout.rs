//! How a text is laid out: the order of sections and the style of comments.
//!
//! All of this is off unless a setting turns it on, and is only looked for then.

use rowan::NodeOrToken;

use crate::diagnostics::{Diagnostic, codes};
use crate::model::document::{Document, FOREIGN_COMMENTS};
use crate::model::hir::{Section, SectionKind};
use crate::model::place::Place;
use crate::syntax::SyntaxKind;
use crate::text::{TextEdit, TextRange, TextSize};

/// The place of a section among the others.
fn rank(kind: &SectionKind) -> Option<usize> {
    Some(match kind {
        SectionKind::Input(_) => 0,
        SectionKind::Loss(_) => 2,
        SectionKind::Optimizer(_) => 3,
        SectionKind::Metrics(_) => 4,
        SectionKind::Train(_) => 5,
        SectionKind::Execute(_) => 6,
        SectionKind::Unknown => return None,
    })
}

const LAYERS: usize = 1;

/// A section, or the layers, with its place in the file.
struct Placed<'a> {
    rank: usize,
    keyword: &'a str,
    place: Place,
    range: TextRange,
}

/// Sections of network number `network` that stand after one that usually follows them.
pub(super) fn section_order(document: &Document, network: usize) -> Vec<Diagnostic<Place>> {
    let mut sections: Vec<Placed<'_>> = Vec::new();
    for (owner, section) in document.sections(network) {
        let Section { kind, keyword, range } = section;
        let Some(rank) = rank(kind) else { continue };
        let place = Place::new(owner, keyword.range);
        let range = document.range(Place::new(owner, *range));
        sections.push(Placed { rank, keyword: &keyword.value, place, range });
    }
    for place in document.layers_keywords(network) {
        let range = document.range(place);
        sections.push(Placed { rank: LAYERS, keyword: "layers", place, range });
    }
    sections.sort_by_key(|section| section.range.start());
    let mut findings = Vec::new();
    for (at, section) in sections.iter().enumerate() {
        let Some(early) = sections[..at].iter().find(|other| other.rank > section.rank) else {
            continue;
        };
        let message = format!(
            "`{}` usually stands before `{}`, which is further up",
            section.keyword, early.keyword
        );
        let mut finding = Diagnostic::new(codes::SECTION_ORDER, section.place, message)
            .with_related(early.place, format!("`{}` stands here", early.keyword));
        // Two sections side by side change places; the layers are not moved.
        let before = &sections[at - 1];
        if before.rank > section.rank && before.rank != LAYERS && section.rank != LAYERS {
            let text = document.text();
            let edits = vec![
                whole_section(before).edit(&text[section.range]),
                whole_section(section).edit(&text[before.range]),
            ];
            finding = finding
                .with_fix(format!("Swap `{}` and `{}`", section.keyword, before.keyword), edits);
        }
        findings.push(finding);
    }
    findings
}

/// The whole section; its keyword is where it starts.
fn whole_section(section: &Placed<'_>) -> Place {
    let start = section.place.range.start();
    Place::new(section.place.owner, TextRange::at(start, section.range.len()))
}

/// Comments that are not written with `#`.
pub(super) fn comments(document: &Document) -> Vec<Diagnostic> {
    let starts = FOREIGN_COMMENTS.map(|sign| document.occurrences(sign));
    if starts.iter().all(|starts| starts.is_empty()) {
        return Vec::new();
    }
    let mut starts: Vec<TextSize> = starts.concat();
    starts.sort_unstable();
    let root = document.parse().syntax();
    let mut findings = Vec::new();
    for start in starts {
        let sign = TextRange::at(start, TextSize::of(FOREIGN_COMMENTS[0]));
        let NodeOrToken::Token(token) = root.covering_element(sign) else { continue };
        let (text, range) = (token.text(), token.text_range());
        // The signs may stand in a string, or in another comment.
        if token.kind() != SyntaxKind::COMMENT || range.start() != start {
            continue;
        }
        let message = match text.starts_with("//") {
            true => "a comment that begins with `//` is only read here; `#` is read everywhere",
            false => "a comment between `/*` and `*/` is only read here; `#` is read everywhere",
        };
        let mut finding = Diagnostic::new(codes::PORTABLE_COMMENT, range, message);
        let followed = || {
            let next = token.next_token();
            let space = next.filter(|next| next.kind() == SyntaxKind::WHITESPACE);
            let rest = &document.text()[usize::from(range.end())..];
            !rest.is_empty() && !space.is_some_and(|space| space.text().contains('\n'))
        };
        if let Some(rest) = text.strip_prefix("//") {
            let rest = rest.trim_start_matches('/');
            let edit = TextEdit::new(range, format!("#{rest}"));
            finding = finding.with_fix("Write it with `#`", vec![edit]);
        } else if let Some(inner) = text.strip_prefix("/*").and_then(|rest| rest.strip_suffix("*/"))
            && !followed()
        {
            let lines: Vec<String> = inner
                .lines()
                .map(|line| line.trim().trim_start_matches('*').trim_start())
                .filter(|line| !line.is_empty())
                .map(|line| format!("# {line}"))
                .collect();
            let text = if lines.is_empty() { "#".to_owned() } else { lines.join("\n") };
            finding = finding.with_fix("Write it with `#`", vec![TextEdit::new(range, text)]);
        }
        findings.push(finding);
    }
    findings
}
