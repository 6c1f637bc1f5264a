//! The performance suite: everything that somebody waits for, measured, compared with the target and
//! with the run before.
//!
//! ```text
//! cargo bench --bench suite                        all of it
//! cargo bench --bench suite -- keystroke hover     rows whose names contain one of the words
//! cargo bench --bench suite -- --max-layers 10000  no larger networks
//! cargo bench --profile release --bench suite      with the profile that is shipped
//! ```
//!
//! Criterion measures what runs inside of this program ([`engine`], [`keystrokes`]); what a process
//! or a session costs is measured from the outside ([`program`], [`server`]). [`report`] holds the
//! targets, and ends the run with a table and with status 1 where one is missed.

mod engine;
#[path = "../generate/mod.rs"]
mod generate;
mod heap;
mod keystrokes;
mod program;
mod report;
mod server;
mod thread_time;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use criterion::Criterion;
use report::{Report, Unit};
use thread_time::ThreadTime;

/// What measures one row.
pub type Bencher<'a> = criterion::Bencher<'a, ThreadTime>;

#[global_allocator]
static HEAP: heap::CountingAllocator = heap::CountingAllocator;

/// The largest network that is measured.
const LARGEST: usize = 100_000;

fn main() -> ExitCode {
    let begin = Instant::now();
    let mut suite = match Suite::from_args() {
        Ok(suite) => suite,
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::from(2);
        }
    };
    engine::run(&mut suite);
    keystrokes::run(&mut suite);
    program::run(&mut suite);
    server::run(&mut suite);
    let is_whole = suite.filters.is_empty() && suite.max_layers >= LARGEST;
    let unmeasured = suite.report.unmeasured();
    assert!(!is_whole || unmeasured.is_empty(), "no row has the name of a target: {unmeasured:?}");
    suite.report.finish(&suite.folder, begin.elapsed())
}

/// A run: what is measured, and what has been measured so far.
pub struct Suite {
    filters: Vec<String>,
    /// No network is larger.
    pub max_layers: usize,
    /// Where Criterion and the report keep what they write.
    folder: PathBuf,
    criterion: Criterion<ThreadTime>,
    report: Report,
}

impl Suite {
    fn from_args() -> Result<Suite, String> {
        let mut filters = Vec::new();
        let mut max_layers = LARGEST;
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            match arg.as_str() {
                // Cargo passes it to every benchmark.
                "--bench" => {}
                "--max-layers" => {
                    let number = args.next().and_then(|number| number.parse().ok());
                    max_layers = number.ok_or("`--max-layers` needs a number")?;
                }
                option if option.starts_with('-') => {
                    return Err(format!("there is no option `{option}`"));
                }
                filter => filters.push(filter.to_owned()),
            }
        }
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("suite");
        let criterion = Criterion::default()
            .sample_size(10)
            .warm_up_time(Duration::from_millis(200))
            .measurement_time(Duration::from_millis(600))
            .nresamples(1_000)
            .without_plots()
            .with_measurement(ThreadTime)
            .output_directory(&folder.join("criterion"));
        Ok(Suite { filters, max_layers, report: Report::new(), folder, criterion })
    }

    /// Whether a row of this name is asked for.
    pub fn wants(&self, row: &str) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| row.contains(filter.as_str()))
    }

    /// Whether one of these rows is asked for.
    pub fn wants_any<'a>(&self, rows: impl IntoIterator<Item = &'a str>) -> bool {
        rows.into_iter().any(|row| self.wants(row))
    }

    /// The sizes that are measured, in layers.
    pub fn sizes(&self, sizes: &[usize]) -> Vec<usize> {
        sizes.iter().copied().filter(|size| *size <= self.max_layers).collect()
    }

    /// Measures with Criterion, if the row is asked for. `floor` is the time in nanoseconds of the
    /// least work that reads the same text; see [`report::Row::floor`].
    pub fn time(&mut self, row: &str, floor: Option<f64>, measure: impl FnMut(&mut Bencher)) {
        if !self.wants(row) {
            return;
        }
        self.criterion.bench_function(row, measure);
        match report::criterion_median(&self.folder.join("criterion"), row) {
            Some(nanoseconds) => self.report.add(row, nanoseconds, Unit::Nanoseconds, floor),
            None => eprintln!("error: Criterion has left no figures for `{row}`"),
        }
    }

    /// Adds a row that was measured by other means.
    pub fn add(&mut self, row: &str, value: f64, unit: Unit) {
        if self.wants(row) {
            self.report.add(row, value, unit, None);
        }
    }
}
