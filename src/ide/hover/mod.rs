//! What an editor shows under the pointer.
//!
//! A layer's page begins with its shapes, goes on with its numbers and the formula with these
//! numbers in it, and ends with the documentation of the layer table. Every other word of the
//! language has a page too: parameters, macros, sections, hyperparameters, dimensions.

mod argument;
mod formula;
mod heads;
mod layer;
mod layout;
mod section;
mod words;

pub(super) use self::heads::{branch, network};
use super::analysis::Analysis;
use super::names::Callee;
use super::tokens;
use crate::syntax::ast::{AstNode, BranchStmt, CallExpr, HpoExpr, LayerStmt, Network};
use crate::syntax::{SyntaxKind, SyntaxNode, SyntaxToken};
use crate::text::{TextRange, TextSize};

/// A text about a piece of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The piece.
    pub range: TextRange,
    /// The text, in Markdown.
    pub markdown: String,
}

/// How numbers are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoverConfig {
    /// The batch for activations and multiply-accumulates.
    pub batch: u64,
    /// The bytes of one number.
    pub dtype_bytes: u64,
    /// Whether the documentation of layers and parameters is shown below the numbers.
    pub documentation: bool,
    /// Whether the shapes of a layer over images are shown in the other layout as well.
    pub other_layout: bool,
}

impl Default for HoverConfig {
    fn default() -> HoverConfig {
        HoverConfig { batch: 1, dtype_bytes: 4, documentation: true, other_layout: false }
    }
}

/// What there is to say about `offset`.
pub(super) fn hover(analysis: &Analysis, offset: TextSize, config: &HoverConfig) -> Option<Hover> {
    let token = tokens::token_at(&analysis.syntax().syntax(), offset)?;
    let parent = token.parent()?;
    let markdown = match (token.kind(), parent.kind()) {
        (SyntaxKind::STAR, SyntaxKind::REPEAT) => Some(words::REPEAT.to_owned()),
        (SyntaxKind::AT, SyntaxKind::DEVICE) => Some(words::DEVICE.to_owned()),
        (kind, _) if kind.is_trivia() => None,
        (_, SyntaxKind::CALL_EXPR) => call(analysis, &token, &parent, config),
        (SyntaxKind::IDENT, SyntaxKind::NETWORK) => network_word(analysis, &token, parent, config),
        (SyntaxKind::IDENT, SyntaxKind::MACRO_DEF) => heads::definition(analysis, &token),
        (SyntaxKind::IDENT, SyntaxKind::PARAM) => argument::macro_parameter(analysis, &token),
        (SyntaxKind::IDENT, SyntaxKind::BRANCH_STMT) => {
            heads::branch(analysis, &BranchStmt::cast(parent)?)
        }
        (SyntaxKind::IDENT, SyntaxKind::HPO_EXPR) => hpo(analysis, &token, parent, config),
        (SyntaxKind::IDENT, SyntaxKind::RESEARCH) => words::keyword("research").map(str::to_owned),
        (_, SyntaxKind::DEVICE) => Some(words::DEVICE.to_owned()),
        _ => section::hover(analysis, &token, config)
            .or_else(|| argument::hover(analysis, &token, config)),
    }?;
    Some(Hover { range: token.text_range(), markdown })
}

/// The name of a call.
fn call(
    analysis: &Analysis,
    token: &SyntaxToken,
    node: &SyntaxNode,
    config: &HoverConfig,
) -> Option<String> {
    let found = CallExpr::cast(node.clone())?;
    match analysis.names().callee(&found) {
        Callee::Layer(_) | Callee::Macro(_) | Callee::Custom => {
            layer::call(analysis, &found, config)
        }
        callee => section::signature(callee).or_else(|| argument::hover(analysis, token, config)),
    }
}

fn network_word(
    analysis: &Analysis,
    token: &SyntaxToken,
    node: SyntaxNode,
    config: &HoverConfig,
) -> Option<String> {
    let found = Network::cast(node)?;
    if found.name().as_ref() == Some(token) {
        return heads::network(analysis, &found, config);
    }
    words::keyword("network").map(str::to_owned)
}

fn hpo(
    analysis: &Analysis,
    token: &SyntaxToken,
    node: SyntaxNode,
    config: &HoverConfig,
) -> Option<String> {
    let found = HpoExpr::cast(node)?;
    let mut page = Page::default();
    let is_layer = found.syntax().parent().is_some_and(|it| it.kind() == SyntaxKind::LAYER_STMT);
    if is_layer && let Some(text) = layer::choice(analysis, &found, config) {
        page.text(&text);
    }
    page.text(words::hpo_form(token.text())?);
    page.finish()
}

/// The page of a layer statement, for the tooltip of its hint.
pub(super) fn statement(
    analysis: &Analysis,
    stmt: &LayerStmt,
    config: &HoverConfig,
) -> Option<String> {
    match (stmt.call(), stmt.choice()) {
        (Some(call), _) => layer::call(analysis, &call, config),
        (None, choice) => layer::choice(analysis, &choice?, config),
    }
}

/// The page of an argument, for the tooltip of its hint.
pub(super) fn argument(
    analysis: &Analysis,
    token: &SyntaxToken,
    config: &HoverConfig,
) -> Option<String> {
    argument::of_value(analysis, token, config)
}

/// The number of a network among those of the model.
pub(super) fn network_number(analysis: &Analysis, network: &Network) -> Option<usize> {
    let start = network.syntax().text_range().start();
    let count = analysis.model()?.networks.len();
    let numbers: Vec<usize> = (0..count).collect();
    let at = numbers.partition_point(|&at| analysis.document().network_range(at).start() < start);
    (at < count && analysis.document().network_range(at).start() == start).then_some(at)
}

/// The text of a node on one line, shortened where it is long.
pub(super) fn one_line(node: &SyntaxNode) -> String {
    const MOST: usize = 60;
    let mut line = String::new();
    for token in node.descendants_with_tokens().filter_map(|element| element.into_token()) {
        match token.kind() {
            SyntaxKind::COMMENT | SyntaxKind::OPEN_COMMENT => {}
            SyntaxKind::WHITESPACE if line.ends_with(' ') => {}
            SyntaxKind::WHITESPACE => line.push(' '),
            _ => line.push_str(token.text()),
        }
        if line.chars().nth(MOST).is_some() {
            return line.chars().take(MOST - 1).chain(['…']).collect();
        }
    }
    line
}

/// A Markdown text that grows by paragraphs.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn paragraph(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
        self.text.push_str(text);
    }

    fn text(&mut self, text: &str) {
        self.paragraph(text);
    }

    fn code(&mut self, language: &str, text: &str) {
        if !text.is_empty() {
            self.paragraph(&format!("```{language}\n{text}\n```"));
        }
    }

    fn list(&mut self, lines: &[String]) {
        let lines: Vec<String> = lines.iter().map(|line| format!("- {line}")).collect();
        self.paragraph(&lines.join("\n"));
    }

    /// A line between what is computed and what is documented.
    fn rule(&mut self) {
        if !self.text.is_empty() {
            self.paragraph("---");
        }
    }

    fn finish(self) -> Option<String> {
        Some(self.text).filter(|text| !text.is_empty())
    }
}
