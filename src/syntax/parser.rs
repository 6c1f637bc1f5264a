//! The machinery below the grammar: a cursor over the tokens, and a list of events that says where
//! nodes start and end.
//!
//! Grammar functions see no white space. They open a [`Marker`], consume tokens, and complete the
//! marker as a kind of node; [`CompletedMarker::precede`] wraps a finished node into another one,
//! which is how `a` becomes the first operand of `a + b` without looking ahead. The events become a
//! tree in [`super::tree`].
//!
//! Two guards keep every text harmless: nesting is counted, and each look at a token costs fuel that
//! only consuming a token refills, so a grammar function that makes no progress sees the end of the
//! text instead of looping.

mod hidden;
mod record;
mod repeat;

use std::cell::Cell;

pub(super) use hidden::Hidden;
pub(super) use record::{Carried, RecordedList, Stop};

use rowan::Language;

use super::kind::{NeuralLanguage, SyntaxKind};
use super::lexer::LexedToken;
use crate::diagnostics::{Code, Diagnostic, Fix, codes};
use crate::text::{TextEdit, TextRange, TextSize};

/// How deeply brackets, blocks and prefix operators may nest.
pub const MAX_NESTING: u32 = 256;

/// Looks at tokens between two consumed tokens. The most are needed where a text ends at the bound of
/// nesting, and each level looks for its closing bracket.
const FUEL: u32 = 128 * MAX_NESTING;

/// A later attempt at an argument list costs another pass over its text, so attempts are counted.
pub(super) const MAX_REWINDS: u32 = 64;

/// A token that is neither white space nor comment, with what the grammar asks of its line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    kind: SyntaxKind,
    pub(super) start: u32,
    pub(super) end: u32,
    /// Whether it is the first token of its line.
    starts_line: bool,
    /// The column of the first token of its line.
    indent: u32,
}

impl Token {
    /// The indentation of a token that is the first of its line.
    pub(super) fn column(&self) -> Option<u32> {
        self.starts_line.then_some(self.indent)
    }
}

/// What the grammar did, in the order it did it. It is one number, so that comparing and hashing what
/// it did to a statement costs little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Event(u64);

/// What an event says.
pub(super) enum Action {
    /// A node starts. `None` where the marker was given up.
    Start {
        kind: Option<SyntaxKind>,
        /// How many events further on the node that starts around this one is; 0 for none.
        forward_parent: usize,
    },
    /// A node starts that has started already, around one before it.
    Started,
    /// The innermost open node ends.
    Finish,
    /// The next token.
    Token,
    /// A hidden list.
    Hidden,
}

impl Event {
    const FINISH: Event = Event(1 << 16);
    const TOKEN: Event = Event(1 << 17);
    const HIDDEN: Event = Event(1 << 18);
    const STARTED: u64 = 1 << 19;
    const GIVEN_UP: Event = Event(SyntaxKind::EOF as u64);

    /// What it says.
    pub(super) fn action(self) -> Action {
        match self {
            Event::FINISH => Action::Finish,
            Event::TOKEN => Action::Token,
            Event::HIDDEN => Action::Hidden,
            Event(bits) if bits & Event::STARTED != 0 => Action::Started,
            _ => Action::Start { kind: self.kind(), forward_parent: self.forward_parent() },
        }
    }

    /// The kind of the node that starts.
    pub(super) fn kind(self) -> Option<SyntaxKind> {
        let kind = NeuralLanguage::kind_from_raw(rowan::SyntaxKind(self.0 as u16));
        (kind != SyntaxKind::EOF).then_some(kind)
    }

    /// See [`Action::Start`].
    pub(super) fn forward_parent(self) -> usize {
        (self.0 >> 32) as usize
    }

    /// A number that no other event has.
    pub(super) fn bits(self) -> u64 {
        self.0
    }
}

/// What a parse has come to.
pub(super) struct Parsed {
    pub(super) events: Vec<Event>,
    /// In the order in which they were found.
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) lists: Vec<RecordedList>,
    /// How often it had to go back.
    pub(super) rewinds: u32,
    pub(super) tokens: Vec<Token>,
}

/// The state of one parse.
pub(super) struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    pos: usize,
    events: Vec<Event>,
    diagnostics: Vec<Diagnostic>,
    fuel: Cell<u32>,
    depth: u32,
    rewinds: u32,
    /// The position of the last syntax error, for telling a second finding about it from a new one.
    last_error: Option<usize>,
    /// Whether a finding says already that the text ends too early.
    end_reported: bool,
    /// Brackets that may turn up without their partner, since that has been reported.
    pub(super) forgiven: Brackets,
    /// Opening brackets that may lack their partner, since the reason has been reported.
    pub(super) owed: Brackets,
    /// Brackets that are open here.
    pub(super) open: Brackets,
    /// The token before which an argument list has to end, found by an earlier attempt to read it.
    pub(super) cut: Option<usize>,
    /// An opening brace whose closing one, by its indentation, closes something further out.
    pub(super) doubtful_brace: Option<usize>,
    /// Lists that need not be read.
    hidden: Vec<Hidden>,
    record: record::Record,
}

/// A count for each sort of bracket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Brackets {
    pub(super) parens: u32,
    pub(super) bracks: u32,
    pub(super) braces: u32,
}

impl Brackets {
    /// The count of the sort that `bracket` opens or closes.
    pub(super) fn of(&mut self, bracket: SyntaxKind) -> &mut u32 {
        match bracket {
            SyntaxKind::L_PAREN | SyntaxKind::R_PAREN => &mut self.parens,
            SyntaxKind::L_BRACK | SyntaxKind::R_BRACK => &mut self.bracks,
            _ => &mut self.braces,
        }
    }
}

/// A place to go back to.
pub(super) struct Checkpoint {
    pos: usize,
    events: usize,
    diagnostics: usize,
    depth: u32,
    last_error: Option<usize>,
    forgiven: Brackets,
    owed: Brackets,
    open: Brackets,
}

impl<'t> Parser<'t> {
    /// A parser at the first token of `text`, whose tokens are `lexed`.
    pub(super) fn new(text: &'t str, lexed: &[LexedToken]) -> Self {
        Parser::indented(text, lexed, 0)
    }

    /// The same, where `indent` bytes stand before `text` on its first line.
    pub(super) fn indented(text: &'t str, lexed: &[LexedToken], mut indent: u32) -> Self {
        let mut tokens = Vec::with_capacity(lexed.len() / 2);
        let (mut at, mut line_start, mut starts_line) = (0u32, 0u32, true);
        let before = indent;
        for token in lexed {
            let end = at + token.len;
            if token.kind.is_trivia() {
                let piece = &text.as_bytes()[at as usize..end as usize];
                if let Some(last) = piece.iter().rposition(|&byte| matches!(byte, b'\n' | b'\r')) {
                    line_start = at + last as u32 + 1;
                    starts_line = true;
                }
            } else {
                if starts_line {
                    indent = at - line_start + if line_start == 0 { before } else { 0 };
                }
                tokens.push(Token { kind: token.kind, start: at, end, starts_line, indent });
                starts_line = false;
            }
            at = end;
        }
        Parser {
            text,
            events: Vec::with_capacity(tokens.len() * 3),
            tokens,
            pos: 0,
            diagnostics: Vec::new(),
            fuel: Cell::new(FUEL),
            depth: 0,
            rewinds: 0,
            last_error: None,
            end_reported: lexed.last().is_some_and(|token| token.kind == SyntaxKind::OPEN_COMMENT),
            forgiven: Brackets::default(),
            owed: Brackets::default(),
            open: Brackets::default(),
            cut: None,
            doubtful_brace: None,
            hidden: Vec::new(),
            record: record::Record::default(),
        }
    }

    /// What the parse has come to.
    pub(super) fn finish(mut self) -> Parsed {
        let lists = self.finish_record();
        Parsed {
            events: self.events,
            diagnostics: self.diagnostics,
            lists,
            rewinds: self.rewinds,
            tokens: self.tokens,
        }
    }

    // Looking.

    /// The kind of the token `n` after the current one.
    pub(super) fn nth(&self, n: usize) -> SyntaxKind {
        let fuel = self.fuel.get();
        debug_assert!(fuel > 0, "the parser makes no progress at token {}", self.pos);
        if fuel == 0 {
            return SyntaxKind::EOF;
        }
        self.fuel.set(fuel - 1);
        self.look(self.pos + n);
        self.tokens.get(self.pos + n).map_or(SyntaxKind::EOF, |token| token.kind)
    }

    /// The kind of the current token.
    pub(super) fn current(&self) -> SyntaxKind {
        self.nth(0)
    }

    /// Whether the current token is of this kind.
    pub(super) fn at(&self, kind: SyntaxKind) -> bool {
        self.nth(0) == kind
    }

    /// The text of the token `n` after the current one; empty past the end.
    pub(super) fn nth_text(&self, n: usize) -> &'t str {
        self.text_at(self.pos + n)
    }

    /// Whether the token `n` after the current one is the first of its line. The end of the text
    /// counts as a line of its own.
    pub(super) fn nth_starts_line(&self, n: usize) -> bool {
        self.look(self.pos + n);
        self.tokens.get(self.pos + n).is_none_or(|token| token.starts_line)
    }

    /// The indentation of the current token's line.
    pub(super) fn indent(&self) -> u32 {
        self.indent_of(self.pos)
    }

    /// Whether the token at `pos` is the first of its line.
    pub(super) fn starts_line(&self, pos: usize) -> bool {
        self.look(pos);
        self.tokens.get(pos).is_some_and(|token| token.starts_line)
    }

    /// Whether `word` stands before a token of kind `next` further on, in the same network.
    pub(super) fn finds_ahead(&self, word: &str, next: SyntaxKind) -> bool {
        let rest = self.tokens.get(self.pos..).unwrap_or_default();
        for (at, token) in rest.iter().enumerate() {
            self.look(self.pos + at + 1);
            if token.kind != SyntaxKind::IDENT {
                continue;
            }
            let text = self.text_at(self.pos + at);
            if text == "network" && token.starts_line {
                return false;
            }
            if text == word && rest.get(at + 1).is_some_and(|token| token.kind == next) {
                return true;
            }
        }
        false
    }

    /// The indentation of the line of token `pos`.
    pub(super) fn indent_of(&self, pos: usize) -> u32 {
        self.look(pos);
        self.tokens.get(pos).map_or(0, |token| token.indent)
    }

    /// How many tokens have been consumed.
    pub(super) fn pos(&self) -> usize {
        self.pos
    }

    /// The kind of the last consumed token.
    pub(super) fn previous(&self) -> SyntaxKind {
        self.look_back(self.pos);
        self.pos
            .checked_sub(1)
            .and_then(|pos| self.tokens.get(pos))
            .map_or(SyntaxKind::EOF, |token| token.kind)
    }

    /// The text of token `pos`.
    pub(super) fn text_at(&self, pos: usize) -> &'t str {
        self.look(pos);
        self.tokens
            .get(pos)
            .map_or("", |token| &self.text[token.start as usize..token.end as usize])
    }

    // Places.

    /// The range of token `pos`; past the last token, the last character of the text's tokens.
    pub(super) fn range_at(&self, pos: usize) -> TextRange {
        self.look(pos);
        match self.tokens.get(pos) {
            Some(token) => TextRange::new(token.start.into(), token.end.into()),
            None => self.last_char_before(pos),
        }
    }

    /// The range of the current token.
    pub(super) fn here(&self) -> TextRange {
        self.range_at(self.pos)
    }

    /// The range from token `first` to the last consumed token.
    pub(super) fn since(&self, first: usize) -> TextRange {
        let last = self.pos.saturating_sub(1).max(first);
        self.range_at(first).cover(self.range_at(last))
    }

    /// The last character before token `pos`: where something is missing, this is what it should
    /// have followed, and it is on the line of the mistake.
    pub(super) fn last_char_before(&self, pos: usize) -> TextRange {
        self.look_back(pos.min(self.tokens.len()));
        let last = pos.min(self.tokens.len()).checked_sub(1).and_then(|last| self.tokens.get(last));
        let Some(token) = last else {
            let first = self.text.chars().next().map_or(0, char::len_utf8);
            return TextRange::up_to(TextSize::new(first as u32));
        };
        let piece = &self.text[token.start as usize..token.end as usize];
        let len = piece.chars().next_back().map_or(0, char::len_utf8) as u32;
        TextRange::new((token.end - len).into(), token.end.into())
    }

    /// The last character of the last consumed token.
    pub(super) fn end_of_previous(&self) -> TextRange {
        self.last_char_before(self.pos)
    }

    /// The text of a range.
    pub(super) fn slice(&self, range: TextRange) -> &'t str {
        &self.text[range]
    }

    // Consuming.

    /// Consumes the current token, whatever it is.
    pub(super) fn bump(&mut self) {
        if self.pos < self.tokens.len() {
            self.pos += 1;
            self.events.push(Event::TOKEN);
            self.fuel.set(FUEL);
        }
    }

    /// Consumes the current token if it is of this kind.
    pub(super) fn eat(&mut self, kind: SyntaxKind) -> bool {
        let found = self.at(kind);
        if found {
            self.bump();
        }
        found
    }

    /// Consumes the current token as an error node.
    pub(super) fn bump_error(&mut self) {
        let marker = self.start();
        self.bump();
        marker.complete(self, SyntaxKind::ERROR);
    }

    /// Opens a node.
    pub(super) fn start(&mut self) -> Marker {
        self.events.push(Event::GIVEN_UP);
        Marker { event: self.events.len() as u32 - 1 }
    }

    // Nesting and going back.

    /// Goes one level deeper. `false` at the bound, where it is reported and the caller consumes the
    /// construct without looking into it.
    pub(super) fn enter(&mut self) -> bool {
        if self.depth < MAX_NESTING {
            self.depth += 1;
            return true;
        }
        let message = format!(
            "this is nested more than {MAX_NESTING} levels deep and is not read; write it with fewer levels"
        );
        self.diagnostics.push(Diagnostic::new(codes::SYNTAX_TOO_DEEP, self.here(), message));
        self.last_error = Some(self.pos);
        false
    }

    /// Comes back from a level.
    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Remembers this place.
    pub(super) fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            pos: self.pos,
            events: self.events.len(),
            diagnostics: self.diagnostics.len(),
            depth: self.depth,
            last_error: self.last_error,
            forgiven: self.forgiven,
            owed: self.owed,
            open: self.open,
        }
    }

    /// Goes back to a place, unless that has been done too often.
    pub(super) fn rewind(&mut self, to: Checkpoint) -> bool {
        if self.rewinds >= MAX_REWINDS {
            return false;
        }
        self.rewinds += 1;
        self.pos = to.pos;
        self.events.truncate(to.events);
        self.diagnostics.truncate(to.diagnostics);
        self.depth = to.depth;
        self.last_error = to.last_error;
        self.forgiven = to.forgiven;
        self.owed = to.owed;
        self.open = to.open;
        self.fuel.set(FUEL);
        true
    }

    // Reporting.

    /// Reports a syntax error at the current position. A finding that follows another one within a
    /// few tokens of the same line is about the same mistake, and is dropped; `None` then.
    pub(super) fn error(
        &mut self,
        code: Code,
        place: TextRange,
        message: impl Into<String>,
    ) -> Option<&mut Diagnostic> {
        // What is missing at the end of a line belongs to that line, not to the next token's.
        let repeated = self.repeats_error(self.pos + usize::from(place == self.here()));
        // A finding about something further back explains nothing that stands here.
        let back = self.tokens.partition_point(|token| token.end <= u32::from(place.start()));
        self.last_error = Some(if back + 1 < self.pos { back } else { self.pos });
        if repeated {
            return None;
        }
        self.diagnostics.push(Diagnostic::new(code, place, message));
        self.diagnostics.last_mut()
    }

    /// The same with a fix of one edit.
    pub(super) fn error_with_fix(
        &mut self,
        code: Code,
        place: TextRange,
        message: impl Into<String>,
        title: impl Into<String>,
        edits: Vec<TextEdit>,
    ) {
        if let Some(diagnostic) = self.error(code, place, message) {
            *diagnostic = diagnostic.clone().with_fix(title, edits);
        }
    }

    /// Adds a fix to the finding at `place`, whose extent is known only now.
    pub(super) fn add_fix(
        &mut self,
        place: TextRange,
        title: impl Into<String>,
        edits: Vec<TextEdit>,
    ) {
        if let Some(diagnostic) =
            self.diagnostics.iter_mut().rev().find(|diagnostic| diagnostic.place == place)
        {
            diagnostic.fixes.push(Fix { title: title.into(), edits });
        }
    }

    /// Whether an opening bracket without its partner needs no finding of its own: the text has ended,
    /// and that has been reported.
    pub(super) fn end_is_reported(&self) -> bool {
        self.at(SyntaxKind::EOF) && (self.end_reported || self.repeats_error(self.pos))
    }

    /// Reports an opening bracket without its partner.
    pub(super) fn report_unclosed(&mut self, diagnostic: Diagnostic) {
        self.end_reported |= self.at(SyntaxKind::EOF);
        self.last_error = Some(self.pos);
        self.diagnostics.push(diagnostic);
    }

    /// Whether the last error is at most `distance` tokens away, on whatever line.
    pub(super) fn error_nearby(&self, distance: usize) -> bool {
        self.last_error.is_some_and(|last| self.pos.saturating_sub(last) <= distance)
    }

    /// Whether an error at the tokens before `end` is about the same mistake as the last one.
    fn repeats_error(&self, end: usize) -> bool {
        self.error_nearby(2)
            && self.last_error.is_some_and(|last| {
                !self.tokens.iter().take(end).skip(last + 1).any(|token| token.starts_line)
            })
    }

    /// Forgets brackets that lack their partner: a new piece starts here, and the mistakes of the
    /// one before it do not explain its own. An unclosed group may still be closed a few tokens on.
    pub(super) fn start_piece(&mut self) {
        self.owed.parens = 0;
        self.owed.bracks = 0;
        if !self.error_nearby(16) {
            self.forgiven.parens = 0;
            self.forgiven.bracks = 0;
        }
    }

    /// Treats what follows as a consequence of an error that is reported elsewhere.
    pub(super) fn mark_error(&mut self) {
        self.last_error = Some(self.pos);
    }

    /// Reports a form that is read although it is not standard.
    pub(super) fn warn(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

/// An open node.
pub(super) struct Marker {
    event: u32,
}

impl Marker {
    /// Ends the node.
    pub(super) fn complete(self, p: &mut Parser<'_>, kind: SyntaxKind) -> CompletedMarker {
        if let Some(Event(bits)) = p.events.get_mut(self.event as usize) {
            *bits |= kind as u64;
        }
        p.events.push(Event::FINISH);
        CompletedMarker { event: self.event, kind }
    }

    /// Ends the node, or gives it up where nothing was consumed since it was opened.
    pub(super) fn complete_if_filled(self, p: &mut Parser<'_>, kind: SyntaxKind) {
        if self.event as usize + 1 == p.events.len() {
            p.events.pop();
        } else {
            self.complete(p, kind);
        }
    }
}

/// A finished node.
#[derive(Clone, Copy)]
pub(super) struct CompletedMarker {
    event: u32,
    kind: SyntaxKind,
}

impl CompletedMarker {
    /// Opens a node around this one.
    pub(super) fn precede(self, p: &mut Parser<'_>) -> Marker {
        let marker = p.start();
        if let Some(Event(bits)) = p.events.get_mut(self.event as usize) {
            *bits |= u64::from(marker.event - self.event) << 32;
        }
        if let Some(Event(bits)) = p.events.get_mut(marker.event as usize) {
            *bits |= Event::STARTED;
        }
        marker
    }

    /// What the node is.
    pub(super) fn kind(self) -> SyntaxKind {
        self.kind
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::lexer::lex;

    fn parser(text: &str) -> Parser<'_> {
        Parser::new(text, &lex(text))
    }

    #[test]
    fn lines_and_indentation() {
        let mut p = parser("a b\n  c /* \n */ d");
        let seen: Vec<(bool, u32)> = (0..4)
            .map(|_| {
                let seen = (p.nth_starts_line(0), p.indent());
                p.bump();
                seen
            })
            .collect();
        assert_eq!(seen, [(true, 0), (false, 0), (true, 2), (true, 4)]);
        assert!(p.at(SyntaxKind::EOF) && p.nth_starts_line(0));
    }

    #[test]
    fn what_is_missing_is_reported_on_the_last_character() {
        let mut p = parser("é");
        assert_eq!(p.end_of_previous(), TextRange::up_to(2.into()));
        p.bump();
        assert_eq!(p.end_of_previous(), TextRange::up_to(2.into()));
        assert_eq!(parser("").end_of_previous(), TextRange::default());
    }

    #[test]
    fn a_second_error_nearby_is_the_same_mistake() {
        let mut p = parser("a b c d\ne");
        assert!(p.error(codes::SYNTAX_UNEXPECTED, p.here(), "first").is_some());
        p.bump();
        p.bump();
        assert!(p.error(codes::SYNTAX_UNEXPECTED, p.here(), "two tokens on").is_none());
        p.bump();
        p.bump();
        assert!(p.error(codes::SYNTAX_UNEXPECTED, p.here(), "on the next line").is_some());
    }

    #[test]
    fn going_back_forgets() {
        let mut p = parser("a b");
        let start = p.checkpoint();
        p.bump_error();
        p.error(codes::SYNTAX_UNEXPECTED, p.here(), "lost");
        assert!(p.rewind(start));
        assert_eq!((p.pos(), p.finish().diagnostics.len()), (0, 0));
    }
}
