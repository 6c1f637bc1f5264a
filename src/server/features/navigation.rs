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

#[cfg(test)]
mod tests {
    use super::super::fixture::{lines, poor, position_of, rich};
    use super::*;
    use expect_test::{Expect, expect};
    use serde::Serialize;

    const TEXT: &str = "define Block(n) {\n  Dense($n)\n}\nnetwork A {\n  input: (8,)\n  layers:\n    Block(4)\n}\n";

    fn check(value: &impl Serialize, expect: Expect) {
        expect.assert_eq(&lines(value));
    }

    #[test]
    fn a_use_leads_to_its_definition() {
        let (rich, poor) = (rich(TEXT), poor(TEXT));
        check(
            &definition(&rich, position_of(&rich, "Block(4)")),
            expect![[r#"
            {"originSelectionRange":{"start":{"line":6,"character":4},"end":{"line":6,"character":9}},"targetUri":"file:///net.neural","targetRange":{"start":{"line":0,"character":0},"end":{"line":2,"character":1}},"targetSelectionRange":{"start":{"line":0,"character":7},"end":{"line":0,"character":12}}}
        "#]],
        );
        check(
            &definition(&poor, position_of(&poor, "n)\n}")),
            expect![[r#"
            {"uri":"file:///net.neural","range":{"start":{"line":0,"character":13},"end":{"line":0,"character":14}}}
        "#]],
        );
        check(
            &definition(&poor, position_of(&poor, "Dense")),
            expect![[r#"
            null
        "#]],
        );
    }

    #[test]
    fn a_definition_leads_to_its_uses() {
        let snapshot = poor(TEXT);
        let position = position_of(&snapshot, "Block(n)");
        check(
            &references(&snapshot, position, true),
            expect![[r#"
            {"uri":"file:///net.neural","range":{"start":{"line":0,"character":7},"end":{"line":0,"character":12}}}
            {"uri":"file:///net.neural","range":{"start":{"line":6,"character":4},"end":{"line":6,"character":9}}}
        "#]],
        );
        check(
            &references(&snapshot, position, false),
            expect![[r#"
            {"uri":"file:///net.neural","range":{"start":{"line":6,"character":4},"end":{"line":6,"character":9}}}
        "#]],
        );
        check(
            &highlights(&snapshot, position),
            expect![[r#"
            {"range":{"start":{"line":0,"character":7},"end":{"line":0,"character":12}},"kind":3}
            {"range":{"start":{"line":6,"character":4},"end":{"line":6,"character":9}},"kind":2}
        "#]],
        );
    }
}
