//! What can only be said of a file as a whole: macros that nothing uses, macros that use themselves,
//! names that occur twice, and inputs that no layer takes.

use smol_str::SmolStr;

use super::document::{Document, Macro, Network};
use super::hir::{NetworkHeader, SectionKind};
use super::macros::MacroGraph;
use super::place::Place;
use super::state::State;
use crate::diagnostics::{Diagnostic, codes};

/// Which macros are used by what.
pub(super) struct MacroUses<'a> {
    graph: &'a MacroGraph,
    /// By macro: whether a network or another macro calls it.
    called: Vec<bool>,
    /// Whether the file has a network at all; a file of macros is a library.
    has_network: bool,
}

impl MacroUses<'_> {
    pub fn of(document: &Document) -> MacroUses<'_> {
        let graph = &*document.graph;
        let mut called = vec![false; document.macros.len()];
        let names = document.networks.iter().flat_map(|network| network.uses.calls.keys());
        for at in names.filter_map(|name| graph.index.find(name)) {
            called[at] = true;
        }
        for (caller, used) in graph.used().iter().enumerate() {
            for &(at, _) in used.iter().filter(|(at, _)| *at != caller) {
                called[at] = true;
            }
        }
        MacroUses { graph, called, has_network: !document.networks.is_empty() }
    }

    /// Whether nothing calls macro number `at`.
    pub fn is_unused(&self, at: usize) -> bool {
        !self.called[at]
    }
}

/// What is wrong with the macros and heads of a file.
pub(super) fn check(
    document: &Document,
    uses: &MacroUses<'_>,
    findings: &mut Vec<Diagnostic<Place>>,
) {
    for (at, definition) in document.macros.iter().enumerate() {
        check_macro(document, uses, at, definition, findings);
    }
    for (at, network) in document.networks.iter().enumerate() {
        let Some((name, place)) = network_name(network) else { continue };
        let before = document.networks[..at]
            .iter()
            .filter_map(network_name)
            .find(|(other, _)| *other == name);
        if let Some((_, first)) = before {
            findings.push(
                Diagnostic::new(
                    codes::DUPLICATE_NETWORK,
                    place,
                    format!("a network is called `{name}` already"),
                )
                .with_related(first, "the first of them"),
            );
        }
    }
    for network in &document.networks {
        check_sections(network, findings);
    }
}

fn network_name(network: &Network) -> Option<(&SmolStr, Place)> {
    let name = network.header.name.as_ref()?;
    Some((&name.value, Place::new(network.owner, name.range)))
}

fn check_macro(
    document: &Document,
    uses: &MacroUses<'_>,
    at: usize,
    definition: &Macro,
    findings: &mut Vec<Diagnostic<Place>>,
) {
    let Some(name) = &definition.header.name else { return };
    let place = Place::new(definition.owner, name.range);
    let name = &name.value;
    // The first of several of a name is the one that it means.
    let first = uses.graph.index.find(name).filter(|first| *first < at).and_then(|first| {
        let first = &document.macros[first];
        Some(Place::new(first.owner, first.header.name.as_ref()?.range))
    });
    if let Some(first) = first {
        findings.push(
            Diagnostic::new(
                codes::DUPLICATE_MACRO,
                place,
                format!("a macro is called `{name}` already"),
            )
            .with_related(first, "this one holds"),
        );
        return;
    }
    if let Some(entry) = crate::lang::find_layer(name) {
        findings.push(
            Diagnostic::new(
                codes::MACRO_SHADOWS_LAYER,
                place,
                format!("the macro `{name}` hides the layer `{}` in every spelling", entry.name),
            )
            .with_help(format!("give it a name of its own, such as `My{name}`")),
        );
    }
    if uses.has_network && uses.is_unused(at) {
        findings.push(Diagnostic::new(
            codes::UNUSED_MACRO,
            place,
            format!("nothing uses the macro `{name}`"),
        ));
    }
    for (number, param) in definition.header.params.iter().enumerate() {
        let param_place = Place::new(definition.owner, param.name.range);
        let before = definition.header.params[..number]
            .iter()
            .find(|other| other.name.value == param.name.value);
        if let Some(before) = before {
            findings.push(
                Diagnostic::new(
                    codes::DUPLICATE_MACRO,
                    param_place,
                    format!("the macro `{name}` has two parameters called `{}`", param.name.value),
                )
                .with_related(Place::new(definition.owner, before.name.range), "the first of them"),
            );
            continue;
        }
        let uses = || definition.stmts.uses();
        // A misspelled `$name` is reported itself, and is likely what leaves a parameter unused.
        let declared =
            |name: &SmolStr| definition.header.params.iter().any(|param| param.name.value == *name);
        let misspelled = uses().flat_map(|uses| &uses.params).any(|name| !declared(name));
        let read = misspelled || uses().any(|uses| uses.reads.contains(&param.name.value));
        if !read {
            findings.push(Diagnostic::new(
                codes::UNUSED_MACRO_PARAMETER,
                param_place,
                format!("the body of `{name}` does not use the parameter `{}`", param.name.value),
            ));
        }
    }
    check_recursion(document, uses, at, definition, findings);
}

/// Reports a macro that uses itself, at the first call in its body that leads back to it.
fn check_recursion(
    document: &Document,
    uses: &MacroUses<'_>,
    at: usize,
    definition: &Macro,
    findings: &mut Vec<Diagnostic<Place>>,
) {
    let Some(name) = &definition.header.name else { return };
    if !uses.graph.recursive[at] {
        return;
    }
    for piece in definition.stmts.pieces() {
        for (called, range, _) in &piece.uses.calls {
            let Some(first) = uses.graph.index.find(called) else { continue };
            let Some(by_way_of) = path_back(document, uses, first, at) else { continue };
            // A cycle is one mistake: it is reported at the first of its macros.
            let index = |name: &String| uses.graph.index.find(name);
            if by_way_of.iter().filter_map(index).any(|other| other < at) {
                return;
            }
            let place = Place::new(piece.owner, *range);
            let message = match by_way_of.as_slice() {
                [] => format!("the macro `{}` uses itself", name.value),
                others => format!(
                    "the macro `{}` uses itself by way of `{}`",
                    name.value,
                    others.join("`, `")
                ),
            };
            findings.push(Diagnostic::new(codes::RECURSIVE_MACRO, place, message).with_help(
                format!("for layers that repeat write `{} * 3` where it is used", name.value),
            ));
            return;
        }
    }
}

/// The names of the macros on a way from `from` to `to`, `to` left out; `None` where there is none.
fn path_back(
    document: &Document,
    uses: &MacroUses<'_>,
    from: usize,
    to: usize,
) -> Option<Vec<String>> {
    let mut came_from: Vec<Option<usize>> = vec![None; document.macros.len()];
    let mut seen = vec![false; document.macros.len()];
    let mut pending = std::collections::VecDeque::from([from]);
    seen[from] = true;
    while let Some(at) = pending.pop_front() {
        if at == to {
            let mut way = Vec::new();
            let mut step = came_from[to];
            while let Some(before) = step {
                let name = document.macros[before].header.name.as_ref();
                way.push(name.map_or_else(String::new, |name| name.value.to_string()));
                step = came_from[before];
            }
            way.reverse();
            return Some(way);
        }
        for next in calls_of(&document.macros[at]).filter_map(|name| uses.graph.index.find(name)) {
            if !std::mem::replace(&mut seen[next], true) {
                came_from[next] = Some(at);
                pending.push_back(next);
            }
        }
    }
    None
}

/// The names that a macro calls, in the order of the text.
fn calls_of(definition: &Macro) -> impl Iterator<Item = &SmolStr> {
    let pieces = definition.stmts.pieces();
    pieces.flat_map(|piece| piece.uses.calls.iter().map(|(name, ..)| name))
}

/// Sections that are missing or written twice.
fn check_sections(network: &Network, findings: &mut Vec<Diagnostic<Place>>) {
    let NetworkHeader { name, keyword } = &network.header;
    let head = Place::new(network.owner, name.as_ref().map_or(*keyword, |name| name.range));
    let called = name.as_ref().map_or_else(String::new, |name| format!(" `{}`", name.value));
    let has_input =
        network.sections.iter().any(|piece| matches!(piece.value.kind, SectionKind::Input(_)));
    if !has_input {
        findings.push(
            Diagnostic::new(
                codes::MISSING_SECTION,
                head,
                format!("the network{called} has no `input`"),
            )
            .with_help("write the shape of one example, without the batch: `input: (28, 28, 1)`"),
        );
    }
    let mut keywords =
        network.layers.iter().flatten().map(|range| Place::new(network.owner, *range));
    match keywords.next() {
        None if network.layers.is_empty() => findings.push(
            Diagnostic::new(
                codes::MISSING_SECTION,
                head,
                format!("the network{called} has no `layers`"),
            )
            .with_help("write `layers:` and the layers after it"),
        ),
        Some(first) => {
            findings.extend(keywords.map(|again| {
                Diagnostic::new(
                    codes::DUPLICATE_SECTION,
                    again,
                    "`layers` is written twice; the layers of both are read in order",
                )
                .with_related(first, "the first `layers`")
            }));
            if network.stmts.is_empty() {
                findings.push(Diagnostic::new(
                    codes::EMPTY_LAYERS,
                    first,
                    format!("the network{called} has no layers"),
                ));
            }
        }
        None => {}
    }
    for (at, piece) in network.sections.iter().enumerate() {
        let kind = std::mem::discriminant(&piece.value.kind);
        if matches!(piece.value.kind, SectionKind::Unknown) {
            continue;
        }
        let before = network.sections[..at]
            .iter()
            .find(|other| std::mem::discriminant(&other.value.kind) == kind);
        if let Some(before) = before {
            let keyword = &piece.value.keyword;
            findings.push(
                Diagnostic::new(
                    codes::DUPLICATE_SECTION,
                    Place::new(piece.owner, keyword.range),
                    format!("`{}` is written twice; the first one holds", keyword.value),
                )
                .with_related(
                    Place::new(before.owner, before.value.keyword.range),
                    "the first one",
                ),
            );
        }
    }
}

/// Inputs that no layer takes, for a network that ends in `end`.
pub(super) fn check_inputs(network: &Network, end: &State) -> Vec<Diagnostic<Place>> {
    let section = network.sections.iter().find_map(|piece| match &piece.value.kind {
        SectionKind::Input(declarations) => Some((piece.owner, declarations)),
        _ => None,
    });
    let Some((owner, declarations)) = section.filter(|_| !network.stmts.is_empty()) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (declaration, used) in declarations.iter().zip(end.used_inputs.iter()) {
        if *used {
            continue;
        }
        let range = declaration.name.as_ref().map_or(declaration.range, |name| name.range);
        let (message, help) = match &declaration.name {
            Some(name) => (
                format!("no layer uses the input `{}`", name.value),
                format!("begin a branch with it, `{}: {{ … }}`, or name it in a merge", name.value),
            ),
            None => (
                "no layer uses this input".to_string(),
                "begin the layers with a merge such as `Concatenate()`, or name the inputs: `{ image: (28, 28, 1), meta: (10,) }`".to_string(),
            ),
        };
        findings.push(
            Diagnostic::new(codes::UNUSED_INPUT, Place::new(owner, range), message).with_help(help),
        );
    }
    findings
}
