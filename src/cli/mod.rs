//! The command line: one file for each subcommand.
//!
//! Everything that is printed goes through this room, and no other room prints. The subcommands
//! write into [`Streams`], so that tests see what a terminal would. The language server is another
//! room: it is given the streams that [`Invocation::server`] hands out.
//!
//! Exit statuses are the same for all of them: 0 for nothing found, 1 for findings of error level,
//! 2 for a usage or I/O error. Where several apply, the largest counts.

mod analysis;
mod args;
mod check;
mod explain;
mod inputs;
mod parse;
mod progress;
mod render;
mod session;
mod shapes;
mod stats;
mod table;

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Write};

use clap::Parser as _;

use args::{Cli, Command};

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    /// Nothing was found that fails a check.
    Clean,
    /// There are findings of error level, or warnings that are denied.
    Findings,
    /// Something could not be read, or the command makes no sense.
    Failure,
}

impl Status {
    /// Remembers `other` if it is worse.
    fn raise(&mut self, other: Status) {
        *self = (*self).max(other);
    }

    fn code(self) -> u8 {
        match self {
            Status::Clean => 0,
            Status::Findings => 1,
            Status::Failure => 2,
        }
    }
}

/// Where a subcommand writes: results to `out`, everything about the run to `err`.
struct Streams<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
}

impl Streams<'_> {
    /// Says that something about the run went wrong.
    fn error(&mut self, message: &str) -> io::Result<()> {
        // What was found before the error should stand before it where both go to one terminal.
        self.out.flush()?;
        writeln!(self.err, "error: {message}")
    }
}

/// The arguments of a run.
#[derive(Debug)]
pub struct Invocation {
    cli: Cli,
}

/// What the language server is given.
#[derive(Debug)]
pub struct ServerStreams {
    /// Standard input.
    pub input: File,
    /// Standard output, without the buffer that would cut messages at their lines.
    pub output: File,
    /// The process of the editor, where the arguments name it.
    pub client_process: Option<i64>,
}

/// Reads the arguments, the first of which is the program's name. The error is the exit status of a
/// run that ends here: after a usage error, which has then been printed, or after help.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Invocation, u8> {
    match Cli::try_parse_from(args) {
        Ok(cli) => Ok(Invocation { cli }),
        Err(error) => {
            // Help that nobody reads to the end is no failure.
            let _ = error.print();
            Err(u8::try_from(error.exit_code()).unwrap_or(2))
        }
    }
}

impl Invocation {
    /// The streams for the language server, if that is what the arguments ask for.
    pub fn server(&self) -> Option<io::Result<ServerStreams>> {
        let args = match &self.cli.command {
            None => &self.cli.bare,
            Some(Command::Lsp(args)) => args,
            Some(_) => return None,
        };
        if io::stdin().is_terminal() {
            let _ = writeln!(
                anstream::stderr(),
                "neural-analyzer waits for an editor on standard input; `neural-analyzer --help` lists the commands"
            );
        }
        let streams = || {
            Ok(ServerStreams {
                input: duplicate(io::stdin())?,
                output: duplicate(io::stdout())?,
                client_process: args.client_process,
            })
        };
        Some(streams())
    }

    /// Runs the command and gives the exit status.
    pub fn run(self) -> u8 {
        match self.cli.command {
            Some(command) => run(command),
            None => Status::Failure.code(),
        }
    }
}

#[cfg(unix)]
fn duplicate(stream: impl std::os::fd::AsFd) -> io::Result<File> {
    stream.as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(windows)]
fn duplicate(stream: impl std::os::windows::io::AsHandle) -> io::Result<File> {
    stream.as_handle().try_clone_to_owned().map(File::from)
}

fn run(command: Command) -> u8 {
    let mut out = BufWriter::new(anstream::stdout().lock());
    // Not locked: the progress of a run is drawn by the threads that make it.
    let mut err = anstream::stderr();
    let mut status = Status::Clean;
    let mut streams = Streams { out: &mut out, err: &mut err };
    let result = dispatch(command, &mut streams, &mut status).and_then(|()| out.flush());
    match result {
        Ok(()) => {}
        // The reader has seen enough: `neural-analyzer shapes | head`. What has been found until
        // then counts.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => discard(out),
        Err(error) => {
            let _ = writeln!(err, "error: cannot write the output: {error}");
            discard(out);
            status.raise(Status::Failure);
        }
    }
    status.code()
}

/// Drops a writer without another attempt to write what it still holds.
fn discard<W: Write>(writer: BufWriter<W>) {
    let _ = writer.into_parts();
}

fn dispatch(command: Command, streams: &mut Streams<'_>, status: &mut Status) -> io::Result<()> {
    match command {
        Command::Check(args) => check::run(&args, streams, status),
        Command::Shapes(args) => shapes::run(&args, streams, status),
        Command::Stats(args) => stats::run(&args, streams, status),
        Command::Parse(args) => parse::run(&args, streams, status),
        Command::Explain(args) => explain::run(&args, streams, status),
        // It is started elsewhere: see [`Invocation::server`].
        Command::Lsp(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_status_counts() {
        let mut status = Status::Clean;
        status.raise(Status::Failure);
        status.raise(Status::Findings);
        assert_eq!(status.code(), 2);
    }

    #[test]
    fn arguments_are_declared_consistently() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }
}
