//! An open file: its text as the client has it, kept in step by edits.
//!
//! Edits are applied to the text at once, in the order in which they come; the analysis is given
//! the text only when somebody asks for something, so a burst of edits costs one analysis.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tower_lsp::lsp_types::{Diagnostic, Range, TextDocumentContentChangeEvent, Url};

use super::convert;
use super::kept::Kept;
use super::snapshot::Snapshot;
use crate::config::{Config, DiagnosticsMode, NeuralToml};
use crate::ide::FileId;
use crate::lang::Framework;
use crate::text::{ColumnUnit, LineIndex, TextEdit, TextRange, TextSize};

/// A text that grows over this is not followed any more: offsets have 32 bits.
pub(super) const MAX_LEN: usize = 1 << 30;

/// Revisions are never used twice, not even for a file that is closed and opened again.
static NEXT_REVISION: AtomicU64 = AtomicU64::new(1);

/// What the analysis has of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Analyzed {
    /// The file there.
    pub(super) file: FileId,
    /// Whose rules it is read by.
    pub(super) framework: Framework,
}

/// The most edits that the analysis is given one by one. More come from a formatter and not from a
/// keyboard, and cost more than reading the text anew.
const MAX_PENDING: usize = 64;

/// What has been edited since the analysis was given the text.
#[derive(Debug)]
pub(super) enum Pending {
    /// These edits, one after another.
    Edits(Vec<TextEdit>),
    /// So much that the text is best read anew.
    Everything,
}

impl Pending {
    fn push(&mut self, edit: TextEdit) {
        match self {
            Pending::Edits(edits) if edits.len() < MAX_PENDING => edits.push(edit),
            _ => *self = Pending::Everything,
        }
    }
}

/// An open file.
pub(super) struct Document {
    /// Its name, as the client writes it.
    pub(super) uri: Url,
    /// The client's number of this text.
    pub(super) version: i32,
    /// Our number of this text and of the settings that its analysis depends on.
    pub(super) revision: u64,
    /// The revision that it was opened with, which no other opening has.
    pub(super) opened: u64,
    /// The revision that was saved last.
    pub(super) saved: u64,
    /// The text.
    pub(super) text: String,
    index: LineIndex,
    /// What has been edited since the analysis was given the text.
    pub(super) pending: Pending,
    /// What the analysis has of it.
    pub(super) analyzed: Option<Analyzed>,
    /// The settings that hold for it.
    pub(super) config: Arc<Config>,
    /// The settings have been found; until then they are the defaults.
    pub(super) has_config: bool,
    /// The `neural.toml` that they come from.
    pub(super) toml: Option<Arc<NeuralToml>>,
    /// What the client shows of it, where that was pushed.
    pub(super) shown: Option<Vec<Diagnostic>>,
    /// An edit has touched what the client shows.
    pub(super) is_touched: bool,
    /// Its diagnostics are to be pushed.
    pub(super) is_due: bool,
    /// Its diagnostics are being computed.
    pub(super) is_computing: bool,
    /// How long that is likely to take.
    pub(super) cost: Option<Duration>,
    /// The state that was opened or saved last, where its diagnostics are still to be shown.
    pub(super) at_save: Option<Box<Snapshot>>,
    /// What was found in that state, under `onSave`.
    pub(super) kept: Option<Kept>,
}

impl Document {
    /// A file as it was opened.
    pub(super) fn new(uri: Url, version: i32, text: String) -> Document {
        let mut document = Document {
            uri,
            version,
            revision: 0,
            opened: 0,
            saved: 0,
            text: String::new(),
            index: LineIndex::new(""),
            pending: Pending::Everything,
            analyzed: None,
            config: Arc::default(),
            has_config: false,
            toml: None,
            shown: None,
            is_touched: false,
            is_due: true,
            is_computing: false,
            cost: None,
            at_save: None,
            kept: None,
        };
        document.open(text);
        document
    }

    /// Takes the text that it is opened with.
    pub(super) fn open(&mut self, text: String) {
        self.replace(text);
        self.opened = self.revision;
        self.saved = self.revision;
    }

    /// Replaces the whole text.
    pub(super) fn replace(&mut self, text: String) {
        self.text = if text.len() > MAX_LEN {
            tracing::error!("{} is longer than 1 GiB and is not followed", self.uri);
            String::new()
        } else {
            text
        };
        self.index = LineIndex::new(&self.text);
        self.pending = Pending::Everything;
        if let Some(kept) = &mut self.kept {
            kept.replace();
        }
        self.renew();
    }

    /// Where the lines of the text start.
    pub(super) fn line_index(&self) -> &LineIndex {
        &self.index
    }

    /// Applies the changes of one `didChange`, each of which refers to the text after those before
    /// it. Positions outside of the text are moved into it.
    pub(super) fn change(
        &mut self,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        unit: ColumnUnit,
    ) {
        if version <= self.version {
            // The order of the messages is what counts; a client that counts wrongly loses nothing.
            tracing::warn!("{}: version {version} after {}", self.uri, self.version);
        }
        self.version = version;
        for change in changes {
            match change.range {
                Some(range) => self.edit(range, &change.text, unit),
                None => {
                    self.replace(change.text);
                    self.is_touched = true;
                }
            }
        }
    }

    fn edit(&mut self, range: Range, new_text: &str, unit: ColumnUnit) {
        let range = convert::text_range(&self.text, &self.index, range, unit);
        if self.text.len() + new_text.len() > MAX_LEN {
            return self.replace(String::new());
        }
        self.touch(range);
        self.text.replace_range(std::ops::Range::<usize>::from(range), new_text);
        self.index.edit(range, TextSize::of(new_text), &self.text);
        if let Some(kept) = &mut self.kept {
            kept.edit(range, TextSize::of(new_text));
        }
        self.pending.push(TextEdit::new(range, new_text));
        self.renew();
    }

    /// Remembers an edit that touches what the client shows: editors drop underlines from text that
    /// is replaced, so findings have to be sent again even where they are the same.
    fn touch(&mut self, edited: TextRange) {
        let edited = convert::range(&self.text, &self.index, edited, ColumnUnit::Utf8);
        let touches = |shown: &Diagnostic| {
            shown.range.start.line <= edited.end.line && edited.start.line <= shown.range.end.line
        };
        self.is_touched |= self.shown.iter().flatten().any(touches);
    }

    /// Remembers how long its diagnostics took. One quick answer after a long one may only mean
    /// that somebody else had computed most of it.
    pub(super) fn took(&mut self, time: Duration) {
        self.cost = Some(self.cost.map_or(time, |before| time.max(before / 2)));
    }

    /// Makes everything that was computed for the file out of date.
    pub(super) fn renew(&mut self) {
        self.revision = NEXT_REVISION.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether what is shown is about an older text: that which was saved.
    pub(super) fn shows_what_was_saved(&self) -> bool {
        self.config.diagnostics_mode == DiagnosticsMode::OnSave && !self.is_saved()
    }

    /// Whether the text is as it was saved.
    pub(super) fn is_saved(&self) -> bool {
        self.saved == self.revision
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use tower_lsp::lsp_types::Position;

    type Change<'a> = (Option<[u32; 4]>, &'a str);

    fn check(text: &str, unit: ColumnUnit, changes: &[Change<'_>], expect: Expect) {
        let uri = Url::parse("file:///n.neural").unwrap();
        let mut document = Document::new(uri, 1, text.to_owned());
        let changes = changes
            .iter()
            .map(|(range, text)| TextDocumentContentChangeEvent {
                range: range.map(|[line, character, end_line, end_character]| Range {
                    start: Position { line, character },
                    end: Position { line: end_line, character: end_character },
                }),
                range_length: None,
                text: (*text).to_owned(),
            })
            .collect();
        document.change(2, changes, unit);
        assert_eq!(document.index, LineIndex::new(&document.text));
        expect.assert_eq(&format!("{:?}", document.text));
    }

    #[test]
    fn changes_are_applied_one_after_another() {
        check(
            "ab\ncd",
            ColumnUnit::Utf16,
            &[(Some([0, 2, 1, 0]), ""), (Some([0, 2, 0, 3]), "X"), (Some([0, 0, 0, 0]), "\n")],
            expect![[r#""\nabXd""#]],
        );
        check(
            "ab",
            ColumnUnit::Utf16,
            &[(None, "new"), (Some([0, 3, 0, 3]), "er")],
            expect![[r#""newer""#]],
        );
    }

    #[test]
    fn columns_count_the_units_of_the_client() {
        let text = "🦀é漢x";
        for (unit, column) in
            [(ColumnUnit::Utf8, 9), (ColumnUnit::Utf16, 4), (ColumnUnit::Utf32, 3)]
        {
            let change = (Some([0, column, 0, column + 1]), "y");
            check(text, unit, &[change], expect![[r#""🦀é漢y""#]]);
        }
    }

    #[test]
    fn positions_outside_of_the_text_are_moved_into_it() {
        check(
            "ab\r\ncd",
            ColumnUnit::Utf16,
            &[(Some([0, 99, 0, 99]), "!"), (Some([99, 0, 99, 9]), "?")],
            expect![[r#""ab!\r\ncd?""#]],
        );
        // The end before the start, and the inside of a character.
        check("abc", ColumnUnit::Utf16, &[(Some([0, 2, 0, 1]), "x")], expect![[r#""axc""#]]);
        check("🦀", ColumnUnit::Utf16, &[(Some([0, 1, 0, 1]), "x")], expect![[r#""x🦀""#]]);
    }
}
