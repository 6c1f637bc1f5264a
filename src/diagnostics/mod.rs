//! What can be said about a text: the table of codes and the finding itself.
//!
//! A [`Code`] is one entry of the table in [`codes`]: its name, default severity, tags, and the
//! whole of its documentation page. `neural-analyzer explain`, `docs/diagnostics/` and the severity
//! settings all read that entry. A [`Diagnostic`] is one finding: a code, a place, a message and
//! what would mend it. Severity settings are applied to findings after all analysis is done, so no
//! setting of severity is an input of the analysis.

mod code;
pub mod codes;
pub mod suggest;

use crate::text::{TextEdit, TextRange};

pub use code::{Code, CodeInfo, Severity, Tag};
pub use suggest::did_you_mean;

/// One finding about a text.
///
/// `P` is how places are written: the analysis works with places relative to a piece of the text,
/// which stay valid when the text above is edited; they are resolved to [`TextRange`]s of the file
/// at the very end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic<P = TextRange> {
    /// Which finding this is.
    pub code: Code,
    /// How bad it is; the code's default unless the finding knows better.
    pub severity: Severity,
    /// The smallest piece of text that is wrong.
    pub place: P,
    /// One line: the layer, what came in, the rule, and the value that would work.
    pub message: String,
    /// What to do about it, where the message does not say it already.
    pub help: Option<String>,
    /// Other places that explain the finding.
    pub related: Vec<Related<P>>,
    /// Edits that mend it, the best first.
    pub fixes: Vec<Fix<P>>,
    /// The path of the layer that it is about, as `neural-analyzer shapes` counts.
    pub path: Option<String>,
}

/// A place that explains a finding, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related<P = TextRange> {
    /// Where.
    pub place: P,
    /// One line.
    pub message: String,
}

/// A change of the text that mends a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix<P = TextRange> {
    /// What the change does, as an editor's menu shows it: "Change kernel_size to 3".
    pub title: String,
    /// The edits, which belong together.
    pub edits: Vec<TextEdit<P>>,
}

impl<P> Diagnostic<P> {
    /// A finding with the default severity of its code and nothing but a message.
    pub fn new(code: Code, place: P, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity: code.severity(),
            place,
            message: message.into(),
            help: None,
            related: Vec::new(),
            fixes: Vec::new(),
            path: None,
        }
    }

    /// Whether the parser could not read the text as it was meant.
    pub fn is_syntax_error(&self) -> bool {
        self.severity == Severity::Error && self.code.name().starts_with("syntax-")
    }

    /// The same with a severity of its own.
    pub fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same with a line of help.
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with one more related place.
    pub fn with_related(mut self, place: P, message: impl Into<String>) -> Self {
        self.related.push(Related { place, message: message.into() });
        self
    }

    /// The same with one more fix.
    pub fn with_fix(mut self, title: impl Into<String>, edits: Vec<TextEdit<P>>) -> Self {
        self.fixes.push(Fix { title: title.into(), edits });
        self
    }

    /// The same finding with every place written another way; `None` where a place cannot be.
    pub fn map_places<Q>(self, mut place: impl FnMut(P) -> Q) -> Diagnostic<Q> {
        Diagnostic {
            code: self.code,
            severity: self.severity,
            place: place(self.place),
            message: self.message,
            help: self.help,
            related: self
                .related
                .into_iter()
                .map(|related| Related { place: place(related.place), message: related.message })
                .collect(),
            fixes: self
                .fixes
                .into_iter()
                .map(|fix| Fix {
                    title: fix.title,
                    edits: fix
                        .edits
                        .into_iter()
                        .map(|edit| TextEdit::new(place(edit.range), edit.new_text))
                        .collect(),
                })
                .collect(),
            path: self.path,
        }
    }
}
