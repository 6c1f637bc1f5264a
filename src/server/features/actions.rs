//! `textDocument/codeAction`: the fixes of findings.

use std::collections::HashMap;

use tower_lsp::lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, Range, TextDocumentEdit, WorkspaceEdit,
};

use super::diagnostics;
use crate::ide;
use crate::server::snapshot::Snapshot;
use crate::text;

/// The changes on offer for `range`, of the kinds that the client asks for.
pub(in crate::server) fn actions(
    snapshot: &Snapshot,
    range: Range,
    only: Option<&[CodeActionKind]>,
) -> Vec<CodeActionOrCommand> {
    let offered = snapshot.analysis.code_actions(snapshot.text_range(range), &snapshot.config);
    let wanted = offered.into_iter().filter(|action| is_wanted(&kind(action.kind), only));
    let actions = wanted.map(|action| convert(snapshot, action));
    actions.map(CodeActionOrCommand::CodeAction).collect()
}

/// Whether the client asks for this kind: by its name, or by that of a kind above it.
fn is_wanted(kind: &CodeActionKind, only: Option<&[CodeActionKind]>) -> bool {
    let Some(only) = only else { return true };
    only.iter().any(|wanted| {
        let rest = kind.as_str().strip_prefix(wanted.as_str());
        rest.is_some_and(|rest| {
            rest.is_empty() || rest.starts_with('.') || wanted.as_str().is_empty()
        })
    })
}

fn kind(kind: ide::CodeActionKind) -> CodeActionKind {
    match kind {
        ide::CodeActionKind::QuickFix => CodeActionKind::QUICKFIX,
    }
}

fn convert(snapshot: &Snapshot, action: ide::CodeAction) -> CodeAction {
    let finding = action.diagnostic.as_ref();
    let diagnostics = finding.map(|finding| vec![diagnostics::convert(snapshot, finding)]);
    let is_preferred = snapshot.client.preferred_code_actions && action.is_preferred;
    CodeAction {
        title: action.title,
        kind: Some(kind(action.kind)),
        diagnostics,
        edit: Some(edit(snapshot, &action.edits)),
        is_preferred: is_preferred.then_some(true),
        ..CodeAction::default()
    }
}

fn edit(snapshot: &Snapshot, edits: &[text::TextEdit]) -> WorkspaceEdit {
    let edits = snapshot.edits(edits);
    let uri = snapshot.uri.clone();
    if !snapshot.client.versioned_edits {
        return WorkspaceEdit::new(HashMap::from([(uri, edits)]));
    }
    let change = TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier {
            uri,
            version: Some(snapshot.version),
        },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    };
    WorkspaceEdit {
        document_changes: Some(DocumentChanges::Edits(vec![change])),
        ..WorkspaceEdit::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{TEXT, lines, poor, position_of, rich, with_settings};
    use super::*;
    use expect_test::{Expect, expect};
    use serde_json::json;

    fn check(snapshot: &Snapshot, only: Option<&[CodeActionKind]>, expect: Expect) {
        let at = position_of(snapshot, "unitz");
        expect.assert_eq(&lines(&actions(snapshot, Range { start: at, end: at }, only)));
    }

    #[test]
    fn a_fix_is_written_as_the_client_can_apply_it() {
        check(
            &rich(TEXT),
            None,
            expect![[r##"
                {"title":"Change to `units`","kind":"quickfix","diagnostics":[{"range":{"start":{"line":5,"character":10},"end":{"line":5,"character":15}},"severity":1,"code":"unknown-parameter","source":"neural-analyzer","message":"`Dense` has no parameter `unitz`; did you mean `units`?"}],"edit":{"documentChanges":[{"textDocument":{"uri":"file:///net.neural","version":3},"edits":[{"range":{"start":{"line":5,"character":10},"end":{"line":5,"character":15}},"newText":"units"}]}]},"isPreferred":true}
                {"title":"Allow `unknown-parameter` here","kind":"quickfix","diagnostics":[{"range":{"start":{"line":5,"character":10},"end":{"line":5,"character":15}},"severity":1,"code":"unknown-parameter","source":"neural-analyzer","message":"`Dense` has no parameter `unitz`; did you mean `units`?"}],"edit":{"documentChanges":[{"textDocument":{"uri":"file:///net.neural","version":3},"edits":[{"range":{"start":{"line":5,"character":0},"end":{"line":5,"character":0}},"newText":"    # neural: allow(unknown-parameter)\n"}]}]}}
                {"title":"Allow `unknown-parameter` in this file","kind":"quickfix","diagnostics":[{"range":{"start":{"line":5,"character":10},"end":{"line":5,"character":15}},"severity":1,"code":"unknown-parameter","source":"neural-analyzer","message":"`Dense` has no parameter `unitz`; did you mean `units`?"}],"edit":{"documentChanges":[{"textDocument":{"uri":"file:///net.neural","version":3},"edits":[{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"newText":"# neural: allow-file(unknown-parameter)\n"}]}]}}
            "##]],
        );
        check(
            &poor(TEXT),
            None,
            expect![[r##"
                {"title":"Change to `units`","kind":"quickfix","diagnostics":[{"range":{"start":{"line":5,"character":10},"end":{"line":5,"character":15}},"severity":1,"code":"unknown-parameter","source":"neural-analyzer","message":"`Dense` has no parameter `unitz`; did you mean `units`?"}],"edit":{"changes":{"file:///net.neural":[{"range":{"start":{"line":5,"character":10},"end":{"line":5,"character":15}},"newText":"units"}]}}}
                {"title":"Allow `unknown-parameter` here","kind":"quickfix","diagnostics":[{"range":{"start":{"line":5,"character":10},"end":{"line":5,"character":15}},"severity":1,"code":"unknown-parameter","source":"neural-analyzer","message":"`Dense` has no parameter `unitz`; did you mean `units`?"}],"edit":{"changes":{"file:///net.neural":[{"range":{"start":{"line":5,"character":0},"end":{"line":5,"character":0}},"newText":"    # neural: allow(unknown-parameter)\n"}]}}}
                {"title":"Allow `unknown-parameter` in this file","kind":"quickfix","diagnostics":[{"range":{"start":{"line":5,"character":10},"end":{"line":5,"character":15}},"severity":1,"code":"unknown-parameter","source":"neural-analyzer","message":"`Dense` has no parameter `unitz`; did you mean `units`?"}],"edit":{"changes":{"file:///net.neural":[{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"newText":"# neural: allow-file(unknown-parameter)\n"}]}}}
            "##]],
        );
    }

    #[test]
    fn findings_that_are_off_offer_nothing() {
        let off = json!({ "severity": { "unknown-parameter": "off" } });
        check(&with_settings(rich(TEXT), off), None, expect![[""]]);
    }

    #[test]
    fn kinds_are_filtered_as_the_protocol_says() {
        let is_wanted = |only: &[&'static str]| {
            let only: Vec<CodeActionKind> =
                only.iter().map(|kind| CodeActionKind::new(kind)).collect();
            is_wanted(&CodeActionKind::QUICKFIX, Some(&only))
        };
        assert!(is_wanted(&["refactor", "quickfix"]));
        assert!(is_wanted(&[""]));
        assert!(!is_wanted(&["quick"]) && !is_wanted(&["quickfix.x"]) && !is_wanted(&[]));
    }
}
