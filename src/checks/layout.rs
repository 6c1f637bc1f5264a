//! How a text is laid out: the order of sections, the style of comments, names that nothing uses.
//!
//! All of this is off unless a setting turns it on, and is only looked for then.

use rustc_hash::FxHashSet;

use crate::diagnostics::{Diagnostic, codes};
use crate::model::document::Document;
use crate::model::hir::{
    Block, Call, Expr, ExprKind, HpoKind, Section, SectionKind, Stmt, StmtKind,
};
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
    let root = document.parse().syntax();
    let mut findings = Vec::new();
    let tokens = root.descendants_with_tokens().filter_map(|element| element.into_token());
    for token in tokens.filter(|token| token.kind() == SyntaxKind::COMMENT) {
        let (text, range) = (token.text(), token.text_range());
        if text.starts_with('#') {
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

/// Names of layers that no merge and no branch of the file mentions.
pub(super) fn unused_names(document: &Document) -> Vec<Diagnostic<Place>> {
    let mut mentioned: FxHashSet<&str> = FxHashSet::default();
    for (_, stmt) in document.statements() {
        mentions(stmt, &mut mentioned);
    }
    let is_mentioned = |name: &str| {
        mentioned.contains(name)
            // In macros and copies a name gets numbers: `h_1`.
            || mentioned.iter().any(|other| {
                let rest = other.strip_prefix(name).and_then(|rest| rest.strip_prefix('_'));
                rest.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '_'))
            })
    };
    document
        .layer_names()
        .filter(|(name, _)| !is_mentioned(name))
        .map(|(name, place)| {
            let finding = Diagnostic::new(
                codes::UNUSED_LAYER_NAME,
                place,
                format!("no merge and no branch refers to the name `{name}`"),
            );
            match name_argument(document, place) {
                Some(argument) => finding.with_fix("Remove the name", vec![argument.edit("")]),
                None => finding,
            }
        })
        .collect()
}

/// The whole argument whose value stands at `place`, with the comma that goes with it.
fn name_argument(document: &Document, place: Place) -> Option<Place> {
    let text = document.text();
    let value = document.range(place);
    let before = text[..usize::from(value.start())].trim_end();
    let before = before.strip_suffix(['=', ':'])?.trim_end().strip_suffix("name")?;
    let (start, end) = match before.trim_end().strip_suffix(',') {
        Some(earlier) => (earlier.len(), usize::from(value.end())),
        None => {
            let after = &text[usize::from(value.end())..];
            let rest = after.trim_start().strip_prefix(',').map(str::trim_start);
            (before.len(), text.len() - rest.unwrap_or(after).len())
        }
    };
    let longer = value.start() - TextSize::new(start as u32);
    let start = place.range.start().checked_sub(longer)?;
    let end = place.range.end() + (TextSize::new(end as u32) - value.end());
    Some(Place::new(place.owner, TextRange::new(start, end)))
}

/// The strings, bare names and branch names of a statement, but not the names that it gives.
fn mentions<'a>(stmt: &'a Stmt, found: &mut FxHashSet<&'a str>) {
    match &stmt.kind {
        StmtKind::Call(call) => call_mentions(call, found),
        StmtKind::Branch(branch) => {
            found.insert(&branch.name.value);
            block_mentions(&branch.block, found);
        }
        StmtKind::Choice(hpo) => {
            if let HpoKind::Choice(values) = &hpo.kind {
                values.iter().for_each(|value| expr_mentions(value, found));
            }
        }
        StmtKind::Error => {}
    }
    if let Some(block) = &stmt.block {
        block_mentions(block, found);
    }
}

fn block_mentions<'a>(block: &'a Block, found: &mut FxHashSet<&'a str>) {
    block.stmts.iter().for_each(|stmt| mentions(stmt, found));
}

fn call_mentions<'a>(call: &'a Call, found: &mut FxHashSet<&'a str>) {
    for arg in call.args.iter().flat_map(|list| &list.args) {
        if arg.name.as_ref().is_none_or(|name| name.value != "name") {
            expr_mentions(&arg.value, found);
        }
    }
}

fn expr_mentions<'a>(expr: &'a Expr, found: &mut FxHashSet<&'a str>) {
    match &expr.kind {
        ExprKind::Str(text) | ExprKind::Name(text) => {
            found.insert(text);
        }
        ExprKind::Tuple(elements) | ExprKind::List(elements) => {
            elements.iter().for_each(|element| expr_mentions(element, found));
        }
        ExprKind::Call(call) => call_mentions(call, found),
        ExprKind::Hpo(hpo) => {
            if let HpoKind::Choice(values) = &hpo.kind {
                values.iter().for_each(|value| expr_mentions(value, found));
            }
        }
        _ => {}
    }
}
