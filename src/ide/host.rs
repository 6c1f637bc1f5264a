//! The open files of an editor, each with a database of its own.
//!
//! Files know nothing of one another, so a database holds one file. An edit then waits for readers
//! of that file only, and closing a file frees everything that was ever computed for it.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::analysis::{Analysis, LastComputed, Snapshot};
use crate::lang::Framework;
use crate::model::db::Database;
use crate::model::document::Document;
use crate::model::statistics::QueryStatistics;
use crate::text::TextEdit;

/// An open file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

/// The open files. One thread owns the host and changes it; [`AnalysisHost::analysis`] gives
/// snapshots for readers.
#[derive(Default)]
pub struct AnalysisHost {
    files: FxHashMap<FileId, OpenFile>,
    next: u32,
    statistics: Option<Arc<QueryStatistics>>,
}

struct OpenFile {
    db: Database,
    document: Arc<Document>,
    framework: Framework,
    last: Arc<LastComputed>,
    /// The snapshot of the file as it is now, once somebody has asked for it.
    current: RefCell<Option<Arc<Snapshot>>>,
}

impl AnalysisHost {
    /// A host without files.
    pub fn new() -> AnalysisHost {
        AnalysisHost::default()
    }

    /// A host without files whose databases count what they do.
    pub fn with_statistics(statistics: Arc<QueryStatistics>) -> AnalysisHost {
        AnalysisHost { statistics: Some(statistics), ..AnalysisHost::default() }
    }

    /// Opens a file with this text, read by the rules of `framework`.
    pub fn open(&mut self, text: String, framework: Framework) -> FileId {
        self.next += 1;
        let id = FileId(self.next);
        let mut db = match &self.statistics {
            Some(statistics) => Database::with_statistics(statistics.clone()),
            None => Database::default(),
        };
        let document = Arc::new(Document::new(&mut db, &text, framework));
        let (last, current) = (Arc::default(), RefCell::default());
        self.files.insert(id, OpenFile { db, document, framework, last, current });
        id
    }

    /// Replaces the text of a file.
    pub fn set_text(&mut self, file: FileId, text: String) {
        self.change(file, |document, db| document.set_text(db, text));
    }

    /// Applies edits to the text of a file, one after another: each is about the text that those before
    /// it have left.
    pub fn edit(&mut self, file: FileId, edits: &[TextEdit]) {
        self.change(file, |document, db| {
            for edit in edits {
                document.edit(db, edit.range, &edit.new_text);
            }
        });
    }

    /// Sets whose rules hold for a file.
    pub fn set_framework(&mut self, file: FileId, framework: Framework) {
        self.change(file, |document, db| document.set_framework(db, framework));
        if let Some(open) = self.files.get_mut(&file) {
            open.framework = framework;
        }
    }

    /// Forgets a file. Snapshots of it stay valid.
    pub fn close(&mut self, file: FileId) {
        self.files.remove(&file);
    }

    /// A snapshot of a file as it is now; `None` for a file that is not open. Snapshots of the same
    /// state share what they have computed.
    ///
    /// A snapshot that is taken before an edit and asked for the first time after it gives no
    /// answers: see [`Analysis::is_cancelled`].
    pub fn analysis(&self, file: FileId) -> Option<Analysis> {
        let open = self.files.get(&file)?;
        let mut current = open.current.borrow_mut();
        let snapshot = current.get_or_insert_with(|| {
            let (document, db) = (open.document.clone(), open.db.clone());
            Arc::new(Snapshot::new(document, open.framework, db, open.last.clone()))
        });
        Some(Analysis::new(snapshot.clone()))
    }

    fn change(&mut self, file: FileId, change: impl FnOnce(&mut Document, &mut Database)) {
        let Some(open) = self.files.get_mut(&file) else { return };
        // The setters below wait until nobody else holds the database: a snapshot that has not been
        // asked for anything yet lets go of it here, and one that is computing unwinds.
        if let Some(snapshot) = open.current.take() {
            snapshot.supersede();
        }
        change(Arc::make_mut(&mut open.document), &mut open.db);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::text::{TextRange, TextSize};

    const TEXT: &str = "network N { input: (8,) layers: Dense(4) }";

    fn outputs(analysis: &Analysis) -> String {
        let report = analysis.report(&Config::default());
        let rows: Vec<String> = report
            .networks
            .iter()
            .flat_map(|network| network.rows().collect::<Vec<_>>())
            .map(|row| format!("{} {:?}", row.layer, row.outputs))
            .collect();
        rows.join("; ")
    }

    #[test]
    fn snapshots_keep_what_they_show() {
        let mut host = AnalysisHost::new();
        let file = host.open(TEXT.to_string(), Framework::Keras);
        let before = host.analysis(file).unwrap();
        assert_eq!(outputs(&before), "Dense [[Unknown, Known(4)]]");
        host.set_text(file, TEXT.replace("4", "5"));
        let after = host.analysis(file).unwrap();
        assert_eq!(outputs(&after), "Dense [[Unknown, Known(5)]]");
        assert_eq!(outputs(&before), "Dense [[Unknown, Known(4)]]");
        assert!(!before.is_cancelled());
        assert!(before.is_superseded() && !after.is_superseded());
        assert!(before.semantic_tokens(None).is_empty());
        assert_eq!((before.text(), after.text().len()), (TEXT, TEXT.len()));
        host.close(file);
        assert!(host.analysis(file).is_none());
        assert_eq!(outputs(&after), "Dense [[Unknown, Known(5)]]");
    }

    /// An edit must not wait for a snapshot that nobody has asked for anything.
    #[test]
    fn an_edit_cancels_a_snapshot_that_has_not_computed() {
        let mut host = AnalysisHost::new();
        let file = host.open(TEXT.to_string(), Framework::Keras);
        let before = host.analysis(file).unwrap();
        host.set_text(file, TEXT.replace("4", "5"));
        assert!(before.is_cancelled());
        assert_eq!(outputs(&before), "");
        assert!(before.findings(&Config::default()).is_empty());
    }

    /// An edit must not wait until a long computation has ended by itself.
    #[test]
    fn an_edit_cancels_a_computation() {
        let layers = "Dense(4)\n".repeat(20_000);
        let text = format!("network N {{ input: (8,) layers: {layers} }}");
        let mut host = AnalysisHost::new();
        let file = host.open(text, Framework::Keras);
        let before = host.analysis(file).unwrap();
        let reader = std::thread::spawn(move || before.is_cancelled());
        host.set_text(file, TEXT.to_string());
        // Whether the reader was done in time is up to the scheduler; it ends in any case.
        reader.join().unwrap();
        assert_eq!(outputs(&host.analysis(file).unwrap()), "Dense [[Unknown, Known(4)]]");
    }

    #[test]
    fn edits_follow_one_another() {
        let mut host = AnalysisHost::new();
        let file = host.open(TEXT.to_string(), Framework::Keras);
        let at = TextSize::new(TEXT.find("4)").unwrap() as u32);
        let digit = TextRange::at(at, 1.into());
        let edits = [TextEdit::new(digit, "12"), TextEdit::new(TextRange::at(at, 1.into()), "")];
        host.edit(file, &edits);
        let after = host.analysis(file).unwrap();
        assert_eq!(after.text(), TEXT.replace("4", "2"));
        assert_eq!(outputs(&after), "Dense [[Unknown, Known(2)]]");
    }

    #[test]
    fn snapshots_go_to_other_threads() {
        fn check<T: Send + Sync>() {}
        check::<Analysis>();
        fn send<T: Send>() {}
        send::<AnalysisHost>();
    }
}
