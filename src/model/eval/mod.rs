//! Evaluation: walks the statements of a network and gives every layer its shapes and numbers.
//!
//! The evaluator is a plain loop over pure values; salsa is one floor above. It keeps one [`State`]
//! and never looks ahead, so that a network can be evaluated in chunks. What it does for one layer:
//!
//! 1. [`bind`] finds the parameter that each argument means.
//! 2. [`expr`] gives the values, for every world of the hyperparameter choices.
//! 3. [`run`] validates them and runs the layer's rule, world by world; [`problems`] turns what is
//!    wrong into findings at places of the text, and [`rows`] what is right into rows.
//!
//! [`flow`] decides what each statement takes and where its output goes; [`expand`] does repeats,
//! and [`macros`] macros.

mod bind;
mod choice;
mod expand;
mod expr;
mod flow;
mod layer;
mod macros;
mod operands;
mod outcomes;
mod plan;
mod problems;
mod residual;
mod rows;
mod run;
mod unknown;
mod upstream;
mod wrapper;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use smol_str::SmolStr;

pub use self::plan::Plans;
use super::hir;
use super::names::Names;
use super::place::{OwnerId, Place};
use super::result::{Finding, MacroCall, Node, Part};
use super::state::State;
use super::tensor::Why;
use crate::diagnostics::{Code, Diagnostic, Severity, codes};
use crate::lang::{Framework, Value};
use crate::shape::{Worlds, grouped};
use crate::text::{TextRange, TextSize};

/// How many layers repeats and macros may make in a network.
pub const MAX_LAYERS: u64 = 1_000_000;
/// How deep macros, blocks and branches may nest, all together.
pub const MAX_DEPTH: usize = 256;

/// A statement with its identity.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The piece of text.
    pub owner: OwnerId,
    /// What it says. Statements with equal trees share it.
    pub stmt: Arc<hir::Stmt>,
}

impl Record {
    /// The devices that the statement names, with where they stand.
    pub fn devices(&self) -> impl Iterator<Item = (SmolStr, Place)> {
        let devices = self.stmt.devices().into_iter();
        devices.map(move |device| (device.value.clone(), Place::new(self.owner, device.range)))
    }
}

/// A macro, ready to be expanded.
#[derive(Debug, PartialEq)]
pub struct MacroDef {
    /// The piece of text that the head is.
    pub owner: OwnerId,
    /// The head.
    pub header: hir::MacroHeader,
    /// The statements of the body.
    pub body: Vec<Arc<Record>>,
    /// Whether it uses itself, directly or through others: it is then never expanded.
    pub recursive: bool,
    /// Whether it names layers, itself or through others.
    pub names_layers: bool,
    /// Whether no two expansions are the same thing even where they see the same tensor: it names
    /// layers, searches hyperparameters or shares weights, itself or through others.
    pub is_individual: bool,
}

/// Where the evaluator finds macros and the names that a network has further down.
pub trait Scope {
    /// The names before the first statement that are mentioned.
    fn seen_names(&self) -> Names;
    /// Whether `name` is mentioned, so that it is among those if it is a name.
    fn is_mentioned(&self, name: &str) -> bool;
    /// All names before the first statement. Who asks for them depends on all of them.
    fn all_names(&self) -> Names;
    /// Ends the evaluation if nobody waits for it any more.
    fn unwind_if_cancelled(&self);
    /// Whether there is any macro.
    fn has_macros(&self) -> bool;
    /// The macro called `name`.
    fn find_macro(&self, name: &str) -> Option<Arc<MacroDef>>;
    /// Whether the file has a macro whose name could not be read.
    fn has_unnamed_macro(&self) -> bool;
    /// The names of all macros, for suggestions.
    fn macro_names(&self) -> Vec<SmolStr>;
    /// Whether the network expands the macro called `name` more than once, so that layer names in it
    /// get a number.
    fn is_used_often(&self, name: &str) -> bool;
    /// Where a layer called `name` is written further down in the network.
    fn later_name(&self, name: &str) -> Option<Place>;
}

/// The values of a macro's parameters in one expansion.
#[derive(Debug, Default)]
struct Frame {
    env: FxHashMap<SmolStr, Bound>,
    /// The parameters that have no value because the call has a mistake.
    local_names: FxHashMap<SmolStr, Arc<super::state::Named>>,
    /// The macro's name, and the number of this expansion where names need one.
    number: Option<u64>,
}

/// An evaluated expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bound {
    value: Worlds<Value>,
    /// The numbers of a division with a remainder, where the value comes from one.
    division: Option<(i64, i64)>,
    /// The expression that a fix would replace: the literal itself, or the argument of the macro
    /// call that it came through. `None` where the value is computed.
    source: Option<Place>,
}

/// A step of a path.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Index(u32),
    Branch(SmolStr),
    Copy(u64),
    Alternative(u32),
    Add,
}

/// See the module's documentation.
pub struct Evaluator<'a> {
    scope: &'a dyn Scope,
    framework: Framework,
    /// What the next statement sees.
    pub state: State,
    /// The names before that are mentioned, and those that were added.
    names: Names,
    /// The first of these.
    seen_names: Names,
    /// All names before the first statement, once one of them was asked for that is not mentioned.
    all_names: OnceCell<Names>,
    /// What has been found so far.
    pub findings: Vec<Finding>,
    /// How many layers there are so far, repeats counted in full.
    layers: u64,
    /// How many of them repeats and macros have made.
    pub expansion: u64,
    /// How often each macro was expanded.
    pub expanded: BTreeMap<SmolStr, u64>,
    /// Whether there is a hyperparameter to search.
    pub searches: bool,
    /// Whether the scope has macros.
    has_macros: bool,
    /// Whether calls are evaluated by their plans, which makes no difference to what comes out.
    uses_plans: bool,
    seen: FxHashSet<(Code, Place, u64)>,
    /// Macro parameters that do not exist, by expansion.
    unknown_params: FxHashSet<(u64, SmolStr)>,
    /// How many macro calls were expanded.
    calls_made: u64,
    /// Expansions that a later call may be equal to, by macro.
    memo: FxHashMap<OwnerId, Vec<macros::Expanded>>,
    owner: OwnerId,
    frames: Vec<Frame>,
    calls: Vec<MacroCall>,
    path: Vec<Step>,
    /// Which expansion of macros and copies this is, as a hash; 0 outside of all.
    instance: u64,
    /// The numbers of the copies around, for names.
    copy_numbers: Vec<u64>,
    /// The statement that is being evaluated.
    stmt: Place,
    /// Where the branch that was evaluated last starts, if its name says so.
    branch_start: Option<Place>,
    /// What is inside of the wrapper that is being evaluated.
    inside: Vec<Part>,
    /// Whether the parser has found an error in that statement.
    broken: bool,
    /// How many wrappers, whose insides have no rows of their own, are around.
    wrapped: usize,
    /// How many of them give the layer inside something else than what comes in.
    stepwise: usize,
    /// The number of the first statement of the next sequence.
    first_index: u32,
    depth: usize,
    stopped: bool,
}

impl<'a> Evaluator<'a> {
    /// An evaluator that starts from `state`.
    pub fn new(scope: &'a dyn Scope, framework: Framework, state: State) -> Evaluator<'a> {
        let names = scope.seen_names();
        let nowhere = Place::new(OwnerId(0), TextRange::empty(TextSize::new(0)));
        Evaluator {
            scope,
            framework,
            state,
            seen_names: names.clone(),
            names,
            all_names: OnceCell::new(),
            findings: Vec::new(),
            layers: 0,
            expansion: 0,
            expanded: BTreeMap::new(),
            searches: false,
            has_macros: scope.has_macros(),
            uses_plans: plan::are_used(),
            seen: FxHashSet::default(),
            unknown_params: FxHashSet::default(),
            calls_made: 0,
            memo: FxHashMap::default(),
            owner: OwnerId(0),
            frames: Vec::new(),
            calls: Vec::new(),
            path: Vec::new(),
            instance: 0,
            copy_numbers: Vec::new(),
            stmt: nowhere,
            branch_start: None,
            inside: Vec::new(),
            broken: false,
            wrapped: 0,
            stepwise: 0,
            first_index: 0,
            depth: 0,
            stopped: false,
        }
    }

    /// The names that the statements so far have given.
    pub fn added_names(&self) -> Names {
        self.names.without(&self.seen_names)
    }

    /// All names before the next statement.
    fn known_names(&self) -> Names {
        self.names_before().and(&self.names)
    }

    fn names_before(&self) -> &Names {
        self.all_names.get_or_init(|| self.scope.all_names())
    }

    /// Evaluates the statements of a layers list, or of a chunk of one.
    pub fn records(&mut self, records: &[Arc<Record>]) -> Vec<Node> {
        self.sequence(records.iter().map(|record| (record.owner, &*record.stmt)))
    }

    fn place(&self, range: TextRange) -> Place {
        Place::new(self.owner, range)
    }

    /// Adds a finding, unless the same has been found at the same place in the same expansion.
    fn emit(&mut self, diagnostic: Diagnostic<Place>) {
        self.emit_finding(diagnostic, false);
    }

    /// The same, where a macro's use is to blame if `of_use`.
    fn emit_finding(&mut self, diagnostic: Diagnostic<Place>, of_use: bool) {
        let calls = self.calls.last().map_or(0, |call| call.instance);
        if !self.seen.insert((diagnostic.code, diagnostic.place, calls)) {
            return;
        }
        self.findings.push(Finding {
            diagnostic,
            calls: self.calls.clone(),
            of_use,
            path: self.current_path(),
        });
    }

    fn error(&mut self, code: Code, range: TextRange, message: impl Into<String>) {
        let place = self.place(range);
        self.emit(Diagnostic::new(code, place, message));
    }

    /// The path of the statement that is being evaluated: its outermost number, and the rest.
    fn current_path(&self) -> Option<(u32, SmolStr)> {
        let Some(Step::Index(first)) = self.path.first() else { return None };
        let mut rest = String::new();
        for step in &self.path[1..] {
            match step {
                Step::Index(index) => rest.push_str(&format!(".{index}")),
                Step::Branch(name) => rest.push_str(&format!(".{name}")),
                Step::Copy(number) => rest.push_str(&format!("#{number}")),
                Step::Alternative(number) => rest.push_str(&format!("|{number}")),
                Step::Add => rest.push_str(".add"),
            }
        }
        Some((*first, rest.into()))
    }

    /// Counts layers. Those that stand in the text are counted by the caller of the evaluation; what
    /// repeats and macros make of the text is bounded here. Past the bound nothing is evaluated any
    /// more, and that is said once.
    fn count_layers(&mut self, layers: u64) {
        if self.instance == 0 {
            self.layers = self.layers.saturating_add(layers);
        } else {
            self.count_expanded(layers);
        }
    }

    /// The same for layers that come from an expansion.
    fn count_expanded(&mut self, layers: u64) {
        self.layers = self.layers.saturating_add(layers);
        self.expansion = self.expansion.saturating_add(layers);
        if self.expansion > MAX_LAYERS && !self.stopped {
            self.stopped = true;
            let place = self.stmt;
            self.emit(Diagnostic::new(
                codes::EXPANSION_TOO_LARGE,
                place,
                format!("repeats and macros make more than {} layers here", grouped(MAX_LAYERS)),
            ));
            self.fail(Why::Bound, "the bound of the expansion", Some(place));
        }
    }

    /// The hash of an expansion inside this one.
    fn instance_of(&self, place: Place, copy: u64) -> u64 {
        use std::hash::{Hash, Hasher};
        let mut hasher = FxHasher::default();
        (self.instance, place, copy).hash(&mut hasher);
        // 0 means "no expansion".
        hasher.finish() | 1
    }

    /// Whether an error stands among the findings from `start` on.
    fn has_error_since(&self, start: usize) -> bool {
        self.findings[start..].iter().any(|finding| finding.diagnostic.severity == Severity::Error)
    }
}
