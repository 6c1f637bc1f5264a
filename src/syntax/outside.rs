//! Edits outside of lists: in the head of a network, in its other sections, between networks.
//!
//! A list that an edit has left alone need not be read again. What is read is the text without the
//! lists, but for the beginning of each, see [`super::parser::Hidden`]; the lists are put into the tree
//! that comes of it. So such an edit costs what stands around the lists, and a step for each chunk.

use super::lexer::{LexedToken, lex};
use super::list::List;
use super::parser::{Carried, Hidden, MAX_REWINDS, Parser};
use super::read::{Edit, Source, assemble};
use super::{Parse, grammar};
use crate::text::TextSize;

/// How many items a list has at least that is worth being hidden.
const FEWEST: usize = 16;

/// How many items of a hidden list are there for what looks into it.
const BEGINNING: usize = 4;

/// A text without some pieces of it.
#[derive(Debug, Default)]
pub(super) struct Cut {
    /// Where a piece is missing, and how much of the text is missing up to there.
    seams: Vec<(TextSize, TextSize)>,
}

impl Cut {
    /// Where a place of the text that is left stands in the whole text.
    pub(super) fn whole(&self, at: TextSize) -> TextSize {
        let before = self.seams.partition_point(|(seam, _)| *seam <= at);
        let missing = before.checked_sub(1).map_or(TextSize::new(0), |last| self.seams[last].1);
        at + missing
    }

    /// The first place at or behind `at` where a piece is missing.
    pub(super) fn seam_behind(&self, at: u32) -> Option<u32> {
        let first = self.seams.partition_point(|(seam, _)| u32::from(*seam) < at);
        self.seams.get(first).map(|(seam, _)| u32::from(*seam))
    }
}

impl Parse {
    /// Follows an edit that leaves some lists alone, and reads what is around these. `None`, and nothing
    /// done, where that cannot be.
    pub(super) fn edit_outside(&mut self, edit: Edit, text: &str) -> Option<usize> {
        let hidden: Vec<&List> =
            self.lists.iter().filter(|list| is_left_alone(list, edit)).collect();
        if hidden.is_empty() {
            return None;
        }
        let mut left = String::new();
        let mut lexed: Vec<LexedToken> = Vec::new();
        let mut cut = Cut::default();
        let mut shown: Vec<Hidden> = Vec::with_capacity(hidden.len());
        let (mut at, mut missing) = (0, 0);
        for list in &hidden {
            let start = edit.now(list.start.into());
            let first = list.chunks.first()?;
            let items = first.items.iter().take(BEGINNING);
            let beginning: u32 = items.map(|item| u32::from(item.len)).sum();
            let piece = text.get(at as usize..(start + beginning) as usize)?;
            left.push_str(piece);
            lexed.extend(lex(piece));
            at = start + u32::from(list.len);
            missing += u32::from(list.len) - beginning;
            let seam = left.len() as u32;
            cut.seams.push((seam.into(), missing.into()));
            shown.push(Hidden {
                start: seam - beginning,
                end: seam,
                within: list.within,
                depth: list.depth,
                column: first.items.first()?.column,
                reach: list.end.reach,
            });
        }
        let rest = text.get(at as usize..)?;
        left.push_str(rest);
        lexed.extend(lex(rest));
        let mut parser = Parser::new(&left, &lexed);
        parser.hide(shown);
        grammar::file(&mut parser);
        let parsed = parser.finish();
        if parsed.lists.iter().filter(|list| list.hidden.is_some()).count() != hidden.len() {
            return None;
        }
        let source = Source { text: &left, lexed: &lexed, cut: &cut, hidden: &hidden };
        let (parse, reread) = assemble(source, parsed, Some((self, edit)))?;
        if parse.rewinds >= MAX_REWINDS {
            return None;
        }
        *self = parse;
        Some(reread)
    }
}

/// Whether the edit is outside of the list and of everything that the parser has looked at to read it,
/// and the parser carries nothing into it and out of it.
fn is_left_alone(list: &List, edit: Edit) -> bool {
    let start = u32::from(list.start);
    let is_behind = || {
        let end = start + u32::from(list.len);
        list.end.gap.is_some_and(|gap| edit.start > end.saturating_add(gap))
            && edit.start > start.saturating_add(list.reach)
    };
    let first = list.chunks.first().and_then(|chunk| chunk.items.first());
    (edit.old_end < start || is_behind())
        && list.chunks.first().is_some_and(|chunk| chunk.items.len() >= FEWEST)
        && first.is_some_and(|item| item.column.is_some() && item.carried() == Carried::default())
        && list.end.carried == Carried::default()
        && list.end.column.is_some()
        && list.end.is_independent
        && list.is_divisible
        && !list.looks_before
}
