//! What the queries of a database did: which ran, and how many results were found to hold still.
//!
//! The database reports each of these as it happens. The numbers show whether an edit costs what it
//! changes, which times alone do not.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Counts of a database, and of its clones.
#[derive(Debug, Default)]
pub struct QueryStatistics {
    counts: Mutex<QueryCounts>,
}

/// What has happened since the last [`QueryStatistics::take`].
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct QueryCounts {
    /// How often each query ran, by its name.
    pub executed: BTreeMap<String, u64>,
    /// How many results of an earlier state were found to hold.
    pub reused: u64,
    /// How many values were interned, which are never freed.
    pub interned: u64,
}

impl QueryCounts {
    /// How many queries ran.
    pub fn executed(&self) -> u64 {
        self.executed.values().sum()
    }

    /// Adds what has happened elsewhere.
    pub fn add(&mut self, other: &QueryCounts) {
        for (query, count) in &other.executed {
            *self.executed.entry(query.clone()).or_default() += count;
        }
        self.reused += other.reused;
        self.interned += other.interned;
    }
}

impl QueryStatistics {
    /// What has happened since this was asked last.
    pub fn take(&self) -> QueryCounts {
        std::mem::take(&mut self.counts())
    }

    pub(super) fn record(&self, event: &salsa::Event) {
        match &event.kind {
            salsa::EventKind::WillExecute { database_key } => {
                // A key is written as the query and the number of the input.
                let name = format!("{database_key:?}");
                let query = name.split('(').next().unwrap_or_default();
                let mut counts = self.counts();
                match counts.executed.get_mut(query) {
                    Some(count) => *count += 1,
                    None => drop(counts.executed.insert(query.to_owned(), 1)),
                }
            }
            salsa::EventKind::DidValidateMemoizedValue { .. } => self.counts().reused += 1,
            salsa::EventKind::DidInternValue { .. } => self.counts().interned += 1,
            _ => {}
        }
    }

    fn counts(&self) -> MutexGuard<'_, QueryCounts> {
        // Counts are whole after every change of them.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::lang::Framework;
    use crate::model::analysis::analyze;
    use crate::model::db::Database;
    use crate::model::document::Document;

    #[test]
    fn what_runs_and_what_is_reused_is_counted() {
        let statistics = Arc::new(QueryStatistics::default());
        let mut db = Database::with_statistics(statistics.clone());
        let layers = |first: &str| {
            let rest = "Dense(8)\n".repeat(200);
            format!("network N {{ input: (4,) layers: Dense({first}) {rest} }}")
        };
        let mut document = Document::new(&mut db, &layers("3"), Framework::Keras);
        analyze(&db, &document);
        let opened = statistics.take();
        assert_eq!(opened.executed.get("chunk"), Some(&4), "{opened:?}");
        assert_eq!((opened.reused, opened.interned), (0, 0));
        document.set_text(&mut db, layers("5"));
        analyze(&db, &document);
        let edited = statistics.take();
        assert_eq!(edited.executed.get("chunk"), Some(&1), "{edited:?}");
        assert!(edited.reused >= 3, "{edited:?}");
        let mut sum = opened.clone();
        sum.add(&edited);
        assert_eq!(sum.executed(), opened.executed() + edited.executed());
        assert_eq!(statistics.take(), QueryCounts::default());
    }
}
