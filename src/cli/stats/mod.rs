//! `neural-analyzer stats`: what the analysis of real files costs, stage by stage, and what a
//! keystroke in them recomputes.
//!
//! It runs everything that an editor can ask for, at every place of every file, so it is also a test
//! that no feature fails on these files. Times are those of this run on this machine; the counts of
//! what was recomputed are the same everywhere.

mod keystrokes;
mod measurements;
mod report;
mod stages;

use std::fs::File;
use std::io::{self, BufWriter};

use tracing_chrome::ChromeLayerBuilder;
use tracing_subscriber::layer::SubscriberExt as _;

use self::measurements::Measurements;
use super::args::StatsArgs;
use super::inputs;
use super::session::{Session, Settled};
use super::{Status, Streams};

/// Measures the files that the arguments name.
pub(super) fn run(
    args: &StatsArgs,
    streams: &mut Streams<'_>,
    status: &mut Status,
) -> io::Result<()> {
    let Some(path) = &args.trace else { return measure(args, streams, status) };
    let file = match File::create(path) {
        Ok(file) => file,
        Err(error) => {
            status.raise(Status::Failure);
            return streams.error(&format!("cannot write `{}`: {error}", path.display()));
        }
    };
    let (layer, guard) =
        ChromeLayerBuilder::new().writer(BufWriter::new(file)).include_args(true).build();
    let subscriber = tracing_subscriber::registry().with(layer);
    let result = tracing::subscriber::with_default(subscriber, || measure(args, streams, status));
    // The end of the trace is written here.
    drop(guard);
    result
}

fn measure(args: &StatsArgs, streams: &mut Streams<'_>, status: &mut Status) -> io::Result<()> {
    let (sources, problems) = inputs::collect(&args.input.paths);
    let mut session = Session::new(args.input.settings());
    let mut sum = Measurements::default();
    for source in &sources {
        let Settled { config, notes } = session.settle(source);
        notes.write(streams, status)?;
        let read = || {
            let _span = tracing::debug_span!("file", name = source.name.as_str()).entered();
            let text = source.read()?;
            let mut file = stages::measure(&text, &config, args.repeat);
            file.keystrokes = keystrokes::measure(&text, &config, args.edits);
            Ok(file)
        };
        match read() {
            Ok(file) => sum.add(file),
            Err(message) => {
                let message: String = message;
                status.raise(Status::Failure);
                streams.error(&message)?;
            }
        }
    }
    for problem in &problems {
        status.raise(Status::Failure);
        streams.error(problem)?;
    }
    if sum.files == 0 {
        status.raise(Status::Failure);
        return streams.error("there is no file to measure");
    }
    match args.json {
        true => report::write_json(streams.out, &sum),
        false => report::write_tables(streams.out, &sum),
    }
}
