//! A bar that says how far a long run is.
//!
//! It is shown only where somebody looks (standard error is a terminal) and only for a run that takes
//! a while, so that an ordinary run shows nothing that it takes back.

use std::io::IsTerminal as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long a run takes before the bar is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// The progress of a run over files.
pub(super) struct Progress {
    files: u64,
    done: AtomicU64,
    /// When the run began; `None` where nobody looks.
    begin: Option<Instant>,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    /// The progress of a run over this many files, none of them done.
    pub(super) fn new(files: usize) -> Progress {
        let begin = std::io::stderr().is_terminal().then(Instant::now);
        Progress { files: files as u64, done: AtomicU64::new(0), begin, bar: OnceLock::new() }
    }

    /// Says that one more file is done. Any thread may say so.
    pub(super) fn one_done(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.begin.is_some_and(|begin| begin.elapsed() > PATIENCE) {
            self.bar.get_or_init(|| bar(self.files)).set_position(done);
        }
    }

    /// Writes to the terminal that the bar is on.
    pub(super) fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        match self.bar.get() {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

fn bar(files: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(files), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template("{bar:40} {pos} of {len} files, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_on_a_terminal_shows_how_far_it_is() {
        let mut progress = Progress::new(3);
        progress.begin = Some(Instant::now() - 2 * PATIENCE);
        progress.one_done();
        progress.one_done();
        let bar = progress.bar.get().unwrap();
        assert_eq!((bar.position(), bar.length()), (2, Some(3)));
        assert_eq!(progress.suspend(|| 7), 7);
        progress.finish();
    }

    #[test]
    fn a_short_run_and_one_that_nobody_sees_show_nothing() {
        for begin in [None, Some(Instant::now())] {
            let mut progress = Progress::new(3);
            progress.begin = begin;
            progress.one_done();
            assert!(progress.bar.get().is_none());
        }
    }
}
