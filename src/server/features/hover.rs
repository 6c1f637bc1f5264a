//! `textDocument/hover`

use tower_lsp::lsp_types::{Hover, Position};

use crate::server::snapshot::Snapshot;

/// What there is to say about a position.
pub(in crate::server) fn hover(snapshot: &Snapshot, position: Position) -> Option<Hover> {
    let offset = snapshot.offset(position);
    let hover = snapshot.analysis.hover(offset, &snapshot.hover_config())?;
    Some(snapshot.hover(hover.range, hover.markdown))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{TEXT, poor, position_of, rich, with_settings};
    use super::*;
    use expect_test::{Expect, expect};
    use serde_json::json;
    use tower_lsp::lsp_types::HoverContents;

    fn check(snapshot: &Snapshot, expect: Expect) {
        let hover = hover(snapshot, position_of(snapshot, "Conv2D")).unwrap();
        let HoverContents::Markup(contents) = hover.contents else { panic!("no markup") };
        let lines: Vec<&str> = contents.value.lines().take(7).collect();
        expect.assert_eq(&format!("{:?} {:?}\n{}\n", contents.kind, hover.range, lines.join("\n")));
    }

    #[test]
    fn a_hover_is_written_as_the_client_can_show_it() {
        let brief = json!({ "hover": { "documentation": false }, "batch": 2, "dtype": "float16" });
        check(
            &with_settings(rich(TEXT), brief.clone()),
            expect![[r#"
                Markdown Some(Range { start: Position { line: 3, character: 4 }, end: Position { line: 3, character: 10 } })
                ```text
                Conv2D  8×8×1 → 6×6×4
                ```

                - 40 parameters (80 B)
                - 2,592 MACs, 5,184 FLOPs, 288 other operations for a batch of 2
                - 576 B of activations for a batch of 2
            "#]],
        );
        check(
            &with_settings(poor(TEXT), brief),
            expect![[r#"
                PlainText Some(Range { start: Position { line: 3, character: 4 }, end: Position { line: 3, character: 10 } })
                Conv2D  8×8×1 → 6×6×4

                - 40 parameters (80 B)
                - 2,592 MACs, 5,184 FLOPs, 288 other operations for a batch of 2
                - 576 B of activations for a batch of 2

                height: floor((8 − 3)/1) + 1 = 6
            "#]],
        );
    }

    #[test]
    fn there_may_be_nothing_to_say() {
        let snapshot = rich("\n\n");
        assert_eq!(hover(&snapshot, Position { line: 1, character: 0 }), None);
    }
}
