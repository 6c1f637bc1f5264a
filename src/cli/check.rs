//! `neural-analyzer check`: what is wrong, where, and what to write instead.

use std::io;

use super::args::{CheckArgs, CheckFormat};
use super::session::{Checked, Session};
use super::{Status, Streams, inputs, render};
use crate::ide::json;

/// Checks the files that the arguments name.
pub(super) fn run(
    args: &CheckArgs,
    streams: &mut Streams<'_>,
    status: &mut Status,
) -> io::Result<()> {
    let (sources, problems) = inputs::collect(&args.input.paths);
    let mut session = Session::new(args.settings());
    for source in &sources {
        if let Some(checked) = session.check(source, streams, status)? {
            write_file(&checked, args.format, streams)?;
        }
    }
    for problem in &problems {
        status.raise(Status::Failure);
        streams.error(problem)?;
    }
    streams.out.flush()?;
    if args.format == CheckFormat::Text {
        writeln!(streams.err, "{}", session.tally)?;
    }
    Ok(())
}

fn write_file(checked: &Checked, format: CheckFormat, streams: &mut Streams<'_>) -> io::Result<()> {
    let Checked { name, text, index, diagnostics, .. } = checked;
    match format {
        CheckFormat::Json => json::write_findings(streams.out, &checked.json()),
        CheckFormat::Text => {
            for finding in diagnostics {
                writeln!(streams.out, "{}\n", render::excerpt(name, text, index, finding))?;
            }
            Ok(())
        }
    }
}
