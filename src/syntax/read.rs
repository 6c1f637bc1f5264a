//! Reads a whole text: tokens, events, the items of its lists, the tree.
//!
//! Where the text is an edited one, the chunks of lists that the edit has left alone are taken from
//! the tree of the text before it. Building trees is most of the work of reading a text, so this
//! costs a small part of reading it for the first time.

use std::hash::Hasher;
use std::sync::Arc;

use rustc_hash::FxHasher;

use super::Parse;
use super::kind::SyntaxKind;
use super::lexer::{LexedToken, lex};
use super::list::{CHUNK, Chunk, End, Item, LONGEST_CHUNK, List, More};
use super::outside::Cut;
use super::parser::{Event, Parsed, Parser, RecordedList, Stop, Token};
use super::tree::{self, Span};
use crate::diagnostics::{Diagnostic, codes};
use crate::text::{TextRange, TextSize};

/// A replacement of a piece of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edit {
    /// Where the piece starts.
    pub(super) start: u32,
    /// Where it ended before.
    pub(super) old_end: u32,
    /// Where it ends now.
    pub(super) new_end: u32,
}

impl Edit {
    /// Where what starts at `old` starts now, if it is behind the edit.
    pub(super) fn moved(self, old: u32) -> u32 {
        old - self.old_end + self.new_end
    }

    /// Where what starts at `old` starts now, if it is not inside of the edit.
    pub(super) fn now(self, old: u32) -> u32 {
        if old < self.start { old } else { self.moved(old) }
    }

    /// Where what starts at `new` now started before the edit; `None` inside of it.
    fn before(self, new: u32) -> Option<u32> {
        match new {
            _ if new < self.start => Some(new),
            _ if new >= self.new_end => Some(new - self.new_end + self.old_end),
            _ => None,
        }
    }
}

/// Reads `text` by `grammar`. `before` is the parse of the text before an edit.
pub(super) fn read(
    text: &str,
    grammar: fn(&mut Parser<'_>),
    before: Option<(&Parse, Edit)>,
) -> Parse {
    let lexed = lex(text);
    let mut parser = Parser::new(text, &lexed);
    grammar(&mut parser);
    let source = Source { text, lexed: &lexed, cut: &Cut::default(), hidden: &[] };
    let whole = assemble(source, parser.finish(), before);
    whole.map_or_else(
        || Parse::of_file(tree::flat(text), Vec::new(), Vec::new(), 0),
        |(parse, _)| parse,
    )
}

/// The text that was read.
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    pub(super) lexed: &'a [LexedToken],
    /// What of the whole text is missing in it: most of the hidden lists.
    pub(super) cut: &'a Cut,
    /// The hidden lists, as they were before the edit.
    pub(super) hidden: &'a [&'a List],
}

/// A list that was read, or a hidden one.
struct Reading<'a> {
    list: List,
    items: Vec<Item>,
    stops: Vec<Stop>,
    hidden: Option<&'a List>,
}

/// The parse of the whole text, and how many items of lists were read for it. `None` where a hidden list
/// is not what it was after all.
pub(super) fn assemble(
    source: Source<'_>,
    mut parsed: Parsed,
    before: Option<(&Parse, Edit)>,
) -> Option<(Parse, usize)> {
    let Source { text, lexed, cut, hidden } = source;
    parsed.diagnostics.extend(open_comment(lexed, text));
    let lists = std::mem::take(&mut parsed.lists);
    let mut findings: Vec<Option<Diagnostic>> =
        std::mem::take(&mut parsed.diagnostics).into_iter().map(Some).collect();
    let mut read: Vec<Reading<'_>> = Vec::new();
    for recorded in lists {
        let known = recorded.hidden.and_then(|number| hidden.get(number).copied());
        let list = list_of(&parsed, &recorded);
        if let Some(known) = known {
            let read_now = list.filter(|list| list.end.is_independent)?;
            let start = cut.whole(read_now.start);
            let list = List { start, reach_before: read_now.reach_before, ..known.clone() };
            read.push(Reading {
                list,
                items: Vec::new(),
                stops: recorded.stops,
                hidden: Some(known),
            });
            continue;
        }
        let (items, stops) = items_of(&parsed, &recorded, &mut findings, None);
        if let (false, Some(list)) = (items.is_empty(), list) {
            let list = List { start: cut.whole(list.start), ..list };
            read.push(Reading { list, items, stops, hidden: None });
        }
    }
    let outer = findings.into_iter().flatten().map(|found| {
        found.map_places(|place| TextRange::new(cut.whole(place.start()), cut.whole(place.end())))
    });
    let outer: Vec<Diagnostic> = outer.collect();
    let known = before.map(|(parse, edit)| Known::new(parse, edit));
    let around = Around::new(&outer);
    let mut spans = Vec::new();
    let mut plans = Vec::with_capacity(read.len());
    let mut rewinds = parsed.rewinds;
    for Reading { list, items, stops, hidden } in &mut read {
        // A finding that points into a list without being one of its items' binds it together.
        let is_touched = around.touches(list.range());
        if let Some(known) = *hidden {
            if is_touched {
                return None;
            }
            let beginning = |stop: Option<&Stop>| parsed.tokens.get(stop?.pos).map(|it| it.start);
            let len = cut.seam_behind(beginning(stops.first())?)? - beginning(stops.first())?;
            let chunks = known.chunks.as_slice();
            let has_rewinds = before.is_some_and(|(parse, _)| parse.rewinds > 0);
            let items = chunks.iter().filter(|_| has_rewinds).flat_map(|chunk| &chunk.items);
            rewinds += items.map(Item::rewinds).sum::<u32>();
            spans.push(Span {
                items: &[],
                stops,
                has_next: false,
                known: Some(tree::Known { chunks, len: len as usize }),
            });
            plans.push(chunks.iter().cloned().map(Plan::Known).collect());
            continue;
        }
        list.is_divisible &= !is_touched;
        let errors = around.errors_in(list.range());
        plans.push(plan(list, items, stops, errors, known.as_ref(), &mut spans));
    }
    let (green, greens) = tree::build(text, lexed, &parsed, &spans);
    drop(spans);
    let reread = read.iter().map(|reading| reading.items.len()).sum();
    let mut greens = greens.into_iter();
    let lists = read.into_iter().zip(plans).map(|(Reading { list, items, .. }, plans)| {
        let mut items = items.into_iter();
        let chunks = plans.into_iter().filter_map(|plan| match plan {
            Plan::Known(chunk) => {
                items.by_ref().take(chunk.items.len()).for_each(drop);
                Some(chunk)
            }
            Plan::New(count, errors) => {
                let items = items.by_ref().take(count).collect();
                Some(Arc::new(Chunk::new(greens.next()?, items, errors)))
            }
        });
        let chunks = chunks.collect();
        list.with_chunks(chunks)
    });
    let lists = lists.collect();
    Some((Parse::of_file(green, lists, outer, rewinds), reread))
}

/// A comment without its end takes all of the text from there on.
fn open_comment(lexed: &[LexedToken], text: &str) -> Option<Diagnostic> {
    let last = lexed.last().filter(|token| token.kind == SyntaxKind::OPEN_COMMENT)?;
    let start = TextSize::of(text) - TextSize::new(last.len);
    let place = TextRange::at(start, TextSize::new(2));
    Some(Diagnostic::new(codes::SYNTAX_UNTERMINATED, place, "this comment has no closing `*/`"))
}

/// Everything that a finding points at.
pub(super) fn places(finding: &Diagnostic) -> impl Iterator<Item = TextRange> {
    let related = finding.related.iter().map(|related| related.place);
    let edits = finding.fixes.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.range));
    std::iter::once(finding.place).chain(related).chain(edits)
}

/// The items of a list, and the stops that they start at. The findings of each are taken out of
/// `findings`. `next` is where the item after the last one starts, in a piece of a list.
pub(super) fn items_of(
    parsed: &Parsed,
    list: &RecordedList,
    findings: &mut [Option<Diagnostic>],
    next: Option<u32>,
) -> (Vec<Item>, Vec<Stop>) {
    let start_of = |stop: &Stop| parsed.tokens.get(stop.pos).map(|token| token.start);
    // A finding that stands in the item after its own makes one item of the two.
    let mut stops: Vec<Stop> = Vec::with_capacity(list.stops.len());
    for (at, stop) in list.stops.iter().enumerate() {
        let is_end = at + 1 == list.stops.len();
        let start = start_of(stop).unwrap_or(u32::MAX);
        match stops.last_mut().filter(|_| !is_end) {
            Some(last)
                if findings[last.diagnostics..stop.diagnostics]
                    .iter()
                    .flatten()
                    .any(|found| u32::from(found.place.end()) > start) =>
            {
                last.looked = last.looked.max(stop.looked);
            }
            _ => stops.push(*stop),
        }
    }
    let mut items = Vec::with_capacity(stops.len().saturating_sub(1));
    for pair in stops.windows(2) {
        let ([this, after], is_last) = ([&pair[0], &pair[1]], items.len() + 2 == stops.len());
        let Some(token) = parsed.tokens.get(this.pos) else { break };
        let last_token = || parsed.tokens.get(after.pos.saturating_sub(1)).map(|token| token.end);
        let end = match is_last {
            true => next.or_else(last_token),
            false => start_of(after),
        };
        let len = end.unwrap_or(token.end) - token.start;
        let own = findings[this.diagnostics..after.diagnostics].iter_mut();
        let own: Vec<Diagnostic> = own
            .filter(|found| {
                let mut starts = found.iter().flat_map(places).map(|place| place.start());
                starts.all(|start| u32::from(start) >= token.start)
            })
            .filter_map(Option::take)
            .map(|found| found.map_places(|place| place - TextSize::new(token.start)))
            .collect();
        let more =
            More { carried: this.carried, rewinds: after.rewinds - this.rewinds, findings: own };
        items.push(Item {
            len: len.into(),
            reach: reach(&parsed.tokens, this.looked, token.start),
            shape: shape(&parsed.events, this.events, after.events),
            column: token.column(),
            more: (more != More::default()).then(|| Box::new(more)),
        });
    }
    stops.truncate(items.len() + 1);
    (items, stops)
}

/// How far from `start` the first `looked` tokens reach.
fn reach(tokens: &[Token], looked: usize, start: u32) -> u32 {
    if looked > tokens.len() {
        return u32::MAX;
    }
    let end = looked.checked_sub(1).and_then(|last| tokens.get(last)).map_or(0, |token| token.end);
    end.saturating_sub(start)
}

/// A hash of what the events make of the tokens.
fn shape(events: &[Event], from: usize, to: usize) -> u64 {
    let mut hasher = FxHasher::default();
    events[from..to].iter().for_each(|event| hasher.write_u64(event.bits()));
    hasher.finish()
}

/// A list without its chunks. `None` for one without statements.
fn list_of(parsed: &Parsed, list: &RecordedList) -> Option<List> {
    let (first, end) = (list.stops.first()?, list.stops.last()?);
    let start = parsed.tokens.get(first.pos)?.start;
    let last = parsed.tokens.get(end.pos.checked_sub(1)?)?.end;
    let next = parsed.tokens.get(end.pos);
    Some(List {
        start: start.into(),
        len: TextSize::new(last.checked_sub(start).filter(|_| end.pos > first.pos)?),
        chunks: Arc::default(),
        within: list.within,
        depth: list.depth,
        end: End {
            carried: end.carried,
            reach: reach(&parsed.tokens, end.looked, last),
            gap: next.map(|next| next.start - last),
            column: next.and_then(Token::column),
            is_independent: !list.is_looked_back_at,
        },
        reach_before: reach(&parsed.tokens, list.looked_before, start),
        reach: 0,
        is_divisible: list.is_divisible,
        looks_before: list.looks_before,
    })
}

/// The findings that are no items'.
struct Around {
    /// Everything that they point at, with the last end of all up to there.
    places: Vec<(TextSize, TextSize)>,
    errors: Vec<TextRange>,
}

impl Around {
    fn new(outer: &[Diagnostic]) -> Around {
        let mut all: Vec<TextRange> = outer.iter().flat_map(places).collect();
        all.sort_by_key(|place| place.start());
        let mut last = TextSize::new(0);
        let places = all.iter().map(|place| {
            last = last.max(place.end());
            (place.start(), last)
        });
        let places = places.collect();
        let errors = outer.iter().filter(|found| found.is_syntax_error());
        let mut errors: Vec<TextRange> = errors.map(|found| found.place).collect();
        errors.sort_by_key(|place| (place.start(), place.end()));
        Around { places, errors }
    }

    fn touches(&self, range: TextRange) -> bool {
        let before = self.places.partition_point(|(start, _)| *start <= range.end());
        before.checked_sub(1).is_some_and(|last| self.places[last].1 >= range.start())
    }

    fn errors_in(&self, range: TextRange) -> &[TextRange] {
        let first = self.errors.partition_point(|error| error.start() < range.start());
        let last = self.errors.partition_point(|error| error.start() <= range.end());
        &self.errors[first..last.max(first)]
    }
}

/// A chunk that is to be.
enum Plan {
    Known(Arc<Chunk>),
    /// So many items, with errors beside theirs.
    New(usize, Vec<TextRange>),
}

/// Puts the items of a list into chunks.
fn plan<'a>(
    list: &List,
    items: &'a [Item],
    stops: &'a [Stop],
    errors: &[TextRange],
    known: Option<&Known<'a>>,
    spans: &mut Vec<Span<'a>>,
) -> Vec<Plan> {
    let mut rest = items;
    let (mut at, mut start) = (0, u32::from(list.start));
    let mut plans = Vec::new();
    while !rest.is_empty() {
        let same = known.and_then(|known| known.at(start));
        let same = same.filter(|chunk| rest.starts_with(&chunk.items));
        let count = match same {
            Some(chunk) => chunk.items.len(),
            None => new_chunk(rest, start, known),
        };
        let (items, after) = rest.split_at(count);
        let len: u32 = items.iter().map(|item| u32::from(item.len)).sum();
        let range = TextRange::at(start.into(), len.into());
        let own = errors.iter().filter(|error| range.contains_range(**error));
        let own: Vec<TextRange> = own.map(|error| *error - range.start()).collect();
        let same = same.filter(|chunk| own.is_empty() && chunk.has_own_errors_only());
        spans.push(Span {
            items,
            stops: &stops[at..=at + count],
            known: same.map(|chunk| tree::Known {
                chunks: std::slice::from_ref(chunk),
                len: len as usize,
            }),
            has_next: !after.is_empty(),
        });
        plans.push(match same {
            Some(chunk) => Plan::Known(chunk.clone()),
            None => Plan::New(count, own),
        });
        (at, start, rest) = (at + count, start + len, after);
    }
    plans
}

/// How many items the chunk that begins `items`, which start at `start`, should have: those up to the
/// next chunk that is known, unless they are too many for one.
fn new_chunk(items: &[Item], start: u32, known: Option<&Known<'_>>) -> usize {
    let mut end = start;
    let run = items.iter().take(LONGEST_CHUNK + 1).take_while(|item| {
        let is_known = end > start && known.is_some_and(|known| known.at(end).is_some());
        end += u32::from(item.len);
        !is_known
    });
    match run.count() {
        count if count > LONGEST_CHUNK || known.is_none() => items.len().min(CHUNK),
        count => count,
    }
}

/// The chunks of the text before an edit that the edit has left alone.
struct Known<'a> {
    chunks: Vec<(u32, &'a Arc<Chunk>)>,
    edit: Edit,
}

impl<'a> Known<'a> {
    fn new(parse: &'a Parse, edit: Edit) -> Known<'a> {
        let chunks = parse.lists().iter().flat_map(List::starts);
        let untouched = |&(start, chunk): &(u32, &Arc<Chunk>)| {
            start + u32::from(chunk.len()) <= edit.start || start >= edit.old_end
        };
        Known { chunks: chunks.filter(untouched).collect(), edit }
    }

    /// The chunk whose text is that at `start` now.
    fn at(&self, start: u32) -> Option<&'a Arc<Chunk>> {
        let before = self.edit.before(start)?;
        let at = self.chunks.binary_search_by_key(&before, |(start, _)| *start).ok()?;
        let chunk = self.chunks[at].1;
        // A chunk in front of an edit that touches it may be another one now.
        Some(chunk).filter(|chunk| {
            before >= self.edit.old_end || { before + u32::from(chunk.len()) <= self.edit.start }
        })
    }
}
