//! Typing into a file: each kind of keystroke at places spread over the file, each taken back, with
//! what it has recomputed.

use std::sync::Arc;
use std::time::Instant;

use super::measurements::Keystroke;
use crate::config::Config;
use crate::ide::{AnalysisHost, FileId, framework};
use crate::model::statistics::QueryStatistics;
use crate::syntax::SyntaxKind::{self, COMMENT, IDENT, INT, R_PAREN, STRING, WHITESPACE};
use crate::syntax::{self, SyntaxToken};
use crate::text::{TextEdit, TextRange, TextSize};

/// A kind of keystroke: into which tokens, and what it changes there.
struct Kind {
    name: &'static str,
    into: SyntaxKind,
    edit: fn(TextRange, &str) -> TextEdit,
}

const KINDS: &[Kind] = &[
    Kind { name: "digit of a number", into: INT, edit: |token, _| insert(token.end(), "1") },
    Kind { name: "letter of a name", into: IDENT, edit: |token, _| insert(token.end(), "x") },
    Kind {
        name: "letter of a string",
        into: STRING,
        edit: |token, _| insert(inside(token, 1), "x"),
    },
    Kind {
        name: "letter of a comment",
        into: COMMENT,
        edit: |token, text| insert(inside(token, if text.starts_with('#') { 1 } else { 2 }), "x"),
    },
    Kind { name: "blank", into: WHITESPACE, edit: |token, _| insert(token.end(), " ") },
    Kind { name: "end of a line", into: WHITESPACE, edit: |token, _| insert(token.start(), "\n") },
    Kind {
        name: "layer line",
        into: R_PAREN,
        edit: |token, _| insert(token.end(), "\nFlatten()\n"),
    },
    Kind { name: "bracket taken away", into: R_PAREN, edit: |token, _| TextEdit::new(token, "") },
    Kind { name: "quote", into: IDENT, edit: |token, _| insert(token.start(), "\"") },
    Kind { name: "opened comment", into: IDENT, edit: |token, _| insert(token.start(), "/*") },
];

fn insert(at: TextSize, text: &str) -> TextEdit {
    TextEdit::new(TextRange::empty(at), text)
}

/// The place after what a token opens with, which is `opening` bytes long.
fn inside(token: TextRange, opening: u32) -> TextSize {
    token.start() + TextSize::new(opening)
}

/// Types each kind of keystroke at `places` places and takes it back.
pub(super) fn measure(text: &str, config: &Config, places: usize) -> Vec<Keystroke> {
    if places == 0 {
        return Vec::new();
    }
    let tokens: Vec<(SyntaxKind, TextRange)> = syntax::parse(text)
        .syntax()
        .descendants_with_tokens()
        .filter_map(|element| element.into_token())
        .map(|token: SyntaxToken| (token.kind(), token.text_range()))
        .collect();
    let mut typist = Typist::new(text, config);
    KINDS.iter().map(|kind| typist.type_all(kind, &tokens, places)).collect()
}

struct Typist<'a> {
    text: &'a str,
    host: AnalysisHost,
    file: FileId,
    statistics: Arc<QueryStatistics>,
    config: &'a Config,
}

impl<'a> Typist<'a> {
    fn new(text: &'a str, config: &'a Config) -> Typist<'a> {
        let statistics = Arc::new(QueryStatistics::default());
        let mut host = AnalysisHost::with_statistics(statistics.clone());
        let file = host.open(text.to_owned(), framework(config));
        let mut typist = Typist { text, host, file, statistics, config };
        typist.analyze();
        typist
    }

    fn type_all(
        &mut self,
        kind: &Kind,
        tokens: &[(SyntaxKind, TextRange)],
        places: usize,
    ) -> Keystroke {
        let fitting: Vec<TextRange> = tokens
            .iter()
            .filter(|(token, _)| *token == kind.into)
            .map(|(_, range)| *range)
            .collect();
        let mut keystroke = Keystroke::new(kind.name);
        let step = fitting.len().div_ceil(places).max(1);
        for token in fitting.iter().skip(step / 2).step_by(step) {
            let edit = (kind.edit)(*token, &self.text[*token]);
            let changed = TextRange::at(edit.range.start(), TextSize::of(edit.new_text.as_str()));
            let back = TextEdit::new(changed, &self.text[edit.range]);
            self.type_one(&edit, &mut keystroke);
            self.type_one(&back, &mut keystroke);
        }
        keystroke
    }

    fn type_one(&mut self, edit: &TextEdit, keystroke: &mut Keystroke) {
        let _span = tracing::debug_span!("keystroke", kind = keystroke.name).entered();
        self.statistics.take();
        let begin = Instant::now();
        self.host.edit(self.file, std::slice::from_ref(edit));
        let lowered = self.analyze();
        keystroke.times.push(begin.elapsed());
        keystroke.lowered += lowered;
        let analysis = self.host.analysis(self.file);
        let is_whole = analysis.is_some_and(|analysis| analysis.reread().is_none());
        keystroke.whole += u64::from(is_whole);
        keystroke.queries.add(&self.statistics.take());
    }

    /// Brings the findings up to date, and says how many statements and sections were read anew.
    fn analyze(&mut self) -> u64 {
        let Some(analysis) = self.host.analysis(self.file) else { return 0 };
        analysis.findings(self.config);
        analysis.lowered() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# é\nnetwork N {\n  input: (8,)\n  layers:\n    Dense(4, \"relu\") # 'é'\n    Dense(3)\n}\n";

    #[test]
    fn every_kind_is_typed_and_taken_back() {
        let keystrokes = measure(TEXT, &Config::default(), 3);
        let names: Vec<&str> = keystrokes.iter().map(|it| it.name).collect();
        assert_eq!(names, KINDS.iter().map(|kind| kind.name).collect::<Vec<_>>());
        for keystroke in &keystrokes {
            let typed = keystroke.times.len();
            assert!(typed > 0 && typed.is_multiple_of(2), "{keystroke:?}");
        }
        // Comments are read by nobody, and the end of a number by its layer.
        let of = |name: &str| keystrokes.iter().find(|it| it.name == name).unwrap();
        assert_eq!(of("letter of a comment").queries.executed(), 0);
        assert!(of("digit of a number").queries.executed() > 0);
    }

    #[test]
    fn nothing_is_typed_where_nothing_is_asked_for() {
        assert!(measure(TEXT, &Config::default(), 0).is_empty());
        assert!(measure("", &Config::default(), 5).iter().all(|it| it.times.is_empty()));
    }

    #[test]
    fn what_is_taken_back_is_as_it_was() {
        let config = Config::default();
        let mut typist = Typist::new(TEXT, &config);
        let parse = syntax::parse(TEXT);
        let tokens: Vec<_> = parse
            .syntax()
            .descendants_with_tokens()
            .filter_map(|element| element.into_token())
            .map(|token| (token.kind(), token.text_range()))
            .collect();
        for kind in KINDS {
            typist.type_all(kind, &tokens, 4);
            let analysis = typist.host.analysis(typist.file).unwrap();
            assert_eq!(analysis.text(), TEXT, "{}", kind.name);
        }
    }
}
