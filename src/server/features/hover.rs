//! `textDocument/hover`

use tower_lsp::lsp_types::{Hover, Position};

use crate::server::snapshot::Snapshot;

/// What there is to say about a position.
pub(in crate::server) fn hover(snapshot: &Snapshot, position: Position) -> Option<Hover> {
    let offset = snapshot.offset(position);
    let hover = snapshot.analysis.hover(offset, &snapshot.hover_config())?;
    Some(snapshot.hover(hover.range, hover.markdown))
}
