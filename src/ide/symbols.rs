//! The outline of a file.

use super::analysis::{Analysis, Results};
use super::hover::{network_number, one_line};
use super::index::{Statement, Use, expansions, final_outputs, flowing};
use super::inlay_hints::{known_parameters, outputs_text};
use super::names::unquoted;
use super::report::Totals;
use super::view::tensors_text;
use crate::model::result::Part;
use crate::syntax::ast::{
    AstNode, Block, BranchStmt, CallExpr, Expr, File, Item, LayerStmt, LayersSection, MacroDef,
    Network, Research, Section, SectionKind, Stmt,
};
use crate::syntax::{SyntaxKind, SyntaxNode, SyntaxToken};
use crate::text::TextRange;

/// An entry of the outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentSymbol {
    /// Its name.
    pub name: String,
    /// What stands beside the name: a shape, a value.
    pub detail: Option<String>,
    /// What it is.
    pub kind: SymbolKind,
    /// All of its text.
    pub range: TextRange,
    /// The name's text, inside `range`.
    pub selection_range: TextRange,
    /// The entries inside it.
    pub children: Vec<DocumentSymbol>,
}

/// What an entry of the outline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SymbolKind {
    /// A network, or a research form.
    Network,
    /// A macro.
    Macro,
    /// A layer or a macro call.
    Layer,
    /// A branch.
    Branch,
    /// One input of a network.
    Input,
    /// A section.
    Section,
}

/// The outline of the file, in the order of the text.
pub(super) fn document_symbols(analysis: &Analysis) -> Vec<DocumentSymbol> {
    let file: File = analysis.syntax().file();
    let results = analysis.results(file.syntax().text_range());
    let outline = Outline { analysis, results };
    file.items()
        .map(|item| match item {
            Item::Network(network) => outline.network(&network),
            Item::MacroDef(definition) => outline.definition(&definition),
            Item::Research(research) => outline.research(&research),
        })
        .collect()
}

struct Outline<'a> {
    analysis: &'a Analysis,
    results: Results<'a>,
}

impl Outline<'_> {
    fn network(&self, network: &Network) -> DocumentSymbol {
        let model = network_number(self.analysis, network)
            .and_then(|number| self.analysis.model()?.networks.get(number));
        let detail = model.and_then(|model| known_parameters(&Totals::of(model)));
        let mut children = Vec::new();
        let mut declared = model.map(|model| model.inputs.iter()).into_iter().flatten();
        for node in network.syntax().children() {
            if let Some(section) = Section::cast(node.clone()) {
                let mut symbol = section_symbol(&section);
                for (input, child) in section.inputs().zip(&mut symbol.children) {
                    // A second input of the same name is no input of the model.
                    let known = declared.next().filter(|(name, _)| {
                        name.as_deref() == input.name().as_ref().map(SyntaxToken::text)
                    });
                    child.detail = known.map(|(_, tensor)| tensors_text([tensor]));
                }
                children.push(symbol);
            } else if let Some(section) = LayersSection::cast(node.clone()) {
                let wanted = |_: &Stmt| !self.analysis.is_superseded();
                let statements = section.statements().take_while(wanted);
                let layers: Vec<_> = statements.map(|stmt| self.stmt(&stmt)).collect();
                match section.keyword() {
                    Some(keyword) => {
                        let detail = Some(count(layers.len(), "statement"));
                        let mut symbol =
                            symbol(section.syntax(), Some(keyword), "layers", SymbolKind::Section);
                        (symbol.detail, symbol.children) = (detail, layers);
                        children.push(symbol);
                    }
                    // Layers that stand without the keyword.
                    None => children.extend(layers),
                }
            } else if let Some(definition) = MacroDef::cast(node) {
                children.push(self.definition(&definition));
            }
        }
        let name = network.name().or_else(|| network.keyword());
        let mut symbol = symbol(network.syntax(), name, "network", SymbolKind::Network);
        (symbol.detail, symbol.children) = (detail, children);
        symbol
    }

    fn definition(&self, definition: &MacroDef) -> DocumentSymbol {
        let name = definition.name().or_else(|| definition.keyword());
        let mut symbol = symbol(definition.syntax(), name, "define", SymbolKind::Macro);
        symbol.detail = definition.param_list().map(|list| one_line(list.syntax()));
        symbol.children = definition.statements().map(|stmt| self.stmt(&stmt)).collect();
        symbol
    }

    fn research(&self, research: &Research) -> DocumentSymbol {
        let mut symbol =
            symbol(research.syntax(), research.name(), "research", SymbolKind::Network);
        symbol.detail = Some("research".to_owned());
        symbol
    }

    /// Statements nest as deep as the parser lets them, which is bounded.
    fn stmt(&self, stmt: &Stmt) -> DocumentSymbol {
        let uses = self.results.statement(stmt.syntax().text_range().start());
        match stmt {
            Stmt::Layer(layer) => self.layer(layer, stmt, uses),
            Stmt::Branch(branch) => self.branch(branch, uses),
        }
    }

    fn layer(&self, layer: &LayerStmt, stmt: &Stmt, uses: &[Use<Statement>]) -> DocumentSymbol {
        let head = layer
            .call()
            .and_then(|call| call.name())
            .or_else(|| layer.choice()?.syntax().first_token());
        let mut symbol = symbol(layer.syntax(), head, "?", SymbolKind::Layer);
        if let Some(name) = layer.call().and_then(|call| given_name(&call)) {
            symbol.name = format!("{} {name}", symbol.name);
        }
        for repeat in stmt.repeats() {
            symbol.name = format!("{} {}", symbol.name, one_line(repeat.syntax()));
        }
        let flows = uses.iter().filter_map(|one| flowing(&one.what.parts));
        symbol.detail = shared(flows.map(|flowing| outputs_text(&flowing)).collect(), uses);
        symbol.children = self.block(stmt.block());
        symbol
    }

    fn branch(&self, branch: &BranchStmt, uses: &[Use<Statement>]) -> DocumentSymbol {
        let mut symbol = symbol(branch.syntax(), branch.name(), "?", SymbolKind::Branch);
        let shapes = uses.iter().filter_map(|one| match one.what.parts.first()? {
            Part::Inner(nodes) if !nodes.is_empty() => Some(tensors_text(final_outputs(nodes))),
            _ => None,
        });
        symbol.detail = shared(shapes.collect(), uses);
        symbol.children = self.block(branch.block());
        symbol
    }

    fn block(&self, block: Option<Block>) -> Vec<DocumentSymbol> {
        block.map_or_else(Vec::new, |block| {
            block.statements().map(|stmt| self.stmt(&stmt)).collect()
        })
    }
}

/// What the uses have in common: the last copy's shape where all expansions agree.
fn shared(mut shapes: Vec<String>, uses: &[Use<Statement>]) -> Option<String> {
    if expansions(uses).count() <= 1 {
        return shapes.pop();
    }
    shapes.dedup();
    match shapes.as_slice() {
        [] => None,
        [shape] => Some(shape.clone()),
        _ => Some("varies".to_owned()),
    }
}

fn section_symbol(section: &Section) -> DocumentSymbol {
    let mut symbol = symbol(section.syntax(), section.keyword(), "section", SymbolKind::Section);
    match section.kind() {
        SectionKind::Input => {
            let several = section.inputs().count() > 1;
            symbol.children = section
                .inputs()
                .map(|input| {
                    let fallback = if several { "input" } else { "shape" };
                    let name = input.name();
                    self::symbol(input.syntax(), name, fallback, SymbolKind::Input)
                })
                .collect();
        }
        SectionKind::Train | SectionKind::Execute => {
            let entries: Vec<String> =
                section.entries().take(3).map(|entry| one_line(entry.syntax())).collect();
            symbol.detail = Some(entries.join(", ")).filter(|detail| !detail.is_empty());
        }
        SectionKind::Loss | SectionKind::Optimizer | SectionKind::Metrics => {
            let values: Vec<String> =
                section.values().map(|value| one_line(value.syntax())).collect();
            symbol.detail = Some(values.join(", ")).filter(|detail| !detail.is_empty());
        }
        SectionKind::Unknown => {}
    }
    symbol
}

/// The string of the argument `name`.
fn given_name(call: &CallExpr) -> Option<String> {
    let arg =
        call.arg_list()?.args().find(|arg| arg.name().is_some_and(|name| name.text() == "name"))?;
    match arg.value()? {
        Expr::Literal(literal) => {
            let token = literal.token().filter(|token| token.kind() == SyntaxKind::STRING)?;
            Some(unquoted(token.text()).to_owned())
        }
        _ => None,
    }
}

fn symbol(
    node: &SyntaxNode,
    name: Option<SyntaxToken>,
    fallback: &str,
    kind: SymbolKind,
) -> DocumentSymbol {
    let range = node.text_range();
    let start = TextRange::empty(range.start());
    let selection_range = name.as_ref().map_or(start, |name| name.text_range());
    DocumentSymbol {
        name: name.map_or_else(|| fallback.to_owned(), |name| name.text().to_owned()),
        detail: None,
        kind,
        range,
        selection_range: selection_range.intersect(range).unwrap_or(start),
        children: Vec::new(),
    }
}

fn count(number: usize, of: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {of}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::{file, shown};
    use expect_test::{Expect, expect};

    fn check(text: &str, expect: Expect) {
        let analysis = file(text);
        let mut out = String::new();
        for symbol in analysis.document_symbols() {
            render(&analysis, &symbol, 0, &mut out);
        }
        expect.assert_eq(&out);
    }

    fn render(analysis: &Analysis, symbol: &DocumentSymbol, depth: usize, out: &mut String) {
        assert!(symbol.range.contains_range(symbol.selection_range));
        let detail = symbol.detail.as_ref().map_or_else(String::new, |it| format!(" — {it}"));
        out.push_str(&format!(
            "{}{:?} {}{detail} `{}`\n",
            "  ".repeat(depth),
            symbol.kind,
            symbol.name,
            shown(analysis, symbol.selection_range)
        ));
        for child in &symbol.children {
            assert!(symbol.range.contains_range(child.range));
            render(analysis, child, depth + 1, out);
        }
    }

    #[test]
    fn the_outline_of_a_file() {
        check(
            "define Block(f, k=3) { Conv2D($f, k) ReLU }\nnetwork Net {\n  input: { image: (8, 8, 3), meta: (5,) }\n  layers:\n    image: { Block(4) * 2 Flatten() Dense(4, name=\"h\") }\n    meta: { Dense(4) }\n    Add()\n    ResidualConnection { Dense(4) }\n  loss: \"mse\"\n  optimizer: Adam(learning_rate=0.001)\n  metrics: [\"mae\"]\n  train { epochs: 5 batch_size: 32 }\n}\nresearch R { metrics { loss: 0.1 } }",
            expect![[r#"
                Macro Block — (f, k=3) `Block`
                  Layer Conv2D — varies `Conv2D`
                  Layer ReLU — varies `ReLU`
                Network Net — 564 parameters `Net`
                  Section input `input`
                    Input image — 8×8×3 `image`
                    Input meta — 5 `meta`
                  Section layers — 4 statements `layers`
                    Branch image — 4 `image`
                      Layer Block * 2 — 4×4×4 `Block`
                      Layer Flatten — 64 `Flatten`
                      Layer Dense h — 4 `Dense`
                    Branch meta — 4 `meta`
                      Layer Dense — 4 `Dense`
                    Layer Add — 4 `Add`
                    Layer ResidualConnection — 4 `ResidualConnection`
                      Layer Dense — 4 `Dense`
                  Section loss — "mse" `loss`
                  Section optimizer — Adam(learning_rate=0.001) `optimizer`
                  Section metrics — ["mae"] `metrics`
                  Section train — epochs: 5, batch_size: 32 `train`
                Network R — research `R`
            "#]],
        );
    }

    #[test]
    fn broken_texts_have_outlines() {
        check(
            "network {\n layers:\n Dense(\n",
            expect![[r#"
            Network network `network`
              Section layers — 1 statement `layers`
                Layer Dense — ? `Dense`
        "#]],
        );
        check(
            "define",
            expect![[r#"
            Macro define `define`
        "#]],
        );
        check(
            "network A { } network B { input: 4 layers: Dense(3) define C { } }",
            expect![[r#"
            Network A — 0 parameters `A`
            Network B — 15 parameters `B`
              Section input `input`
                Input shape — 4 ``
              Section layers — 1 statement `layers`
                Layer Dense — 3 `Dense`
            Macro C `C`
        "#]],
        );
    }
}
