//! Findings in the protocol's words, for files and for `neural.toml`.

use std::sync::Arc;

use tower_lsp::lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    Location, NumberOrString, Range, Url,
};

use crate::config::{Config, NeuralToml};
use crate::diagnostics::{self, Code, Severity, Tag};
use crate::server::capabilities::ClientCapabilities;
use crate::server::convert;
use crate::server::document::Document;
use crate::server::snapshot::Snapshot;
use crate::text::{LineIndex, TextRange};

/// The most findings that are shown of a file: nobody reads more, and each costs the editor time.
const MAX_FINDINGS: usize = 200;

/// Who says it.
const SOURCE: &str = env!("CARGO_PKG_NAME");

/// The findings of a file, severities applied.
pub(in crate::server) fn diagnostics(snapshot: &Snapshot) -> Vec<Diagnostic> {
    let (text, index) = (snapshot.analysis.text(), snapshot.analysis.line_index());
    let place = Place { uri: &snapshot.uri, text, index, client: &snapshot.client };
    place.all(&snapshot.analysis.findings(&snapshot.config))
}

/// Findings of an open file whose text is that of `document` now, severities applied.
pub(in crate::server) fn of_document(
    document: &Document,
    findings: &[diagnostics::Diagnostic],
    client: &ClientCapabilities,
) -> Vec<Diagnostic> {
    let (text, index) = (&document.text, document.line_index());
    let shown = document.config.apply(findings.to_vec());
    Place { uri: &document.uri, text, index, client }.all(&shown)
}

/// A finding of a file, severity applied.
pub(in crate::server) fn convert(
    snapshot: &Snapshot,
    finding: &diagnostics::Diagnostic,
) -> Diagnostic {
    let (text, index) = (snapshot.analysis.text(), snapshot.analysis.line_index());
    let place = Place { uri: &snapshot.uri, text, index, client: &snapshot.client };
    place.finding(finding, finding.severity)
}

/// The findings of a `neural.toml`.
pub(in crate::server) fn of_toml(
    uri: &Url,
    toml: &NeuralToml,
    config: &Config,
    client: &Arc<ClientCapabilities>,
) -> Vec<Diagnostic> {
    let index = LineIndex::new(&toml.text);
    let place = Place { uri, text: &toml.text, index: &index, client };
    place.all(&config.apply(toml.diagnostics.clone()))
}

/// A text, and the client that is told about it.
struct Place<'a> {
    uri: &'a Url,
    text: &'a str,
    index: &'a LineIndex,
    client: &'a ClientCapabilities,
}

impl Place<'_> {
    fn all(&self, findings: &[diagnostics::Diagnostic]) -> Vec<Diagnostic> {
        let mut shown: Vec<(&diagnostics::Diagnostic, Severity)> =
            findings.iter().map(|finding| (finding, finding.severity)).collect();
        let left_out = shown.len().saturating_sub(MAX_FINDINGS);
        if left_out > 0 {
            // The worst are kept, in the order of the text.
            let mut severities: Vec<Severity> =
                shown.iter().map(|(_, severity)| *severity).collect();
            severities.sort_unstable_by(|a, b| b.cmp(a));
            let limit = severities[MAX_FINDINGS - 1];
            let above = severities.iter().filter(|severity| **severity > limit).count();
            let mut at_limit = MAX_FINDINGS - above;
            shown.retain(|(_, severity)| {
                let is_kept = *severity > limit || (*severity == limit && at_limit > 0);
                at_limit -= usize::from(is_kept && *severity == limit);
                is_kept
            });
        }
        let mut all: Vec<Diagnostic> =
            shown.iter().map(|(finding, severity)| self.finding(finding, *severity)).collect();
        if left_out > 0 {
            all.push(Diagnostic {
                range: Range::default(),
                severity: Some(DiagnosticSeverity::INFORMATION),
                source: Some(SOURCE.to_owned()),
                message: format!(
                    "{left_out} more findings are not shown; mend some of these first"
                ),
                ..Diagnostic::default()
            });
        }
        all
    }

    fn finding(&self, finding: &diagnostics::Diagnostic, severity: Severity) -> Diagnostic {
        let mut message = finding.message.clone();
        if let Some(help) = &finding.help {
            message.push('\n');
            message.push_str(help);
        }
        let mut related = Vec::new();
        for other in &finding.related {
            if self.client.related_information {
                related.push(DiagnosticRelatedInformation {
                    location: Location { uri: self.uri.clone(), range: self.range(other.place) },
                    message: other.message.clone(),
                });
            } else {
                let line = self.index.line(other.place.start()) + 1;
                message.push_str(&format!("\nline {line}: {}", other.message));
            }
        }
        let tags = self.tags(finding.code);
        Diagnostic {
            range: self.range(finding.place),
            severity: Some(match severity {
                Severity::Error => DiagnosticSeverity::ERROR,
                Severity::Warning => DiagnosticSeverity::WARNING,
                Severity::Info => DiagnosticSeverity::INFORMATION,
                Severity::Hint => DiagnosticSeverity::HINT,
            }),
            code: Some(NumberOrString::String(finding.code.name().to_owned())),
            code_description: page(finding.code).filter(|_| self.client.code_description),
            source: Some(SOURCE.to_owned()),
            message,
            related_information: (!related.is_empty()).then_some(related),
            tags: (!tags.is_empty()).then_some(tags),
            data: None,
        }
    }

    fn tags(&self, code: Code) -> Vec<DiagnosticTag> {
        let can_show = |number: u64| self.client.diagnostic_tags.contains(&number);
        let tag = |tag: &Tag| match tag {
            Tag::Unnecessary => can_show(1).then_some(DiagnosticTag::UNNECESSARY),
            Tag::Deprecated => can_show(2).then_some(DiagnosticTag::DEPRECATED),
        };
        code.info().tags.iter().filter_map(tag).collect()
    }

    fn range(&self, range: TextRange) -> Range {
        convert::range(self.text, self.index, range, self.client.unit)
    }
}

/// The page of a code, if the package says where its pages are.
fn page(code: Code) -> Option<CodeDescription> {
    let repository = env!("CARGO_PKG_REPOSITORY");
    if repository.is_empty() {
        return None;
    }
    let page = format!("{repository}/blob/main/docs/diagnostics/{code}.md");
    Some(CodeDescription { href: Url::parse(&page).ok()? })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{TEXT, lines, poor, rich, with_settings};
    use super::*;
    use expect_test::{Expect, expect};
    use serde_json::json;

    fn check(snapshot: &Snapshot, expect: Expect) {
        expect.assert_eq(&lines(&diagnostics(snapshot)));
    }

    #[test]
    fn findings_have_place_code_and_severity() {
        check(
            &rich(TEXT),
            expect![[r#"
            {"range":{"start":{"line":5,"character":10},"end":{"line":5,"character":15}},"severity":1,"code":"unknown-parameter","source":"neural-analyzer","message":"`Dense` has no parameter `unitz`; did you mean `units`?"}
        "#]],
        );
    }

    #[test]
    fn related_places_are_named_in_one_way_or_the_other() {
        let twice = "network A { input: (8,) layers: Dense(2) }\nnetwork A { input: (8,) layers: Dense(2) }\n";
        check(
            &rich(twice),
            expect![[r#"
            {"range":{"start":{"line":1,"character":8},"end":{"line":1,"character":9}},"severity":1,"code":"duplicate-network","source":"neural-analyzer","message":"a network is called `A` already","relatedInformation":[{"location":{"uri":"file:///net.neural","range":{"start":{"line":0,"character":8},"end":{"line":0,"character":9}}},"message":"the first of them"}]}
        "#]],
        );
        check(
            &poor(twice),
            expect![[r#"
            {"range":{"start":{"line":1,"character":8},"end":{"line":1,"character":9}},"severity":1,"code":"duplicate-network","source":"neural-analyzer","message":"a network is called `A` already\nline 1: the first of them"}
        "#]],
        );
    }

    #[test]
    fn tags_are_sent_to_clients_that_know_them() {
        let unused = "define Unused { Dense(2) }\nnetwork A { input: (8,) layers: Dense(2) }\n";
        check(
            &rich(unused),
            expect![[r#"
            {"range":{"start":{"line":0,"character":7},"end":{"line":0,"character":13}},"severity":2,"code":"unused-macro","source":"neural-analyzer","message":"nothing uses the macro `Unused`","tags":[1]}
        "#]],
        );
        check(
            &poor(unused),
            expect![[r#"
            {"range":{"start":{"line":0,"character":7},"end":{"line":0,"character":13}},"severity":2,"code":"unused-macro","source":"neural-analyzer","message":"nothing uses the macro `Unused`"}
        "#]],
        );
    }

    #[test]
    fn settings_change_and_hide_findings() {
        let hint = json!({ "severity": { "unknown-parameter": "hint" } });
        check(
            &with_settings(rich(TEXT), hint),
            expect![[r#"
            {"range":{"start":{"line":5,"character":10},"end":{"line":5,"character":15}},"severity":4,"code":"unknown-parameter","source":"neural-analyzer","message":"`Dense` has no parameter `unitz`; did you mean `units`?"}
        "#]],
        );
        let off = json!({ "severity": { "unknown-parameter": "off" } });
        check(&with_settings(rich(TEXT), off), expect![[""]]);
    }

    #[test]
    fn of_too_many_findings_the_worst_are_shown() {
        let warnings: String =
            (0..150).map(|at| format!("define Unused{at} {{ Dense(2) }}\n")).collect();
        let errors = "    Bogus()\n".repeat(150);
        let text = format!("{warnings}network A {{\n  input: (8,)\n  layers:\n{errors}}}\n");
        let shown = diagnostics(&rich(&text));
        let count = |severity| shown.iter().filter(|it| it.severity == Some(severity)).count();
        assert_eq!(shown.len(), MAX_FINDINGS + 1);
        assert_eq!(count(DiagnosticSeverity::ERROR), 150);
        assert_eq!(count(DiagnosticSeverity::WARNING), 50);
        let message = &shown[MAX_FINDINGS].message;
        assert_eq!(message, "100 more findings are not shown; mend some of these first");
    }
}
