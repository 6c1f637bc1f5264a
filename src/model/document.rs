//! A file, kept in step with its text: the only writer of salsa inputs.
//!
//! A change of the text is followed by the tree, and compared with what was there before it, piece by
//! piece. A piece that has not changed keeps its identity and its lowered form, so what salsa sees is
//! exactly what has changed: an edit in one statement sets the records of one chunk. Where each piece
//! starts is kept here, outside of salsa, so results do not depend on it. What is asked of all
//! statements is kept as a sum for each chunk of them, so an edit costs what it has changed, and a
//! step for each chunk.

mod sync;

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;
use salsa::Setter;
use smol_str::SmolStr;

use super::db::{ChunkInput, Database, FileInput, MacroInput, NetworkInput};
use super::hir::{self, Section};
use super::macros::{AllUses, MacroGraph};
use super::place::{OwnerId, Place};
use super::statements::{Identities, Source, Statements, StmtChunk, StmtPiece};
use super::uses::ChunkUses;
use crate::lang::Framework;
use crate::syntax::{self, GreenNode};
use crate::text::{LineIndex, Occurrences, TextRange, TextSize};

/// What the comments begin with that switch codes off, after the sign of a comment.
pub const SUPPRESSION_MARK: &str = "neural:";

/// What comments begin with that are not written with `#`.
pub const FOREIGN_COMMENTS: [&str; 2] = ["//", "/*"];

/// The words that the file is asked for.
const WORDS: [&str; 3] = [SUPPRESSION_MARK, FOREIGN_COMMENTS[0], FOREIGN_COMMENTS[1]];

/// A section with its lowered form.
#[derive(Debug, Clone)]
pub(super) struct SectionPiece {
    pub owner: OwnerId,
    pub value: Section,
    /// Where it starts in its network.
    start: TextSize,
    source: Source,
}

/// A network of the file.
#[derive(Debug, Clone)]
pub(super) struct Network {
    pub owner: OwnerId,
    pub range: TextRange,
    pub header: hir::NetworkHeader,
    pub sections: Vec<SectionPiece>,
    pub stmts: Statements,
    /// What the statements mention.
    pub uses: AllUses,
    /// The keywords of the layers sections, relative to the network; `None` for layers that stand
    /// without one, which the parser has reported.
    pub layers: Vec<Option<TextRange>>,
    /// Where the lists of its layers start, relative to the network.
    lists: Vec<TextSize>,
    pub input: NetworkInput,
    /// Chunks that are not in use: salsa never frees an input, so they are used again.
    spare: Vec<ChunkInput>,
    source: Option<Source>,
}

/// A macro of the file.
#[derive(Debug, Clone)]
pub(super) struct Macro {
    pub owner: OwnerId,
    pub header: hir::MacroHeader,
    pub stmts: Statements,
    /// What the statements mention.
    pub uses: AllUses,
    pub input: MacroInput,
    tree: GreenNode,
}

/// A research form of the file.
#[derive(Debug, Clone)]
struct ResearchForm {
    owner: OwnerId,
    value: hir::Research,
    tree: GreenNode,
}

/// A chunk of statements, for those who look for one of them.
#[derive(Debug, Clone)]
struct Slot {
    start: TextSize,
    pieces: Arc<[StmtPiece]>,
}

/// Neighbouring statements of a list.
#[derive(Debug, Clone, Copy)]
pub struct NamedChunk<'a>(&'a StmtChunk);

impl<'a> NamedChunk<'a> {
    /// What the statements mention. It is the same object as long as they stay.
    pub fn uses(&self) -> &'a Arc<ChunkUses> {
        &self.0.uses
    }

    /// The statements.
    pub fn statements(&self) -> impl Iterator<Item = &'a hir::Stmt> + use<'a> {
        self.0.pieces.iter().map(|piece| &*piece.record.stmt)
    }

    /// Every literal `name="…"`, with the place of the string.
    pub fn names(&self) -> impl Iterator<Item = (&'a SmolStr, Place)> + use<'a> {
        let has_names = !self.0.uses.names.is_empty();
        let pieces =
            has_names.then_some(&self.0.pieces).into_iter().flat_map(|pieces| pieces.iter());
        pieces.flat_map(|piece| {
            let place = |range: &TextRange| Place::new(piece.owner, *range);
            piece.uses.names.iter().map(move |(name, range)| (name, place(range)))
        })
    }
}

/// How often a file has changed in what results are made from. Places are not: results hold none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Revision {
    /// Changes of anything: while it stays, all results stay.
    pub all: u64,
    /// Changes of anything but the statements of networks: heads, sections, macros, and which names the
    /// networks call.
    pub heads: u64,
}

impl Revision {
    fn change(&mut self) {
        self.all += 1;
    }

    fn change_heads(&mut self) {
        self.all += 1;
        self.heads += 1;
    }
}

/// A file and its pieces. A clone shares the text, the tree and the statements with it.
#[derive(Debug, Clone)]
pub struct Document {
    text: Arc<String>,
    lines: Arc<LineIndex>,
    /// Where each of [`WORDS`] occurs, once somebody has asked.
    words: [OnceLock<Arc<Occurrences>>; WORDS.len()],
    parse: syntax::Parse,
    pub(super) file: FileInput,
    pub(super) networks: Vec<Network>,
    pub(super) macros: Vec<Macro>,
    research: Vec<ResearchForm>,
    pub(super) graph: Arc<MacroGraph>,
    /// Where sections and heads start.
    starts: FxHashMap<OwnerId, TextSize>,
    /// For each owner, the slot that it is in if it is a statement.
    slot_of: Arc<Vec<u32>>,
    slots: Vec<Option<Slot>>,
    identities: Identities,
    revision: Revision,
    /// Networks that are not in use, with their chunks.
    spare_networks: Vec<(NetworkInput, Vec<ChunkInput>)>,
    spare_macros: Vec<MacroInput>,
    lowered: usize,
    reread: Option<usize>,
}

impl Document {
    /// A file with this text.
    pub fn new(db: &mut Database, text: &str, framework: Framework) -> Document {
        let file = FileInput::new(db, Arc::default(), Arc::default(), false, framework);
        let mut document = Document {
            text: Arc::default(),
            lines: Arc::new(LineIndex::new("")),
            words: Default::default(),
            parse: syntax::parse(""),
            file,
            networks: Vec::new(),
            macros: Vec::new(),
            research: Vec::new(),
            graph: Arc::default(),
            starts: FxHashMap::default(),
            slot_of: Arc::default(),
            slots: Vec::new(),
            identities: Identities::default(),
            revision: Revision::default(),
            spare_networks: Vec::new(),
            spare_macros: Vec::new(),
            lowered: 0,
            reread: None,
        };
        document.text = Arc::new(text.to_string());
        document.lines = Arc::new(LineIndex::new(text));
        document.parse = syntax::parse(text);
        document.sync(db);
        document
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the lines of the text start.
    pub fn line_index(&self) -> &LineIndex {
        &self.lines
    }

    /// Where `word`, which is [`SUPPRESSION_MARK`] or one of [`FOREIGN_COMMENTS`], occurs in the text,
    /// wherever that is. Another word is nowhere.
    pub fn occurrences(&self, word: &str) -> &[TextSize] {
        let Some(at) = WORDS.iter().position(|other| *other == word) else { return &[] };
        self.words[at].get_or_init(|| Arc::new(Occurrences::new(WORDS[at], &self.text))).starts()
    }

    /// The tree and the findings of the parser.
    pub fn parse(&self) -> &syntax::Parse {
        &self.parse
    }

    /// What the results of the file can be told by.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// How many statements and sections the last change lowered anew.
    pub fn lowered(&self) -> usize {
        self.lowered
    }

    /// How many statements the last change read anew; `None` if the whole text was read.
    pub fn reread(&self) -> Option<usize> {
        self.reread
    }

    /// The range of the file that `place` is.
    pub fn range(&self, place: Place) -> TextRange {
        let start = self.start_of(place.owner).unwrap_or_default();
        let end = TextSize::of(self.text());
        let clamp = |offset: TextSize| (start + offset).min(end);
        TextRange::new(clamp(place.range.start()), clamp(place.range.end()))
    }

    fn start_of(&self, owner: OwnerId) -> Option<TextSize> {
        if let Some(start) = self.starts.get(&owner) {
            return Some(*start);
        }
        let slot = *self.slot_of.get(owner.0 as usize)?;
        let slot = self.slots.get(slot as usize)?.as_ref()?;
        let piece = slot.pieces.iter().find(|piece| piece.owner == owner)?;
        Some(slot.start + piece.range.start())
    }

    /// The zero-based line that `place` starts on.
    pub fn line_of(&self, place: Place) -> u32 {
        self.lines.line(self.range(place).start())
    }

    /// The sections of network number `network`, with their identities.
    pub fn sections(&self, network: usize) -> impl Iterator<Item = (OwnerId, &Section)> {
        self.networks[network].sections.iter().map(|piece| (piece.owner, &piece.value))
    }

    /// The statements of network number `network` that touch `range`, by number. Statements count
    /// through the chunks of a [`NetworkModel`](super::analysis::NetworkModel).
    pub fn statements_in(&self, network: usize, range: TextRange) -> std::ops::Range<usize> {
        self.networks.get(network).map_or(0..0, |network| network.stmts.touching(range))
    }

    /// Every literal `name="…"` of a layers list or macro body, with the place of the string.
    pub fn layer_names(&self) -> impl Iterator<Item = (&SmolStr, Place)> {
        self.chunks().flat_map(|chunk| chunk.names())
    }

    /// The text of network number `network`.
    pub fn network_range(&self, network: usize) -> TextRange {
        self.networks.get(network).map_or(TextRange::default(), |network| network.range)
    }

    /// The keywords of the layers sections of network number `network`.
    pub fn layers_keywords(&self, network: usize) -> impl Iterator<Item = Place> {
        let network = &self.networks[network];
        network.layers.iter().flatten().map(|range| Place::new(network.owner, *range))
    }

    /// The name of network number `network`, or where it has none its keyword.
    pub fn network_head(&self, network: usize) -> Place {
        let network = &self.networks[network];
        let name = network.header.name.as_ref();
        Place::new(network.owner, name.map_or(network.header.keyword, |name| name.range))
    }

    /// The research forms, with their identities.
    pub fn research(&self) -> impl Iterator<Item = (OwnerId, &hir::Research)> {
        self.research.iter().map(|form| (form.owner, &form.value))
    }

    /// The chunks of the layers lists and macro bodies.
    pub fn chunks(&self) -> impl Iterator<Item = NamedChunk<'_>> {
        self.lists().flat_map(|stmts| &stmts.chunks).map(NamedChunk)
    }

    fn lists(&self) -> impl Iterator<Item = &Statements> {
        let networks = self.networks.iter().map(|network| &network.stmts);
        networks.chain(self.macros.iter().map(|definition| &definition.stmts))
    }

    /// Sets whose rules hold.
    pub fn set_framework(&mut self, db: &mut Database, framework: Framework) {
        if self.file.framework(db) != framework {
            self.file.set_framework(db).to(framework);
            self.revision.change_heads();
        }
    }

    /// Puts `new` in the place of `range` of the text, and brings the inputs up to date. A range that
    /// lies outside of the text, or ends inside a character, is moved to what is there.
    pub fn edit(&mut self, db: &mut Database, range: TextRange, new: &str) {
        let boundary = |at: TextSize| {
            let mut at = usize::from(at).min(self.text.len());
            while !self.text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (start, end) = (boundary(range.start()), boundary(range.end()));
        // What the edit puts back is no part of it.
        let (prefix, suffix) = in_common(&self.text[start..end], new);
        let (start, end, new) = (start + prefix, end - suffix, &new[prefix..new.len() - suffix]);
        let range = TextRange::new((start as u32).into(), (end as u32).into());
        let inserted = TextSize::of(new);
        Arc::make_mut(&mut self.text).replace_range(start..end, new);
        Arc::make_mut(&mut self.lines).edit(range, inserted, &self.text);
        for word in self.words.iter_mut().filter_map(OnceLock::get_mut) {
            Arc::make_mut(word).edit(range, inserted, &self.text);
        }
        self.reread = self.parse.edit(range, inserted, &self.text);
        self.sync(db);
    }

    /// Replaces the text and brings the inputs up to date, as an edit of what has changed.
    pub fn set_text(&mut self, db: &mut Database, text: String) {
        self.edit(db, TextRange::up_to(TextSize::of(self.text())), &text);
    }
}

/// How long what two texts have in common at their beginning is, and what at their end.
fn in_common(old: &str, new: &str) -> (usize, usize) {
    let count =
        |pairs: &mut dyn Iterator<Item = (u8, u8)>| pairs.take_while(|(a, b)| a == b).count();
    let mut prefix = count(&mut old.bytes().zip(new.bytes()));
    while !old.is_char_boundary(prefix) || !new.is_char_boundary(prefix) {
        prefix -= 1;
    }
    let (old, new) = (&old[prefix..], &new[prefix..]);
    let mut suffix = count(&mut old.bytes().rev().zip(new.bytes().rev()));
    while !old.is_char_boundary(old.len() - suffix) || !new.is_char_boundary(new.len() - suffix) {
        suffix -= 1;
    }
    (prefix, suffix)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::model::analysis::{analyze, analyze_after};
    use crate::model::fixture::render;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    /// A network of `layers` Dense layers of 8 units between a first and a last one.
    fn long(layers: usize) -> String {
        let middle: String = (0..layers).map(|at| format!("    Dense(8) # {at}\n")).collect();
        format!("network N {{\n  input: (4,)\n  layers:\n    Dense(8)\n{middle}    Dense(3)\n}}\n")
    }

    /// Makes the edits one after the other and says what each has run.
    fn check_runs(text: &str, edits: &[(&str, &str)], expect: Expect) {
        expect.assert_eq(&runs(text, edits));
    }

    fn runs(text: &str, edits: &[(&str, &str)]) -> String {
        let runs: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = runs.clone();
        let mut db = Database::with_events(move |event| {
            if let salsa::EventKind::WillExecute { database_key } = event.kind {
                let name = format!("{database_key:?}");
                let name = name.split('(').next().unwrap_or_default().to_string();
                log.lock().unwrap().push(name);
            }
        });
        let mut document = Document::new(&mut db, text, Framework::Keras);
        let mut text = text.to_string();
        analyze(&db, &document);
        let mut summary = String::new();
        for (from, to) in [("", "")].iter().chain(edits) {
            runs.lock().unwrap().clear();
            text = text.replacen(from, to, 1);
            document.set_text(&mut db, text.clone());
            analyze(&db, &document);
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for run in runs.lock().unwrap().iter() {
                *counts.entry(run.clone()).or_default() += 1;
            }
            let runs: Vec<String> =
                counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
            summary.push_str(&format!(
                "{from:?} -> {to:?}: read {}, lowered {}, ran [{}]\n",
                document.reread().map_or("all".to_string(), |items| items.to_string()),
                document.lowered(),
                runs.join(", ")
            ));
        }
        summary
    }

    #[test]
    fn an_edit_costs_what_it_changes() {
        check_runs(
            &long(1000),
            &[
                ("# 500", "# a comment"),
                ("network N", "# a line above\nnetwork N"),
                ("Dense(8) # 700", "Dense(8, \"relu\") # 700"),
                ("Dense(8) # 400", "Dense(9) # 400"),
                ("    Dense(8) # 600\n", "    Dense(8)\n    Dense(8)\n"),
                ("    Dense(8) # 620\n", ""),
                ("Dense(8) # 650", "Dense(8 # 650"),
                ("Dense(8 # 650", "Dense(8) # 650"),
                ("Dense(8) # 300", "Dense(8, name=\"a\") # 300"),
                ("name=\"a\"", "name=\"b\""),
                ("input: (4,)", "input: (5,)"),
            ],
            expect![[r##"
                "" -> "": read all, lowered 0, ran []
                "# 500" -> "# a comment": read 1, lowered 0, ran []
                "network N" -> "# a line above\nnetwork N": read 0, lowered 0, ran []
                "Dense(8) # 700" -> "Dense(8, \"relu\") # 700": read 1, lowered 1, ran [chunk 1, chunk_state 1]
                "Dense(8) # 400" -> "Dense(9) # 400": read 1, lowered 1, ran [chunk 1, chunk_state 1]
                "    Dense(8) # 600\n" -> "    Dense(8)\n    Dense(8)\n": read 2, lowered 1, ran [chunk 1, chunk_state 1]
                "    Dense(8) # 620\n" -> "": read 1, lowered 0, ran [chunk 1, chunk_state 1]
                "Dense(8) # 650" -> "Dense(8 # 650": read 7, lowered 1, ran [chunk 6, chunk_state 5]
                "Dense(8 # 650" -> "Dense(8) # 650": read 7, lowered 1, ran [chunk 6, chunk_state 5]
                "Dense(8) # 300" -> "Dense(8, name=\"a\") # 300": read 1, lowered 1, ran [added_names 4, chunk 1, chunk_state 1, input_names 1, names_after 4, seen_names 1]
                "name=\"a\"" -> "name=\"b\"": read 1, lowered 1, ran [chunk 1, chunk_state 1, seen_names 1]
                "input: (4,)" -> "input: (5,)": read 0, lowered 1, ran [added_names 4, chunk 16, chunk_state 15, input_names 1, inputs 1]
            "##]],
        );
    }

    /// A name has the chunks evaluated that mention it, and no others.
    #[test]
    fn a_name_runs_those_who_mention_it() {
        let text = long(1000)
            .replacen("Dense(8) # 100\n", "Dense(8, name=\"a\")\n", 1)
            .replacen("Dense(8) # 900\n", "Add(\"a\")\n", 1)
            .replacen("Dense(8) # 980\n", "Add(\"b\")\n", 1);
        check_runs(
            &text,
            &[("name=\"a\"", "name=\"b\""), ("name=\"b\"", "name=\"c\"")],
            expect![[r#"
                "" -> "": read all, lowered 0, ran []
                "name=\"a\"" -> "name=\"b\"": read 1, lowered 1, ran [added_names 2, chunk 3, chunk_state 2, names_after 14, seen_names 3]
                "name=\"b\"" -> "name=\"c\"": read 1, lowered 1, ran [added_names 1, chunk 3, chunk_state 1, names_after 14, seen_names 3]
            "#]],
        );
    }

    /// The work of an edit does not depend on how long the network is.
    #[test]
    fn an_edit_costs_the_same_in_a_longer_network() {
        let edits = [("Dense(8) # 100", "Dense(8, \"relu\") # 100"), ("# 110", "# a comment")];
        let work = |layers: usize| runs(&long(layers), &edits);
        assert_eq!(work(200), work(2000));
    }

    #[test]
    fn a_changed_macro_runs_its_users_only() {
        let text = format!("define A {{ Dense(8) }}\ndefine B {{ Dense(8) }}\n{}", long(300))
            .replacen("Dense(8) # 10\n", "A\n", 1)
            .replacen("Dense(8) # 200\n", "B\n", 1);
        check_runs(
            &text,
            &[("define B { Dense(8) }", "define B { Dense(8, \"relu\") }")],
            expect![[r#"
                "" -> "": read all, lowered 0, ran []
                "define B { Dense(8) }" -> "define B { Dense(8, \"relu\") }": read 2, lowered 1, ran [chunk 1, chunk_state 1]
            "#]],
        );
        // A macro that is used a thousand times is lowered once, and those uses are evaluated.
        let uses = "    B\n".repeat(1000);
        let text = format!(
            "define B {{ Dense(8) }}\nnetwork U {{\n  input: (8,)\n  layers:\n{uses}}}\n{}",
            long(300)
        );
        check_runs(
            &text,
            &[("define B { Dense(8) }", "define B { Dense(8, \"relu\") }")],
            expect![[r#"
                "" -> "": read 303, lowered 0, ran []
                "define B { Dense(8) }" -> "define B { Dense(8, \"relu\") }": read 1, lowered 1, ran [chunk 16, chunk_state 15]
            "#]],
        );
    }

    /// Inputs are used again: many edits leave as many of them as one.
    #[test]
    fn many_edits_leave_no_inputs_behind() {
        let mut db = Database::default();
        let mut document = Document::new(&mut db, &long(300), Framework::Keras);
        let at = document.text().find("# 150").map_or(0, |at| at as u32);
        let lines = "\n    Dense(8)".repeat(200);
        let mut sizes = Vec::new();
        for _ in 0..50 {
            document.edit(&mut db, TextRange::empty(at.into()), &lines);
            let inserted = TextRange::at(at.into(), TextSize::of(&*lines));
            document.edit(&mut db, inserted, "");
            let network = &document.networks[0];
            let chunks = network.stmts.chunks.len() + network.spare.len();
            sizes.push((chunks, document.slots.len(), document.slot_of.len()));
        }
        assert_eq!(sizes[1], sizes[49]);
    }

    #[test]
    fn an_input_that_is_used_again_holds_nothing_of_before() {
        let network = |layers: &str| format!("network N {{ input: (8,) layers: {layers} }}");
        let texts = [
            network("Dense(8) Dense(8, name=\"d\")"),
            String::new(),
            network("Dense(8) Add(\"d\")"),
            format!("define B {{ Dense(8, name=\"h\") }}\n{}", network("B B")),
            "define B { Dense(8, name=\"h\") }".to_owned(),
            format!("define B {{ Dense(8, name=\"h\") }}\n{}", network("B Add(\"h\")")),
        ];
        let mut db = Database::default();
        let mut document = Document::new(&mut db, "", Framework::Keras);
        for text in texts {
            document.set_text(&mut db, text.clone());
            let edited = render(&document, &analyze(&db, &document));
            let mut fresh_db = Database::default();
            let fresh = Document::new(&mut fresh_db, &text, Framework::Keras);
            assert_eq!(edited, render(&fresh, &analyze(&fresh_db, &fresh)), "{text}");
        }
    }

    fn piece() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "Dense(8)",
            "Flatten",
            "Block(4)",
            "Block",
            "a: { ",
            "b: { Dense(4) }",
            " }",
            "{",
            "(",
            ")",
            "\n",
            " ",
            "Concatenate()",
            "Add(\"x\")",
            ", name=\"x\"",
            "* 3",
            "HPO(choice(2, 4))",
            "network M {",
            "input: (3,)",
            "define Block(n=2) { Dense($n) }",
            "layers:",
            "\"",
            "# c\n",
            "/*",
            "*/",
            "5",
            "$n",
            "loss: \"mse\"",
            "é",
        ])
    }

    /// How many cases to try: `NEURAL_CASES`, or else a few.
    fn cases() -> ProptestConfig {
        let cases = std::env::var("NEURAL_CASES").ok().and_then(|cases| cases.parse().ok());
        ProptestConfig {
            cases: cases.unwrap_or(64),
            failure_persistence: None,
            ..ProptestConfig::default()
        }
    }

    proptest! {
        #![proptest_config(cases())]

        /// Whatever is typed, the model of the edited document is that of its text.
        #[test]
        fn an_edited_document_equals_a_fresh_one(
            edits in prop::collection::vec((0usize..400, 0usize..12, piece()), 1..24)
        ) {
            let start = "define Block(n=2) { Dense($n, name=\"h\") ReLU }\n\
                         network N {\n  input: { x: (8,), y: (4,) }\n  layers:\n    x: { Dense(4) Block(3) }\n    y: { Block * 2 }\n    \
                         Concatenate()\n    Dense(8, name=\"d\")\n    Dense(8)\n    Add(\"d\")\n    Output(2)\n}\n";
            let mut db = Database::default();
            let mut text = start.to_string();
            let mut document = Document::new(&mut db, &text, Framework::Keras);
            let mut analysis = analyze(&db, &document);
            for (at, removed, inserted) in edits {
                let boundary = |mut at: usize, text: &str| {
                    at = at.min(text.len());
                    while !text.is_char_boundary(at) {
                        at -= 1;
                    }
                    at
                };
                let from = boundary(at, &text);
                let to = boundary(from + removed, &text).max(from);
                text.replace_range(from..to, inserted);
                document.set_text(&mut db, text.clone());
                if !analysis.is_of(&document) {
                    analysis = analyze_after(&db, &document, Some(&analysis));
                }
                let edited = render(&document, &analysis);
                let mut fresh_db = Database::default();
                let fresh = Document::new(&mut fresh_db, &text, Framework::Keras);
                let expected = render(&fresh, &analyze(&fresh_db, &fresh));
                prop_assert_eq!(edited, expected, "{}", text);
                let lists = document.networks.iter().map(|network| (&network.uses, &network.stmts));
                let bodies = document.macros.iter().map(|body| (&body.uses, &body.stmts));
                for (uses, stmts) in lists.chain(bodies) {
                    let all = AllUses::of(stmts.uses().map(|uses| &**uses));
                    prop_assert_eq!(uses, &all, "{}", text);
                }
            }
        }
    }
}
