//! The type of one entry of the table of codes.

use std::fmt;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Style and portability.
    Hint,
    /// Worth knowing; nothing is wrong.
    Info,
    /// It builds, but it is not what was meant.
    Warning,
    /// The model cannot be built, or means nothing.
    Error,
}

impl Severity {
    /// The name that settings and JSON output use.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Hint => "hint",
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A property of a code that editors can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tag {
    /// The text has no effect; editors grey it out.
    Unnecessary,
    /// The text works but is an old spelling; editors strike it through.
    Deprecated,
}

/// Everything the project knows of one code.
#[derive(Debug)]
pub struct CodeInfo {
    /// The name in settings, output and suppression comments: `kernel-too-large`.
    pub name: &'static str,
    /// The severity where no setting says otherwise.
    pub severity: Severity,
    /// Whether it is reported where no setting says otherwise.
    pub enabled: bool,
    /// Properties for editors.
    pub tags: &'static [Tag],
    /// One line: what it finds.
    pub summary: &'static str,
    /// A few sentences: why it matters, and what to do.
    pub explanation: &'static str,
    /// One or two sentences: when an author may want to do without it; may be empty.
    pub switch_off: &'static str,
    /// The lines of `neural.toml` that the example needs beside the code being on; may be empty.
    pub settings: &'static str,
    /// A text that has this finding, or `""` where no small text can show it.
    pub wrong: &'static str,
    /// The same text, mended.
    pub mended: &'static str,
}

/// A code of the table: a cheap handle on its [`CodeInfo`].
#[derive(Clone, Copy)]
pub struct Code(pub(super) &'static CodeInfo);

impl Code {
    /// The entry.
    pub fn info(self) -> &'static CodeInfo {
        self.0
    }

    /// The name, `kernel-too-large`.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The severity where no setting says otherwise.
    pub fn severity(self) -> Severity {
        self.0.severity
    }

    /// The code with this name.
    pub fn from_name(name: &str) -> Option<Code> {
        super::codes::all().find(|code| code.name() == name)
    }

    /// The documentation page, in Markdown. `docs/diagnostics/NAME.md` is this text.
    pub fn page(self) -> String {
        let info = self.0;
        let mut page = format!("# {}\n\n{}\n\n", info.name, info.summary);
        page.push_str(&format!("Default severity: **{}**", info.severity));
        if !info.enabled {
            page.push_str(" (off unless a setting or the profile `strict` turns it on)");
        }
        page.push_str(&format!(".\n\n{}\n", info.explanation.trim()));
        if !info.wrong.is_empty() {
            page.push_str("\n## Example\n");
            if !info.settings.is_empty() {
                page.push_str(&format!(
                    "\nWith these settings:\n\n```toml\n{}\n```\n",
                    info.settings
                ));
            }
            page.push_str(&format!("\n```neural\n{}\n```\n", info.wrong.trim_matches('\n')));
        }
        if !info.mended.is_empty() {
            page.push_str(&format!(
                "\nMended:\n\n```neural\n{}\n```\n",
                info.mended.trim_matches('\n')
            ));
        }
        if !info.switch_off.is_empty() {
            page.push_str(&format!("\n## When to switch it off\n\n{}\n", info.switch_off));
        }
        page
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Code {}

impl std::hash::Hash for Code {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.name.hash(state);
    }
}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.name.cmp(other.0.name)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}
