//! What was found in the state of a file that was saved last, and what has been edited since.
//!
//! Under `diagnostics.mode` `onSave` these findings are what is shown until the file is saved again.
//! A change of severities takes effect at once all the same: the findings are shown anew, at the
//! places to which the edits have moved them.

use crate::diagnostics::Diagnostic;
use crate::text::{TextRange, TextSize};

/// The most edits that are followed. Neighbouring keystrokes are one edit, so this is far more than
/// anybody types without saving.
const MAX_EDITS: usize = 1000;

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Kept {
    /// The revision that was saved.
    pub(super) revision: u64,
    /// What was found in it, once that is known.
    findings: Option<Vec<Diagnostic>>,
    /// What has been edited since, one after another; `None` where that is not known any more.
    edits: Option<Vec<Edit>>,
}

/// `inserted` bytes in the place of `replaced`.
#[derive(Debug, Clone, Copy)]
struct Edit {
    replaced: TextRange,
    inserted: TextSize,
}

impl Kept {
    /// The state `revision`, of which nothing is known yet.
    pub(super) fn new(revision: u64) -> Kept {
        Kept { revision, findings: None, edits: Some(Vec::new()) }
    }

    /// Takes what was found in the state `revision`.
    pub(super) fn found(&mut self, revision: u64, findings: Vec<Diagnostic>) {
        if self.revision == revision {
            self.findings = Some(findings);
        }
    }

    /// Follows an edit.
    pub(super) fn edit(&mut self, replaced: TextRange, inserted: TextSize) {
        let Some(edits) = &mut self.edits else { return };
        if let Some(last) = edits.last_mut() {
            let new = TextRange::at(last.replaced.start(), last.inserted);
            if new.contains_range(replaced) {
                last.inserted = last.inserted - replaced.len() + inserted;
                return;
            }
        }
        edits.push(Edit { replaced, inserted });
        if edits.len() > MAX_EDITS {
            self.edits = None;
        }
    }

    /// The whole text was replaced: nobody knows what of it is the same.
    pub(super) fn replace(&mut self) {
        self.edits = None;
    }

    /// The findings where they stand now, without those whose text is gone. `None` where that is not
    /// known.
    pub(super) fn now(&self) -> Option<Vec<Diagnostic>> {
        let (findings, edits) = (self.findings.as_ref()?, self.edits.as_ref()?);
        let stands = |finding: &&Diagnostic| {
            finding.place.is_empty() || !moved(finding.place, edits).is_empty()
        };
        let still = findings.iter().filter(stands).cloned();
        Some(still.map(|finding| finding.map_places(|place| moved(place, edits))).collect())
    }
}

/// Where the text of `range` is after the edits. What is written right before or behind it does not
/// belong to it.
fn moved(range: TextRange, edits: &[Edit]) -> TextRange {
    let (mut start, mut end) = (range.start(), range.end());
    for Edit { replaced, inserted } in edits {
        let behind = replaced.start() + *inserted;
        let shifted = |offset: TextSize| offset - replaced.end() + behind;
        if start >= replaced.end() {
            start = shifted(start);
        } else if start >= replaced.start() {
            start = behind;
        }
        if end > replaced.start() {
            end = if end > replaced.end() { shifted(end) } else { replaced.start() };
        }
        end = end.max(start);
    }
    TextRange::new(start, end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::codes;

    /// Applies edits, each a range and what is written in its place, and gives the text of the
    /// finding at `place`.
    fn after(text: &str, place: (u32, u32), edits: &[(u32, u32, &str)]) -> Option<String> {
        let mut text = text.to_owned();
        let mut kept = Kept::new(7);
        let range = TextRange::new(place.0.into(), place.1.into());
        kept.found(7, vec![Diagnostic::new(codes::UNKNOWN_LAYER, range, "")]);
        for (start, end, new_text) in edits {
            let replaced = TextRange::new((*start).into(), (*end).into());
            kept.edit(replaced, TextSize::of(*new_text));
            text.replace_range(std::ops::Range::<usize>::from(replaced), new_text);
        }
        let found = kept.now().unwrap();
        found.first().map(|finding| text[std::ops::Range::<usize>::from(finding.place)].to_owned())
    }

    #[test]
    fn findings_move_with_their_text() {
        let word = |edits: &[(u32, u32, &str)]| after("ab Bogus cd", (3, 8), edits);
        assert_eq!(word(&[]).as_deref(), Some("Bogus"));
        assert_eq!(word(&[(0, 0, "xyz"), (0, 1, ""), (11, 11, "!")]).as_deref(), Some("Bogus"));
        // Right before and right behind.
        assert_eq!(word(&[(3, 3, "x"), (9, 9, "y")]).as_deref(), Some("Bogus"));
        // Inside, keystroke by keystroke.
        assert_eq!(word(&[(5, 5, "1"), (6, 6, "2"), (6, 7, "")]).as_deref(), Some("Bo1gus"));
        // What is left of it.
        assert_eq!(word(&[(2, 5, "")]).as_deref(), Some("gus"));
        assert_eq!(word(&[(6, 11, "?")]).as_deref(), Some("Bog"));
        assert_eq!(word(&[(3, 4, "L")]).as_deref(), Some("ogus"));
        assert_eq!(word(&[(7, 8, "S")]).as_deref(), Some("Bogu"));
        assert_eq!(word(&[(1, 10, "")]), None);
        assert_eq!(word(&[(3, 8, "Other")]), None);
    }

    #[test]
    fn what_is_not_known_is_not_told() {
        let mut kept = Kept::new(7);
        kept.found(6, Vec::new());
        assert!(kept.now().is_none());
        kept.found(7, Vec::new());
        assert!(kept.now().is_some());
        for at in 0..=MAX_EDITS as u32 {
            assert!(kept.now().is_some());
            kept.edit(TextRange::empty((2 * at).into()), 1.into());
        }
        assert!(kept.now().is_none());
        let mut kept = Kept::new(7);
        kept.found(7, Vec::new());
        kept.replace();
        assert!(kept.now().is_none());
    }
}
