//! One run over several files: their settings, their analysis, and what was found in all.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use super::inputs::Source;
use super::{Status, Streams, analysis, render};
use crate::config::{Config, Discovery, Layer, NeuralToml};
use crate::diagnostics::{Diagnostic, Severity};
use crate::ide::NetworkReport;
use crate::ide::json::JsonFile;
use crate::text::LineIndex;

/// A file that has been analyzed, severities applied.
#[derive(Debug)]
pub(super) struct Checked {
    /// The file's name as the author wrote it.
    pub(super) name: String,
    /// Its text.
    pub(super) text: String,
    /// Where its lines start.
    pub(super) index: LineIndex,
    /// The settings that hold for it.
    pub(super) config: Config,
    /// Its networks.
    pub(super) networks: Vec<NetworkReport>,
    /// What is reported of it.
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Checked {
    /// Whether the findings fail a check.
    pub(super) fn verdict(&self) -> Status {
        verdict(&self.diagnostics, self.config.deny_warnings)
    }

    /// The file as it is written for programs.
    pub(super) fn json(&self) -> JsonFile<'_> {
        JsonFile {
            name: &self.name,
            text: &self.text,
            index: &self.index,
            config: &self.config,
            networks: &self.networks,
            diagnostics: &self.diagnostics,
            max_layers: usize::MAX,
        }
    }
}

/// How many findings of each severity there are.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tally {
    errors: usize,
    warnings: usize,
    infos: usize,
    hints: usize,
    files: usize,
}

/// The settings of a file, and what is to be said about them before the file.
pub(super) struct Settled {
    pub(super) config: Config,
    pub(super) notes: Notes,
}

/// What is wrong with settings: lines for standard error.
#[derive(Default)]
pub(super) struct Notes {
    text: String,
    failure: bool,
}

impl Notes {
    pub(super) fn write(&self, streams: &mut Streams<'_>, status: &mut Status) -> io::Result<()> {
        if self.failure {
            status.raise(Status::Failure);
        }
        if self.text.is_empty() {
            return Ok(());
        }
        streams.out.flush()?;
        streams.err.write_all(self.text.as_bytes())
    }
}

/// The state of a run.
pub(super) struct Session {
    flags: Layer,
    discovery: Discovery,
    /// The `neural.toml` files that have been reported.
    reported: HashSet<PathBuf>,
    here: PathBuf,
}

impl Session {
    pub(super) fn new(flags: Layer) -> Session {
        Session {
            flags,
            discovery: Discovery::default(),
            reported: HashSet::new(),
            here: std::env::current_dir().unwrap_or_default(),
        }
    }

    /// Reads and analyzes a file. `None` where it cannot be read, which has then been said.
    pub(super) fn check(
        &mut self,
        source: &Source,
        streams: &mut Streams<'_>,
        status: &mut Status,
    ) -> io::Result<Option<Checked>> {
        let Settled { config, notes } = self.settle(source);
        notes.write(streams, status)?;
        match check(source, config) {
            Ok(checked) => {
                status.raise(checked.verdict());
                Ok(Some(checked))
            }
            Err(message) => {
                status.raise(Status::Failure);
                streams.error(&message)?;
                Ok(None)
            }
        }
    }

    /// The settings for a file, or for standard input. What is wrong with them is said once.
    pub(super) fn settle(&mut self, source: &Source) -> Settled {
        let mut notes = Notes::default();
        let folder = source.path.as_deref().and_then(Path::parent);
        let folder = folder.map(|folder| self.here.join(folder));
        let config = match self.discovery.find(folder.as_deref().unwrap_or(&self.here)) {
            None => Config::resolve([&self.flags]),
            Some(Err(unreadable)) => {
                notes.failure = true;
                if self.reported.insert(unreadable.path.clone()) {
                    let name = self.name_of(&unreadable.path);
                    let reason = &unreadable.reason;
                    notes.text = format!("error: cannot read `{name}`: {reason}\n");
                }
                Config::resolve([&self.flags])
            }
            Some(Ok(file)) => {
                let config = Config::resolve([&file.layer, &self.flags]);
                if self.reported.insert(file.path.clone()) {
                    self.note_settings(&file, &config, &mut notes);
                }
                config
            }
        };
        Settled { config, notes }
    }

    fn note_settings(&self, file: &NeuralToml, config: &Config, notes: &mut Notes) {
        let index = LineIndex::new(&file.text);
        let name = self.name_of(&file.path);
        for finding in config.apply(file.diagnostics.clone()) {
            notes.failure |= finding.severity == Severity::Error;
            notes.text += &render::excerpt(&name, &file.text, &index, &finding);
            notes.text += "\n\n";
        }
    }

    /// The path as it is shown: relative where it is inside the current folder.
    fn name_of(&self, path: &Path) -> String {
        path.strip_prefix(&self.here).unwrap_or(path).display().to_string()
    }
}

/// Reads and analyzes a file by these settings. The error says why it cannot be read, and names it.
pub(super) fn check(source: &Source, config: Config) -> Result<Checked, String> {
    let text = source.read()?;
    let report = analysis::analyze(&text, &config);
    Ok(Checked {
        name: source.name.clone(),
        index: LineIndex::new(&text),
        text,
        config,
        networks: report.networks,
        diagnostics: report.diagnostics,
    })
}

/// Whether these findings fail a check.
fn verdict(diagnostics: &[Diagnostic], deny_warnings: bool) -> Status {
    let limit = if deny_warnings { Severity::Warning } else { Severity::Error };
    let fails = diagnostics.iter().any(|finding| finding.severity >= limit);
    if fails { Status::Findings } else { Status::Clean }
}

impl Tally {
    /// The findings of one file.
    pub(super) fn of(diagnostics: &[Diagnostic]) -> Tally {
        let count = |severity| diagnostics.iter().filter(|it| it.severity == severity).count();
        Tally {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            infos: count(Severity::Info),
            hints: count(Severity::Hint),
            files: 1,
        }
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.infos += other.infos;
        self.hints += other.hints;
        self.files += other.files;
    }
}

/// `2 errors, 1 warning in 3 files`
impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kinds = [
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.infos, "info"),
            (self.hints, "hint"),
        ];
        let parts: Vec<String> = kinds
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, kind)| plural(count, kind))
            .collect();
        let found = if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") };
        write!(f, "{found} in {}", plural(self.files, "file"))
    }
}

fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::codes;
    use crate::text::TextRange;

    fn finding(severity: Severity) -> Diagnostic {
        let place = TextRange::default();
        Diagnostic::new(codes::UNKNOWN_LOSS, place, "unknown").with_severity(severity)
    }

    #[test]
    fn findings_are_counted_in_words() {
        let mut tally = Tally::default();
        assert_eq!(tally.to_string(), "no findings in 0 files");
        tally += Tally::of(&[finding(Severity::Warning)]);
        assert_eq!(tally.to_string(), "1 warning in 1 file");
        let findings = [Severity::Error, Severity::Error, Severity::Hint].map(finding);
        tally += Tally::of(&findings);
        assert_eq!(tally.to_string(), "2 errors, 1 warning, 1 hint in 2 files");
    }

    #[test]
    fn warnings_fail_only_where_they_are_denied() {
        let findings = [finding(Severity::Warning)];
        assert_eq!(verdict(&findings, false), Status::Clean);
        assert_eq!(verdict(&findings, true), Status::Findings);
        assert_eq!(verdict(&[finding(Severity::Info)], true), Status::Clean);
        assert_eq!(verdict(&[finding(Severity::Error)], false), Status::Findings);
    }
}
