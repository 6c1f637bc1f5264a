//! A file, kept in step with its text: the only writer of salsa inputs.
//!
//! A change parses the text anew and compares the statements and sections with those before it, by
//! their trees. A piece that has not changed keeps its identity and its lowered form, so what salsa
//! sees is exactly what has changed: an edit in one statement sets the records of one chunk. Where
//! each piece starts is kept here, outside of salsa, so results do not depend on it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use salsa::Setter;
use smol_str::SmolStr;

use super::chunks::sync_chunks;
use super::db::{ChunkInput, Database, FileInput, MacroInput, NetworkInput};
use super::eval::{MacroDef, Record};
use super::hir::{self, Section, SectionKind};
use super::inputs::InputSection;
use super::lower;
use super::macros::{MacroIndex, recursive_macros};
use super::place::{OwnerId, Place};
use super::uses::Uses;
use crate::lang::Framework;
use crate::syntax;
use crate::syntax::ast::{self, AstNode};
use crate::text::{LineIndex, TextRange, TextSize};

/// A piece of text with its lowered form.
#[derive(Debug, Clone)]
pub(super) struct Piece<T> {
    pub range: TextRange,
    pub owner: OwnerId,
    pub value: T,
    /// What the value was lowered from: the same text can be read in another way in another place.
    source: Source,
}

/// What a piece is lowered from: its tree, and the errors in it, relative to its start.
#[derive(Debug, Clone, PartialEq)]
struct Source {
    tree: syntax::GreenNode,
    errors: Vec<TextRange>,
}

/// A statement with what the file has to know of it as a whole.
#[derive(Debug, Clone)]
pub(super) struct StmtPiece {
    pub record: Arc<Record>,
    pub uses: Arc<Uses>,
}

/// A network of the file.
#[derive(Debug, Clone)]
pub(super) struct Network {
    pub owner: OwnerId,
    pub range: TextRange,
    pub header: hir::NetworkHeader,
    pub sections: Vec<Piece<Section>>,
    pub stmts: Vec<Piece<StmtPiece>>,
    /// The keywords of the layers sections, relative to the network; `None` for layers that stand
    /// without one, which the parser has reported.
    pub layers: Vec<Option<TextRange>>,
    pub input: NetworkInput,
    /// The chunks, with how many statements each has.
    pub chunks: Vec<(ChunkInput, usize)>,
    /// Chunks that are not in use: salsa never frees an input, so they are used again.
    pub spare: Vec<ChunkInput>,
}

/// A macro of the file.
#[derive(Debug, Clone)]
pub(super) struct Macro {
    pub owner: OwnerId,
    pub header: hir::MacroHeader,
    pub stmts: Vec<Piece<StmtPiece>>,
    pub input: MacroInput,
}

/// A research form of the file.
#[derive(Debug, Clone)]
pub(super) struct ResearchForm {
    pub owner: OwnerId,
    pub value: hir::Research,
}

/// A file and its pieces. A clone shares the text, the tree and the statements with it.
#[derive(Debug, Clone)]
pub struct Document {
    text: Arc<str>,
    lines: Arc<LineIndex>,
    parse: syntax::Parse,
    pub(super) file: FileInput,
    pub(super) networks: Vec<Network>,
    pub(super) macros: Vec<Macro>,
    pub(super) research: Vec<ResearchForm>,
    starts: FxHashMap<OwnerId, TextSize>,
    /// Where the parser has found errors, in the order of the text.
    errors: Arc<[TextRange]>,
    next_owner: u32,
    lowered: usize,
}

impl Document {
    /// A file with this text.
    pub fn new(db: &mut Database, text: &str, framework: Framework) -> Document {
        let file = FileInput::new(db, Arc::default(), Arc::default(), false, framework);
        let mut document = Document {
            text: "".into(),
            lines: Arc::new(LineIndex::new("")),
            parse: syntax::parse(""),
            file,
            networks: Vec::new(),
            macros: Vec::new(),
            research: Vec::new(),
            starts: FxHashMap::default(),
            errors: Arc::default(),
            next_owner: 0,
            lowered: 0,
        };
        document.set_text(db, text.to_string());
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

    /// The tree and the findings of the parser.
    pub fn parse(&self) -> &syntax::Parse {
        &self.parse
    }

    /// How many statements and sections the last change lowered anew.
    pub fn lowered(&self) -> usize {
        self.lowered
    }

    /// The range of the file that `place` is.
    pub fn range(&self, place: Place) -> TextRange {
        let start = self.starts.get(&place.owner).copied().unwrap_or_default();
        let end = TextSize::of(&*self.text);
        let clamp = |offset: TextSize| (start + offset).min(end);
        TextRange::new(clamp(place.range.start()), clamp(place.range.end()))
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
        let stmts = self.networks.get(network).map_or(&[][..], |network| &network.stmts);
        let first = stmts.partition_point(|piece| piece.range.end() < range.start());
        let last = stmts.partition_point(|piece| piece.range.start() <= range.end());
        first..last.max(first)
    }

    /// Every literal `name="…"` of a layers list or macro body, with the place of the string.
    pub fn layer_names(&self) -> impl Iterator<Item = (&SmolStr, Place)> {
        let networks = self.networks.iter().flat_map(|network| &network.stmts);
        let macros = self.macros.iter().flat_map(|definition| &definition.stmts);
        networks.chain(macros).flat_map(|piece| {
            let place = |range: &TextRange| Place::new(piece.owner, *range);
            piece.value.uses.names.iter().map(move |(name, range)| (name, place(range)))
        })
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

    /// Every statement of a layers list or macro body, with its identity.
    pub fn statements(&self) -> impl Iterator<Item = (OwnerId, &hir::Stmt)> {
        let networks = self.networks.iter().flat_map(|network| &network.stmts);
        let macros = self.macros.iter().flat_map(|definition| &definition.stmts);
        networks.chain(macros).map(|piece| (piece.owner, &piece.value.record.stmt))
    }

    /// Sets whose rules hold.
    pub fn set_framework(&mut self, db: &mut Database, framework: Framework) {
        if self.file.framework(db) != framework {
            self.file.set_framework(db).to(framework);
        }
    }

    /// Replaces the text and brings the inputs up to date.
    pub fn set_text(&mut self, db: &mut Database, text: String) {
        self.parse = syntax::parse(&text);
        self.lines = Arc::new(LineIndex::new(&text));
        self.text = text.into();
        self.lowered = 0;
        self.starts.clear();
        let errors = self.parse.diagnostics().iter().filter(|found| found.is_syntax_error());
        self.errors = errors.map(|found| found.place).collect();
        let tree = self.parse.file();
        self.sync_macros(db, &tree);
        self.sync_networks(db, &tree);
        let forms: Vec<ast::Research> = tree.research().collect();
        self.research = forms
            .iter()
            .map(|form| {
                let owner = self.fresh_owner();
                self.starts.insert(owner, form.syntax().text_range().start());
                ResearchForm { owner, value: lower::lower_research(form) }
            })
            .collect();
    }

    fn fresh_owner(&mut self) -> OwnerId {
        self.next_owner += 1;
        OwnerId(self.next_owner)
    }

    /// Matches the pieces of a list with those before the change: a common beginning and a common
    /// end keep what they have, the middle is made anew by `make`.
    fn reconcile<N: AstNode, T>(
        &mut self,
        old: Vec<Piece<T>>,
        nodes: &[N],
        make: impl Fn(&N, OwnerId) -> T,
    ) -> Vec<Piece<T>> {
        let ranges: Vec<TextRange> = nodes.iter().map(|node| node.syntax().text_range()).collect();
        let mut sources: Vec<Source> = nodes
            .iter()
            .zip(&ranges)
            .map(|(node, range)| Source {
                tree: node.syntax().green().into_owned(),
                errors: errors_in(&self.errors, *range),
            })
            .collect();
        let same = |piece: &Piece<T>, source: &Source| piece.source == *source;
        let prefix =
            old.iter().zip(&sources).take_while(|(piece, source)| same(piece, source)).count();
        let most = old.len().min(ranges.len()) - prefix;
        let suffix = old
            .iter()
            .rev()
            .zip(sources.iter().rev())
            .take(most)
            .take_while(|(piece, source)| same(piece, source))
            .count();
        let middle = prefix..ranges.len() - suffix;
        let dropped = prefix..old.len() - suffix;
        // An edit inside one piece keeps its identity, so that what refers to it stays comparable.
        let kept_owners: Vec<OwnerId> = match (middle.len(), dropped.len()) {
            (a, b) if a == b => old[dropped.clone()].iter().map(|piece| piece.owner).collect(),
            _ => Vec::new(),
        };
        let mut old: Vec<Option<Piece<T>>> = old.into_iter().map(Some).collect();
        let old_len = old.len();
        let mut result = Vec::with_capacity(ranges.len());
        for (at, (range, source)) in ranges.iter().zip(sources.drain(..)).enumerate() {
            let reused = if at < prefix {
                old[at].take()
            } else if at >= middle.end {
                old[old_len - (ranges.len() - at)].take()
            } else {
                None
            };
            let piece = match reused {
                Some(piece) => Piece { range: *range, source, ..piece },
                None => {
                    let owner = match kept_owners.get(at - prefix) {
                        Some(owner) => *owner,
                        None => self.fresh_owner(),
                    };
                    self.lowered += 1;
                    Piece { range: *range, owner, value: make(&nodes[at], owner), source }
                }
            };
            self.starts.insert(piece.owner, range.start());
            result.push(piece);
        }
        result
    }

    fn stmts(&mut self, old: Vec<Piece<StmtPiece>>, nodes: &[ast::Stmt]) -> Vec<Piece<StmtPiece>> {
        let errors = self.errors.clone();
        self.reconcile(old, nodes, |node, owner| {
            let mut stmt = lower::lower_stmt(node);
            let here = errors_in(&errors, node.syntax().text_range());
            if !here.is_empty() {
                stmt.mark_broken(&here);
            }
            let uses = Uses::of(&stmt);
            StmtPiece { record: Arc::new(Record { owner, stmt }), uses: Arc::new(uses) }
        })
    }

    fn sync_macros(&mut self, db: &mut Database, tree: &ast::File) {
        let mut old = std::mem::take(&mut self.macros);
        for node in tree.macros() {
            let header = lower::lower_macro_header(&node);
            let name =
                |header: &hir::MacroHeader| header.name.as_ref().map(|name| name.value.clone());
            let found = old.iter().position(|before| name(&before.header) == name(&header));
            let before = found.map(|at| old.remove(at));
            let (owner, input, stmts) = match before {
                Some(before) => (before.owner, Some(before.input), before.stmts),
                None => (self.fresh_owner(), None, Vec::new()),
            };
            self.starts.insert(owner, node.syntax().text_range().start());
            let nodes: Vec<ast::Stmt> = node.statements().collect();
            let stmts = self.stmts(stmts, &nodes);
            let input = match input {
                Some(input) => input,
                None => {
                    let empty = MacroDef {
                        owner,
                        header: header.clone(),
                        body: Vec::new(),
                        recursive: false,
                        names_layers: false,
                        is_individual: false,
                    };
                    MacroInput::new(db, Arc::new(empty))
                }
            };
            self.macros.push(Macro { owner, header, stmts, input });
        }
        let graph = self.macro_graph();
        let recursive = recursive_macros(&graph);
        let names_layers = self.macros_with(&graph, |uses| uses.names_layers);
        let individual = self.macros_with(&graph, |uses| uses.is_individual);
        let mut by_name: BTreeMap<SmolStr, MacroInput> = BTreeMap::new();
        let mut hiding: BTreeMap<SmolStr, MacroInput> = BTreeMap::new();
        for (at, definition) in self.macros.iter().enumerate() {
            let value = MacroDef {
                owner: definition.owner,
                header: definition.header.clone(),
                body: definition.stmts.iter().map(|piece| piece.value.record.clone()).collect(),
                recursive: recursive[at],
                names_layers: names_layers[at],
                is_individual: individual[at] || names_layers[at],
            };
            if **definition.input.definition(db) != value {
                definition.input.set_definition(db).to(Arc::new(value));
            }
            if let Some(name) = &definition.header.name {
                by_name.entry(name.value.clone()).or_insert(definition.input);
                if crate::lang::find_layer(&name.value).is_some() {
                    hiding
                        .entry(name.value.to_ascii_lowercase().into())
                        .or_insert(definition.input);
                }
            }
        }
        let unnamed = self.macros.iter().any(|definition| definition.header.name.is_none());
        if self.file.has_unnamed_macro(db) != unnamed {
            self.file.set_has_unnamed_macro(db).to(unnamed);
        }
        if **self.file.macros(db) != by_name {
            self.file.set_macros(db).to(Arc::new(by_name));
        }
        if **self.file.hiding(db) != hiding {
            self.file.set_hiding(db).to(Arc::new(hiding));
        }
    }

    /// Which macro a name means, by number.
    pub(super) fn macro_index(&self) -> MacroIndex {
        let names = self.macros.iter().map(|definition| definition.header.name.as_ref());
        MacroIndex::of(names.map(|name| name.map(|name| &name.value)))
    }

    /// For each macro, the macros that it uses.
    fn macro_graph(&self) -> Vec<Vec<usize>> {
        let index = self.macro_index();
        let used = |definition: &Macro| {
            let calls = definition.stmts.iter().flat_map(|piece| &piece.value.uses.calls);
            calls.filter_map(|(name, ..)| index.find(name)).collect()
        };
        self.macros.iter().map(used).collect()
    }

    /// For each macro, whether `has` holds of a statement of it or of the macros that it uses.
    fn macros_with(&self, graph: &[Vec<usize>], has: impl Fn(&Uses) -> bool) -> Vec<bool> {
        let own = |definition: &Macro| definition.stmts.iter().any(|piece| has(&piece.value.uses));
        let mut with: Vec<bool> = self.macros.iter().map(own).collect();
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); graph.len()];
        for (user, used) in graph.iter().enumerate() {
            for &other in used {
                users[other].push(user);
            }
        }
        let mut pending: Vec<usize> = (0..with.len()).filter(|&at| with[at]).collect();
        while let Some(at) = pending.pop() {
            for &user in &users[at] {
                if !std::mem::replace(&mut with[user], true) {
                    pending.push(user);
                }
            }
        }
        with
    }

    fn sync_networks(&mut self, db: &mut Database, tree: &ast::File) {
        let mut old: std::collections::VecDeque<Network> =
            std::mem::take(&mut self.networks).into();
        let index = self.macro_index();
        let graph = self.macro_graph();
        for node in tree.networks() {
            let header = lower::lower_network_header(&node);
            let before = old.pop_front();
            let (owner, input, sections, stmts, chunks, spare) = match before {
                Some(before) => (
                    before.owner,
                    before.input,
                    before.sections,
                    before.stmts,
                    before.chunks,
                    before.spare,
                ),
                None => {
                    let input =
                        NetworkInput::new(db, self.file, None, Arc::default(), Arc::default());
                    (self.fresh_owner(), input, Vec::new(), Vec::new(), Vec::new(), Vec::new())
                }
            };
            let range = node.syntax().text_range();
            let start = range.start();
            self.starts.insert(owner, start);
            let section_nodes: Vec<ast::Section> = node.sections().collect();
            let sections =
                self.reconcile(sections, &section_nodes, |node, _| lower::lower_section(node));
            let layers_nodes: Vec<ast::LayersSection> = node.layers_sections().collect();
            let keyword =
                |section: &ast::LayersSection| Some(section.keyword()?.text_range() - start);
            let layers = layers_nodes.iter().map(keyword).collect();
            let stmt_nodes: Vec<ast::Stmt> = layers_nodes
                .iter()
                .flat_map(|section| section.statements().collect::<Vec<_>>())
                .collect();
            let stmts = self.stmts(stmts, &stmt_nodes);
            let mut network =
                Network { owner, range, header, sections, stmts, layers, input, chunks, spare };
            self.set_network_inputs(db, &network, &index, &graph);
            sync_chunks(db, &mut network);
            self.networks.push(network);
        }
    }

    fn set_network_inputs(
        &self,
        db: &mut Database,
        network: &Network,
        index: &MacroIndex,
        graph: &[Vec<usize>],
    ) {
        let inputs = network.sections.iter().find_map(|piece| match &piece.value.kind {
            SectionKind::Input(declarations) => {
                let broken = !errors_in(&self.errors, piece.range).is_empty();
                Some(InputSection {
                    owner: piece.owner,
                    declarations: declarations.clone(),
                    broken,
                })
            }
            _ => None,
        });
        if network.input.inputs(db).as_deref() != inputs.as_ref() {
            network.input.set_inputs(db).to(inputs.map(Arc::new));
        }
        let mut names: BTreeMap<SmolStr, Place> = BTreeMap::new();
        // How often each macro is used, where 2 stands for every larger number.
        let mut used: Vec<u8> = vec![0; self.macros.len()];
        for piece in &network.stmts {
            for (name, range) in &piece.value.uses.names {
                names.entry(name.clone()).or_insert(Place::new(piece.owner, *range));
            }
            for (name, _, repeated) in &piece.value.uses.calls {
                if let Some(at) = index.find(name) {
                    used[at] = used[at].saturating_add(1 + u8::from(*repeated)).min(2);
                }
            }
        }
        self.spread_uses(index, graph, &mut used);
        let often: BTreeSet<SmolStr> = self
            .macros
            .iter()
            .zip(&used)
            .filter(|(_, used)| **used > 1)
            .filter_map(|(definition, _)| Some(definition.header.name.as_ref()?.value.clone()))
            .collect();
        if **network.input.names(db) != names {
            network.input.set_names(db).to(Arc::new(names));
        }
        if **network.input.used_often(db) != often {
            network.input.set_used_often(db).to(Arc::new(often));
        }
    }

    /// Adds the uses of macros by macros. Each round goes one level deeper; numbers only grow and are
    /// bounded by 2, so it ends.
    fn spread_uses(&self, index: &MacroIndex, graph: &[Vec<usize>], used: &mut Vec<u8>) {
        let direct = used.clone();
        for _ in 0..=graph.len() {
            let mut next = direct.clone();
            for (at, definition) in self.macros.iter().enumerate() {
                let calls = definition.stmts.iter().flat_map(|piece| &piece.value.uses.calls);
                for (name, _, repeated) in calls {
                    if let Some(callee) = index.find(name).filter(|_| used[at] > 0) {
                        let times = used[at].saturating_mul(1 + u8::from(*repeated));
                        next[callee] = next[callee].saturating_add(times).min(2);
                    }
                }
            }
            if next == *used {
                break;
            }
            *used = next;
        }
    }
}

/// The errors in `range`, relative to its start.
fn errors_in(errors: &[TextRange], range: TextRange) -> Vec<TextRange> {
    let first = errors.partition_point(|error| error.start() < range.start());
    let after = errors[first..].iter().take_while(|error| error.start() <= range.end());
    after
        .filter(|error| range.contains_range(**error))
        .map(|error| *error - range.start())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::model::analysis::analyze;
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
                "{from:?} -> {to:?}: lowered {}, ran [{}]\n",
                document.lowered(),
                runs.join(", ")
            ));
        }
        expect.assert_eq(&summary);
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
                ("input: (4,)", "input: (5,)"),
            ],
            expect![[r##"
                "" -> "": lowered 0, ran []
                "# 500" -> "# a comment": lowered 0, ran []
                "network N" -> "# a line above\nnetwork N": lowered 0, ran []
                "Dense(8) # 700" -> "Dense(8, \"relu\") # 700": lowered 1, ran [chunk 1, chunk_state 1]
                "Dense(8) # 400" -> "Dense(9) # 400": lowered 1, ran [chunk 1, chunk_state 1]
                "    Dense(8) # 600\n" -> "    Dense(8)\n    Dense(8)\n": lowered 1, ran [chunk 1, chunk_state 1]
                "input: (4,)" -> "input: (5,)": lowered 1, ran [chunk 16, chunk_state 15, inputs 1]
            "##]],
        );
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
                "" -> "": lowered 0, ran []
                "define B { Dense(8) }" -> "define B { Dense(8, \"relu\") }": lowered 1, ran [chunk 1, chunk_state 1]
            "#]],
        );
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

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

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
                let edited = render(&document, &analyze(&db, &document));
                let mut fresh_db = Database::default();
                let fresh = Document::new(&mut fresh_db, &text, Framework::Keras);
                let expected = render(&fresh, &analyze(&fresh_db, &fresh));
                prop_assert_eq!(edited, expected, "{}", text);
            }
        }
    }
}
