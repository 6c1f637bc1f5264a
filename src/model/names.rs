//! The names that layers, inputs and branches have, apart from what flows between them.
//!
//! A statement looks few names up, and nearly always they stand in its own text. So a chunk is given
//! those of the earlier names that its text mentions, and a name that comes or goes elsewhere has only
//! the chunks evaluated that mention it.

use std::collections::BTreeSet;
use std::sync::Arc;

use smol_str::SmolStr;

use super::state::Named;
use super::uses::Uses;

/// Names that are given before some place of a network.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Layers and inputs.
    pub tensors: imbl::OrdMap<SmolStr, Arc<Named>>,
    /// Branches, which are no operands.
    pub branches: imbl::OrdSet<SmolStr>,
}

/// Collections of this kind skip what they share when they are compared.
impl PartialEq for Names {
    fn eq(&self, other: &Names) -> bool {
        self.tensors == other.tensors && self.branches == other.branches
    }
}

impl Names {
    /// Those that are in `mentioned`.
    pub fn seen(&self, mentioned: &Mentions) -> Names {
        let named = |name: &SmolStr| Some((name.clone(), self.tensors.get(name)?.clone()));
        let branches = mentioned.0.iter().filter(|name| self.branches.contains(*name));
        Names {
            tensors: mentioned.0.iter().filter_map(named).collect(),
            branches: branches.cloned().collect(),
        }
    }

    /// These and `added`, of which none is among these.
    pub fn and(&self, added: &Names) -> Names {
        let mut all = self.clone();
        all.tensors.extend(added.tensors.iter().map(|(name, named)| (name.clone(), named.clone())));
        all.branches.extend(added.branches.iter().cloned());
        all
    }

    /// Those that are not in `before`.
    pub fn without(&self, before: &Names) -> Names {
        let tensors = self.tensors.iter().filter(|(name, _)| !before.tensors.contains_key(*name));
        let branches = self.branches.iter().filter(|name| !before.branches.contains(*name));
        Names {
            tensors: tensors.map(|(name, named)| (name.clone(), named.clone())).collect(),
            branches: branches.cloned().collect(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tensors.is_empty() && self.branches.is_empty()
    }
}

/// The names that statements look up as far as their text says so: [`Uses::mentions`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mentions(BTreeSet<SmolStr>);

impl Mentions {
    /// What these statements mention.
    pub fn of<'a>(stmts: impl Iterator<Item = &'a Uses>) -> Mentions {
        Mentions(stmts.flat_map(|uses| uses.mentions.iter().cloned()).collect())
    }

    /// Whether `name` is among them.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Whether nothing is mentioned.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
