//! What an editor shows between the characters of the text.
//!
//! A layer's output shape stands after its call. Layers that never change the shape (activations,
//! normalization, dropout and the like) get none: it would repeat the one before. A repeated
//! statement shows what its last copy gives; a layer inside of a repeated block shows the first and
//! the last copy where they differ. In a macro's body a hint says what all uses share, else
//! `varies (n uses)`.
//!
//! A shape of which nothing is known gets no hint: after a mistake every later layer would say `?`, and
//! the finding and the hover say more. For the same reason a network's sums are shown as far as they
//! are known.

use super::analysis::{Analysis, Results};
use super::hover::{self, HoverConfig};
use super::index::{Flowing, Statement, Use, count_expansions, expansions, flowing};
use super::names::Callee;
use super::numbers::rounded;
use super::report::Totals;
use super::tokens;
use super::view::{either_text, tensors_text};
use crate::lang::LayerEntry;
use crate::model::result::{Counts, sum_parts};
use crate::shape::Count;
use crate::syntax::SyntaxKind;
use crate::syntax::ast::{ArgList, AstNode, BranchStmt, CallExpr, Expr, LayerStmt, Network, Stmt};
use crate::text::{TextEdit, TextRange, TextSize};

/// A hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlayHint {
    /// Where it stands.
    pub offset: TextSize,
    /// What it says, without the blanks around it.
    pub label: String,
    /// What it is about.
    pub kind: InlayHintKind,
    /// Whether a blank stands before it.
    pub padding_left: bool,
    /// Whether a blank stands behind it.
    pub padding_right: bool,
    /// The edits that write what the hint says into the text; empty where it cannot be written.
    pub edits: Vec<TextEdit>,
}

/// What a hint is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InlayHintKind {
    /// The output of a layer: `→ 26×26×32`.
    Shape,
    /// The sums of a network: `693,962 parameters, 888 kMACs`; `≥ 693,962 parameters` where some
    /// layers are unknown.
    Totals,
    /// The parameters of a layer: `18,496 params`.
    Params,
    /// The parameter that a positional argument means: `filters=`.
    ArgumentName,
    /// Where a branch starts: `from enc1`.
    BranchStart,
}

/// Which hints are shown, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InlayHintsConfig {
    /// [`InlayHintKind::Shape`].
    pub shapes: bool,
    /// [`InlayHintKind::Totals`].
    pub totals: bool,
    /// [`InlayHintKind::Params`].
    pub params: bool,
    /// [`InlayHintKind::ArgumentName`].
    pub argument_names: bool,
    /// [`InlayHintKind::BranchStart`].
    pub branch_starts: bool,
    /// The most characters of a label; `None` for no limit.
    pub max_length: Option<usize>,
}

impl Default for InlayHintsConfig {
    fn default() -> InlayHintsConfig {
        InlayHintsConfig {
            shapes: true,
            totals: true,
            params: false,
            argument_names: false,
            branch_starts: true,
            max_length: Some(40),
        }
    }
}

/// The hints inside `range`, in the order of the text.
pub(super) fn inlay_hints(
    analysis: &Analysis,
    range: TextRange,
    config: &InlayHintsConfig,
) -> Vec<InlayHint> {
    let mut hints = Hints { analysis, results: analysis.results(range), config, found: Vec::new() };
    // There are no statements in a call.
    let is_leaf = |kind| kind == SyntaxKind::CALL_EXPR && !config.argument_names;
    for node in tokens::nodes_in(&analysis.syntax().syntax(), range, is_leaf) {
        match node.kind() {
            SyntaxKind::NETWORK if config.totals => {
                Network::cast(node).and_then(|network| hints.network(&network));
            }
            SyntaxKind::LAYER_STMT => {
                LayerStmt::cast(node).and_then(|stmt| hints.layer(&stmt));
            }
            SyntaxKind::BRANCH_STMT if config.branch_starts => {
                BranchStmt::cast(node).and_then(|branch| hints.branch(&branch));
            }
            SyntaxKind::CALL_EXPR if config.argument_names => {
                CallExpr::cast(node).and_then(|call| hints.arguments(&call));
            }
            _ => {}
        }
    }
    let mut found = hints.found;
    found.retain(|hint| range.contains_inclusive(hint.offset));
    found.sort_by_key(|hint| hint.offset);
    found
}

/// What a hint is about, at length.
pub(super) fn tooltip(
    analysis: &Analysis,
    hint: &InlayHint,
    config: &HoverConfig,
) -> Option<String> {
    let root = analysis.syntax().syntax();
    let before = hint.offset.checked_sub(1.into())?;
    let token = tokens::token_at(&root, before)?;
    let mut around = token.parent_ancestors();
    match hint.kind {
        InlayHintKind::Shape | InlayHintKind::Params => {
            let stmt = around.find_map(LayerStmt::cast)?;
            hover::statement(analysis, &stmt, config)
        }
        InlayHintKind::Totals => hover::network(analysis, &around.find_map(Network::cast)?, config),
        InlayHintKind::BranchStart => hover::branch(analysis, &around.find_map(BranchStmt::cast)?),
        InlayHintKind::ArgumentName => {
            let argument = tokens::token_at(&root, hint.offset)?;
            hover::argument(analysis, &argument, config)
        }
    }
}

struct Hints<'a> {
    analysis: &'a Analysis,
    results: Results<'a>,
    config: &'a InlayHintsConfig,
    found: Vec<InlayHint>,
}

impl Hints<'_> {
    fn push(&mut self, offset: TextSize, label: String, kind: InlayHintKind) {
        self.found.push(InlayHint {
            offset,
            label: shortened(label, self.config.max_length),
            kind,
            padding_left: kind != InlayHintKind::ArgumentName,
            padding_right: kind == InlayHintKind::BranchStart,
            edits: Vec::new(),
        });
    }

    fn network(&mut self, network: &Network) -> Option<()> {
        let at = network.l_brace().or_else(|| network.name())?.text_range().end();
        let number = hover::network_number(self.analysis, network)?;
        let totals = Totals::of(self.analysis.model()?.networks.get(number)?);
        network.statements().next()?;
        self.push(at, totals_label(&totals)?, InlayHintKind::Totals);
        Some(())
    }

    fn layer(&mut self, stmt: &LayerStmt) -> Option<()> {
        let head = match (stmt.call(), stmt.choice()) {
            (Some(call), _) => call.syntax().text_range(),
            (None, Some(choice)) => choice.syntax().text_range(),
            (None, None) => return None,
        };
        let uses = self.results.statement(stmt.syntax().text_range().start());
        let keeps = stmt
            .call()
            .and_then(|call| match self.analysis.names().callee(&call) {
                Callee::Layer(entry) => Some(never_changes(entry)),
                _ => None,
            })
            .unwrap_or(false);
        let repeated = Stmt::Layer(stmt.clone()).repeats().next().is_some();
        let shape = self.config.shapes.then(|| shape_label(uses, keeps, repeated)).flatten();
        let params = self.config.params.then(|| params_label(uses)).flatten();
        if let Some(shape) = shape {
            self.push(head.end(), shape, InlayHintKind::Shape);
        }
        if let Some(params) = params {
            self.push(head.end(), params, InlayHintKind::Params);
        }
        Some(())
    }

    fn branch(&mut self, branch: &BranchStmt) -> Option<()> {
        let uses = self.results.statement(branch.syntax().text_range().start());
        uses.iter().find(|one| one.what.start.is_some())?;
        let name = branch.name()?;
        let at = branch.block()?.l_brace()?.text_range().end();
        self.push(at, format!("from {}", name.text()), InlayHintKind::BranchStart);
        Some(())
    }

    fn arguments(&mut self, call: &CallExpr) -> Option<()> {
        let list = call.arg_list()?;
        for (at, name) in positional_names(self.analysis.names().callee(call), &list) {
            self.push(at, format!("{name}="), InlayHintKind::ArgumentName);
            if let Some(hint) = self.found.last_mut() {
                hint.edits = vec![TextEdit::new(TextRange::empty(at), format!("{name}="))];
            }
        }
        Some(())
    }
}

/// Whether the layer's output has the shape of its input whatever its arguments.
fn never_changes(entry: &LayerEntry) -> bool {
    entry.output == "the input's shape" && !entry.is_merge()
}

/// `693,962 parameters, 888 kMACs`, as far as it is known.
fn totals_label(totals: &Totals) -> Option<String> {
    let macs = (totals.macs != Count::Unknown).then(|| rounded(totals.macs, "MACs"));
    let known: Vec<String> = known_parameters(totals).into_iter().chain(macs).collect();
    (!known.is_empty()).then(|| known.join(", "))
}

/// `693,962 parameters`, or the fewest that they are.
pub(super) fn known_parameters(totals: &Totals) -> Option<String> {
    match (totals.parameters(), totals.parameters_at_least) {
        (Count::Unknown, 0) => None,
        (Count::Unknown, known) => Some(format!("≥ {}", parameters_text(Count::known(known)))),
        (parameters, _) => Some(parameters_text(parameters)),
    }
}

/// `→ 26×26×32` for a statement.
fn shape_label(uses: &[Use<Statement>], keeps: bool, repeated: bool) -> Option<String> {
    let mut shapes: Vec<String> = Vec::new();
    for (copies, _) in expansions(uses) {
        let flows: Vec<Flowing<'_>> =
            copies.iter().filter_map(|copy| flowing(&copy.what.parts)).collect();
        let (first, last) = (flows.first()?, flows.last()?);
        if keeps && copies.len() == 1 && !repeated && same_shape(first) {
            continue;
        }
        let (first, last) = (outputs_text(first), outputs_text(last));
        let shape = if first == last { last } else { format!("{first} … {last}") };
        if !shapes.contains(&shape) {
            shapes.push(shape);
        }
    }
    match shapes.as_slice() {
        [] => None,
        [shape] if is_unknown(shape) => None,
        [shape] => Some(format!("→ {shape}")),
        _ => Some(varies(count_expansions(uses))),
    }
}

/// `320 parameters` for a statement, all of its copies together.
fn params_label(uses: &[Use<Statement>]) -> Option<String> {
    let mut counts: Vec<Count> = Vec::new();
    for (copies, _) in expansions(uses) {
        let sum = copies.iter().fold(Counts::ZERO, |sum, copy| sum + sum_parts(&copy.what.parts));
        let count = sum.trainable + sum.non_trainable;
        if !counts.contains(&count) {
            counts.push(count);
        }
    }
    match counts.as_slice() {
        [] | [Count::ZERO | Count::Unknown] => None,
        [count] => Some(parameters_text(*count)),
        _ => Some(varies(count_expansions(uses))),
    }
}

/// Whether the text of some shapes says nothing of any of them.
fn is_unknown(shapes: &str) -> bool {
    shapes.split(", ").all(|shape| shape == "?")
}

fn varies(uses: u64) -> String {
    format!("varies ({uses} uses)")
}

/// `320 parameters`.
pub(super) fn parameters_text(count: Count) -> String {
    let plural = if count == Count::known(1) { "" } else { "s" };
    format!("{count} parameter{plural}")
}

fn same_shape(flowing: &Flowing<'_>) -> bool {
    match (flowing.inputs, flowing.outputs.as_slice()) {
        ([input], [[output]]) => input.shape == output.shape,
        _ => false,
    }
}

/// What goes out, as text.
pub(super) fn outputs_text(flowing: &Flowing<'_>) -> String {
    match flowing.outputs.as_slice() {
        [one] => tensors_text(one.iter()),
        several => {
            let first: Option<Vec<_>> = several
                .iter()
                .map(|one| match one {
                    [only] => Some(only),
                    _ => None,
                })
                .collect();
            first.map_or_else(|| "?".to_owned(), |tensors| either_text(&tensors))
        }
    }
}

/// The positional arguments of a list with the parameters that they mean.
pub(super) fn positional_names(callee: Callee<'_>, list: &ArgList) -> Vec<(TextSize, String)> {
    let mut names = Vec::new();
    let mut position = 0;
    let mut named: Vec<String> = Vec::new();
    for arg in list.args() {
        if let Some(name) = arg.name() {
            named.push(name.text().to_owned());
            continue;
        }
        let Some(value) = arg.value() else { continue };
        let is_text = matches!(&value, Expr::Literal(it) if is_string(it));
        let name = match callee {
            Callee::Macro(definition) => {
                definition.params.get(position).map(|param| param.name.to_string())
            }
            Callee::Layer(entry) if entry.is_merge() && is_text => continue,
            Callee::Layer(entry) => {
                let mut meant = entry.positional(position);
                while meant.is_some_and(|(_, param)| named.iter().any(|it| it == param.name)) {
                    position += 1;
                    meant = entry.positional(position);
                }
                meant.map(|(_, param)| param.name.to_owned())
            }
            callee => callee
                .signature()
                .and_then(|signature| signature.positional(position))
                .map(|param| param.name.to_owned()),
        };
        position += 1;
        if let Some(name) = name {
            names.push((arg.syntax().text_range().start(), name));
        }
    }
    names
}

fn is_string(literal: &crate::syntax::ast::Literal) -> bool {
    literal.kind() == crate::syntax::ast::LiteralKind::String
}

/// At most `max` characters, the last of them an ellipsis where something is left out.
fn shortened(label: String, max: Option<usize>) -> String {
    let Some(max) = max.filter(|&max| label.chars().nth(max).is_some()) else { return label };
    label.chars().take(max.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::{file, with_marks};
    use expect_test::{Expect, expect};

    /// The text with its hints in guillemets.
    fn show(text: &str, config: &InlayHintsConfig) -> String {
        let analysis = file(text);
        let whole = TextRange::up_to(TextSize::of(analysis.text()));
        let hints = analysis.inlay_hints(whole, config);
        let marks = hints.into_iter().map(|hint| (hint.offset, format!("«{}»", hint.label)));
        with_marks(analysis.text(), marks)
    }

    fn check(text: &str, expect: Expect) {
        expect.assert_eq(&show(text, &InlayHintsConfig::default()));
    }

    #[test]
    fn shapes_stand_after_layers() {
        check(
            "Conv2D(32, (3, 3), activation=\"relu\")\nBatchNormalization()\nMaxPooling2D(2)\nDropout(0.5)\nFlatten\nDense(10)",
            expect![[r#"
                network N {«54,538 parameters, 249 kMACs»
                  input: (28, 28, 1)
                  layers:
                Conv2D(32, (3, 3), activation="relu")«→ 26×26×32»
                BatchNormalization()
                MaxPooling2D(2)«→ 13×13×32»
                Dropout(0.5)
                Flatten«→ 5408»
                Dense(10)«→ 10»
                }"#]],
        );
    }

    #[test]
    fn repeats_show_the_last_copy() {
        check(
            "Conv2D(4, 3) * 3\nResidualConnection { Conv2D(4, 3, padding=\"same\") } * 2\nDense(5) * 2",
            expect![[r#"
                network N {«687 parameters, 338 kMACs»
                  input: (28, 28, 1)
                  layers:
                Conv2D(4, 3)«→ 22×22×4» * 3
                ResidualConnection«→ 22×22×4» { Conv2D(4, 3, padding="same")«→ 22×22×4» } * 2
                Dense(5)«→ 22×22×5» * 2
                }"#]],
        );
    }

    #[test]
    fn bodies_show_what_all_uses_share() {
        check(
            "define B(f) { Conv2D($f, 3, padding=\"same\") MaxPooling2D(2) Flatten() }\ndefine C { Dense(3) }\ndefine D { Dense(3) }\nnetwork N {\n  input: (28, 28, 1)\n  layers:\n    a: { B(4) C() }\n    b: { B(8) C() * 2 }\n    Add()\n}",
            expect![[r#"
                define B(f) { Conv2D($f, 3, padding="same")«varies (2 uses)» MaxPooling2D(2)«varies (2 uses)» Flatten()«varies (2 uses)» }
                define C { Dense(3)«→ 3» }
                define D { Dense(3) }
                network N {«7,194 parameters, 91.7 kMACs»
                  input: (28, 28, 1)
                  layers:
                    a: { B(4)«→ 784» C()«→ 3» }
                    b: { B(8)«→ 1568» C()«→ 3» * 2 }
                    Add()«→ 3»
                }"#]],
        );
    }

    #[test]
    fn branches_show_where_they_start() {
        check(
            "network N {\n  input: { image: (8, 8, 3), meta: (5,) }\n  layers:\n    image: { Flatten() Dense(4, name=\"h\") }\n    meta: { Dense(4) }\n    Add()\n    h: { Dense(2) }\n    other: { Dense(2) }\n    Add()\n}",
            expect![[r#"
                network N {«816 parameters, 804 MACs»
                  input: { image: (8, 8, 3), meta: (5,) }
                  layers:
                    image: {«from image» Flatten()«→ 192» Dense(4, name="h")«→ 4» }
                    meta: {«from meta» Dense(4)«→ 4» }
                    Add()«→ 4»
                    h: {«from h» Dense(2)«→ 2» }
                    other: { Dense(2)«→ 2» }
                    Add()«→ 2»
                }"#]],
        );
    }

    #[test]
    fn wrappers_blocks_and_choices() {
        check(
            "network N {\n  input: (10, 8, 8, 3)\n  layers:\n    TimeDistributed(Conv2D(4, 3)) { Flatten() }\n    Bidirectional(LSTM(16, return_sequences=true))\n    TransformerEncoder(num_heads=2, ff_dim=32) { Dense(64) Dense(32) }\n    HPO(choice(Dense(64), Dropout(0.5)))\n    LSTM(HPO(choice(8, 16)), return_state=true)\n}",
            expect![[r#"
                network N {«34,768..40,752 parameters, 386..445 kMA…»
                  input: (10, 8, 8, 3)
                  layers:
                    TimeDistributed(Conv2D(4, 3))«→ 10×144» { Flatten()«→ 144» }
                    Bidirectional(LSTM(16, return_sequences=true))«→ 10×32»
                    TransformerEncoder(num_heads=2, ff_dim=32) { Dense(64)«→ 10×64» Dense(32)«→ 10×32» }
                    HPO(choice(Dense(64), Dropout(0.5)))«→ 10×32|64»
                    LSTM(HPO(choice(8, 16)), return_state=true)«→ 8|16, 8|16, 8|16»
                }"#]],
        );
    }

    #[test]
    fn what_is_unknown_is_left_out() {
        check(
            "Dense(8)\nConv2D(4, 99)\nFlatten()\nMyLayer(3)\nDense(3)\nReshape((2, None))",
            expect![[r#"
                network N {«≥ 16 parameters»
                  input: (28, 28, 1)
                  layers:
                Dense(8)«→ 28×28×8»
                Conv2D(4, 99)
                Flatten()
                MyLayer(3)
                Dense(3)
                Reshape((2, None))
                }"#]],
        );
        check(
            "network N { input: (T, 5) layers: a: { MyLayer() } b: { Dense(3) } Concatenate() }",
            expect![
                "network N {«≥ 18 parameters» input: (T, 5) layers: a: { MyLayer() } b: { Dense(3)«→ T×3» } Concatenate() }"
            ],
        );
        check(
            "Conv2D(4, 99)\nFlatten()\nMyLayer(3)\nDense(",
            expect![[r#"
                network N {
                  input: (28, 28, 1)
                  layers:
                Conv2D(4, 99)
                Flatten()
                MyLayer(3)
                Dense(
                }"#]],
        );
        check(
            "network N { input: (T, 512) layers: Conv1D(64, 3, strides=2, padding=\"same\") Flatten() }",
            expect![[
                r#"network N {«98,368 parameters» input: (T, 512) layers: Conv1D(64, 3, strides=2, padding="same")«→ (floor((T-1)/2)+1)×64» Flatten()«→ 64*floor((T-1)/2)+64» }"#
            ]],
        );
        check("network N {", expect!["network N {"]);
        check(
            "",
            expect![[r#"
            network N {
              input: (28, 28, 1)
              layers:

            }"#]],
        );
    }

    #[test]
    fn kinds_are_switched_on_and_off() {
        let all = InlayHintsConfig { params: true, argument_names: true, ..Default::default() };
        let text = "define B(f, k=3) { Conv2D($f, k) }\nnetwork N {\n  input: (28, 28, 1)\n  layers:\n    B(8)\n    Conv2D(32, (3, 3), \"relu\", padding=\"same\")\n    TimeDistributed(Dense(10), name=\"d\")\n    Add(\"d\")\n  optimizer: SGD(0.1, momentum=0.9)\n}";
        expect![[r#"
            define B(f, k=3) { Conv2D(«filters=»$f, «kernel_size=»k)«→ 26×26×8»«80 parameters» }
            network N {«2,746 parameters, 1.82 MMACs»
              input: (28, 28, 1)
              layers:
                B(«f=»8)«→ 26×26×8»«80 parameters»
                Conv2D(«filters=»32, «kernel_size=»(3, 3), «activation=»"relu", padding="same")«→ 26×26×32»«2,336 parameters»
                TimeDistributed(«layer=»Dense(«units=»10), name="d")«→ 26×26×10»«330 parameters»
                Add("d")«→ 26×26×10»
              optimizer: SGD(«learning_rate=»0.1, momentum=0.9)
            }"#]].assert_eq(&show(text, &all));
        let short = InlayHintsConfig { totals: false, max_length: Some(8), ..all };
        expect![[r#"
            define B(f, k=3) { Conv2D(«filters=»$f, «kernel_…»k)«→ 26×26…»«80 para…» }
            network N {
              input: (28, 28, 1)
              layers:
                B(«f=»8)«→ 26×26…»«80 para…»
                Conv2D(«filters=»32, «kernel_…»(3, 3), «activat…»"relu", padding="same")«→ 26×26…»«2,336 p…»
                TimeDistributed(«layer=»Dense(«units=»10), name="d")«→ 26×26…»«330 par…»
                Add("d")«→ 26×26…»
              optimizer: SGD(«learnin…»0.1, momentum=0.9)
            }"#]].assert_eq(&show(text, &short));
    }

    #[test]
    fn only_hints_of_the_range_are_given() {
        let analysis = file("Conv2D(4, 3)\nFlatten()\nDense(5)");
        let text = analysis.text();
        let at = TextSize::new(text.find("Flatten").unwrap() as u32);
        let range = TextRange::new(at, at + TextSize::new(9));
        let hints = analysis.inlay_hints(range, &InlayHintsConfig::default());
        let labels: Vec<String> = hints.into_iter().map(|hint| hint.label).collect();
        assert_eq!(labels, ["→ 2704"]);
    }
}
