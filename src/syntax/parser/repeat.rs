//! Steps through a list that have been taken before.
//!
//! Networks say the same few things many times. What a step does depends on the tokens that it looks at
//! and on what the parser carries into it, see [`super::record`]; so where the same tokens follow, and
//! nothing is carried, it is not taken again, and what it did is done again.

use std::hash::Hasher;

use rustc_hash::{FxHashMap, FxHasher};

use super::{Carried, FUEL, Parser, Token};

/// How many steps that begin alike are looked at.
const CANDIDATES: usize = 8;

/// A step that has found nothing and carried nothing, into it or out of it.
#[derive(Debug)]
struct Step {
    /// The tokens that it has consumed.
    start: usize,
    end: usize,
    /// The first token that it has not looked at.
    looked: usize,
    /// What it did.
    events: std::ops::Range<usize>,
    /// The step before it that begins alike.
    like: Option<usize>,
}

/// The steps of a list that may be repeated.
#[derive(Debug, Default)]
pub(super) struct Steps {
    steps: Vec<Step>,
    /// The last step by a hash of how it begins.
    last: FxHashMap<u64, usize>,
    /// The hash of how the step that is being taken begins.
    beginning: u64,
}

impl Parser<'_> {
    /// Takes the step that starts here as one before it was taken. `false`, and nothing done, where
    /// there is none.
    pub(in crate::syntax) fn repeat_step(&mut self, carried: Carried) -> bool {
        self.record.steps.beginning = 0;
        if carried != Carried::default() || self.pos >= self.tokens.len() {
            return false;
        }
        let beginning = self.beginning();
        self.record.steps.beginning = beginning;
        let steps = &self.record.steps;
        let mut candidate = steps.last.get(&beginning).and_then(|at| steps.steps.get(*at));
        for _ in 0..CANDIDATES {
            let Some(step) = candidate else { break };
            if self.follows(step) {
                let (events, len) = (step.events.clone(), step.end - step.start);
                let looked = self.pos + step.looked - step.start;
                self.events.extend_from_within(events);
                self.pos += len;
                self.look(looked.saturating_sub(1));
                self.fuel.set(FUEL);
                return true;
            }
            candidate = step.like.and_then(|like| steps.steps.get(like));
        }
        false
    }

    /// Remembers the step from token `start` and event `event` to here, which has looked at the tokens
    /// before `looked`.
    pub(super) fn remember_step(&mut self, start: usize, event: usize, looked: usize) {
        let (end, events) = (self.pos, event..self.events.len());
        let steps = &mut self.record.steps;
        if steps.beginning != 0 && looked <= self.tokens.len() {
            let like = steps.last.insert(steps.beginning, steps.steps.len());
            steps.steps.push(Step { start, end, looked, events, like });
        }
    }

    /// Forgets all steps: another list is another grammar.
    pub(super) fn forget_steps(&mut self) {
        self.record.steps = Steps::default();
    }

    /// A hash of the line that starts here, and of the first word of the next one; never 0.
    fn beginning(&self) -> u64 {
        let mut rest = self.tokens[self.pos..].iter();
        let Some(first) = rest.next() else { return 1 };
        let mut end = first.end;
        let next = rest.find(|token| {
            let is_next = token.starts_line;
            if !is_next {
                end = token.end;
            }
            is_next
        });
        let bytes = self.text.as_bytes();
        let mut hasher = FxHasher::default();
        hasher.write(&bytes[first.start as usize..end as usize]);
        if let Some(next) = next {
            hasher.write(&bytes[next.start as usize..next.end as usize]);
        }
        hasher.finish() | 1
    }

    /// Whether what the step has looked at follows here.
    fn follows(&self, step: &Step) -> bool {
        let count = step.looked - step.start;
        let Some(now) = self.tokens.get(self.pos..self.pos + count) else { return false };
        let then = &self.tokens[step.start..step.looked];
        let bytes = self.text.as_bytes();
        let text = |from: u32, to: u32| &bytes[from as usize..to as usize];
        let consumed = step.end - step.start;
        let (Some(first), Some(first_then)) = (now.first(), then.first()) else { return false };
        let (Some(last), Some(last_then)) = (now.get(consumed - 1), then.get(consumed - 1)) else {
            return false;
        };
        let (start, start_then) = (first.start, first_then.start);
        let alike = |a: &Token, b: &Token| {
            a.kind == b.kind && a.starts_line == b.starts_line && a.indent == b.indent
        };
        let same_place = |a: &Token, b: &Token| {
            alike(a, b)
                && a.start - start == b.start - start_then
                && a.end - start == b.end - start_then
        };
        if text(start, last.end) != text(start_then, last_then.end)
            || !now[..consumed].iter().zip(then).all(|(a, b)| same_place(a, b))
        {
            return false;
        }
        // Behind the step there may be other comments, but no other words.
        let (mut end, mut end_then) = (last.end, last_then.end);
        now[consumed..].iter().zip(&then[consumed..]).all(|(a, b)| {
            let same_gap = (a.start == end) == (b.start == end_then);
            (end, end_then) = (a.end, b.end);
            same_gap && alike(a, b) && text(a.start, a.end) == text(b.start, b.end)
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::syntax::parse;

    /// A network of these lines, and how many of its steps were repeated.
    fn repeated(lines: &str) -> usize {
        let text = format!("network N {{\n  layers:\n    A\n{lines}  loss: \"mse\"\n}}\n");
        let lexed = crate::syntax::lex(&text);
        let mut parser = super::Parser::new(&text, &lexed);
        crate::syntax::grammar::file(&mut parser);
        let (stops, steps) = (parser.record.lists[0].stops.len(), parser.record.steps.steps.len());
        assert!(parse(&text).diagnostics().len() < 3);
        // The first step, and the stop at the end, are never remembered.
        stops - 2 - steps
    }

    #[test]
    fn equal_lines_are_read_once() {
        assert_eq!(repeated("    A(1)\n    A(2)\n    A(1)\n    A(2)\n    A(1)\n"), 2);
        assert_eq!(repeated("    A(1) # one\n    A(1) # two\n    A(1)\n    A(1)\n"), 2);
        // What stands behind the second line is another word.
        assert_eq!(repeated("    A(1)\n    A(1)\n"), 0);
        // Whether it starts a line, and where, is a difference.
        assert_eq!(repeated("    A(1)\n   A(1)\n    A(1) A(1)\n"), 0);
        let block = "    R {\n      A(1)\n    }\n    R {\n      A(2)\n    }\n";
        assert_eq!(repeated(&format!("{block}{block}{block}")), 3);
    }
}
