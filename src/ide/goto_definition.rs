//! From a use to what is meant: macros, their parameters, named layers, inputs.

use super::analysis::Analysis;
use super::names::{Callee, Macro, unquoted};
use super::tokens;
use crate::syntax::ast::{Arg, AstNode, CallExpr, InputDecl, Network};
use crate::syntax::{SyntaxKind, SyntaxNode, SyntaxToken};
use crate::text::{TextRange, TextSize};

/// Where something leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Navigation {
    /// The text that leads there.
    pub origin: TextRange,
    /// Where it leads, usually one place.
    pub targets: Vec<NavTarget>,
}

/// A place that something leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NavTarget {
    /// The whole definition.
    pub range: TextRange,
    /// Its name.
    pub selection_range: TextRange,
}

/// Where what stands at `offset` is defined. A definition leads to itself.
pub(super) fn goto_definition(analysis: &Analysis, offset: TextSize) -> Option<Navigation> {
    let token = tokens::token_at(&analysis.syntax().syntax(), offset)?;
    let targets = definitions(analysis, &token);
    (!targets.is_empty()).then_some(Navigation { origin: token.text_range(), targets })
}

/// The definitions of what `token` names.
pub(super) fn definitions(analysis: &Analysis, token: &SyntaxToken) -> Vec<NavTarget> {
    let Some(parent) = token.parent() else { return Vec::new() };
    let found = match parent.kind() {
        SyntaxKind::MACRO_DEF => definition(analysis, token),
        SyntaxKind::PARAM | SyntaxKind::MACRO_PARAM => parameter(analysis, token),
        SyntaxKind::NAME_REF => parameter(analysis, token),
        SyntaxKind::ARG => argument(analysis, &parent, token),
        SyntaxKind::CALL_EXPR => {
            CallExpr::cast(parent.clone()).and_then(|call| match analysis.names().callee(&call) {
                Callee::Macro(found) => Some(of_macro(found)),
                _ => None,
            })
        }
        SyntaxKind::INPUT_DECL => InputDecl::cast(parent.clone())
            .filter(|input| input.name().as_ref() == Some(token))
            .map(|_| NavTarget { range: parent.text_range(), selection_range: token.text_range() }),
        SyntaxKind::BRANCH_STMT => return branch(analysis, &parent),
        SyntaxKind::LITERAL if token.kind() == SyntaxKind::STRING => {
            return operand(analysis, token);
        }
        _ => None,
    };
    found.into_iter().collect()
}

/// A macro where it is defined.
fn definition(analysis: &Analysis, token: &SyntaxToken) -> Option<NavTarget> {
    let macros = &analysis.names().macros;
    macros.iter().find(|it| it.name_range == token.text_range()).map(of_macro)
}

fn of_macro(definition: &Macro) -> NavTarget {
    NavTarget { range: definition.range, selection_range: definition.name_range }
}

/// A parameter, where it is declared or read in the macro.
fn parameter(analysis: &Analysis, token: &SyntaxToken) -> Option<NavTarget> {
    let definition = analysis.names().macro_around(token.text_range())?;
    parameter_of(definition, token.text())
}

fn parameter_of(definition: &Macro, name: &str) -> Option<NavTarget> {
    let param = definition.params.iter().find(|param| param.name == name)?;
    Some(NavTarget { range: param.range, selection_range: param.range })
}

/// The name of an argument of a macro call.
fn argument(analysis: &Analysis, arg: &SyntaxNode, token: &SyntaxToken) -> Option<NavTarget> {
    let call = arg.parent()?.parent().and_then(CallExpr::cast)?;
    match analysis.names().callee(&call) {
        Callee::Macro(definition) => parameter_of(definition, token.text()),
        _ => None,
    }
}

/// A branch with the name of an input or earlier layer starts from it.
fn branch(analysis: &Analysis, node: &SyntaxNode) -> Vec<NavTarget> {
    let range = node.text_range();
    let results = analysis.results(range);
    let mut targets: Vec<NavTarget> = Vec::new();
    for start in results.statement(range.start()).iter().filter_map(|one| one.what.start) {
        let target = of_name(analysis, analysis.document().range(start));
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    targets
}

/// A string: the name of a layer, or an operand.
fn operand(analysis: &Analysis, token: &SyntaxToken) -> Vec<NavTarget> {
    let Some(arg) = token.parent_ancestors().find_map(Arg::cast) else { return Vec::new() };
    let call = arg.syntax().parent().and_then(|list| list.parent()).and_then(CallExpr::cast);
    let Some(call) = call else { return Vec::new() };
    let name = arg.name();
    let name = name.as_ref().map(SyntaxToken::text);
    match (analysis.names().callee(&call), name) {
        (Callee::Layer(_) | Callee::Custom, Some("name")) => {
            vec![of_name(analysis, token.text_range())]
        }
        (Callee::Layer(entry), None | Some("inputs")) if entry.is_merge() => {
            named(analysis, token.text_range(), unquoted(token.text()))
        }
        _ => Vec::new(),
    }
}

/// The layers and inputs called `name` that an operand at `at` may mean: those of the same macro
/// first, then those of the networks.
pub(super) fn named(analysis: &Analysis, at: TextRange, name: &str) -> Vec<NavTarget> {
    let found = called(analysis, at, name);
    if !found.is_empty() {
        return found;
    }
    // Copies and expansions number the names in them.
    match name.rsplit_once('_') {
        Some((base, number)) if number.bytes().all(|digit| digit.is_ascii_digit()) => {
            called(analysis, at, base)
        }
        _ => found,
    }
}

fn called(analysis: &Analysis, at: TextRange, name: &str) -> Vec<NavTarget> {
    let document = analysis.document();
    let ranges: Vec<TextRange> = document
        .layer_names()
        .filter(|(other, _)| *other == name)
        .map(|(_, place)| document.range(place))
        .collect();
    let inside = |scope: TextRange| {
        let inside = ranges.iter().filter(|range| scope.contains_range(**range));
        inside.map(|range| of_name(analysis, *range)).collect::<Vec<_>>()
    };
    if let Some(definition) = analysis.names().macro_around(at) {
        let local = inside(definition.range);
        if !local.is_empty() {
            return local;
        }
    }
    let networks: Vec<Network> = analysis.syntax().file().networks().collect();
    let around = networks.iter().find(|it| it.syntax().text_range().contains_range(at));
    let inputs = |network: &Network| {
        let declared = network.sections().flat_map(|section| section.inputs());
        let named = declared.filter_map(|input| {
            let token = input.name().filter(|token| token.text() == name)?;
            Some(NavTarget {
                range: input.syntax().text_range(),
                selection_range: token.text_range(),
            })
        });
        named.collect::<Vec<_>>()
    };
    let of_network = |network: &Network| {
        let mut targets = inputs(network);
        targets.extend(inside(network.syntax().text_range()));
        targets
    };
    let found: Vec<NavTarget> = match around {
        Some(network) => of_network(network),
        None => networks.iter().flat_map(of_network).collect(),
    };
    if !found.is_empty() {
        return found;
    }
    ranges
        .iter()
        .filter(|range| analysis.names().macro_around(**range).is_some())
        .map(|range| of_name(analysis, *range))
        .collect()
}

/// The target for a name that stands at `range`: the call or declaration around it.
fn of_name(analysis: &Analysis, range: TextRange) -> NavTarget {
    let node = tokens::covering_node(&analysis.syntax().syntax(), range);
    let whole = node
        .ancestors()
        .find(|node| matches!(node.kind(), SyntaxKind::CALL_EXPR | SyntaxKind::INPUT_DECL))
        .map_or(range, |node| node.text_range());
    NavTarget { range: whole, selection_range: range }
}

#[cfg(test)]
mod tests {
    use crate::ide::fixture::{at_cursor, shown};
    use expect_test::{Expect, expect};

    fn check(text: &str, expect: Expect) {
        let (analysis, offset) = at_cursor(text);
        let mut out = String::new();
        if let Some(navigation) = analysis.goto_definition(offset) {
            out.push_str(&shown(&analysis, navigation.origin));
            for target in navigation.targets {
                assert!(target.range.contains_range(target.selection_range));
                let at = analysis.line_index().line_col(target.selection_range.start());
                out.push_str(&format!(
                    " → {}:{} {} in {}",
                    at.line + 1,
                    at.col + 1,
                    shown(&analysis, target.selection_range),
                    shown(&analysis, target.range)
                ));
            }
        }
        expect.assert_eq(&out);
    }

    const MACROS: &str = "define B(f, k=3) { Conv2D($f, k) * f Add(\"h\") Dense(2, name=\"h\") }\nnetwork N { input: (28, 28, 1) layers: B(4, k=1) b(2) }";

    #[test]
    fn macros_and_their_parameters() {
        let at = |place: &str| MACROS.replacen(&place.replace("$0", ""), place, 1);
        check(
            &at("$0B(4"),
            expect![[
                r#"B → 1:8 B in define B(f, k=3) { Conv2D($f, k) * f Add("h") Dense(2, name="h") }"#
            ]],
        );
        check(&at("($$0f, k)"), expect!["f → 1:10 f in f"]);
        check(&at("f, $0k)"), expect!["k → 1:13 k in k"]);
        check(&at("* $0f"), expect!["f → 1:10 f in f"]);
        check(&at("4, $0k="), expect!["k → 1:13 k in k"]);
        check(
            &at("define $0B"),
            expect![[
                r#"B → 1:8 B in define B(f, k=3) { Conv2D($f, k) * f Add("h") Dense(2, name="h") }"#
            ]],
        );
        check(&at("$0b(2"), expect![[""]]);
        check(&at("Add(\"$0h"), expect![[r#""h" → 1:61 "h" in Dense(2, name="h")"#]]);
    }

    #[test]
    fn named_layers_and_inputs() {
        let text = "network N {\n  input: { image: (8, 8, 3), meta: (5,) }\n  layers:\n    image: { Flatten() Dense(4, name=\"h\") * 2 }\n    meta: { Dense(4) }\n    Add()\n    h: { Dense(4) }\n    x: { }\n    Add(\"h_2\", inputs=(\"image\", \"q\"))\n}";
        let at = |place: &str| text.replacen(&place.replace("$0", ""), place, 1);
        check(&at("$0image: { F"), expect!["image → 2:12 image in image: (8, 8, 3)"]);
        check(&at("$0h: {"), expect![[""]]);
        check(&at("$0x: {"), expect![[""]]);
        check(&at("\"$0h_2"), expect![[r#""h_2" → 4:38 "h" in Dense(4, name="h")"#]]);
        check(&at("\"$0image"), expect![[r#""image" → 2:12 image in image: (8, 8, 3)"#]]);
        check(&at("\"$0q"), expect![[""]]);
        check(&at("$0meta: (5"), expect!["meta → 2:30 meta in meta: (5,)"]);
    }
}
