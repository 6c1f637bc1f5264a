//! `textDocument/inlayHint` and `inlayHint/resolve`

use serde::{Deserialize, Serialize};
use serde_json::json;
use tower_lsp::lsp_types::{
    InlayHint, InlayHintKind, InlayHintLabel, InlayHintTooltip, Range, Url,
};

use crate::ide;
use crate::server::snapshot::Snapshot;

/// What a hint carries so that its tooltip can be found later.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::server) struct Data {
    /// The file.
    pub(in crate::server) uri: Url,
    version: i32,
}

impl Data {
    /// What `hint` carries.
    pub(in crate::server) fn of(hint: &InlayHint) -> Option<Data> {
        serde_json::from_value(hint.data.clone()?).ok()
    }
}

/// The hints inside `range`.
pub(in crate::server) fn hints(snapshot: &Snapshot, range: Range) -> Vec<InlayHint> {
    let hints = found(snapshot, range);
    hints.into_iter().map(|hint| convert(snapshot, hint)).collect()
}

/// The hint with its tooltip, if it is one of this text.
pub(in crate::server) fn resolve(snapshot: &Snapshot, mut hint: InlayHint) -> InlayHint {
    let is_current = Data::of(&hint).is_some_and(|data| data.version == snapshot.version);
    if !is_current {
        return hint;
    }
    let here = Range { start: hint.position, end: hint.position };
    let same = |other: &ide::InlayHint| {
        matches!(&hint.label, InlayHintLabel::String(label) if *label == other.label)
            && hint.position == snapshot.position(other.offset)
    };
    let original = found(snapshot, here).into_iter().find(same);
    let tooltip = original.and_then(|original| {
        snapshot.analysis.inlay_hint_tooltip(&original, &snapshot.hover_config())
    });
    hint.tooltip = tooltip.map(|text| InlayHintTooltip::MarkupContent(snapshot.markup(text)));
    hint
}

fn found(snapshot: &Snapshot, range: Range) -> Vec<ide::InlayHint> {
    let hints = &snapshot.config.hints;
    let config = ide::InlayHintsConfig {
        shapes: hints.shapes,
        totals: hints.totals,
        params: hints.parameters,
        argument_names: hints.argument_names,
        branch_starts: hints.branches,
        max_length: Some(hints.max_length),
    };
    snapshot.analysis.inlay_hints(snapshot.text_range(range), &config)
}

fn convert(snapshot: &Snapshot, hint: ide::InlayHint) -> InlayHint {
    let edits = snapshot.edits(&hint.edits);
    InlayHint {
        position: snapshot.position(hint.offset),
        label: InlayHintLabel::String(hint.label),
        kind: Some(match hint.kind {
            ide::InlayHintKind::ArgumentName => InlayHintKind::PARAMETER,
            _ => InlayHintKind::TYPE,
        }),
        text_edits: (!edits.is_empty()).then_some(edits),
        tooltip: None,
        padding_left: Some(hint.padding_left),
        padding_right: Some(hint.padding_right),
        data: snapshot
            .client
            .hint_tooltips
            .then(|| json!({ "uri": snapshot.uri, "version": snapshot.version })),
    }
}
