//! The incremental engine: salsa inputs for pieces of files, and the queries over them.
//!
//! A network's statements are inputs in the chunks that the tree has; each chunk knows the one before it. The
//! only query of weight is [`chunk`], which evaluates the statements of one chunk from the state
//! that the chunk before it has left. The next chunk reads that state through [`chunk_state`], so it
//! is evaluated again only when the state is not what it was.
//!
//! salsa recurses into what a query reads. [`evaluate`] therefore asks for the chunks from first to
//! last, and every other entry point goes through it: when a chunk reads the state of the one before
//! it, that is up to date already, and the stack stays flat for a network of any length.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smol_str::SmolStr;

use super::eval::{Evaluator, MacroDef, Record, Scope};
use super::inputs::{InputSection, initial_state};
use super::place::Place;
use super::result::{Counts, Finding, Node, parameters_at_least, sum_nodes};
use super::state::{Flow, State};
use super::statistics::QueryStatistics;
use super::tensor::{Tensor, Unknown, Why};
use super::uses::ChunkUses;
use crate::diagnostics::Diagnostic;
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
}

/// The state that a network starts from.
#[derive(Debug, PartialEq)]
pub struct InputResult {
    /// The state.
    pub state: Arc<State>,
    /// What is wrong with the declarations.
    pub findings: Vec<Diagnostic<Place>>,
}

/// The state before a network's first statement.
#[salsa::tracked(returns(clone))]
pub fn inputs(db: &dyn Db, network: NetworkInput) -> Arc<InputResult> {
    let (state, findings) = initial_state(network.inputs(db).as_deref());
    Arc::new(InputResult { state: Arc::new(state), findings })
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
    let scope = NetworkScope { db, file: network.file(db), network: Some(network) };
    let starts_with_branch = records.first().is_some_and(|record| record.stmt.is_branch());
    let continues_run =
        starts_with_branch && matches!(&state.flow, Flow::Branches(open) if open.extendable);
    let mut evaluator =
        Evaluator::new(&scope, network.file(db).framework(db), State::clone(&state));
    let nodes: Arc<[Node]> = evaluator.records(records).into();
    let (counts, parameters_at_least) = (sum_nodes(&nodes), parameters_at_least(&nodes));
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
    })
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
    let (mut state, _) = initial_state(None);
    let unknown = Unknown { why: Why::Unused, name: "macro".into(), place: None };
    state.flow = Flow::One(Tensor::unknown(unknown));
    let scope = NetworkScope { db, file, network: None };
    let mut evaluator = Evaluator::new(&scope, file.framework(db), state);
    evaluator.unused_body(definition);
    Arc::new(evaluator.findings)
}

/// The results of a network's chunks, which are given from first to last.
///
/// This is the only way in: see the module's documentation.
pub fn evaluate(db: &dyn Db, chunks: &[ChunkInput]) -> Vec<Arc<ChunkResult>> {
    chunks
        .iter()
        .map(|&input| {
            db.unwind_if_revision_cancelled();
            chunk(db, input)
        })
        .collect()
}

struct NetworkScope<'a> {
    db: &'a dyn Db,
    file: FileInput,
    network: Option<NetworkInput>,
}

impl Scope for NetworkScope<'_> {
    fn has_macros(&self) -> bool {
        !self.file.macros(self.db).is_empty()
    }

    fn find_macro(&self, name: &str) -> Option<Arc<MacroDef>> {
        // Macros may make much of a single chunk, and an edit should not wait for it.
        self.db.unwind_if_revision_cancelled();
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
