//! What the client can do, read from the JSON of `initialize`, and what the server says it can.
//!
//! The JSON is read field by field: a client that sends something newer than the types of tower-lsp
//! is served all the same, and `workspace.diagnostics`, which those types misspell, is found.

use serde_json::{Value, json};
use tower_lsp::lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability,
    FoldingRangeProviderCapability, HoverProviderCapability, InlayHintOptions,
    InlayHintServerCapabilities, OneOf, PositionEncodingKind, SaveOptions,
    SelectionRangeProviderCapability, SemanticTokensFullOptions, SemanticTokensLegend,
    SemanticTokensOptions, ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, WorkDoneProgressOptions,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};

use super::features::semantic_tokens;
use super::methods::own_requests;
use crate::text::ColumnUnit;

/// What the client can do, as far as it changes what the server does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClientCapabilities {
    /// What its columns count.
    pub(super) unit: ColumnUnit,
    /// It may pull diagnostics: it can be told to start, to stop and to pull again.
    pub(super) pulls_diagnostics: bool,
    /// Findings may name other places.
    pub(super) related_information: bool,
    /// Findings may be tagged as unnecessary (1) or deprecated (2).
    pub(super) diagnostic_tags: Vec<u64>,
    /// Findings may link to a page.
    pub(super) code_description: bool,
    /// Hovers and tooltips may be Markdown.
    pub(super) markdown: bool,
    /// The outline may be a tree.
    pub(super) hierarchical_symbols: bool,
    /// A definition may say which text leads to it.
    pub(super) definition_links: bool,
    /// Code actions may carry their edits.
    pub(super) code_action_literals: bool,
    /// Code actions may be marked as preferred.
    pub(super) preferred_code_actions: bool,
    /// Edits may name the version that they are for.
    pub(super) versioned_edits: bool,
    /// The tooltip of a hint can be asked for later.
    pub(super) hint_tooltips: bool,
    /// It can be told to ask for hints again.
    pub(super) refreshes_hints: bool,
    /// Folds are whole lines.
    pub(super) folds_lines: bool,
    /// The most folds that it wants.
    pub(super) max_folds: Option<usize>,
    /// It can be asked for settings.
    pub(super) configuration: bool,
    /// It can be asked to say when settings change.
    pub(super) watches_configuration: bool,
    /// It can be asked to say when files change.
    pub(super) watches_files: bool,
}

impl ClientCapabilities {
    /// Reads the parameters of `initialize`.
    pub(super) fn read(params: &Value) -> ClientCapabilities {
        let null = Value::Null;
        let all = params.get("capabilities").unwrap_or(&null);
        let flag = |pointer: &str| all.pointer(pointer).and_then(Value::as_bool) == Some(true);
        let has_text = |pointer: &str, wanted: &str| {
            let list = all.pointer(pointer).and_then(Value::as_array);
            list.is_some_and(|list| list.iter().any(|text| text == wanted))
        };
        ClientCapabilities {
            unit: unit(all),
            pulls_diagnostics: flag("/textDocument/diagnostic/dynamicRegistration")
                && (flag("/workspace/diagnostics/refreshSupport")
                    || flag("/workspace/diagnostic/refreshSupport")),
            related_information: flag("/textDocument/publishDiagnostics/relatedInformation"),
            diagnostic_tags: all
                .pointer("/textDocument/publishDiagnostics/tagSupport/valueSet")
                .and_then(Value::as_array)
                .map(|tags| tags.iter().filter_map(Value::as_u64).collect())
                .unwrap_or_default(),
            code_description: flag("/textDocument/publishDiagnostics/codeDescriptionSupport"),
            markdown: has_text("/textDocument/hover/contentFormat", "markdown"),
            hierarchical_symbols: flag(
                "/textDocument/documentSymbol/hierarchicalDocumentSymbolSupport",
            ),
            definition_links: flag("/textDocument/definition/linkSupport"),
            code_action_literals: all
                .pointer("/textDocument/codeAction/codeActionLiteralSupport")
                .is_some_and(Value::is_object),
            preferred_code_actions: flag("/textDocument/codeAction/isPreferredSupport"),
            versioned_edits: flag("/workspace/workspaceEdit/documentChanges"),
            hint_tooltips: has_text("/textDocument/inlayHint/resolveSupport/properties", "tooltip"),
            refreshes_hints: flag("/workspace/inlayHint/refreshSupport"),
            folds_lines: flag("/textDocument/foldingRange/lineFoldingOnly"),
            max_folds: all
                .pointer("/textDocument/foldingRange/rangeLimit")
                .and_then(Value::as_u64)
                .and_then(|limit| usize::try_from(limit).ok()),
            configuration: flag("/workspace/configuration"),
            watches_configuration: flag("/workspace/didChangeConfiguration/dynamicRegistration"),
            watches_files: flag("/workspace/didChangeWatchedFiles/dynamicRegistration"),
        }
    }
}

/// What columns count: bytes where the client can, since they are what the server has; then
/// characters; and otherwise what every client can.
fn unit(all: &Value) -> ColumnUnit {
    let offered = all.pointer("/general/positionEncodings").and_then(Value::as_array);
    let offers = |name: &str| offered.is_some_and(|list| list.iter().any(|text| text == name));
    match () {
        () if offers("utf-8") => ColumnUnit::Utf8,
        () if offers("utf-32") => ColumnUnit::Utf32,
        () => ColumnUnit::Utf16,
    }
}

/// What the server says of itself.
pub(super) fn server_capabilities(client: &ClientCapabilities) -> ServerCapabilities {
    let progress = WorkDoneProgressOptions::default();
    ServerCapabilities {
        position_encoding: Some(match client.unit {
            ColumnUnit::Utf8 => PositionEncodingKind::UTF8,
            ColumnUnit::Utf16 => PositionEncodingKind::UTF16,
            ColumnUnit::Utf32 => PositionEncodingKind::UTF32,
        }),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions {
                include_text: Some(false),
            })),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        code_action_provider: client.code_action_literals.then(|| {
            CodeActionProviderCapability::Options(CodeActionOptions {
                code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
                resolve_provider: Some(false),
                work_done_progress_options: progress,
            })
        }),
        inlay_hint_provider: Some(OneOf::Right(InlayHintServerCapabilities::Options(
            InlayHintOptions {
                resolve_provider: Some(client.hint_tooltips),
                work_done_progress_options: progress,
            },
        ))),
        semantic_tokens_provider: Some(
            SemanticTokensOptions {
                legend: SemanticTokensLegend {
                    token_types: semantic_tokens::types(),
                    token_modifiers: semantic_tokens::modifiers(),
                },
                range: Some(true),
                full: Some(SemanticTokensFullOptions::Bool(true)),
                work_done_progress_options: progress,
            }
            .into(),
        ),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        experimental: Some(json!({ "requests": own_requests() })),
        ..ServerCapabilities::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_assumed_of_a_client() {
        let client = ClientCapabilities::read(&json!({}));
        assert_eq!(client, ClientCapabilities::read(&json!({ "capabilities": 7 })));
        assert_eq!(client.unit, ColumnUnit::Utf16);
        assert!(!client.pulls_diagnostics && !client.markdown && !client.configuration);
    }

    #[test]
    fn the_best_unit_is_taken() {
        let unit = |offered: Value| {
            let general = json!({ "general": { "positionEncodings": offered } });
            ClientCapabilities::read(&json!({ "capabilities": general })).unit
        };
        assert_eq!(unit(json!(["utf-16", "utf-32", "utf-8"])), ColumnUnit::Utf8);
        assert_eq!(unit(json!(["utf-16", "utf-32"])), ColumnUnit::Utf32);
        assert_eq!(unit(json!(["utf-16"])), ColumnUnit::Utf16);
        assert_eq!(unit(json!(["utf-7"])), ColumnUnit::Utf16);
    }

    #[test]
    fn pulling_needs_a_client_that_starts_stops_and_refreshes() {
        let pulls = |dynamic: bool, spelled: &str| {
            let workspace = json!({ spelled: { "refreshSupport": true } });
            let diagnostic = json!({ "diagnostic": { "dynamicRegistration": dynamic } });
            let all = json!({ "textDocument": diagnostic, "workspace": workspace });
            ClientCapabilities::read(&json!({ "capabilities": all })).pulls_diagnostics
        };
        assert!(pulls(true, "diagnostics"));
        assert!(!pulls(false, "diagnostics"));
        assert!(!pulls(true, "other"));
    }
}
