//! Names of layers that no merge and no branch of the file mentions.
//!
//! A name is used by whatever is written anywhere in the file, so an edit of one statement may make a name
//! in another one useless. What each chunk of statements mentions is kept, and counted for the file: an
//! edit counts its chunks anew, and looks again at the chunks that give a name whose count has come to
//! nothing or begun.
//!
//! It is off unless a setting turns it on, and is only looked for then.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::diagnostics::{Diagnostic, codes};
use crate::model::chunks::ends_in_common;
use crate::model::document::{Document, NamedChunk};
use crate::model::hir::{Block, Call, Expr, ExprKind, HpoKind, Stmt, StmtKind};
use crate::model::place::Place;
use crate::model::uses::ChunkUses;
use crate::text::{TextRange, TextSize};

/// The names that a file gives and mentions.
#[derive(Debug, Default)]
pub(super) struct Names {
    chunks: Vec<Chunk>,
    /// For each word that is mentioned, the number of chunks that do.
    mentioned: imbl::OrdMap<SmolStr, u32>,
}

#[derive(Debug, Clone)]
struct Chunk {
    /// What the statements of the chunk say; the same object as long as they stay.
    uses: Arc<ChunkUses>,
    mentions: Arc<BTreeSet<SmolStr>>,
    /// The names that it gives and nothing mentions.
    unused: Arc<Vec<(SmolStr, Place)>>,
}

impl Names {
    /// The names of a file. What has not changed since `before` is taken from there.
    pub fn of(document: &Document, before: Option<&Names>) -> Names {
        let old = before.map_or(&[][..], |before| &before.chunks);
        let now: Vec<NamedChunk<'_>> = document.chunks().collect();
        let same = |now: &NamedChunk<'_>, old: &Chunk| Arc::ptr_eq(now.uses(), &old.uses);
        let (prefix, suffix) = ends_in_common(&now, old, same);
        let changed = prefix..now.len() - suffix;

        let mut mentioned = before.map(|before| before.mentioned.clone()).unwrap_or_default();
        let mut touched: BTreeSet<SmolStr> = BTreeSet::new();
        let gone = old[prefix..old.len() - suffix].iter().map(|chunk| &chunk.mentions);
        for word in gone.flat_map(|mentions| mentions.iter()) {
            touched.insert(word.clone());
            match mentioned.get_mut(word) {
                Some(count) if *count > 1 => *count -= 1,
                _ => drop(mentioned.remove(word)),
            }
        }
        let mut chunks: Vec<Chunk> = Vec::with_capacity(now.len());
        chunks.extend_from_slice(&old[..prefix]);
        for chunk in &now[changed.clone()] {
            let mentions: BTreeSet<SmolStr> = mentions_of(chunk);
            for word in &mentions {
                touched.insert(word.clone());
                *mentioned.entry(word.clone()).or_insert(0) += 1;
            }
            let (uses, mentions) = (chunk.uses().clone(), Arc::new(mentions));
            chunks.push(Chunk { uses, mentions, unused: Arc::default() });
        }
        chunks.extend_from_slice(&old[old.len() - suffix..]);
        let was_mentioned =
            |word: &SmolStr| before.is_some_and(|before| before.mentioned.contains_key(word));
        touched.retain(|word| was_mentioned(word) != mentioned.contains_key(word));
        for (at, chunk) in chunks.iter_mut().enumerate() {
            let names = &chunk.uses.names;
            let is_due =
                changed.contains(&at) || touched.iter().any(|word| names.contains_key(word));
            if is_due && !names.is_empty() {
                let unused = now[at].names().filter(|(name, _)| !mentioned.contains_key(*name));
                chunk.unused =
                    Arc::new(unused.map(|(name, place)| (name.clone(), place)).collect());
            }
        }
        Names { chunks, mentioned }
    }

    /// The findings about names that nothing mentions.
    pub fn unused(&self, document: &Document) -> Vec<Diagnostic<Place>> {
        let unused = self.chunks.iter().flat_map(|chunk| chunk.unused.iter());
        unused
            .map(|(name, place)| {
                let finding = Diagnostic::new(
                    codes::UNUSED_LAYER_NAME,
                    *place,
                    format!("no merge and no branch refers to the name `{name}`"),
                );
                match name_argument(document, *place) {
                    Some(argument) => finding.with_fix("Remove the name", vec![argument.edit("")]),
                    None => finding,
                }
            })
            .collect()
    }
}

/// The names that the statements of a chunk may mean.
fn mentions_of(chunk: &NamedChunk<'_>) -> BTreeSet<SmolStr> {
    let mut words: FxHashSet<&str> = FxHashSet::default();
    for stmt in chunk.statements() {
        mentions(stmt, &mut words);
    }
    let mut names = BTreeSet::new();
    for word in words {
        names.insert(SmolStr::from(word));
        // In macros and copies a name gets numbers: `h_1`.
        let numbered = word.char_indices().rev();
        let numbers = numbered.take_while(|(_, c)| c.is_ascii_digit() || *c == '_');
        let bases = numbers.filter(|(_, c)| *c == '_').map(|(at, _)| &word[..at]);
        names.extend(bases.map(SmolStr::from));
    }
    names
}

/// The whole argument whose value stands at `place`, with the comma that goes with it.
fn name_argument(document: &Document, place: Place) -> Option<Place> {
    let text = document.text();
    let value = document.range(place);
    let before = text[..usize::from(value.start())].trim_end();
    let before = before.strip_suffix(['=', ':'])?.trim_end().strip_suffix("name")?;
    let (start, end) = match before.trim_end().strip_suffix(',') {
        Some(earlier) => (earlier.len(), usize::from(value.end())),
        None => {
            let after = &text[usize::from(value.end())..];
            let rest = after.trim_start().strip_prefix(',').map(str::trim_start);
            (before.len(), text.len() - rest.unwrap_or(after).len())
        }
    };
    let longer = value.start() - TextSize::new(start as u32);
    let start = place.range.start().checked_sub(longer)?;
    let end = place.range.end() + (TextSize::new(end as u32) - value.end());
    Some(Place::new(place.owner, TextRange::new(start, end)))
}

/// The strings, bare names and branch names of a statement, but not the names that it gives.
fn mentions<'a>(stmt: &'a Stmt, found: &mut FxHashSet<&'a str>) {
    match &stmt.kind {
        StmtKind::Call(call) => call_mentions(call, found),
        StmtKind::Branch(branch) => {
            found.insert(&branch.name.value);
            block_mentions(&branch.block, found);
        }
        StmtKind::Choice(hpo) => {
            if let HpoKind::Choice(values) = &hpo.kind {
                values.iter().for_each(|value| expr_mentions(value, found));
            }
        }
        StmtKind::Error => {}
    }
    if let Some(block) = &stmt.block {
        block_mentions(block, found);
    }
}

fn block_mentions<'a>(block: &'a Block, found: &mut FxHashSet<&'a str>) {
    block.stmts.iter().for_each(|stmt| mentions(stmt, found));
}

fn call_mentions<'a>(call: &'a Call, found: &mut FxHashSet<&'a str>) {
    for arg in call.args.iter().flat_map(|list| &list.args) {
        if arg.name.as_ref().is_none_or(|name| name.value != "name") {
            expr_mentions(&arg.value, found);
        }
    }
}

fn expr_mentions<'a>(expr: &'a Expr, found: &mut FxHashSet<&'a str>) {
    match &expr.kind {
        ExprKind::Str(text) | ExprKind::Name(text) => {
            found.insert(text);
        }
        ExprKind::Tuple(elements) | ExprKind::List(elements) => {
            elements.iter().for_each(|element| expr_mentions(element, found));
        }
        ExprKind::Call(call) => call_mentions(call, found),
        ExprKind::Hpo(hpo) => {
            if let HpoKind::Choice(values) = &hpo.kind {
                values.iter().for_each(|value| expr_mentions(value, found));
            }
        }
        _ => {}
    }
}
