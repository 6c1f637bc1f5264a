//! What the rules of layers have given, kept to be used again.
//!
//! The text of a large network says the same over and over: the same layer with the same arguments on
//! the same shape. What a rule gives follows from these alone, so it is looked up before the rule is
//! run. Of what has a finding only that is kept: a finding must be made anew, since it stands somewhere
//! else. Each thread keeps its own outcomes, and starts again when there are too
//! many.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use hashbrown::HashTable;
use rustc_hash::FxHasher;
use smallvec::SmallVec;

use super::rows;
use crate::lang::{Args, Framework, LayerEntry, Rule, RuleCx, Value, aux_flops, validate};
use crate::model::result::Counts;
use crate::shape::{Shape, Worlds};

/// How many outcomes, and how many lists of arguments, a thread keeps.
const KEPT: usize = 4096;

/// The arguments of a layer, about which there is nothing to say. Equal ones are nearly always one.
#[derive(Debug)]
pub(super) struct Arguments {
    entry: &'static LayerEntry,
    framework: Framework,
    /// As they were written, by the parameter's index.
    pub written: Arc<[(usize, Worlds<Value>)]>,
    /// What the rule is given, by the parameter's index.
    given: Vec<Option<Value>>,
    /// The hash of all of this.
    hash: u64,
}

/// What a layer gives without any finding, where nothing depends on a hyperparameter.
#[derive(Debug)]
pub(super) struct Plain {
    /// The shapes of the outputs, at least one.
    pub outputs: SmallVec<[Shape; 1]>,
    /// The numbers.
    pub counts: Counts,
}

impl Arguments {
    /// These arguments, by parameter and in the order of the parameters; `None` where there is something
    /// to say about them.
    pub fn of(
        entry: &'static LayerEntry,
        framework: Framework,
        written: &[(usize, Value)],
    ) -> Option<Arc<Arguments>> {
        let mut hasher = FxHasher::default();
        (entry.name.as_ptr(), framework).hash(&mut hasher);
        for (index, value) in written {
            index.hash(&mut hasher);
            hash_value(value, &mut hasher);
        }
        let hash = hasher.finish();
        ARGUMENTS.with_borrow_mut(|kept| {
            let is_same = |known: &Arc<Arguments>| {
                std::ptr::eq(known.entry, entry)
                    && known.framework == framework
                    && known.written.len() == written.len()
                    && known.written.iter().zip(written).all(|((index, known), (other, value))| {
                        index == other && known.as_constant() == Some(value)
                    })
            };
            if let Some(known) = kept.find(hash, is_same) {
                return Some(known.clone());
            }
            let mut given: Vec<Option<Value>> = vec![None; entry.params.len()];
            for (index, value) in written {
                given[*index] = Some(value.clone());
            }
            if !validate(entry, framework, &mut given).is_empty()
                || given.iter().flatten().any(Value::is_unknown)
            {
                return None;
            }
            let written = written.iter().cloned();
            let written = written.map(|(index, value)| (index, Worlds::constant(value))).collect();
            let made = Arc::new(Arguments { entry, framework, written, given, hash });
            if kept.len() == KEPT {
                kept.clear();
            }
            kept.insert_unique(hash, made.clone(), |known| known.hash);
            Some(made)
        })
    }

    fn is_same(&self, other: &Arguments) -> bool {
        std::ptr::eq(self, other)
            || std::ptr::eq(self.entry, other.entry)
                && self.framework == other.framework
                && self.given == other.given
    }

    /// What the layer gives for these inputs; `None` where that is not without findings.
    pub fn outcome(self: &Arc<Self>, inputs: &[Shape]) -> Option<Arc<Plain>> {
        let mut hasher = FxHasher::default();
        (self.hash, inputs).hash(&mut hasher);
        let hash = hasher.finish();
        OUTCOMES.with_borrow_mut(|outcomes| {
            let known = |kept: &Kept| {
                kept.hash == hash && *kept.inputs == *inputs && kept.arguments.is_same(self)
            };
            if let Some(kept) = outcomes.find(hash, known) {
                return kept.plain.clone();
            }
            let plain = self.run(inputs).map(Arc::new);
            if outcomes.len() == KEPT {
                outcomes.clear();
            }
            let kept =
                Kept { hash, arguments: self.clone(), inputs: inputs.into(), plain: plain.clone() };
            outcomes.insert_unique(hash, kept, |kept| kept.hash);
            plain
        })
    }

    fn run(&self, inputs: &[Shape]) -> Option<Plain> {
        let Rule::Pure(rule) = self.entry.rule else { return None };
        let args = Args::new(self.entry, self.framework, &self.given);
        let cx = RuleCx::new(&args, inputs);
        let mut outcome = rule(&cx).ok()?;
        if !outcome.warnings.is_empty() || outcome.outputs.is_empty() {
            return None;
        }
        outcome.aux = aux_flops(&cx, outcome.outputs.first());
        let counts = rows::counts(&outcome);
        (!rows::overflows(counts)).then(|| Plain { outputs: outcome.outputs.into(), counts })
    }
}

/// An outcome with what it is of.
struct Kept {
    hash: u64,
    arguments: Arc<Arguments>,
    inputs: SmallVec<[Shape; 1]>,
    /// `None` where there is something to say, so that this is not found out again either.
    plain: Option<Arc<Plain>>,
}

thread_local! {
    static ARGUMENTS: RefCell<HashTable<Arc<Arguments>>> = const { RefCell::new(HashTable::new()) };
    static OUTCOMES: RefCell<HashTable<Kept>> = const { RefCell::new(HashTable::new()) };
}

/// Equal values have equal hashes, but for numbers that are equal in two ways (`0.0` and `-0.0`): those
/// are kept twice.
fn hash_value(value: &Value, hasher: &mut FxHasher) {
    std::mem::discriminant(value).hash(hasher);
    match value {
        Value::Int(number) => number.hash(hasher),
        Value::Float(number) => number.to_bits().hash(hasher),
        Value::Str(text) | Value::Name(text) | Value::Call(text) => text.hash(hasher),
        Value::Bool(flag) => flag.hash(hasher),
        Value::Tuple(elements) | Value::List(elements) => {
            elements.len().hash(hasher);
            elements.iter().for_each(|element| hash_value(element, hasher));
        }
        Value::Interval { name, low, high } => {
            (name, low.to_bits(), high.to_bits()).hash(hasher);
        }
        Value::None | Value::Unknown => {}
    }
}
