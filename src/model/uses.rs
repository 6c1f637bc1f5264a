//! What a statement mentions: the names that it calls, the layer names that it gives, and the macro
//! parameters that it may read. A file is looked at as a whole through these summaries, and through
//! those of whole chunks of statements, so that an edit makes one of them anew and not all.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::hir::{Arg, Block, Call, Expr, ExprKind, Hpo, HpoKind, Stmt, StmtKind};
use super::place::{OwnerId, Place};
use crate::lang::{Operands, Role, find_layer};
use crate::text::TextRange;

/// See the module's documentation. Ranges are relative to the statement.
#[derive(Debug, Default, PartialEq)]
pub struct Uses {
    /// The names that stand where a layer or macro is called, and whether a repeat may make more
    /// than one copy of the call.
    pub calls: Vec<(SmolStr, TextRange, bool)>,
    /// Literal `name="…"` arguments.
    pub names: Vec<(SmolStr, TextRange)>,
    /// Whether any `name` argument is given, literal or not.
    pub names_layers: bool,
    /// Whether two expansions of it may differ although they see the same tensor: it searches
    /// hyperparameters, shares weights, ends the network, or may mean layers by their names.
    pub is_individual: bool,
    /// The names that are looked up as far as the text says so: those of branches, those that merges name,
    /// and those that layers are given, which must be new.
    pub mentions: Vec<SmolStr>,
    /// Bare names and `$names` in expressions.
    pub reads: Vec<SmolStr>,
    /// The `$names` among them.
    pub params: Vec<SmolStr>,
}

/// What the statements of a chunk mention.
#[derive(Debug, Default, PartialEq)]
pub struct ChunkUses {
    /// How often each name is called, where 2 stands for every larger number.
    pub calls: BTreeMap<SmolStr, u8>,
    /// Where each layer name is given first.
    pub names: BTreeMap<SmolStr, Place>,
    /// Whether any layer is named.
    pub names_layers: bool,
    /// See [`Uses::is_individual`].
    pub is_individual: bool,
    /// Names that are read.
    pub reads: BTreeSet<SmolStr>,
    /// The `$names` among them.
    pub params: BTreeSet<SmolStr>,
}

impl ChunkUses {
    /// What these statements mention.
    pub fn of<'a>(stmts: impl Iterator<Item = (OwnerId, &'a Uses)>) -> ChunkUses {
        let mut all = ChunkUses::default();
        for (owner, uses) in stmts {
            for (name, _, repeated) in &uses.calls {
                all.call(name, 1 + u8::from(*repeated));
            }
            for (name, range) in &uses.names {
                all.names.entry(name.clone()).or_insert(Place::new(owner, *range));
            }
            all.names_layers |= uses.names_layers;
            all.is_individual |= uses.is_individual;
            all.reads.extend(uses.reads.iter().cloned());
            all.params.extend(uses.params.iter().cloned());
        }
        all
    }

    fn call(&mut self, name: &SmolStr, times: u8) {
        match self.calls.get_mut(name) {
            Some(count) => *count = (*count + times).min(2),
            None => drop(self.calls.insert(name.clone(), times.min(2))),
        }
    }
}

impl Uses {
    /// What `stmt` mentions.
    pub fn of(stmt: &Stmt) -> Uses {
        let mut uses = Uses::default();
        uses.stmt(stmt, false);
        uses.calls.shrink_to_fit();
        uses.names.shrink_to_fit();
        uses.reads.shrink_to_fit();
        uses.params.shrink_to_fit();
        uses
    }

    fn stmt(&mut self, stmt: &Stmt, repeated: bool) {
        let once = |expr: &Expr| matches!(expr.kind, ExprKind::Int(1));
        let repeated = repeated || !stmt.repeats.iter().all(|repeat| once(&repeat.value));
        for repeat in &stmt.repeats {
            self.expr(&repeat.value);
        }
        match &stmt.kind {
            StmtKind::Call(call) => self.call(call, repeated),
            StmtKind::Branch(branch) => {
                // A branch starts from the layer or input of its name, if there is one.
                self.is_individual |= !matches!(branch.name.value.as_str(), "main" | "shortcut");
                self.mentions.push(branch.name.value.clone());
                self.block(&branch.block, repeated);
            }
            StmtKind::Choice(hpo) => self.choice(hpo, repeated),
            StmtKind::Error => {}
        }
        if let Some(block) = &stmt.block {
            self.block(block, repeated);
        }
    }

    fn block(&mut self, block: &Block, repeated: bool) {
        for stmt in &block.stmts {
            self.stmt(stmt, repeated);
        }
    }

    fn call(&mut self, call: &Call, repeated: bool) {
        let mut merges = false;
        if let Some(entry) = find_layer(&call.name.value) {
            self.is_individual |= entry.is_merge() || entry.role == Role::Output;
            merges = entry.operands != Operands::One;
        }
        self.calls.push((call.name.value.clone(), call.name.range, repeated));
        self.args(call.args.as_ref().map_or(&[], |list| &list.args), merges);
    }

    fn args(&mut self, args: &[Arg], merges: bool) {
        for arg in args {
            self.is_individual |= arg.name.as_ref().is_some_and(|name| name.value == "shared");
            if arg.name.as_ref().is_some_and(|name| name.value == "name") {
                self.names_layers = true;
                if let ExprKind::Str(name) = &arg.value.kind {
                    self.names.push((name.clone(), arg.value.range));
                    self.mentions.push(name.clone());
                }
            }
            if merges && arg.name.as_ref().is_none_or(|name| name.value == "inputs") {
                self.operands(&arg.value);
            }
            self.expr(&arg.value);
        }
    }

    fn operands(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Str(name) => self.mentions.push(name.clone()),
            ExprKind::Tuple(elements) | ExprKind::List(elements) => {
                elements.iter().for_each(|element| self.operands(element));
            }
            _ => {}
        }
    }

    fn choice(&mut self, hpo: &Hpo, repeated: bool) {
        self.is_individual = true;
        if let HpoKind::Choice(alternatives) = &hpo.kind {
            for alternative in alternatives {
                match &alternative.kind {
                    ExprKind::Call(call) => self.call(call, repeated),
                    ExprKind::Hpo(inner) => self.choice(inner, repeated),
                    _ => self.expr(alternative),
                }
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Name(name) => self.reads.push(name.clone()),
            ExprKind::MacroParam(name) => {
                self.reads.push(name.clone());
                self.params.push(name.clone());
            }
            ExprKind::Tuple(elements) | ExprKind::List(elements) => {
                elements.iter().for_each(|element| self.expr(element));
            }
            ExprKind::Call(call) => {
                self.args(call.args.as_ref().map_or(&[], |list| &list.args), false);
            }
            ExprKind::Hpo(hpo) => self.hpo(hpo),
            ExprKind::Neg(inner) => self.expr(inner),
            ExprKind::Chain(first, rest) => {
                self.expr(first);
                rest.iter().for_each(|(_, operand)| self.expr(operand));
            }
            _ => {}
        }
    }

    fn hpo(&mut self, hpo: &Hpo) {
        self.is_individual = true;
        match &hpo.kind {
            HpoKind::Choice(alternatives) => {
                alternatives.iter().for_each(|alternative| self.expr(alternative))
            }
            HpoKind::Range { low, high, step } => {
                [low, high, step].into_iter().flatten().for_each(|bound| self.expr(bound));
            }
            HpoKind::LogRange { low, high } => {
                [low, high].into_iter().flatten().for_each(|bound| self.expr(bound))
            }
            HpoKind::Malformed => {}
        }
    }
}
