//! The changes that an editor offers at a place: the fixes that findings carry, and comments that
//! switch findings off.

use super::analysis::Analysis;
use super::suppressions;
use crate::config::Config;
use crate::diagnostics::Diagnostic;
use crate::text::{TextEdit, TextRange};

/// A change on offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeAction {
    /// What it does, as a menu shows it.
    pub title: String,
    /// What sort of change it is.
    pub kind: CodeActionKind,
    /// The finding that it mends.
    pub diagnostic: Option<Diagnostic>,
    /// The edits, which belong together.
    pub edits: Vec<TextEdit>,
    /// Whether it is the one that an editor applies without asking.
    pub is_preferred: bool,
}

/// Sorts of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeActionKind {
    /// Mends a finding.
    QuickFix,
}

/// The fixes of the findings that touch `range`, the first fix of a finding being the preferred one;
/// then, for each finding, the comments that switch it off.
pub(super) fn code_actions(
    analysis: &Analysis,
    range: TextRange,
    config: &Config,
) -> Vec<CodeAction> {
    let mut actions: Vec<CodeAction> = Vec::new();
    let mut touching = analysis.findings(config);
    touching.retain(|it| it.place.intersect(range).is_some());
    for diagnostic in &touching {
        for (at, fix) in diagnostic.fixes.iter().enumerate() {
            // Two findings may be mended by the same change; one entry of the menu is enough.
            let known = actions.iter().any(|it| it.title == fix.title && it.edits == fix.edits);
            if known {
                continue;
            }
            actions.push(CodeAction {
                title: fix.title.clone(),
                kind: CodeActionKind::QuickFix,
                diagnostic: Some(diagnostic.clone()),
                edits: fix.edits.clone(),
                is_preferred: at == 0,
            });
        }
    }
    for diagnostic in &touching {
        for (title, edit) in suppressions::offers(analysis.document(), diagnostic) {
            if actions.iter().any(|it| it.title == title) {
                continue;
            }
            actions.push(CodeAction {
                title,
                kind: CodeActionKind::QuickFix,
                diagnostic: Some(diagnostic.clone()),
                edits: vec![edit],
                is_preferred: false,
            });
        }
    }
    actions
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::ide::fixture::at_cursor;
    use crate::text::apply_edits;
    use expect_test::{Expect, expect};

    /// Compares the actions at the cursor, each with the lines that it changes.
    fn check(text: &str, expect: Expect) {
        let (analysis, offset) = at_cursor(text);
        let mut out = String::new();
        for action in
            analysis.code_actions(crate::text::TextRange::empty(offset), &Config::default())
        {
            let star = if action.is_preferred { "* " } else { "" };
            out.push_str(&format!("{star}{}\n", action.title));
            let mended = apply_edits(analysis.text(), &action.edits);
            let before: Vec<&str> = analysis.text().lines().collect();
            for line in mended.lines().filter(|line| !before.contains(line)) {
                out.push_str(&format!("    {line}\n"));
            }
        }
        expect.assert_eq(&out);
    }

    #[test]
    fn fixes_of_the_findings_at_the_cursor() {
        check(
            "Conv2D(4, $099)\nDense(4)",
            expect![[r#"
                * Change `kernel_size` to 28
                    Conv2D(4, 28)
                Add `padding="same"`
                    Conv2D(4, 99, padding="same")
                Allow `kernel-too-large` here
                    # neural: allow(kernel-too-large)
                Allow `kernel-too-large` in this file
                    # neural: allow-file(kernel-too-large)
            "#]],
        );
        check(
            "Conv2D(4, 99)\nDens$0(4)",
            expect![[r#"
                * Change to `Dense`
                    Dense(4)
                Allow `unknown-layer` here
                    # neural: allow(unknown-layer)
                Allow `unknown-layer` in this file
                    # neural: allow-file(unknown-layer)
            "#]],
        );
        check("Dense(uni$0ts=4.0)", expect![[""]]);
        check("Flatten()\nDense($04)", expect![[""]]);
    }
}
