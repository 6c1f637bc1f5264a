//! Which macro a name means, and which macros use themselves.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

/// Macros by name.
#[derive(Debug, Default)]
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

/// For each macro, whether it can reach itself.
pub(super) fn recursive_macros(graph: &[Vec<usize>]) -> Vec<bool> {
    (0..graph.len())
        .map(|start| {
            let mut seen = vec![false; graph.len()];
            let mut pending = graph[start].clone();
            while let Some(at) = pending.pop() {
                if at == start {
                    return true;
                }
                if !std::mem::replace(&mut seen[at], true) {
                    pending.extend(&graph[at]);
                }
            }
            false
        })
        .collect()
}
