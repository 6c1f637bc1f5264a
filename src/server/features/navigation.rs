//! `textDocument/definition`, `textDocument/references` and `textDocument/documentHighlight`

use tower_lsp::lsp_types::{
    DocumentHighlight, DocumentHighlightKind, GotoDefinitionResponse, Location, LocationLink,
    Position,
};

use crate::server::snapshot::Snapshot;

/// Where what stands at a position is defined.
pub(in crate::server) fn definition(
    snapshot: &Snapshot,
    position: Position,
) -> Option<GotoDefinitionResponse> {
    let navigation = snapshot.analysis.goto_definition(snapshot.offset(position))?;
    if !snapshot.client.definition_links {
        let location = |target: &crate::ide::NavTarget| snapshot.location(target.selection_range);
        let locations = navigation.targets.iter().map(location).collect();
        return Some(GotoDefinitionResponse::Array(locations));
    }
    let origin = snapshot.range(navigation.origin);
    let link = |target: &crate::ide::NavTarget| LocationLink {
        origin_selection_range: Some(origin),
        target_uri: snapshot.uri.clone(),
        target_range: snapshot.range(target.range),
        target_selection_range: snapshot.range(target.selection_range),
    };
    Some(GotoDefinitionResponse::Link(navigation.targets.iter().map(link).collect()))
}

/// Where what stands at a position is used.
pub(in crate::server) fn references(
    snapshot: &Snapshot,
    position: Position,
    with_definition: bool,
) -> Vec<Location> {
    let ranges = snapshot.analysis.references(snapshot.offset(position), with_definition);
    ranges.into_iter().map(|range| snapshot.location(range)).collect()
}

/// What to mark with what stands at a position.
pub(in crate::server) fn highlights(
    snapshot: &Snapshot,
    position: Position,
) -> Vec<DocumentHighlight> {
    let highlights = snapshot.analysis.document_highlights(snapshot.offset(position));
    let convert = |highlight: crate::ide::DocumentHighlight| DocumentHighlight {
        range: snapshot.range(highlight.range),
        kind: Some(match highlight.is_definition {
            true => DocumentHighlightKind::WRITE,
            false => DocumentHighlightKind::READ,
        }),
    };
    highlights.into_iter().map(convert).collect()
}
