//! tower-lsp's trait: a thin shell in front of [`Session`], which knows nothing of it.
//!
//! Each handler hands its message to the server before it waits for anything. Touching this file
//! compiles all of tower-lsp's plumbing anew, so nothing else is here.

use std::sync::Arc;

use serde_json::Value;
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::*;
use tower_lsp::{LanguageServer, async_trait};

use super::features::{
    actions, hints, hover, navigation, ranges, requests, semantic_tokens, symbols,
};
use super::session::{Extent, Session};

/// The handlers.
pub(super) struct Backend {
    session: Arc<Session>,
}

impl Backend {
    /// The handlers of `session`.
    pub(super) fn new(session: Arc<Session>) -> Backend {
        Backend { session }
    }

    /// `neural-analyzer/shapes`
    pub(super) async fn shapes(&self, params: requests::OfDocument) -> Result<Value> {
        self.session.query_open(&params.text_document.uri, Extent::File, requests::shapes).await
    }

    /// `neural-analyzer/totals`
    pub(super) async fn totals(&self, params: requests::OfDocument) -> Result<Value> {
        self.session.query_open(&params.text_document.uri, Extent::Place, requests::totals).await
    }

    /// `neural-analyzer/syntaxTree`
    pub(super) async fn syntax_tree(&self, params: requests::OfDocument) -> Result<String> {
        self.session
            .query_open(&params.text_document.uri, Extent::File, requests::syntax_tree)
            .await
    }

    /// `neural-analyzer/status`
    pub(super) async fn status(&self) -> Result<Value> {
        Ok(self.session.status())
    }
}

#[async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        // The message as it came: see `message::decode`.
        Ok(self.session.initialize(&params.initialization_options.unwrap_or_default()))
    }

    async fn initialized(&self, _: InitializedParams) {
        self.session.initialized();
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        self.session.open(params.text_document);
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        self.session.change(params);
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.session.save(&params.text_document.uri);
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.session.close(&params.text_document.uri);
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        self.session.change_configuration(&params.settings);
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.session.change_folders(params.event);
    }

    async fn did_change_watched_files(&self, _: DidChangeWatchedFilesParams) {
        self.session.change_files();
    }

    async fn diagnostic(
        &self,
        params: DocumentDiagnosticParams,
    ) -> Result<DocumentDiagnosticReportResult> {
        self.session.pull(params).await
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let at = params.text_document_position_params;
        let position = at.position;
        let work = move |snapshot: &_| hover::hover(snapshot, position);
        self.session.query(&at.text_document.uri, Extent::Place, work).await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        let range = params.range;
        let work = move |snapshot: &_| Some(hints::hints(snapshot, range));
        self.session.query(&params.text_document.uri, Extent::Range(range), work).await
    }

    async fn inlay_hint_resolve(&self, hint: InlayHint) -> Result<InlayHint> {
        let Some(data) = hints::Data::of(&hint) else { return Ok(hint) };
        let unresolved = hint.clone();
        let work = move |snapshot: &_| Some(hints::resolve(snapshot, hint));
        Ok(self.session.query(&data.uri, Extent::Place, work).await?.unwrap_or(unresolved))
    }

    async fn document_symbol(
        &self,
        params: DocumentSymbolParams,
    ) -> Result<Option<DocumentSymbolResponse>> {
        let work = |snapshot: &_| Some(symbols::symbols(snapshot));
        self.session.query(&params.text_document.uri, Extent::File, work).await
    }

    async fn goto_definition(
        &self,
        params: GotoDefinitionParams,
    ) -> Result<Option<GotoDefinitionResponse>> {
        let at = params.text_document_position_params;
        let position = at.position;
        let work = move |snapshot: &_| navigation::definition(snapshot, position);
        self.session.query(&at.text_document.uri, Extent::Place, work).await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let at = params.text_document_position;
        let (position, declaration) = (at.position, params.context.include_declaration);
        let work =
            move |snapshot: &_| Some(navigation::references(snapshot, position, declaration));
        self.session.query(&at.text_document.uri, Extent::File, work).await
    }

    async fn document_highlight(
        &self,
        params: DocumentHighlightParams,
    ) -> Result<Option<Vec<DocumentHighlight>>> {
        let at = params.text_document_position_params;
        let position = at.position;
        let work = move |snapshot: &_| Some(navigation::highlights(snapshot, position));
        self.session.query(&at.text_document.uri, Extent::File, work).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let (range, only) = (params.range, params.context.only);
        let work = move |snapshot: &_| Some(actions::actions(snapshot, range, only.as_deref()));
        self.session.query(&params.text_document.uri, Extent::Place, work).await
    }

    async fn semantic_tokens_full(
        &self,
        params: SemanticTokensParams,
    ) -> Result<Option<SemanticTokensResult>> {
        let work = |snapshot: &_| Some(semantic_tokens::tokens(snapshot, None).into());
        self.session.query(&params.text_document.uri, Extent::File, work).await
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        let range = params.range;
        let work = move |snapshot: &_| Some(semantic_tokens::tokens(snapshot, Some(range)).into());
        self.session.query(&params.text_document.uri, Extent::Range(range), work).await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        let work = |snapshot: &_| Some(ranges::folds(snapshot));
        self.session.query(&params.text_document.uri, Extent::File, work).await
    }

    async fn selection_range(
        &self,
        params: SelectionRangeParams,
    ) -> Result<Option<Vec<SelectionRange>>> {
        let positions = params.positions;
        let work = move |snapshot: &_| Some(ranges::selections(snapshot, &positions));
        self.session.query(&params.text_document.uri, Extent::Place, work).await
    }
}
