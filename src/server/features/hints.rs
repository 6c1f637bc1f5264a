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

#[cfg(test)]
mod tests {
    use super::super::fixture::{TEXT, lines, poor, rich, with_settings};
    use super::*;
    use expect_test::{Expect, expect};
    use tower_lsp::lsp_types::Position;

    fn whole() -> Range {
        Range { start: Position::default(), end: Position { line: 99, character: 0 } }
    }

    fn check(snapshot: &Snapshot, expect: Expect) {
        expect.assert_eq(&lines(&hints(snapshot, whole())));
    }

    #[test]
    fn hints_carry_what_their_tooltips_need() {
        check(
            &rich(TEXT),
            expect![[r#"
            {"position":{"line":0,"character":16},"label":"330 parameters, 1.58 kMACs","kind":1,"paddingLeft":true,"paddingRight":false,"data":{"uri":"file:///net.neural","version":3}}
            {"position":{"line":3,"character":16},"label":"→ 6×6×4","kind":1,"paddingLeft":true,"paddingRight":false,"data":{"uri":"file:///net.neural","version":3}}
            {"position":{"line":4,"character":11},"label":"→ 144","kind":1,"paddingLeft":true,"paddingRight":false,"data":{"uri":"file:///net.neural","version":3}}
            {"position":{"line":5,"character":18},"label":"→ 2","kind":1,"paddingLeft":true,"paddingRight":false,"data":{"uri":"file:///net.neural","version":3}}
        "#]],
        );
        check(
            &poor(TEXT),
            expect![[r#"
            {"position":{"line":0,"character":16},"label":"330 parameters, 1.58 kMACs","kind":1,"paddingLeft":true,"paddingRight":false}
            {"position":{"line":3,"character":16},"label":"→ 6×6×4","kind":1,"paddingLeft":true,"paddingRight":false}
            {"position":{"line":4,"character":11},"label":"→ 144","kind":1,"paddingLeft":true,"paddingRight":false}
            {"position":{"line":5,"character":18},"label":"→ 2","kind":1,"paddingLeft":true,"paddingRight":false}
        "#]],
        );
    }

    #[test]
    fn each_kind_is_switched_by_its_setting() {
        let names = json!({
            "inlayHints": { "shapes": false, "totals": false, "argumentNames": true },
        });
        check(
            &with_settings(poor(TEXT), names),
            expect![[r#"
            {"position":{"line":3,"character":11},"label":"filters=","kind":2,"textEdits":[{"range":{"start":{"line":3,"character":11},"end":{"line":3,"character":11}},"newText":"filters="}],"paddingLeft":false,"paddingRight":false}
            {"position":{"line":3,"character":14},"label":"kernel_size=","kind":2,"textEdits":[{"range":{"start":{"line":3,"character":14},"end":{"line":3,"character":14}},"newText":"kernel_size="}],"paddingLeft":false,"paddingRight":false}
        "#]],
        );
        let numbers = json!({
            "inlayHints": { "shapes": false, "parameters": true, "maxLength": 8 },
        });
        check(
            &with_settings(poor(TEXT), numbers),
            expect![[r#"
            {"position":{"line":0,"character":16},"label":"330 par…","kind":1,"paddingLeft":true,"paddingRight":false}
            {"position":{"line":3,"character":16},"label":"40 para…","kind":1,"paddingLeft":true,"paddingRight":false}
            {"position":{"line":5,"character":18},"label":"290 par…","kind":1,"paddingLeft":true,"paddingRight":false}
        "#]],
        );
    }

    #[test]
    fn a_tooltip_is_found_for_a_hint_of_the_same_text() {
        let snapshot = rich(TEXT);
        for hint in hints(&snapshot, whole()) {
            let resolved = resolve(&snapshot, hint.clone());
            assert!(resolved.tooltip.is_some(), "{hint:?}");
            let older = Snapshot { version: 2, ..snapshot.clone() };
            assert!(resolve(&older, hint).tooltip.is_none());
        }
    }
}
