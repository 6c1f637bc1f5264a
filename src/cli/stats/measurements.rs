//! What is measured: stages and keystrokes, of one file or of several together.

use std::time::{Duration, Instant};

use crate::model::statistics::QueryCounts;

/// The figures of some files.
#[derive(Debug, Default)]
pub(super) struct Measurements {
    pub(super) files: usize,
    pub(super) bytes: usize,
    pub(super) layers: u64,
    pub(super) findings: usize,
    /// In the order in which they run.
    pub(super) stages: Vec<Stage>,
    /// The queries that the first analysis ran.
    pub(super) queries: QueryCounts,
    pub(super) keystrokes: Vec<Keystroke>,
}

impl Measurements {
    /// Adds the figures of another file.
    pub(super) fn add(&mut self, file: Measurements) {
        self.files += file.files;
        self.bytes += file.bytes;
        self.layers += file.layers;
        self.findings += file.findings;
        self.queries.add(&file.queries);
        for stage in file.stages {
            match self.stages.iter_mut().find(|it| it.name == stage.name) {
                Some(sum) => sum.add(&stage),
                None => self.stages.push(stage),
            }
        }
        for keystroke in file.keystrokes {
            match self.keystrokes.iter_mut().find(|it| it.name == keystroke.name) {
                Some(sum) => sum.add(keystroke),
                None => self.keystrokes.push(keystroke),
            }
        }
    }

    /// The stage of this name.
    pub(super) fn stage(&self, name: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.name == name)
    }
}

/// A stage of the analysis, or a feature of an editor.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    pub(super) name: &'static str,
    /// How often it was asked for.
    pub(super) calls: u64,
    /// How many places there were to ask at, where the time for it ran out.
    pub(super) places: u64,
    /// How many things it gave: tokens, statements, hints and so on.
    pub(super) results: u64,
    /// The median over the repetitions.
    pub(super) time: Duration,
    /// By how much the memory of the process grew in the first repetition, in bytes.
    pub(super) memory: usize,
}

impl Stage {
    fn add(&mut self, other: &Stage) {
        self.calls += other.calls;
        self.places += other.places;
        self.results += other.results;
        self.time += other.time;
        self.memory += other.memory;
    }
}

/// A kind of keystroke, typed at several places and taken back.
#[derive(Debug, Clone)]
pub(super) struct Keystroke {
    pub(super) name: &'static str,
    /// From the edit to the findings.
    pub(super) times: Vec<Duration>,
    /// Statements and sections that were read anew.
    pub(super) lowered: u64,
    /// Edits after which the whole text was parsed anew.
    pub(super) whole: u64,
    /// The queries of all of them.
    pub(super) queries: QueryCounts,
}

impl Keystroke {
    /// A kind that nothing was typed of.
    pub(super) fn new(name: &'static str) -> Keystroke {
        Keystroke { name, times: Vec::new(), lowered: 0, whole: 0, queries: QueryCounts::default() }
    }

    /// The median, and the longest.
    pub(super) fn median_and_max(&self) -> (Duration, Duration) {
        let mut times = self.times.clone();
        times.sort_unstable();
        let longest = times.last().copied().unwrap_or_default();
        (times.get(times.len() / 2).copied().unwrap_or_default(), longest)
    }

    fn add(&mut self, other: Keystroke) {
        self.times.extend(other.times);
        self.lowered += other.lowered;
        self.whole += other.whole;
        self.queries.add(&other.queries);
    }
}

/// The median of some times.
pub(super) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// A stop-watch for time and memory.
pub(super) struct Watch {
    begin: Instant,
    resident: usize,
}

impl Watch {
    pub(super) fn start() -> Watch {
        Watch { resident: resident(), begin: Instant::now() }
    }

    /// The time since the start, and by how much the memory has grown.
    pub(super) fn stop(&self) -> (Duration, usize) {
        let time = self.begin.elapsed();
        (time, resident().saturating_sub(self.resident))
    }
}

/// The physical memory of the process in bytes; 0 where the system does not say.
pub(super) fn resident() -> usize {
    memory_stats::memory_stats().map_or(0, |memory| memory.physical_mem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(time: u64, layers: u64) -> Measurements {
        let time = Duration::from_micros(time);
        let stage = Stage { name: "lex", calls: 1, places: 1, results: 5, time, memory: 100 };
        let mut keystroke = Keystroke::new("a number");
        keystroke.times.push(time);
        keystroke.lowered = 1;
        Measurements {
            files: 1,
            bytes: 10,
            layers,
            findings: 2,
            stages: vec![stage],
            keystrokes: vec![keystroke],
            ..Measurements::default()
        }
    }

    #[test]
    fn files_add_up() {
        let mut sum = Measurements::default();
        for (time, layers) in [(5, 3), (30, 4), (7, 5)] {
            sum.add(file(time, layers));
        }
        assert_eq!((sum.files, sum.bytes, sum.layers, sum.findings), (3, 30, 12, 6));
        let lex = sum.stage("lex").unwrap();
        assert_eq!((lex.calls, lex.results, lex.memory), (3, 15, 300));
        assert_eq!(lex.time, Duration::from_micros(42));
        let (median, longest) = sum.keystrokes[0].median_and_max();
        assert_eq!((median.as_micros(), longest.as_micros()), (7, 30));
        assert_eq!(sum.keystrokes[0].lowered, 3);
    }

    #[test]
    fn no_times_have_no_median() {
        assert_eq!(median(Vec::new()), Duration::ZERO);
        assert_eq!(Keystroke::new("x").median_and_max(), (Duration::ZERO, Duration::ZERO));
    }
}
