//! `neural-analyzer parse --tree`: how a file is read.

use std::io;

use super::args::ParseArgs;
use super::inputs::Source;
use super::{Status, Streams, analysis};

/// Prints the syntax tree of the file.
pub(super) fn run(
    args: &ParseArgs,
    streams: &mut Streams<'_>,
    status: &mut Status,
) -> io::Result<()> {
    match Source::single(&args.file).read() {
        Ok(text) => {
            let tree = analysis::debug_tree(&text);
            writeln!(streams.out, "{}", tree.trim_end_matches('\n'))
        }
        Err(message) => {
            status.raise(Status::Failure);
            streams.error(&message)
        }
    }
}
