//! The server's log: standard error, and a file if the author wants one.
//!
//! Standard output belongs to the protocol. How much is logged, and into which file, is a setting
//! of the editor that takes effect at once; the environment variable `NEURAL_ANALYZER_LOG` wins
//! over it.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::str::FromStr as _;
use std::sync::{Arc, Mutex, PoisonError};

use tower_lsp::lsp_types::MessageType;
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Registry, reload};

use super::client::Client;
use crate::config::LogSettings;

/// The variable that says how much is logged, in the words of `tracing`.
pub const VARIABLE: &str = "NEURAL_ANALYZER_LOG";

/// The log of a running server.
pub(super) struct Logging {
    filter: reload::Handle<EnvFilter, Registry>,
    target: Arc<Mutex<Target>>,
    is_filter_fixed: bool,
}

#[derive(Debug, Default)]
struct Target {
    path: Option<String>,
    file: Option<File>,
}

/// Starts logging, with the defaults of the settings.
pub(super) fn start() -> Logging {
    let defaults = LogSettings::default();
    let from_environment = EnvFilter::try_from_env(VARIABLE).ok();
    let is_filter_fixed = from_environment.is_some();
    let filter = from_environment.unwrap_or_else(|| EnvFilter::new(directives(defaults.level)));
    let (filter, handle) = reload::Layer::new(filter);
    let target = Arc::new(Mutex::new(Target::default()));
    let writer = {
        let target = target.clone();
        move || Log { target: target.clone() }
    };
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(writer);
    // In a process that logs already, that log is as good.
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
    std::panic::set_hook(Box::new(|panic| tracing::error!("a defect: {panic}")));
    Logging { filter: handle, target, is_filter_fixed }
}

impl Logging {
    /// Takes new settings.
    pub(super) fn apply(&self, settings: &LogSettings, client: &Client) {
        if !self.is_filter_fixed
            && let Ok(filter) = EnvFilter::from_str(&directives(settings.level))
        {
            let _ = self.filter.reload(filter);
        }
        let mut target = self.target.lock().unwrap_or_else(PoisonError::into_inner);
        if target.path == settings.file {
            return;
        }
        target.path.clone_from(&settings.file);
        target.file = None;
        let Some(path) = &settings.file else { return };
        match OpenOptions::new().create(true).append(true).open(path) {
            Ok(file) => target.file = Some(file),
            Err(error) => {
                drop(target);
                let message = format!("cannot write the log to `{path}`: {error}");
                client.log(MessageType::ERROR, message);
            }
        }
    }
}

/// The level for what this program does; of the libraries only what is wrong is of interest.
fn directives(level: &str) -> String {
    match level {
        "off" | "error" | "warn" => level.to_owned(),
        _ => format!("warn,{}={level}", env!("CARGO_CRATE_NAME")),
    }
}

/// A line of the log on its way.
struct Log {
    target: Arc<Mutex<Target>>,
}

impl Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // A log that cannot be written is no reason to stop.
        let _ = io::stderr().write_all(line);
        let target = self.target.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mut file) = target.file.as_ref() {
            let _ = file.write_all(line);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
