//! The program: arguments, logging, then the server or a command.

use std::process::ExitCode;

use neural_analyzer::{cli, server};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let invocation = match cli::parse(std::env::args_os()) {
        Ok(invocation) => invocation,
        Err(status) => return ExitCode::from(status),
    };
    if let Some(streams) = invocation.server() {
        return match streams {
            Ok(streams) => {
                let cli::ServerStreams { input, output, client_process } = streams;
                ExitCode::from(server::run(input, output, client_process))
            }
            Err(_) => ExitCode::FAILURE,
        };
    }
    let filter = EnvFilter::try_from_env("NEURAL_ANALYZER_LOG").unwrap_or_else(|_| "off".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    ExitCode::from(invocation.run())
}
