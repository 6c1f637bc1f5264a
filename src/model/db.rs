//! The incremental engine: salsa inputs for pieces of files, and the queries over them.
//!
//! A network's statements are inputs in the chunks that the tree has; each chunk knows the one before it. The
//! only query of weight is [`chunk`], which evaluates the statements of one chunk from the state
//! that the chunk before it has left. The next chunk reads that state through [`chunk_state`], so it
//! is evaluated again only when the state is not what it was. The names that layers have are no part of the
//! state: a chunk reads those that its text mentions, through [`seen_names`].
//!
//! salsa recurses into what a query reads. [`evaluate`] therefore asks for the chunks from first to
//! last, and every other entry point goes through it: when a chunk reads the state of the one before
//! it, that is up to date already, and the stack stays flat for a network of any length.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smol_str::SmolStr;

use super::eval::{Evaluator, MacroDef, Record, Scope};
use super::inputs::{InputResult, InputSection, initial_state};
use super::names::{Mentions, Names};
use super::place::Place;
use super::result::{Counts, Finding, Node, parameters_at_least, sum_nodes};
use super::state::{Flow, State};
use super::statistics::QueryStatistics;
use super::tensor::{Tensor, Unknown, Why};
use super::uses::ChunkUses;
use crate::lang::Framework;

/// What queries see of the database.
#[salsa::db]
pub trait Db: salsa::Database {}

/// The database. One thread changes it; clones are snapshots for readers.
#[salsa::db]
#[derive(Clone, Default)]
pub struct Database {
    storage: salsa::Storage<Self>,
}

#[salsa::db]
impl salsa::Database for Database {}

#[salsa::db]
impl Db for Database {}

impl Database {
    /// A database that reports what it does, for tests of reuse.
    pub fn with_events(events: impl Fn(salsa::Event) + Send + Sync + 'static) -> Database {
        Database { storage: salsa::Storage::new(Some(Box::new(events))) }
    }

    /// A database that counts what its queries do.
    pub fn with_statistics(statistics: Arc<QueryStatistics>) -> Database {
        Database::with_events(move |event| statistics.record(&event))
    }
}

/// A macro of a file.
#[salsa::input(debug)]
pub struct MacroInput {
    /// The macro.
    #[returns(ref)]
    pub definition: Arc<MacroDef>,
}

/// What the networks of a file share.
#[salsa::input(debug)]
pub struct FileInput {
    /// The macros by name.
    #[returns(ref)]
    pub macros: Arc<BTreeMap<SmolStr, MacroInput>>,
    /// The macros that have a layer's name, by that name in lower case: they hide the layer in every
    /// spelling.
    #[returns(ref)]
    pub hiding: Arc<BTreeMap<SmolStr, MacroInput>>,
    /// Whether there is a macro whose name could not be read.
    #[returns(copy)]
    pub has_unnamed_macro: bool,
    /// Whose rules hold.
    #[returns(copy)]
    pub framework: Framework,
}

/// A network but for its statements.
#[salsa::input(debug)]
pub struct NetworkInput {
    /// The file.
    #[returns(copy)]
    pub file: FileInput,
    /// The `input` section.
    #[returns(ref)]
    pub inputs: Option<Arc<InputSection>>,
    /// Where each `name="…"` stands, for the message on an operand that comes later: the chunks that
    /// give names, in the order of the text.
    #[returns(ref)]
    pub names: Arc<Vec<Arc<ChunkUses>>>,
    /// The macros that the network expands more than once: layer names in them get a number.
    #[returns(ref)]
    pub used_often: Arc<BTreeSet<SmolStr>>,
}

/// Some statements of a network.
#[salsa::input(debug)]
pub struct ChunkInput {
    /// The network.
    #[returns(copy)]
    pub network: NetworkInput,
    /// The names that the text of the statements mentions.
    #[returns(ref)]
    pub mentions: Mentions,
    /// The statements.
    #[returns(ref)]
    pub records: Arc<[Arc<Record>]>,
    /// The chunk before this one.
    #[returns(copy)]
    pub prev: Option<ChunkInput>,
}

/// What a chunk gives.
#[derive(Debug, PartialEq)]
pub struct ChunkResult {
    /// The statements with their layers.
    pub nodes: Arc<[Node]>,
    /// Whether the first statement continues a run of branches of the chunk before.
    pub continues_run: bool,
    /// What was found.
    pub findings: Vec<Finding>,
    /// The devices that statements name.
    pub devices: Vec<(SmolStr, Place)>,
    /// The numbers of all layers together.
    pub counts: Counts,
    /// The fewest parameters that the layers have.
    pub parameters_at_least: u64,
    /// How many layers repeats and macros have made, repeats counted in full.
    pub expansion: u64,
    /// How often each macro was expanded.
    pub expansions: BTreeMap<SmolStr, u64>,
    /// Whether it has a hyperparameter to search.
    pub searches: bool,
    /// What the next chunk starts from.
    pub state: Arc<State>,
    /// The names that it gives.
    pub names: Arc<Names>,
}

/// The state before a network's first statement.
#[salsa::tracked(returns(clone))]
pub fn inputs(db: &dyn Db, network: NetworkInput) -> Arc<InputResult> {
    Arc::new(initial_state(network.inputs(db).as_deref()))
}

/// Evaluates the statements of one chunk.
#[salsa::tracked(returns(clone))]
pub fn chunk(db: &dyn Db, chunk: ChunkInput) -> Arc<ChunkResult> {
    let network = chunk.network(db);
    let state = match chunk.prev(db) {
        Some(prev) => chunk_state(db, prev),
        None => inputs(db, network).state.clone(),
    };
    let records = chunk.records(db);
    let _span = tracing::debug_span!("chunk", statements = records.len()).entered();
    let scope =
        NetworkScope { db, file: network.file(db), network: Some(network), chunk: Some(chunk) };
    let starts_with_branch = records.first().is_some_and(|record| record.stmt.is_branch());
    let continues_run =
        starts_with_branch && matches!(&state.flow, Flow::Branches(open) if open.extendable);
    let mut evaluator =
        Evaluator::new(&scope, network.file(db).framework(db), State::clone(&state));
    let nodes: Arc<[Node]> = evaluator.records(records).into();
    let (counts, parameters_at_least) = (sum_nodes(&nodes), parameters_at_least(&nodes));
    let names = Arc::new(evaluator.added_names());
    let (state, findings) = (evaluator.state, evaluator.findings);
    Arc::new(ChunkResult {
        nodes,
        continues_run,
        findings,
        devices: records.iter().flat_map(|record| record.devices()).collect(),
        counts,
        parameters_at_least,
        expansion: evaluator.expansion,
        expansions: evaluator.expanded,
        searches: evaluator.searches,
        state: Arc::new(state),
        names,
    })
}

/// The names that a chunk gives.
#[salsa::tracked(returns(clone))]
fn added_names(db: &dyn Db, chunk_input: ChunkInput) -> Arc<Names> {
    chunk(db, chunk_input).names.clone()
}

/// The names that are given up to the end of a chunk.
#[salsa::tracked(returns(clone))]
fn names_after(db: &dyn Db, chunk: ChunkInput) -> Arc<Names> {
    let before = names_before(db, chunk);
    let added = added_names(db, chunk);
    if added.is_empty() { before } else { Arc::new(before.and(&added)) }
}

fn names_before(db: &dyn Db, chunk: ChunkInput) -> Arc<Names> {
    match chunk.prev(db) {
        Some(prev) => names_after(db, prev),
        None => input_names(db, chunk.network(db)),
    }
}

/// The names of a network's inputs.
#[salsa::tracked(returns(clone))]
fn input_names(db: &dyn Db, network: NetworkInput) -> Arc<Names> {
    Arc::new(inputs(db, network).names.clone())
}

/// Those of the names before a chunk that its text mentions.
#[salsa::tracked(returns(clone))]
fn seen_names(db: &dyn Db, chunk: ChunkInput) -> Arc<Names> {
    Arc::new(names_before(db, chunk).seen(chunk.mentions(db)))
}

/// What the chunk after `chunk` starts from.
#[salsa::tracked(returns(clone))]
pub fn chunk_state(db: &dyn Db, chunk_input: ChunkInput) -> Arc<State> {
    chunk(db, chunk_input).state.clone()
}

/// What is wrong with the body of a macro that nothing uses: it is evaluated with an unknown tensor
/// and unknown arguments.
#[salsa::tracked(returns(clone))]
pub fn unused_macro(db: &dyn Db, file: FileInput, definition: MacroInput) -> Arc<Vec<Finding>> {
    let definition = definition.definition(db);
    let mut state = State::clone(&initial_state(None).state);
    let unknown = Unknown { why: Why::Unused, name: "macro".into(), place: None };
    state.flow = Flow::One(Tensor::unknown(unknown));
    let scope = NetworkScope { db, file, network: None, chunk: None };
    let mut evaluator = Evaluator::new(&scope, file.framework(db), state);
    evaluator.unused_body(definition);
    Arc::new(evaluator.findings)
}

/// The results of a network's chunks, which are given from first to last.
///
/// This is the only way in: see the module's documentation.
pub fn evaluate(db: &dyn Db, chunks: &[ChunkInput]) -> Vec<Arc<ChunkResult>> {
    // Names are gone through only where there is a chunk that mentions some.
    let mut with_names = 0;
    let mut results = Vec::with_capacity(chunks.len());
    for (at, &input) in chunks.iter().enumerate() {
        db.unwind_if_revision_cancelled();
        if !input.mentions(db).is_empty() {
            for &before in &chunks[with_names..at] {
                names_after(db, before);
            }
            with_names = at;
        }
        results.push(chunk(db, input));
    }
    results
}

struct NetworkScope<'a> {
    db: &'a dyn Db,
    file: FileInput,
    network: Option<NetworkInput>,
    /// The chunk that is evaluated; `None` for the body of a macro that nothing uses.
    chunk: Option<ChunkInput>,
}

impl Scope for NetworkScope<'_> {
    fn seen_names(&self) -> Names {
        match self.chunk {
            Some(chunk) if !chunk.mentions(self.db).is_empty() => {
                Names::clone(&seen_names(self.db, chunk))
            }
            _ => Names::default(),
        }
    }

    fn is_mentioned(&self, name: &str) -> bool {
        self.chunk.is_none_or(|chunk| chunk.mentions(self.db).contains(name))
    }

    fn all_names(&self) -> Names {
        let Some(chunk) = self.chunk else { return Names::default() };
        // Nobody has asked yet for the names that the chunks before give, so they are gone through
        // from the first.
        let mut before = Vec::new();
        let mut at = chunk.prev(self.db);
        while let Some(chunk) = at {
            before.push(chunk);
            at = chunk.prev(self.db);
        }
        for chunk in before.into_iter().rev() {
            names_after(self.db, chunk);
        }
        Names::clone(&names_before(self.db, chunk))
    }

    fn unwind_if_cancelled(&self) {
        self.db.unwind_if_revision_cancelled();
    }

    fn has_macros(&self) -> bool {
        !self.file.macros(self.db).is_empty()
    }

    fn find_macro(&self, name: &str) -> Option<Arc<MacroDef>> {
        // Macros may make much of a single chunk, and an edit should not wait for it.
        self.unwind_if_cancelled();
        if let Some(input) = self.file.macros(self.db).get(name) {
            return Some(input.definition(self.db).clone());
        }
        let hiding = self.file.hiding(self.db);
        if hiding.is_empty() {
            return None;
        }
        Some(hiding.get(name.to_ascii_lowercase().as_str())?.definition(self.db).clone())
    }

    fn has_unnamed_macro(&self) -> bool {
        self.file.has_unnamed_macro(self.db)
    }

    fn macro_names(&self) -> Vec<SmolStr> {
        self.file.macros(self.db).keys().cloned().collect()
    }

    fn is_used_often(&self, name: &str) -> bool {
        self.network.is_some_and(|network| network.used_often(self.db).contains(name))
    }

    fn later_name(&self, name: &str) -> Option<Place> {
        let chunks = self.network?.names(self.db);
        chunks.iter().find_map(|chunk| chunk.names.get(name)).copied()
    }
}
