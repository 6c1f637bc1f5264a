//! `neural-analyzer check`: what is wrong, where, and what to write instead.
//!
//! Files are independent, so they are analyzed on all cores. What is found is written in the order of
//! the files all the same: they are taken in batches, and a batch is written when all of it is
//! analyzed. Of a file that is done only its output is kept, so the memory of a run is that of one
//! batch of outputs and of as many analyses as there are cores.

use std::io;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::args::{CheckArgs, CheckFormat};
use super::inputs::Source;
use super::progress::Progress;
use super::session::{self, Checked, Notes, Session, Settled, Tally};
use super::{Status, Streams, inputs, render};
use crate::ide::json;

/// How many files a batch has for each core. A core that is done early with its part of a batch waits
/// for the others, so a batch has many files.
const BATCH: usize = 64;

/// The stack of a worker in bytes: that of a main thread, since the analysis is the same.
const STACK: usize = 8 << 20;

/// Checks the files that the arguments name.
pub(super) fn run(
    args: &CheckArgs,
    streams: &mut Streams<'_>,
    status: &mut Status,
) -> io::Result<()> {
    let (sources, problems) = inputs::collect(&args.input.paths);
    let mut session = Session::new(args.settings());
    let mut tally = Tally::default();
    match workers(sources.len()) {
        Some(pool) => {
            let progress = Progress::new(sources.len());
            for batch in sources.chunks(BATCH * pool.current_num_threads()) {
                let batch: Vec<(&Source, Settled)> =
                    batch.iter().map(|source| (source, session.settle(source))).collect();
                let done: Vec<Outcome> = pool.install(|| {
                    batch
                        .into_par_iter()
                        .map(|(source, settled)| {
                            let outcome = outcome(source, settled, args.format);
                            progress.one_done();
                            outcome
                        })
                        .collect()
                });
                progress.suspend(|| {
                    done.into_iter().try_for_each(|it| it.write(streams, status, &mut tally))
                })?;
            }
            progress.finish();
        }
        None => {
            for source in &sources {
                let settled = session.settle(source);
                outcome(source, settled, args.format).write(streams, status, &mut tally)?;
            }
        }
    }
    for problem in &problems {
        status.raise(Status::Failure);
        streams.error(problem)?;
    }
    streams.out.flush()?;
    if args.format == CheckFormat::Text {
        writeln!(streams.err, "{tally}")?;
    }
    Ok(())
}

/// The threads for this many files; `None` where one is enough, or no more can be had.
fn workers(files: usize) -> Option<rayon::ThreadPool> {
    if files < 2 {
        return None;
    }
    let cores = match std::env::var("RAYON_NUM_THREADS") {
        Ok(number) => number.parse().unwrap_or(0),
        Err(_) => 0,
    };
    let cores = match cores {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        cores => cores,
    };
    if cores < 2 {
        return None;
    }
    rayon::ThreadPoolBuilder::new()
        .num_threads(cores.min(files))
        .stack_size(STACK)
        .thread_name(|number| format!("check-{number}"))
        .build()
        .ok()
}

/// What there is to write about a file.
struct Outcome {
    notes: Notes,
    result: Result<Written, String>,
}

/// A file that was read.
struct Written {
    output: Vec<u8>,
    tally: Tally,
    verdict: Status,
}

fn outcome(source: &Source, settled: Settled, format: CheckFormat) -> Outcome {
    let Settled { config, notes } = settled;
    let result = session::check(source, config).map(|checked| Written {
        output: output(&checked, format),
        tally: Tally::of(&checked.diagnostics),
        verdict: checked.verdict(),
    });
    Outcome { notes, result }
}

impl Outcome {
    fn write(
        self,
        streams: &mut Streams<'_>,
        status: &mut Status,
        tally: &mut Tally,
    ) -> io::Result<()> {
        self.notes.write(streams, status)?;
        match self.result {
            Ok(file) => {
                *tally += file.tally;
                status.raise(file.verdict);
                streams.out.write_all(&file.output)
            }
            Err(message) => {
                status.raise(Status::Failure);
                streams.error(&message)
            }
        }
    }
}

fn output(checked: &Checked, format: CheckFormat) -> Vec<u8> {
    let Checked { name, text, index, diagnostics, .. } = checked;
    let mut output = Vec::new();
    match format {
        CheckFormat::Json => {
            // Writing to memory does not fail.
            let _ = json::write_findings(&mut output, &checked.json());
        }
        CheckFormat::Text => {
            for finding in diagnostics {
                output.extend_from_slice(render::excerpt(name, text, index, finding).as_bytes());
                output.extend_from_slice(b"\n\n");
            }
        }
    }
    output
}
