//! What the parser remembers of the lists that it reads, so that a piece of a list can be read again
//! alone when the text is edited.
//!
//! A list is read in steps: a statement, or something that stands where one should. What a step does
//! depends on the tokens that it looks at and on what the parser carries into it, and on nothing
//! else. Both are recorded: where a step has changed no token that the step before it looked at,
//! that step need not be taken again, and where the parser comes to a place that it came to before,
//! carrying the same, everything that follows is as it was.

use std::cell::Cell;

use super::repeat::Steps;
use super::{Brackets, Parser};
use crate::syntax::grammar::Within;

/// What the parser carries from one step of a list to the next, besides its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::syntax) struct Carried {
    /// How many tokens back the last error is, where that can still matter.
    pub(in crate::syntax) error_back: Option<u8>,
    /// Whether a line starts between that error and here.
    line_since_error: bool,
    forgiven: Brackets,
    owed: Brackets,
    open: Brackets,
    /// Whether an earlier brace is in doubt.
    doubtful: bool,
    end_reported: bool,
}

/// A place between two steps.
#[derive(Debug, Clone, Copy)]
pub(in crate::syntax) struct Stop {
    /// How many tokens stand before it.
    pub(in crate::syntax) pos: usize,
    /// How many events.
    pub(in crate::syntax) events: usize,
    /// How many findings.
    pub(in crate::syntax) diagnostics: usize,
    /// How often the parser had gone back.
    pub(in crate::syntax) rewinds: u32,
    /// What it carries.
    pub(in crate::syntax) carried: Carried,
    /// The tokens, counted from the first of the text, that the step from here has looked at.
    pub(in crate::syntax) looked: usize,
}

/// A list of statements that is no part of another one.
#[derive(Debug)]
pub(in crate::syntax) struct RecordedList {
    /// What it is the inside of.
    pub(in crate::syntax) within: Within,
    /// How deep it is nested.
    pub(in crate::syntax) depth: u32,
    /// The places between its steps; the last one is its end.
    pub(in crate::syntax) stops: Vec<Stop>,
    /// The tokens that were looked at before it.
    pub(in crate::syntax) looked_before: usize,
    /// Whether it can be read in pieces.
    pub(in crate::syntax) is_divisible: bool,
    /// Whether what follows it has looked at its last step.
    pub(in crate::syntax) is_looked_back_at: bool,
    /// Whether one of its steps has looked at what stands before it.
    pub(in crate::syntax) looks_before: bool,
    /// The number of the hidden list that it is.
    pub(in crate::syntax) hidden: Option<usize>,
}

/// The state of recording.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) lists: Vec<RecordedList>,
    /// Whether a list is being read.
    pub(super) is_open: bool,
    /// Where the list that is being read, or was read last, starts.
    pub(super) list_start: usize,
    /// The last place between two steps.
    pub(super) stop: usize,
    /// The tokens that have been looked at since then.
    pub(super) looked: Cell<usize>,
    /// The tokens that were looked at before it.
    pub(super) looked_before: usize,
    /// The first token of the list before the last stop that has been looked at since.
    behind: Cell<usize>,
    /// Whether something before the first token was asked for.
    before_text: Cell<bool>,
    /// Whether the list that is being read has looked at what stands before it.
    before_list: Cell<bool>,
    /// How many hidden lists have been skipped.
    pub(super) skipped: usize,
    /// The steps of the list that may be taken again.
    pub(super) steps: Steps,
}

impl Default for Record {
    fn default() -> Record {
        Record {
            lists: Vec::new(),
            is_open: false,
            list_start: 0,
            stop: 0,
            looked: Cell::new(0),
            looked_before: 0,
            behind: Cell::new(usize::MAX),
            before_text: Cell::new(false),
            before_list: Cell::new(false),
            skipped: 0,
            steps: Steps::default(),
        }
    }
}

impl Parser<'_> {
    /// Notes that token `at` is looked at.
    pub(super) fn look(&self, at: usize) {
        let record = &self.record;
        if at >= record.looked.get() {
            record.looked.set(at + 1);
        } else if at < record.list_start {
            record.before_list.set(true);
        } else if at < record.stop && at < record.behind.get() {
            record.behind.set(at);
        }
    }

    /// Notes that the token before token `at` is looked at.
    pub(super) fn look_back(&self, at: usize) {
        match at.checked_sub(1) {
            Some(before) => self.look(before),
            None => self.record.before_text.set(true),
        }
    }

    /// Starts to record a list. `false` in a list that is recorded already.
    pub(in crate::syntax) fn open_list(&mut self, within: Within) -> bool {
        if self.record.is_open {
            return false;
        }
        self.record.is_open = true;
        self.forget_steps();
        self.mark_looked_back_at();
        self.record.looked_before = self.record.looked_before.max(self.record.looked.get());
        self.record.list_start = self.pos;
        self.record.stop = self.pos;
        self.record.before_list.set(false);
        self.record.lists.push(RecordedList {
            within,
            depth: self.depth,
            stops: Vec::new(),
            looked_before: self.record.looked_before,
            is_divisible: true,
            is_looked_back_at: false,
            looks_before: false,
            hidden: None,
        });
        true
    }

    /// Notes a place between two steps of the list, and gives what is carried there. The step before it
    /// may be taken again if it `is_repeatable`.
    pub(in crate::syntax) fn stop(&mut self, is_repeatable: bool) -> Carried {
        let carried = self.carried();
        if is_repeatable && carried == Carried::default() {
            self.remember_last(self.diagnostics.len());
        }
        let record = &mut self.record;
        let Some(list) = record.lists.last_mut() else { return carried };
        if let Some(last) = list.stops.last_mut() {
            last.looked = record.looked.get();
        }
        // A step that has looked at the ones before it is one step together with them.
        let behind = record.behind.replace(usize::MAX);
        let looked = record.looked.get();
        while list.stops.len() > 1 && list.stops.last().is_some_and(|stop| stop.pos > behind) {
            list.stops.pop();
        }
        if let Some(last) = list.stops.last_mut() {
            last.looked = last.looked.max(looked);
        }
        record.looked_before = record.looked_before.max(looked);
        record.looked.set(self.pos);
        record.stop = self.pos;
        list.stops.push(Stop {
            pos: self.pos,
            events: self.events.len(),
            diagnostics: self.diagnostics.len(),
            rewinds: self.rewinds,
            carried,
            looked: self.pos,
        });
        carried
    }

    /// Remembers the step that ends here, unless it has done more than to consume tokens.
    fn remember_last(&mut self, diagnostics: usize) {
        let record = &self.record;
        let Some(last) = record.lists.last().and_then(|list| list.stops.last()) else { return };
        let (start, event, looked) = (last.pos, last.events, record.looked.get());
        // The first step of a list may have looked at what stands before it.
        let looks_ahead_only = record.behind.get() == usize::MAX && start > record.list_start;
        let is_plain = start == record.stop
            && last.diagnostics == diagnostics
            && last.rewinds == self.rewinds
            && last.carried == Carried::default();
        if looks_ahead_only && is_plain {
            self.remember_step(start, event, looked);
        }
    }

    /// Ends the list at the last stop. What has been looked at since then belongs to its end.
    pub(in crate::syntax) fn close_list(&mut self, is_divisible: bool) {
        let record = &mut self.record;
        record.is_open = false;
        if let Some(list) = record.lists.last_mut() {
            list.is_divisible &= is_divisible;
            list.looks_before = record.before_list.get();
            // What decides that the list ends here may look ahead.
            if let Some(end) = list.stops.last_mut() {
                end.looked = end.looked.max(record.looked.get());
            }
        }
    }

    pub(super) fn finish_record(&mut self) -> Vec<RecordedList> {
        self.mark_looked_back_at();
        std::mem::take(&mut self.record.lists)
    }

    pub(super) fn mark_looked_back_at(&mut self) {
        let behind = self.record.behind.replace(usize::MAX);
        let Some(list) = self.record.lists.last_mut().filter(|_| behind != usize::MAX) else {
            return;
        };
        list.is_looked_back_at = true;
        let end = list.stops.pop();
        while list.stops.len() > 1 && list.stops.last().is_some_and(|stop| stop.pos > behind) {
            list.stops.pop();
        }
        if let (Some(last), Some(end)) = (list.stops.last_mut(), &end) {
            last.looked = last.looked.max(end.looked);
        }
        list.stops.extend(end);
    }

    /// What the parser carries at this place.
    pub(in crate::syntax) fn carried(&self) -> Carried {
        // Errors are asked for within 16 tokens only where a bracket is forgiven, else within 2.
        let far = if self.forgiven.parens + self.forgiven.bracks > 0 { 16 } else { 2 };
        let last = self.last_error.filter(|&last| self.pos.saturating_sub(last) <= far);
        Carried {
            error_back: last.map(|last| self.pos.saturating_sub(last) as u8),
            line_since_error: last.is_some_and(|last| {
                self.tokens.iter().take(self.pos).skip(last + 1).any(|token| token.starts_line)
            }),
            forgiven: self.forgiven,
            owed: self.owed,
            open: self.open,
            doubtful: self.doubtful_brace.is_some(),
            end_reported: self.end_reported,
        }
    }

    /// Carries what was carried at another time, at the first token of a piece of a list.
    pub(in crate::syntax) fn carry(&mut self, carried: Carried, depth: u32) {
        self.depth = depth;
        self.forgiven = carried.forgiven;
        self.owed = carried.owed;
        self.open = carried.open;
        self.end_reported = carried.end_reported;
        // The first token of a piece stands before every brace in it, as the doubtful one does.
        self.doubtful_brace = carried.doubtful.then_some(0);
    }

    /// Whether the piece that is read has put a brace of its own in doubt.
    pub(in crate::syntax) fn has_new_doubt(&self) -> bool {
        self.doubtful_brace.is_some_and(|brace| brace > 0)
    }

    /// Whether something before the first token was asked for.
    pub(in crate::syntax) fn has_looked_before_text(&self) -> bool {
        self.record.before_text.get()
    }

    /// Whether something behind the last token was asked for.
    pub(in crate::syntax) fn has_looked_behind_text(&self) -> bool {
        self.record.looked.get().max(self.record.looked_before) > self.tokens.len()
    }

    /// Where token `pos` starts, and its indentation if it is the first of its line; `None` past the
    /// end.
    pub(in crate::syntax) fn start_of(&self, pos: usize) -> Option<(u32, Option<u32>)> {
        self.tokens.get(pos).map(|token| (token.start, token.column()))
    }
}
