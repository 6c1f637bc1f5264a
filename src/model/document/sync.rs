//! How a document follows its tree: pieces are matched with those before the change, and the salsa
//! inputs are set whose pieces have changed.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use salsa::Setter;
use smol_str::SmolStr;

use super::{Document, Macro, Network, ResearchForm, SectionPiece, Slot};
use crate::model::chunks::sync_chunks;
use crate::model::db::{Database, MacroInput, NetworkInput};
use crate::model::eval::MacroDef;
use crate::model::hir::{self, SectionKind};
use crate::model::inputs::InputSection;
use crate::model::lower;
use crate::model::macros::{AllUses, MacroGraph};
use crate::model::place::OwnerId;
use crate::model::statements::{Change, Source, Statements, StmtChunk, errors_in, is_same_tree};
use crate::model::uses::ChunkUses;
use crate::syntax::List;
use crate::syntax::ast::{self, AstNode};
use crate::text::{TextRange, TextSize};

impl Document {
    /// Brings the pieces and the inputs in step with the tree.
    pub(super) fn sync(&mut self, db: &mut Database) {
        self.lowered = 0;
        self.starts.clear();
        let errors = self.parse.outer_errors();
        let tree = self.parse.file();
        let lists = Lists(self.parse.lists().clone());
        let new_graph = self.sync_macros(db, &tree, &lists);
        self.sync_networks(db, &tree, &lists, &errors, new_graph);
        self.sync_research(&tree);
        self.sync_slots();
    }

    fn sync_macros(&mut self, db: &mut Database, tree: &ast::File, lists: &Lists) -> bool {
        let mut old: VecDeque<Macro> = std::mem::take(&mut self.macros).into();
        let mut changed = Vec::new();
        for node in tree.macros() {
            let green = node.syntax().green();
            let range = node.syntax().text_range();
            // Nearly always the macros are the same, in the same order.
            let same = old.front().is_some_and(|before| is_same_tree(&before.tree, &green));
            let header = match old.front().filter(|_| same) {
                Some(before) => before.header.clone(),
                None => lower::lower_macro_header(&node),
            };
            let name = |header: &hir::MacroHeader| Some(header.name.as_ref()?.value.clone());
            let found = match same {
                true => Some(0),
                false => {
                    let wanted = name(&header);
                    old.iter().position(|before| name(&before.header) == wanted)
                }
            };
            let before = found.and_then(|at| old.remove(at));
            let mut definition = match before {
                Some(before) => Macro { header, tree: green.into_owned(), ..before },
                None => {
                    let owner = self.identities.owner();
                    let empty = MacroDef {
                        owner,
                        header: header.clone(),
                        body: Vec::new(),
                        recursive: false,
                        names_layers: false,
                        is_individual: false,
                    };
                    Macro {
                        owner,
                        header,
                        stmts: Statements::default(),
                        uses: AllUses::default(),
                        input: self
                            .spare_macros
                            .pop()
                            .unwrap_or_else(|| MacroInput::new(db, Arc::new(empty))),
                        tree: green.into_owned(),
                    }
                }
            };
            self.starts.insert(definition.owner, range.start());
            let change = definition.stmts.sync(lists.inside(range), &mut self.identities);
            if let Some(change) = &change {
                self.lowered += change.lowered;
                follow(&mut definition.uses, change, &definition.stmts);
            }
            changed.push(!same || change.is_some());
            self.macros.push(definition);
        }
        let had_more = !old.is_empty();
        for gone in old {
            gone.stmts.free(&mut self.identities);
            self.identities.free(gone.owner);
            self.spare_macros.push(gone.input);
        }
        let before = self.graph.clone();
        if had_more || changed.contains(&true) {
            self.revision.change_heads();
            self.set_macros(db, &changed);
        }
        !Arc::ptr_eq(&before, &self.graph)
    }

    /// Sets the inputs of the macros, those that have changed and those that use them.
    fn set_macros(&mut self, db: &mut Database, changed: &[bool]) {
        let name = |definition: &Macro| Some(definition.header.name.as_ref()?.value.clone());
        let names: Vec<Option<SmolStr>> = self.macros.iter().map(name).collect();
        let uses: Vec<AllUses> =
            self.macros.iter().map(|definition| definition.uses.clone()).collect();
        if !self.graph.is_of(&names, &uses) {
            self.graph = Arc::new(MacroGraph::of(names, uses));
        }
        let graph = self.graph.clone();
        let mut by_name: BTreeMap<SmolStr, MacroInput> = BTreeMap::new();
        let mut hiding: BTreeMap<SmolStr, MacroInput> = BTreeMap::new();
        for (at, definition) in self.macros.iter().enumerate() {
            let (recursive, names_layers) = (graph.recursive[at], graph.names_layers[at]);
            let is_individual = graph.is_individual[at] || names_layers;
            let held = definition.input.definition(db);
            let same_kind = (held.recursive, held.names_layers, held.is_individual)
                == (recursive, names_layers, is_individual);
            if changed[at] || !same_kind {
                let value = MacroDef {
                    owner: definition.owner,
                    header: definition.header.clone(),
                    body: definition.stmts.pieces().map(|piece| piece.record.clone()).collect(),
                    recursive,
                    names_layers,
                    is_individual,
                };
                if **held != value {
                    definition.input.set_definition(db).to(Arc::new(value));
                }
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

    fn sync_networks(
        &mut self,
        db: &mut Database,
        tree: &ast::File,
        lists: &Lists,
        errors: &[TextRange],
        new_graph: bool,
    ) {
        let mut old: VecDeque<Network> = std::mem::take(&mut self.networks).into();
        for node in tree.networks() {
            let (range, tree) = (node.syntax().text_range(), node.syntax().green());
            let source = |tree| Source { tree, errors: errors_in(errors, range) };
            // An input that is used again holds what the network before has left in it.
            let is_new = old.is_empty();
            let mut network = match old.pop_front() {
                Some(before) => Network { range, ..before },
                None => {
                    self.revision.change_heads();
                    self.new_network(db, range)
                }
            };
            self.starts.insert(network.owner, range.start());
            let same = network.source.as_ref().is_some_and(|before| {
                is_same_tree(&before.tree, &tree) && before.errors == errors_in(errors, range)
            });
            if !same {
                network.source = Some(source(tree.into_owned()));
                let header = lower::lower_network_header(&node);
                let keyword = |section: ast::LayersSection| {
                    Some(section.keyword()?.text_range() - range.start())
                };
                let layers: Vec<_> = node.layers_sections().map(keyword).collect();
                if network.header != header || network.layers != layers {
                    self.revision.change_heads();
                    (network.header, network.layers) = (header, layers);
                }
                let lists = node.layers_sections().filter_map(|section| section.list());
                let lists = lists.map(|list| list.text_range().start() - range.start());
                network.lists = lists.collect();
                self.sync_sections(db, &mut network, &node, errors);
            }
            for section in &network.sections {
                self.starts.insert(section.owner, range.start() + section.start);
            }
            // A macro that stands in a network, which has been reported, has a list of its own.
            let own = lists.inside(range).iter();
            let is_own =
                |list: &&List| network.lists.contains(&(list.range().start() - range.start()));
            let own: Vec<List> = own.filter(is_own).cloned().collect();
            let was_empty = network.stmts.is_empty();
            let (mut calls_changed, mut names_changed) = (false, is_new);
            let change = network.stmts.sync(&own, &mut self.identities);
            if let Some(change) = &change {
                self.lowered += change.lowered;
                let (input, stmts) = (network.input, &mut network.stmts);
                if sync_chunks(db, input, stmts, change, &mut network.spare) {
                    self.revision.change();
                }
                calls_changed = follow(&mut network.uses, change, &network.stmts);
                if network.stmts.is_empty() != was_empty {
                    self.revision.change_heads();
                }
                names_changed |= gives_other_names(change, &network.stmts);
            }
            if names_changed && set_names(db, &network) {
                self.revision.change();
            }
            if calls_changed {
                self.revision.change_heads();
            }
            if calls_changed || new_graph || is_new {
                let often = self.graph.used_often(&network.uses.calls);
                if **network.input.used_often(db) != often {
                    network.input.set_used_often(db).to(Arc::new(often));
                    self.revision.change();
                }
            }
            self.networks.push(network);
        }
        for gone in old {
            self.revision.change_heads();
            gone.stmts.free(&mut self.identities);
            gone.sections.iter().for_each(|section| self.identities.free(section.owner));
            self.identities.free(gone.owner);
            let inputs = gone.stmts.chunks.iter().filter_map(|chunk| chunk.input);
            let chunks: Vec<_> = inputs.chain(gone.spare).collect();
            for chunk in &chunks {
                chunk.set_records(db).to(Arc::default());
            }
            self.spare_networks.push((gone.input, chunks));
        }
    }

    /// A network without anything in it.
    fn new_network(&mut self, db: &mut Database, range: TextRange) -> Network {
        let (input, spare) = self.spare_networks.pop().unwrap_or_else(|| {
            let empty = (None, Arc::default(), Arc::default());
            (NetworkInput::new(db, self.file, empty.0, empty.1, empty.2), Vec::new())
        });
        Network {
            owner: self.identities.owner(),
            range,
            header: hir::NetworkHeader { name: None, keyword: TextRange::default() },
            sections: Vec::new(),
            stmts: Statements::default(),
            uses: AllUses::default(),
            layers: Vec::new(),
            lists: Vec::new(),
            input,
            spare,
            source: None,
        }
    }

    fn sync_sections(
        &mut self,
        db: &mut Database,
        network: &mut Network,
        node: &ast::Network,
        errors: &[TextRange],
    ) {
        let lowered = self.lowered;
        let order = order_of_sections(network);
        let mut old: VecDeque<SectionPiece> = std::mem::take(&mut network.sections).into();
        let count = node.sections().count();
        for section in node.sections() {
            let range = section.syntax().text_range();
            let tree = section.syntax().green().into_owned();
            let source = Source { tree, errors: errors_in(errors, range) };
            // Sections are few: one that has changed is the one that stands in its place.
            let found = old.iter().position(|before| before.source == source);
            let before = found.or((old.len() + network.sections.len() == count).then_some(0));
            let piece = match before.and_then(|at| old.remove(at)) {
                Some(before) if before.source == source => before,
                before => {
                    self.lowered += 1;
                    let owner = match before {
                        Some(before) => before.owner,
                        None => self.identities.owner(),
                    };
                    let value = lower::lower_section(&section);
                    SectionPiece { owner, value, source, start: TextSize::new(0) }
                }
            };
            let start = range.start() - network.range.start();
            let piece = SectionPiece { start, ..piece };
            network.sections.push(piece);
        }
        old.iter().for_each(|gone| self.identities.free(gone.owner));
        if self.lowered != lowered || order_of_sections(network) != order {
            self.revision.change_heads();
        }
        let inputs = network.sections.iter().find_map(|piece| match &piece.value.kind {
            SectionKind::Input(declarations) => Some(InputSection {
                owner: piece.owner,
                declarations: declarations.clone(),
                broken: !piece.source.errors.is_empty(),
            }),
            _ => None,
        });
        if network.input.inputs(db).as_deref() != inputs.as_ref() {
            network.input.set_inputs(db).to(inputs.map(Arc::new));
        }
    }

    fn sync_research(&mut self, tree: &ast::File) {
        let mut old: VecDeque<ResearchForm> = std::mem::take(&mut self.research).into();
        let mut has_changed = false;
        for form in tree.research() {
            let green = form.syntax().green();
            let before = old.pop_front();
            let form_now = match before {
                Some(before) if *before.tree == *green => before,
                before => {
                    has_changed = true;
                    let owner = before.map(|before| before.owner);
                    ResearchForm {
                        owner: owner.unwrap_or_else(|| self.identities.owner()),
                        value: lower::lower_research(&form),
                        tree: green.into_owned(),
                    }
                }
            };
            self.starts.insert(form_now.owner, form.syntax().text_range().start());
            self.research.push(form_now);
        }
        if has_changed || !old.is_empty() {
            self.revision.change_heads();
        }
        old.iter().for_each(|gone| self.identities.free(gone.owner));
    }

    /// Brings up to date where statements are found.
    fn sync_slots(&mut self) {
        let mut slots = std::mem::take(&mut self.slots);
        let mut moved: Vec<(OwnerId, u32)> = Vec::new();
        for (chunk, start) in self.lists().flat_map(Statements::chunks) {
            let at = chunk.slot as usize;
            if slots.len() <= at {
                slots.resize(at + 1, None);
            }
            match &mut slots[at] {
                Some(slot) if Arc::ptr_eq(&slot.pieces, &chunk.pieces) => slot.start = start,
                slot => {
                    moved.extend(chunk.pieces.iter().map(|piece| (piece.owner, chunk.slot)));
                    *slot = Some(Slot { start, pieces: chunk.pieces.clone() });
                }
            }
        }
        let missing =
            |(owner, slot): &(OwnerId, u32)| self.slot_of.get(owner.0 as usize) != Some(slot);
        if moved.iter().any(missing) {
            let slot_of = Arc::make_mut(&mut self.slot_of);
            for (owner, slot) in moved {
                if slot_of.len() <= owner.0 as usize {
                    slot_of.resize(owner.0 as usize + 1, u32::MAX);
                }
                slot_of[owner.0 as usize] = slot;
            }
        }
        self.slots = slots;
    }
}

/// The lists of the tree.
struct Lists(Arc<Vec<List>>);

impl Lists {
    /// Those inside of `range`.
    fn inside(&self, range: TextRange) -> &[List] {
        let lists = &self.0;
        let first = lists.partition_point(|list| list.range().start() < range.start());
        let last = lists.partition_point(|list| list.range().start() < range.end());
        &lists[first..last.max(first)]
    }
}

/// The sections in the order of the text, and behind how many of them each layers section stands.
fn order_of_sections(network: &Network) -> (Vec<OwnerId>, Vec<usize>) {
    let owners = network.sections.iter().map(|section| section.owner).collect();
    let before = |layers: &Option<TextRange>| {
        let start = layers.unwrap_or_default().start();
        network.sections.iter().filter(|section| section.start < start).count()
    };
    (owners, network.layers.iter().map(before).collect())
}

/// Brings what statements mention up to date after a change of them. Gives whether it is something else.
fn follow(uses: &mut AllUses, change: &Change, stmts: &Statements) -> bool {
    uses.change(
        change.dropped.iter().map(uses_of),
        stmts.chunks[change.new.clone()].iter().map(uses_of),
        stmts.chunks.iter().map(uses_of),
    )
}

fn uses_of(chunk: &StmtChunk) -> &ChunkUses {
    &chunk.uses
}

/// Whether a change of statements has changed the names that they give to layers.
fn gives_other_names(change: &Change, stmts: &Statements) -> bool {
    let names = |chunks: &'_ [StmtChunk]| -> Vec<Arc<ChunkUses>> {
        chunks
            .iter()
            .map(|chunk| chunk.uses.clone())
            .filter(|uses| !uses.names.is_empty())
            .collect()
    };
    let (old, new) = (names(&change.dropped), names(&stmts.chunks[change.new.clone()]));
    !old.iter().map(|uses| &uses.names).eq(new.iter().map(|uses| &uses.names))
}

/// Sets where the layers of a network get their names, if that has changed; gives whether it has.
fn set_names(db: &mut Database, network: &Network) -> bool {
    let named = || network.stmts.uses().filter(|uses| !uses.names.is_empty());
    let held = network.input.names(db);
    let same = held.len() == named().count()
        && held.iter().zip(named()).all(|(a, b)| Arc::ptr_eq(a, b) || a.names == b.names);
    if !same {
        let names: Vec<Arc<ChunkUses>> = named().cloned().collect();
        network.input.set_names(db).to(Arc::new(names));
    }
    !same
}
