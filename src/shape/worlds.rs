//! Values that depend on the choices of a hyperparameter search.
//!
//! A variable is one hyperparameter expression of the text (in one expansion of a macro or repeat).
//! A world is one combination of choices of some variables. [`Worlds`] holds a value for every world
//! of the variables that it depends on, so two values that depend on the same variable can be
//! combined world by world and stay correlated.

use std::fmt;
use std::sync::Arc;

use smallvec::{SmallVec, smallvec};
use smol_str::SmolStr;

/// How many combinations are looked at one by one. Past this number a value is widened to what is
/// known of all of them.
pub const MAX_WORLDS: usize = 1024;

/// Which hyperparameter expression a variable is: the piece of text, the place in it, and the
/// expansion of macros and repeats, as a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VariableId {
    /// The piece of text that the expression stands in.
    pub owner: u32,
    /// Where in the piece it starts.
    pub offset: u32,
    /// Which expansion it belongs to; 0 outside of macros and repeats.
    pub instance: u64,
}

/// A hyperparameter with finitely many choices.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Variable {
    /// Its identity.
    pub id: VariableId,
    /// The parameter that it was written for, for messages: `kernel_size`.
    pub label: SmolStr,
    /// The choices as the author wrote them.
    pub choices: Vec<SmolStr>,
}

/// A value for each combination of choices of `variables`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Worlds<T> {
    /// Sorted by identity; empty for a value that does not depend on any choice.
    variables: Vec<Arc<Variable>>,
    /// Row-major: the last variable's choice changes fastest.
    values: SmallVec<[T; 1]>,
}

/// A combination of choices: a variable and the index of its choice, sorted by identity.
pub type World<'a> = Vec<(&'a Arc<Variable>, usize)>;

impl<T> Worlds<T> {
    /// A value that does not depend on any choice.
    pub fn constant(value: T) -> Worlds<T> {
        Worlds { variables: Vec::new(), values: smallvec![value] }
    }

    /// A value for each choice of `variable`, in the order of its choices.
    ///
    /// # Panics
    /// If there are not as many values as choices.
    pub fn choice(variable: Arc<Variable>, values: Vec<T>) -> Worlds<T> {
        assert_eq!(variable.choices.len(), values.len());
        Worlds { variables: vec![variable], values: values.into() }
    }

    /// The variables that the value depends on.
    pub fn variables(&self) -> &[Arc<Variable>] {
        &self.variables
    }

    /// The values of all worlds.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// The value, where it does not depend on any choice.
    pub fn as_constant(&self) -> Option<&T> {
        self.variables.is_empty().then(|| &self.values[0])
    }

    /// The value of one world, which must choose for every variable that this value depends on;
    /// a variable that it does not choose for counts as its first choice.
    pub fn at(&self, world: &World<'_>) -> &T {
        let mut index = 0;
        for variable in &self.variables {
            let choice = world
                .binary_search_by(|(other, _)| other.id.cmp(&variable.id))
                .map_or(0, |found| world[found].1);
            index = index * variable.choices.len() + choice;
        }
        &self.values[index]
    }

    /// Every world of this value with its value.
    pub fn iter(&self) -> impl Iterator<Item = (World<'_>, &T)> {
        self.values
            .iter()
            .enumerate()
            .map(|(index, value)| (nth_world(&self.variables, index), value))
    }

    /// The same with every value changed.
    pub fn map<U>(&self, f: impl FnMut(&T) -> U) -> Worlds<U> {
        Worlds { variables: self.variables.clone(), values: self.values.iter().map(f).collect() }
    }

    /// A value for every world of `variables`, made by `f`. `None` where there are more than
    /// [`MAX_WORLDS`].
    pub fn for_each(
        variables: Vec<Arc<Variable>>,
        mut f: impl FnMut(&World<'_>) -> T,
    ) -> Option<Worlds<T>> {
        let count = count_worlds(&variables)?;
        let values = (0..count).map(|index| f(&nth_world(&variables, index))).collect();
        Some(Worlds { variables, values })
    }
}

impl<T: Clone + PartialEq> Worlds<T> {
    /// The same value without the variables that make no difference.
    pub fn simplified(mut self) -> Worlds<T> {
        let mut at = 0;
        while at < self.variables.len() {
            let choices = self.variables[at].choices.len();
            let inner: usize = self.variables[at + 1..].iter().map(|v| v.choices.len()).product();
            let block = choices * inner;
            let constant = self.values.chunks(block).all(|block| {
                let (first, rest) = block.split_at(inner);
                rest.chunks(inner).all(|other| other == first)
            });
            if constant {
                self.values =
                    self.values.chunks(block).flat_map(|block| block[..inner].to_vec()).collect();
                self.variables.remove(at);
            } else {
                at += 1;
            }
        }
        self
    }

    /// The different values, in the order in which they first occur.
    pub fn distinct(&self) -> Vec<&T> {
        let mut seen: Vec<&T> = Vec::new();
        for value in &self.values {
            if !seen.contains(&value) {
                seen.push(value);
            }
        }
        seen
    }
}

/// The variables of several values together, sorted by identity.
pub fn union<'a>(lists: impl IntoIterator<Item = &'a [Arc<Variable>]>) -> Vec<Arc<Variable>> {
    let mut all: Vec<Arc<Variable>> = lists.into_iter().flatten().cloned().collect();
    all.sort_by_key(|variable| variable.id);
    all.dedup_by_key(|variable| variable.id);
    all
}

/// How many worlds there are of `variables`; `None` for more than [`MAX_WORLDS`].
pub fn count_worlds(variables: &[Arc<Variable>]) -> Option<usize> {
    variables.iter().try_fold(1usize, |count, variable| {
        count.checked_mul(variable.choices.len()).filter(|&count| count <= MAX_WORLDS)
    })
}

fn nth_world(variables: &[Arc<Variable>], mut index: usize) -> World<'_> {
    let mut world: World<'_> = Vec::with_capacity(variables.len());
    for variable in variables.iter().rev() {
        world.push((variable, index % variable.choices.len()));
        index /= variable.choices.len();
    }
    world.reverse();
    world
}

/// Names the choices of a world: `kernel_size=31, units=64`.
pub fn describe(world: &World<'_>) -> String {
    let parts: Vec<String> = world
        .iter()
        .map(|(variable, choice)| format!("{}={}", variable.label, variable.choices[*choice]))
        .collect();
    parts.join(", ")
}

impl fmt::Display for VariableId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{:x}", self.owner, self.offset, self.instance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(offset: u32, label: &str, choices: &[&str]) -> Arc<Variable> {
        Arc::new(Variable {
            id: VariableId { owner: 0, offset, instance: 0 },
            label: label.into(),
            choices: choices.iter().map(|&choice| choice.into()).collect(),
        })
    }

    #[test]
    fn values_of_the_same_variable_stay_correlated() {
        let units = variable(3, "units", &["32", "64"]);
        let rate = variable(9, "rate", &["0.1", "0.2", "0.3"]);
        let a = Worlds::choice(units.clone(), vec![32, 64]);
        let b = Worlds::choice(rate, vec![1, 2, 3]);
        let all = union([a.variables(), b.variables(), a.variables()]);
        let sum = Worlds::for_each(all, |world| {
            (*a.at(world) == *a.at(world), a.at(world) + b.at(world))
        })
        .unwrap();
        let values: Vec<i32> =
            sum.values().iter().map(|(same, sum)| if *same { *sum } else { -1 }).collect();
        assert_eq!(values, [33, 34, 35, 65, 66, 67]);
    }

    #[test]
    fn variables_without_effect_are_dropped() {
        let units = variable(3, "units", &["32", "64"]);
        let rate = variable(9, "rate", &["0.1", "0.2", "0.3"]);
        let only_units = Worlds::for_each(vec![units.clone(), rate.clone()], |world| world[0].1)
            .unwrap()
            .simplified();
        assert_eq!(only_units, Worlds::choice(units, vec![0, 1]));
        let only_rate =
            Worlds::for_each(vec![variable(3, "units", &["32", "64"]), rate.clone()], |world| {
                world[1].1
            });
        assert_eq!(only_rate.unwrap().simplified(), Worlds::choice(rate, vec![0, 1, 2]));
    }

    #[test]
    fn combinations_are_bounded() {
        let many: Vec<_> = (0..12).map(|at| variable(at, "units", &["1", "2"])).collect();
        assert_eq!(count_worlds(&many), None);
        assert_eq!(count_worlds(&many[..10]), Some(1024));
    }

    #[test]
    fn worlds_are_named_by_their_choices() {
        let a = Worlds::choice(variable(0, "kernel_size", &["3", "31"]), vec![(), ()]);
        let names: Vec<String> = a.iter().map(|(world, ())| describe(&world)).collect();
        assert_eq!(names, ["kernel_size=3", "kernel_size=31"]);
    }
}
