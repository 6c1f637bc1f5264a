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
    let offered = snapshot.analysis.code_actions(snapshot.text_range(range));
    let wanted = offered.into_iter().filter(|action| is_wanted(&kind(action.kind), only));
    let actions = wanted.filter_map(|action| convert(snapshot, action));
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

/// `None` for the fix of a finding that the settings turn off.
fn convert(snapshot: &Snapshot, action: ide::CodeAction) -> Option<CodeAction> {
    let diagnostics = match &action.diagnostic {
        Some(finding) => Some(vec![diagnostics::convert(snapshot, finding)?]),
        None => None,
    };
    let is_preferred = snapshot.client.preferred_code_actions && action.is_preferred;
    Some(CodeAction {
        title: action.title,
        kind: Some(kind(action.kind)),
        diagnostics,
        edit: Some(edit(snapshot, &action.edits)),
        is_preferred: is_preferred.then_some(true),
        ..CodeAction::default()
    })
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
