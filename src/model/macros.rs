//! What the macros of a file are to one another: which macro a name means, which use themselves, and
//! what they do by way of others.
//!
//! All of it is worked out from what macros and networks mention as a whole, and only when some of
//! that has changed.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::uses::ChunkUses;

/// What all statements of a macro or network mention.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct AllUses {
    /// How often each name is called, where 2 stands for every larger number.
    pub calls: BTreeMap<SmolStr, u8>,
    /// Whether any layer is named.
    pub names_layers: bool,
    /// Whether expansions of it may differ although they see the same tensor.
    pub is_individual: bool,
}

impl AllUses {
    /// The sum of what the chunks mention.
    #[cfg(test)]
    pub fn of<'a>(chunks: impl Iterator<Item = &'a ChunkUses>) -> AllUses {
        let mut all = AllUses::default();
        for chunk in chunks {
            for (name, times) in &chunk.calls {
                match all.calls.get_mut(name) {
                    Some(count) => *count = (*count + times).min(2),
                    None => drop(all.calls.insert(name.clone(), *times)),
                }
            }
            all.names_layers |= chunk.names_layers;
            all.is_individual |= chunk.is_individual;
        }
        all
    }

    /// Follows a change that has put the chunks `new` in the place of `old`, after which `all` are all
    /// chunks. Gives whether the sum has changed.
    ///
    /// Only what the changed chunks mention differently is summed up again, and a sum that has come to
    /// all that it can say is not followed to the end.
    pub fn change<'a, I: Iterator<Item = &'a ChunkUses> + Clone>(
        &mut self,
        old: I,
        new: I,
        all: I,
    ) -> bool {
        if old.clone().eq(new.clone()) {
            return false;
        }
        let mut has_changed = false;
        let names = |chunks: I| chunks.flat_map(|chunk| chunk.calls.keys());
        let sum = |chunks: I, name: &SmolStr| {
            let mut counts = chunks.filter_map(|chunk| chunk.calls.get(name).copied());
            let sum = counts.try_fold(0, |sum: u8, count| match sum + count {
                0 | 1 => Ok(sum + count),
                _ => Err(2),
            });
            sum.unwrap_or_else(|often| often)
        };
        let mentioned: BTreeSet<&SmolStr> = names(old.clone()).chain(names(new.clone())).collect();
        for name in mentioned {
            if sum(old.clone(), name) == sum(new.clone(), name) {
                continue;
            }
            let now = Some(sum(all.clone(), name)).filter(|count| *count > 0);
            if self.calls.get(name).copied() != now {
                has_changed = true;
                match now {
                    Some(count) => drop(self.calls.insert(name.clone(), count)),
                    None => drop(self.calls.remove(name)),
                }
            }
        }
        let flags = [
            (&mut self.names_layers, (|chunk| chunk.names_layers) as fn(&ChunkUses) -> bool),
            (&mut self.is_individual, |chunk| chunk.is_individual),
        ];
        for (flag, of) in flags {
            let now = new.clone().any(of) || (*flag && all.clone().any(of));
            has_changed |= std::mem::replace(flag, now) != now;
        }
        has_changed
    }
}

/// Macros by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct MacroIndex {
    exact: FxHashMap<SmolStr, usize>,
    /// Macros with a layer's name, in lower case.
    hiding: FxHashMap<SmolStr, usize>,
}

impl MacroIndex {
    /// The macros with these names, in the order of the text; the first of a name holds.
    pub fn of<'a>(names: impl Iterator<Item = Option<&'a SmolStr>>) -> MacroIndex {
        let mut index = MacroIndex::default();
        for (at, name) in names.enumerate() {
            let Some(name) = name else { continue };
            index.exact.entry(name.clone()).or_insert(at);
            if crate::lang::find_layer(name).is_some() {
                index.hiding.entry(name.to_ascii_lowercase().into()).or_insert(at);
            }
        }
        index
    }

    /// The number of the macro that `name` means.
    pub fn find(&self, name: &str) -> Option<usize> {
        if let Some(at) = self.exact.get(name) {
            return Some(*at);
        }
        if self.hiding.is_empty() {
            return None;
        }
        self.hiding.get(name.to_ascii_lowercase().as_str()).copied()
    }
}

/// The macros of a file, by number, and what they use.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct MacroGraph {
    pub index: MacroIndex,
    names: Vec<Option<SmolStr>>,
    /// What each macro mentions.
    uses: Vec<AllUses>,
    /// For each macro, the macros that it uses, and how often.
    used: Vec<Vec<(usize, u8)>>,
    /// For each macro, whether it uses itself, directly or through others.
    pub recursive: Vec<bool>,
    /// For each macro, whether it names layers, itself or through others.
    pub names_layers: Vec<bool>,
    /// For each macro, whether expansions of it may differ, by itself or through others.
    pub is_individual: Vec<bool>,
}

impl MacroGraph {
    /// The graph of these macros.
    pub fn of(names: Vec<Option<SmolStr>>, uses: Vec<AllUses>) -> MacroGraph {
        let index = MacroIndex::of(names.iter().map(Option::as_ref));
        let used_by = |uses: &AllUses| {
            let calls = uses.calls.iter();
            calls.filter_map(|(name, times)| Some((index.find(name)?, *times))).collect()
        };
        let used: Vec<Vec<(usize, u8)>> = uses.iter().map(used_by).collect();
        MacroGraph {
            recursive: recursive_macros(&used),
            names_layers: with(&used, uses.iter().map(|uses| uses.names_layers).collect()),
            is_individual: with(&used, uses.iter().map(|uses| uses.is_individual).collect()),
            index,
            names,
            uses,
            used,
        }
    }

    /// Whether it is the graph of these macros.
    pub fn is_of(&self, names: &[Option<SmolStr>], uses: &[AllUses]) -> bool {
        self.names == names && self.uses == uses
    }

    /// The macros that each macro uses.
    pub fn used(&self) -> &[Vec<(usize, u8)>] {
        &self.used
    }

    /// The names of the macros that something with these calls expands more than once, by itself or
    /// through others.
    pub fn used_often(&self, calls: &BTreeMap<SmolStr, u8>) -> BTreeSet<SmolStr> {
        let mut direct = vec![0u8; self.names.len()];
        for (name, times) in calls {
            if let Some(at) = self.index.find(name) {
                direct[at] = (direct[at] + times).min(2);
            }
        }
        // Each round goes one level deeper; numbers only grow and are bounded by 2, so it ends.
        let mut used = direct.clone();
        for _ in 0..=self.names.len() {
            let mut next = direct.clone();
            for (at, callees) in self.used.iter().enumerate().filter(|(at, _)| used[*at] > 0) {
                for &(callee, times) in callees {
                    next[callee] = (next[callee] + used[at].saturating_mul(times)).min(2);
                }
            }
            if next == used {
                break;
            }
            used = next;
        }
        let often = self.names.iter().zip(&used).filter(|(_, used)| **used > 1);
        often.filter_map(|(name, _)| name.clone()).collect()
    }
}

/// For each macro, whether something holds of it or of one that it uses; `own` says of which it holds.
fn with(used: &[Vec<(usize, u8)>], own: Vec<bool>) -> Vec<bool> {
    let mut with = own;
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); used.len()];
    for (user, callees) in used.iter().enumerate() {
        for &(callee, _) in callees {
            users[callee].push(user);
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

/// For each macro, whether it can reach itself.
fn recursive_macros(used: &[Vec<(usize, u8)>]) -> Vec<bool> {
    (0..used.len())
        .map(|start| {
            let mut seen = vec![false; used.len()];
            let mut pending: Vec<usize> = used[start].iter().map(|(callee, _)| *callee).collect();
            while let Some(at) = pending.pop() {
                if at == start {
                    return true;
                }
                if !std::mem::replace(&mut seen[at], true) {
                    pending.extend(used[at].iter().map(|(callee, _)| *callee));
                }
            }
            false
        })
        .collect()
}
