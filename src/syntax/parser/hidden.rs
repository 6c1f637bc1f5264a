//! Lists that are not read, since they are read already.
//!
//! Where an edit lies outside of a list, the list is what it was, if the parser comes to it as before:
//! in the same place of the grammar, carrying nothing. It then goes on behind the list, where it carried
//! nothing either. Only the beginning of such a list is in the text that is read, for what stands in
//! front of the list and looks into it.

use super::{Carried, Event, FUEL, Parser, RecordedList, Stop};
use crate::syntax::grammar::Within;

/// A list that is known, in a text that has only its beginning.
#[derive(Debug, Clone)]
pub(in crate::syntax) struct Hidden {
    /// Where its beginning starts and ends, in bytes.
    pub(in crate::syntax) start: u32,
    pub(in crate::syntax) end: u32,
    pub(in crate::syntax) within: Within,
    pub(in crate::syntax) depth: u32,
    /// The indentation of its first token.
    pub(in crate::syntax) column: Option<u32>,
    /// How far behind its end the parser has looked to see that it ends.
    pub(in crate::syntax) reach: u32,
}

impl Parser<'_> {
    /// Hides these lists, which are in the order of the text.
    pub(in crate::syntax) fn hide(&mut self, lists: Vec<Hidden>) {
        self.hidden = lists;
    }

    /// Goes over the list that starts here, if it is a hidden one. `false`, and nothing done, where it
    /// is not, or has to be read.
    pub(in crate::syntax) fn skip_hidden(&mut self, within: Within) -> bool {
        let number = self.record.skipped;
        let Some(list) = self.hidden.get(number) else { return false };
        let Some(first) = self.tokens.get(self.pos) else { return false };
        let is_it = first.start == list.start
            && first.column() == list.column
            && list.column.is_some()
            && within == list.within
            && self.depth == list.depth
            && self.carried() == Carried::default()
            && !self.record.is_open;
        let end = self.tokens.partition_point(|token| token.start < list.end);
        // What stands before the list may have looked at its beginning, and no further.
        if !is_it || self.record.looked.get().max(self.record.looked_before) > end {
            return false;
        }
        let reach = list.end.saturating_add(list.reach);
        let looked = match reach {
            u32::MAX => self.tokens.len() + 1,
            reach => self.tokens.partition_point(|token| token.end <= reach),
        };
        self.mark_looked_back_at();
        let record = &mut self.record;
        record.looked_before = record.looked_before.max(record.looked.get());
        let start = self.stop_here(self.pos);
        self.events.push(Event::HIDDEN);
        self.record.list_start = self.pos;
        self.pos = end;
        self.fuel.set(FUEL);
        let stops = vec![start, self.stop_here(looked.max(end))];
        let record = &mut self.record;
        record.stop = self.pos;
        record.looked.set(looked.max(end));
        record.lists.push(RecordedList {
            within,
            depth: self.depth,
            stops,
            looked_before: record.looked_before,
            is_divisible: true,
            is_looked_back_at: false,
            looks_before: false,
            hidden: Some(number),
        });
        record.skipped += 1;
        true
    }

    fn stop_here(&self, looked: usize) -> Stop {
        Stop {
            pos: self.pos,
            events: self.events.len(),
            diagnostics: self.diagnostics.len(),
            rewinds: self.rewinds,
            carried: Carried::default(),
            looked,
        }
    }
}
