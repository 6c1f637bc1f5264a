//! A parse that follows edits of its text.
//!
//! An edit between the first and the last statement of a list is read together with the items around
//! it that the parser had looked at it from. Reading stops where the parser comes to a place behind
//! the edit that it came to before, carrying the same: from there on everything is as it was. The
//! new items take the place of the old ones in their chunk, and the tree is renewed on the way from
//! the chunk to the root. What cannot be read so is read as a whole, see [`super::read`]; in any case
//! the result is that of reading the text for the first time, but for where chunks begin.

use std::ops::Range;
use std::sync::Arc;

use rowan::GreenNode;

use super::grammar::piece_of_list;
use super::lexer::lex;
use super::list::{Item, List};
use super::parser::{MAX_REWINDS, Parser};
use super::read::{Edit, items_of, places, read};
use super::tree::{self, Span};
use super::{Parse, grammar, too_large};
use crate::text::{TextRange, TextSize};

/// How many items behind an edit are read with it in each attempt, the edited ones not counted.
const ATTEMPTS: [usize; 3] = [3, 32, 1024];

/// How much of the text behind a list is read for each of these items that the list has no more.
const BEHIND_LIST: usize = 128;

impl Parse {
    /// Follows an edit that has put `inserted` bytes in the place of `replaced`, after which the
    /// whole text is `text`. Gives the number of items of lists that were read anew; `None` where
    /// that is the whole text.
    pub fn edit(&mut self, replaced: TextRange, inserted: TextSize, text: &str) -> Option<usize> {
        let start = u32::from(replaced.start());
        let edit =
            Edit { start, old_end: replaced.end().into(), new_end: start + u32::from(inserted) };
        if let Some(parse) = too_large(text) {
            *self = parse;
            return None;
        }
        let mut reread = self.edit_list(edit, text);
        if reread.is_none() && self.edit_tokens(edit, text) {
            reread = Some(0);
        }
        if reread.is_none() {
            reread = self.edit_outside(edit, text);
        }
        if reread.is_none() {
            *self = read(text, grammar::file, Some((self, edit)));
        }
        reread
    }

    /// Follows an edit in a list. `None`, and nothing done, where that cannot be.
    fn edit_list(&mut self, edit: Edit, text: &str) -> Option<usize> {
        let at = self.lists.partition_point(|list| u32::from(list.start) < edit.start);
        let at = at.checked_sub(1)?;
        let list = &self.lists[at];
        let end = u32::from(list.range().end());
        let inside = edit.start > u32::from(list.start).saturating_add(list.reach_before)
            && edit.old_end < end.saturating_add(list.end.gap?)
            && (edit.old_end <= end || list.end.is_independent);
        let sees = |list: &List| list.sees(edit.start);
        let edited = TextRange::new(edit.start.into(), edit.old_end.into());
        // Findings of the text around the list may quote it, or stand where it ends.
        if !inside
            || !list.is_divisible
            || list.looks_before
            || self.lists[..at].iter().any(sees)
            || self.outer_finding_touches(edited)
        {
            return None;
        }
        let mut piece = None;
        for behind in ATTEMPTS {
            match Piece::read(list, edit, behind, text, self.rewinds) {
                Read::Piece(read) => {
                    piece = Some(read);
                    break;
                }
                Read::TooShort => {}
                Read::Impossible => return None,
            }
        }
        let piece = piece?;
        let reread = piece.items.len();
        self.rewinds = piece.rewinds;
        let (list, green) = piece.put_into(list, &self.green, edit, text)?;
        self.green = green;
        Arc::make_mut(&mut self.lists)[at] = list;
        self.shift(edit, at + 1);
        Some(reread)
    }

    /// Whether a finding that is no item's points at something that touches `range`.
    pub(super) fn outer_finding_touches(&self, range: TextRange) -> bool {
        let mut shown = self.outer.iter().flat_map(places);
        shown.any(|place| place.start() <= range.end() && place.end() >= range.start())
    }

    /// Moves what stands behind an edit: lists from number `first` on, and findings.
    pub(super) fn shift(&mut self, edit: Edit, first: usize) {
        let moved = |at: TextSize| TextSize::new(edit.moved(at.into()));
        if first < self.lists.len() {
            for list in &mut Arc::make_mut(&mut self.lists)[first..] {
                list.start = moved(list.start);
            }
        }
        let is_behind = |place: TextRange| u32::from(place.start()) >= edit.old_end;
        if self.outer.iter().flat_map(places).any(is_behind) {
            for found in Arc::make_mut(&mut self.outer) {
                *found = found.clone().map_places(|place| match is_behind(place) {
                    true => TextRange::new(moved(place.start()), moved(place.end())),
                    false => place,
                });
            }
        }
        self.diagnostics.take();
    }
}

/// How an edit stands to the lists of a text.
pub(super) struct Surroundings {
    /// Whether it touches the statements of one.
    pub(super) is_in_list: bool,
    /// Whether a list in front of it was read with a look at what it edits.
    pub(super) is_seen_from_list: bool,
}

impl Surroundings {
    pub(super) fn of(parse: &Parse, edit: Edit) -> Surroundings {
        let touches = |list: &List| {
            u32::from(list.range().end()) >= edit.start && u32::from(list.start) <= edit.old_end
        };
        let sees = |list: &List| u32::from(list.start) < edit.start && list.sees(edit.start);
        Surroundings {
            is_in_list: parse.lists.iter().any(touches),
            is_seen_from_list: parse.lists.iter().any(sees),
        }
    }
}

/// What came of an attempt to read a piece.
enum Read {
    Piece(Piece),
    /// More of the text has to be read.
    TooShort,
    Impossible,
}

/// An item of a list, by chunk and by number in it.
pub(super) type At = (usize, usize);

/// A piece of a list, read anew.
pub(super) struct Piece {
    pub(super) items: Vec<Item>,
    /// The tree of the items, as a chunk.
    pub(super) green: GreenNode,
    /// The items that it takes the place of.
    pub(super) from: At,
    pub(super) to: At,
    /// Where it starts in the text, and ends.
    pub(super) range: Range<u32>,
    /// Whether it is the end of the list.
    pub(super) is_last: bool,
    /// How often the parser has gone back, in the whole text.
    rewinds: u32,
}

impl Piece {
    fn read(list: &List, edit: Edit, behind: usize, text: &str, rewinds: u32) -> Read {
        let Some((from, start)) = first_item(list, edit) else { return Read::Impossible };
        let first = &list.chunks[from.0].items[from.1];
        let places = || items_from(list, from, start);
        let list_end = u32::from(list.range().end());
        let mut after =
            places().filter(|(_, start, item)| *start >= edit.old_end && item.column.is_some());
        let stop = match after.nth(behind) {
            Some((_, start, _)) => edit.moved(start) as usize,
            None => {
                let end = edit.moved(list_end.max(edit.old_end)) as usize;
                let from = (end + BEHIND_LIST * behind).min(text.len());
                let rest = &text.as_bytes()[from..];
                let line = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
                line.map_or(text.len(), |line| from + line + 1)
            }
        };
        let window = &text[start as usize..stop.max(start as usize)];
        let lexed = lex(window);
        let column = first.column.unwrap_or(0);
        let mut parser = Parser::indented(window, &lexed, column);
        let carried = first.carried();
        parser.carry(carried, list.depth);
        let mut old = places().skip_while(|(_, start, _)| *start < edit.old_end).peekable();
        let mut found = None;
        let ended = piece_of_list(&mut parser, list.within, |p| {
            let Some((at, column)) = p.start_of(p.pos()) else { return false };
            let at = start + at;
            while old.peek().is_some_and(|(_, before, _)| edit.moved(*before) < at) {
                old.next();
            }
            let same = old.peek().filter(|(_, before, item)| {
                edit.moved(*before) == at
                    && at >= edit.new_end
                    && column.is_some()
                    && item.column == column
                    && item.carried() == p.carried()
                    && !p.has_new_doubt()
            });
            found = same.map(|(place, ..)| (*place, at));
            found.is_some()
        });
        let is_whole = stop == text.len();
        if parser.has_looked_before_text() {
            return Read::Impossible;
        }
        if parser.has_looked_behind_text() && !is_whole {
            return Read::TooShort;
        }
        let (pos, end_carried, doubt) = (parser.pos(), parser.carried(), parser.has_new_doubt());
        let end_token = parser.start_of(pos);
        let mut parsed = parser.finish();
        let Some(recorded) = parsed.lists.pop().filter(|list| list.is_divisible) else {
            return Read::Impossible;
        };
        let (to, end) = match (found, end_token, list.end.gap) {
            (Some((to, end)), ..) => (to, Some(end)),
            (None, Some((at, column)), Some(gap)) if ended => {
                let at = start + at;
                let same = list.end.is_independent
                    && edit.moved(list_end + gap) == at
                    && at >= edit.new_end
                    && column.is_some()
                    && list.end.column == column
                    && end_carried == list.end.carried
                    && !doubt;
                if !same {
                    return Read::Impossible;
                }
                ((list.chunks.len(), 0), None)
            }
            _ => return Read::Impossible,
        };
        let mut findings: Vec<_> = parsed.diagnostics.drain(..).map(Some).collect();
        let next = end.map(|end| end - start);
        let spills = |limit: u32| {
            move |found: &crate::diagnostics::Diagnostic| u32::from(found.place.end()) > limit
        };
        if next.is_some_and(|next| findings.iter().flatten().any(spills(next))) {
            return Read::Impossible;
        }
        let (items, stops) = items_of(&parsed, &recorded, &mut findings, next);
        // What points to something before the piece, or comes from no item, belongs to more than it.
        if items.is_empty() || findings.iter().any(Option::is_some) {
            return Read::Impossible;
        }
        let before: u32 =
            places().take_while(|(at, ..)| *at != to).map(|(.., it)| it.rewinds()).sum();
        let rewinds = rewinds - before.min(rewinds) + parsed.rewinds;
        if rewinds > MAX_REWINDS {
            return Read::Impossible;
        }
        let len: u32 = items.iter().map(|item| u32::from(item.len)).sum();
        let mut left = len;
        let own = lexed.iter().take_while(|token| {
            let inside = left > 0;
            left = left.saturating_sub(token.len);
            inside
        });
        let own = own.count();
        let piece = &window[..len as usize];
        let span = Span { items: &items, stops: &stops, known: None, has_next: end.is_some() };
        let green = tree::build_chunk(piece, &lexed[..own], &parsed, &span);
        let is_last = end.is_none();
        Read::Piece(Piece { items, green, from, to, range: start..start + len, is_last, rewinds })
    }
}

/// The first item that the edit concerns, or one before it where reading can start, and where it
/// starts.
fn first_item(list: &List, edit: Edit) -> Option<(At, u32)> {
    let sees = |start: u32, reach: u32| start.saturating_add(reach) >= edit.start;
    let mut chunks: Vec<(usize, u32)> = Vec::new();
    for (number, (start, chunk)) in list.starts().enumerate() {
        if start >= edit.start {
            break;
        }
        chunks.push((number, start));
        if sees(start, chunk.reach) {
            break;
        }
    }
    let mut limit = usize::MAX;
    let (number, start) = *chunks.last()?;
    let seen = list.chunks[number].starts().position(|(at, item)| sees(start + at, item.reach));
    if let Some(seen) = seen {
        limit = seen + 1;
    }
    while let Some((number, start)) = chunks.pop() {
        let fit = list.chunks[number].starts().enumerate().take(limit).filter(|(_, (at, item))| {
            start + at < edit.start && item.column.is_some() && item.carried().error_back.is_none()
        });
        if let Some((item, (at, _))) = fit.last() {
            return Some(((number, item), start + at));
        }
        limit = usize::MAX;
    }
    None
}

/// The items of a list from one on, with where they start.
fn items_from(list: &List, from: At, start: u32) -> impl Iterator<Item = (At, u32, &Item)> {
    let chunks = list.chunks.iter().enumerate().skip(from.0);
    let items = chunks.flat_map(move |(number, chunk)| {
        let skipped = if number == from.0 { from.1 } else { 0 };
        let items = chunk.items.iter().enumerate().skip(skipped);
        items.map(move |(at, item)| ((number, at), item))
    });
    items.scan(start, |start, (at, item)| {
        let this = *start;
        *start += u32::from(item.len);
        Some((at, this, item))
    })
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::syntax::{SyntaxKind, parse};
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    /// Everything that a parse is, but for where chunks begin.
    fn whole(parse: &Parse) -> String {
        let mut dump = String::new();
        let mut elements = parse.syntax().descendants_with_tokens().collect::<Vec<_>>();
        elements.retain(|element| element.kind() != SyntaxKind::CHUNK);
        for element in elements {
            let parent = element.parent().map(|it| match it.kind() {
                SyntaxKind::CHUNK => it.parent().map(|it| it.text_range()),
                _ => Some(it.text_range()),
            });
            let _ = writeln!(dump, "{:?} {:?} {parent:?}", element.kind(), element.text_range());
        }
        for list in parse.lists().iter() {
            let List { start, len, end, reach_before, reach, .. } = list;
            let List { is_divisible, within, depth, looks_before, .. } = list;
            let _ = writeln!(
                dump,
                "list {start:?} {len:?} {end:?} {reach_before} {reach} {is_divisible} {within:?} {depth} {looks_before}"
            );
            for item in list.chunks().iter().flat_map(|chunk| &chunk.items) {
                let _ = writeln!(dump, "  {item:?}");
            }
            let errors = list.starts().flat_map(|(start, chunk)| {
                chunk.errors().iter().map(move |error| *error + TextSize::new(start))
            });
            let _ = writeln!(dump, "  errors {:?}", errors.collect::<Vec<_>>());
        }
        let _ = writeln!(dump, "{} {:#?}", parse.rewinds, parse.diagnostics());
        dump
    }

    /// Makes an edit, and checks that the parse that follows it is that of the text.
    fn edit(
        parsed: &mut Parse,
        text: &mut String,
        range: Range<usize>,
        new: &str,
    ) -> Option<usize> {
        let before = text.clone();
        let replaced = TextRange::new((range.start as u32).into(), (range.end as u32).into());
        text.replace_range(range, new);
        let reread = parsed.edit(replaced, TextSize::of(new), text);
        assert_eq!(parsed.syntax().text().to_string(), *text);
        let (now, fresh) = (whole(parsed), whole(&parse(text)));
        if now != fresh {
            let line = now.lines().zip(fresh.lines()).find(|(a, b)| a != b);
            panic!("{reread:?} after {replaced:?} -> {new:?}: {line:#?}\n{before}\n-----\n{text}");
        }
        reread
    }

    /// A network of `layers` layers, a macro before it and sections around the list.
    fn network(layers: usize) -> String {
        let list: String = (0..layers).map(|at| format!("    Dense(8) # {at}\n")).collect();
        format!(
            "# a file\ndefine M {{\n  Dense(4)\n  ReLU\n}}\nnetwork N {{\n  input: (4,)\n  layers:\n{list}  loss: \"mse\"\n  train {{ epochs: 10 }}\n}}\n"
        )
    }

    fn check(layers: usize, edits: &[(&str, &str)], expect: Expect) {
        let mut text = network(layers);
        let mut parsed = parse(&text);
        let mut dump = String::new();
        for (from, to) in edits {
            let at = text.find(from).expect("the edit's text is there");
            // The end that both have is no part of the edit.
            let same = from.bytes().rev().zip(to.bytes().rev()).take_while(|(a, b)| a == b).count();
            let (end, new) = (at + from.len() - same, &to[..to.len() - same]);
            let reread = edit(&mut parsed, &mut text, at..end, new);
            let reread = reread.map_or("everything".to_owned(), |items| format!("{items} items"));
            let _ = writeln!(dump, "{from:?} -> {to:?}: {reread}");
        }
        expect.assert_eq(&dump);
    }

    #[test]
    fn an_edit_is_read_with_its_neighbours() {
        check(
            1000,
            &[
                ("# 500\n", "# a comment\n"),
                ("Dense(8) # 700", "Dense(9) # 700"),
                ("Dense(8) # 701", "Dense(8, \"relu\") # 701"),
                ("Dense(8) # 702", "Dense(8) # 702\n    Flatten()"),
                ("    Flatten()\n", ""),
                ("Dense(8) # 703", "Dense(8 # 703"),
                ("Dense(8 # 703", "Dense(8) # 703"),
                ("Dense(8) # 800", "Dense(8, # 800"),
                ("Dense(8, # 800", "Dense(8) # 800"),
                ("Dense(8) # 704", "Dense(\"8) # 704"),
                ("Dense(8) # 999\n", "Dense(8) # 999\n    Output(2)\n"),
                ("    Output(2)\n", ""),
                ("  ReLU", "  ReLU()\n  Dropout(0.5)"),
                ("# a file", "# a file of mine"),
                ("10 }", "1 }"),
                ("mse", "mae"),
                ("4,)", "8,)"),
                ("network N", "network Name"),
                ("Dense(8) # 300", "Dense(8) } # 300"),
                ("Dense(8) } # 300", "Dense(8) # 300"),
            ],
            expect![[r##"
                "# 500\n" -> "# a comment\n": 1 items
                "Dense(8) # 700" -> "Dense(9) # 700": 2 items
                "Dense(8) # 701" -> "Dense(8, \"relu\") # 701": 2 items
                "Dense(8) # 702" -> "Dense(8) # 702\n    Flatten()": 3 items
                "    Flatten()\n" -> "": 1 items
                "Dense(8) # 703" -> "Dense(8 # 703": 8 items
                "Dense(8 # 703" -> "Dense(8) # 703": 8 items
                "Dense(8) # 800" -> "Dense(8, # 800": 8 items
                "Dense(8, # 800" -> "Dense(8) # 800": 8 items
                "Dense(8) # 704" -> "Dense(\"8) # 704": 8 items
                "Dense(8) # 999\n" -> "Dense(8) # 999\n    Output(2)\n": 3 items
                "    Output(2)\n" -> "": 1 items
                "  ReLU" -> "  ReLU()\n  Dropout(0.5)": 3 items
                "# a file" -> "# a file of mine": 0 items
                "10 }" -> "1 }": 0 items
                "mse" -> "mae": 0 items
                "4,)" -> "8,)": 0 items
                "network N" -> "network Name": 3 items
                "Dense(8) # 300" -> "Dense(8) } # 300": everything
                "Dense(8) } # 300" -> "Dense(8) # 300": everything
            "##]],
        );
    }

    fn piece() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "Dense(8)",
            "Flatten",
            "\n    Dense(8)\n",
            "\n",
            "\r\n",
            " ",
            "  ",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ";",
            ":",
            "=",
            "*",
            "* 3",
            "@",
            "@ \"cpu\"",
            "$",
            "$n",
            "-",
            "->",
            "...",
            "\"",
            "'",
            "\u{201c}",
            "\u{201d}",
            "#",
            "# c\n",
            "//",
            "/*",
            "*/",
            "5",
            "5.",
            "1e",
            "x",
            "name=\"x\"",
            "a: {",
            "a: { Dense(4) }",
            "HPO(",
            "choice(1, 2)",
            "network M {",
            "network",
            "define B {",
            "layers:",
            "loss:",
            "input: (3,)",
            "train { epochs: 5 }",
            "epochs: 5",
            "Residual {",
            "&",
            "\u{e9}",
            "",
            "",
            "",
        ])
    }

    /// How many cases to try: `NEURAL_CASES`, or else a few.
    fn cases(few: u32) -> ProptestConfig {
        let cases = std::env::var("NEURAL_CASES").ok().and_then(|cases| cases.parse().ok());
        ProptestConfig {
            cases: cases.unwrap_or(few),
            failure_persistence: None,
            max_shrink_iters: 4096,
            ..ProptestConfig::default()
        }
    }

    proptest! {
        #![proptest_config(cases(256))]

        /// Whatever is typed, and wherever, the parse is that of the text.
        #[test]
        fn an_edited_parse_equals_a_fresh_one(
            layers in 1usize..200,
            edits in prop::collection::vec((0.0f64..1.0, 0usize..14, piece(), any::<bool>()), 1..16),
        ) {
            let mut text = network(layers);
            let mut parsed = parse(&text);
            let mut last = 0;
            for (at, removed, new, near) in edits {
                let boundary = |mut at: usize, text: &str| {
                    at = at.min(text.len());
                    while !text.is_char_boundary(at) {
                        at -= 1;
                    }
                    at
                };
                // Half of the edits are near the one before, as an author's are.
                let wanted = if near { last + removed } else { (at * text.len() as f64) as usize };
                let from = boundary(wanted, &text);
                let to = boundary(from + if near { 0 } else { removed }, &text).max(from);
                edit(&mut parsed, &mut text, from..to, new);
                last = from + new.len();
            }
        }
    }

    fn line() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "Dense(8)",
            "Dense(8) # c",
            "  Dense(8)",
            "Dense(8) Flatten",
            "Dense(8,",
            "Dense(\"8)",
            "R { Dense(8) }",
            "R {\n      Flatten\n    }",
            "a: { Flatten }",
            "Add",
            "Dense(8) * 2",
            ")",
            "{",
            "}",
            "/* c */ Flatten",
            "Dense(",
            "units=8)",
            "x = 5",
            "...",
            "Dense(8);",
            "\u{201c} Dense(8)",
            "\u{201d}",
        ])
    }

    proptest! {
        #![proptest_config(cases(64))]

        /// Steps that are repeated because they were taken before give what taking them again gives:
        /// a list that is put together line by line has nearly all of its steps taken alone.
        #[test]
        fn lines_that_were_read_before(
            lines in prop::collection::vec((0.0f64..1.0, line()), 1..40),
        ) {
            let mut text = "network N {\n  layers:\n    Flatten\n    Flatten\n  loss: \"mse\"\n}\n".to_owned();
            let mut parsed = parse(&text);
            for (at, line) in lines {
                let starts: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
                let lines = starts.len() - 4;
                let start = starts[2 + (at * lines as f64) as usize];
                edit(&mut parsed, &mut text, start..start, &format!("    {line}\n"));
            }
        }
    }

    proptest! {
        #![proptest_config(cases(128))]

        /// What is typed around the lists leaves them as they are, or does not.
        #[test]
        fn edits_around_lists(
            layers in prop::collection::vec(1usize..40, 1..4),
            edits in prop::collection::vec((0.0f64..1.0, 0usize..14, piece()), 1..16),
        ) {
            let mut text: String = layers.iter().map(|layers| network(*layers)).collect();
            let mut parsed = parse(&text);
            for (at, removed, new) in edits {
                let inside = |at: &usize| {
                    let in_list = |list: &List| list.range().contains_inclusive((*at as u32).into());
                    parsed.lists().iter().any(in_list)
                };
                let places: Vec<usize> =
                    (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
                let around: Vec<usize> = places.iter().copied().filter(|at| !inside(at)).collect();
                let places = if around.is_empty() { places } else { around };
                let from = places[(at * places.len() as f64) as usize];
                let mut to = (from + removed).min(text.len());
                while !text.is_char_boundary(to) {
                    to -= 1;
                }
                edit(&mut parsed, &mut text, from..to, new);
            }
        }
    }
}
