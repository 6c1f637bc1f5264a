//! `textDocument/documentSymbol`: a tree, or a list for clients that know no trees.

use tower_lsp::lsp_types::{DocumentSymbol, DocumentSymbolResponse, SymbolInformation, SymbolKind};

use crate::ide;
use crate::server::snapshot::Snapshot;

/// The outline of the file.
pub(in crate::server) fn symbols(snapshot: &Snapshot) -> DocumentSymbolResponse {
    let symbols = snapshot.analysis.document_symbols();
    match snapshot.client.hierarchical_symbols {
        true => DocumentSymbolResponse::Nested(nested(snapshot, symbols)),
        false => DocumentSymbolResponse::Flat(flat(snapshot, symbols)),
    }
}

/// The tree. It is as deep as the text nests, which the parser bounds.
fn nested(snapshot: &Snapshot, symbols: Vec<ide::DocumentSymbol>) -> Vec<DocumentSymbol> {
    let convert = |symbol: ide::DocumentSymbol| {
        let children = nested(snapshot, symbol.children);
        #[allow(deprecated)] // The protocol's type has the field all the same.
        DocumentSymbol {
            name: name(symbol.name),
            detail: symbol.detail,
            kind: kind(symbol.kind),
            tags: None,
            deprecated: None,
            range: snapshot.range(symbol.range),
            selection_range: snapshot.range(symbol.selection_range),
            children: (!children.is_empty()).then_some(children),
        }
    };
    symbols.into_iter().map(convert).collect()
}

fn flat(snapshot: &Snapshot, symbols: Vec<ide::DocumentSymbol>) -> Vec<SymbolInformation> {
    let mut list = Vec::new();
    let mut open: Vec<(Option<String>, ide::DocumentSymbol)> =
        symbols.into_iter().rev().map(|symbol| (None, symbol)).collect();
    while let Some((container_name, symbol)) = open.pop() {
        let inner = Some(symbol.name.clone());
        open.extend(symbol.children.into_iter().rev().map(|child| (inner.clone(), child)));
        #[allow(deprecated)] // The protocol's type has the field all the same.
        list.push(SymbolInformation {
            name: name(symbol.name),
            kind: kind(symbol.kind),
            tags: None,
            deprecated: None,
            location: snapshot.location(symbol.range),
            container_name,
        });
    }
    list
}

/// Clients refuse a name that is empty.
fn name(name: String) -> String {
    if name.trim().is_empty() { "?".to_owned() } else { name }
}

fn kind(kind: ide::SymbolKind) -> SymbolKind {
    match kind {
        ide::SymbolKind::Network => SymbolKind::CLASS,
        ide::SymbolKind::Macro => SymbolKind::FUNCTION,
        ide::SymbolKind::Layer => SymbolKind::FIELD,
        ide::SymbolKind::Branch => SymbolKind::NAMESPACE,
        ide::SymbolKind::Input => SymbolKind::VARIABLE,
        ide::SymbolKind::Section => SymbolKind::PROPERTY,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{TEXT, lines, poor, rich};
    use super::*;
    use expect_test::{Expect, expect};

    fn check(snapshot: &Snapshot, expect: Expect) {
        expect.assert_eq(&lines(&symbols(snapshot)));
    }

    #[test]
    fn the_outline_is_a_tree_or_a_list() {
        check(
            &rich(TEXT),
            expect![[r#"
            {"name":"Digits","detail":"330 parameters","kind":5,"range":{"start":{"line":0,"character":0},"end":{"line":6,"character":1}},"selectionRange":{"start":{"line":0,"character":8},"end":{"line":0,"character":14}},"children":[{"name":"input","kind":7,"range":{"start":{"line":1,"character":2},"end":{"line":1,"character":18}},"selectionRange":{"start":{"line":1,"character":2},"end":{"line":1,"character":7}},"children":[{"name":"shape","detail":"8×8×1","kind":13,"range":{"start":{"line":1,"character":9},"end":{"line":1,"character":18}},"selectionRange":{"start":{"line":1,"character":9},"end":{"line":1,"character":9}}}]},{"name":"layers","detail":"3 statements","kind":7,"range":{"start":{"line":2,"character":2},"end":{"line":5,"character":18}},"selectionRange":{"start":{"line":2,"character":2},"end":{"line":2,"character":8}},"children":[{"name":"Conv2D","detail":"6×6×4","kind":8,"range":{"start":{"line":3,"character":4},"end":{"line":3,"character":16}},"selectionRange":{"start":{"line":3,"character":4},"end":{"line":3,"character":10}}},{"name":"Flatten","detail":"144","kind":8,"range":{"start":{"line":4,"character":4},"end":{"line":4,"character":11}},"selectionRange":{"start":{"line":4,"character":4},"end":{"line":4,"character":11}}},{"name":"Dense","detail":"2","kind":8,"range":{"start":{"line":5,"character":4},"end":{"line":5,"character":18}},"selectionRange":{"start":{"line":5,"character":4},"end":{"line":5,"character":9}}}]}]}
        "#]],
        );
        check(
            &poor(TEXT),
            expect![[r#"
            {"name":"Digits","kind":5,"location":{"uri":"file:///net.neural","range":{"start":{"line":0,"character":0},"end":{"line":6,"character":1}}}}
            {"name":"input","kind":7,"location":{"uri":"file:///net.neural","range":{"start":{"line":1,"character":2},"end":{"line":1,"character":18}}},"containerName":"Digits"}
            {"name":"shape","kind":13,"location":{"uri":"file:///net.neural","range":{"start":{"line":1,"character":9},"end":{"line":1,"character":18}}},"containerName":"input"}
            {"name":"layers","kind":7,"location":{"uri":"file:///net.neural","range":{"start":{"line":2,"character":2},"end":{"line":5,"character":18}}},"containerName":"Digits"}
            {"name":"Conv2D","kind":8,"location":{"uri":"file:///net.neural","range":{"start":{"line":3,"character":4},"end":{"line":3,"character":16}}},"containerName":"layers"}
            {"name":"Flatten","kind":8,"location":{"uri":"file:///net.neural","range":{"start":{"line":4,"character":4},"end":{"line":4,"character":11}}},"containerName":"layers"}
            {"name":"Dense","kind":8,"location":{"uri":"file:///net.neural","range":{"start":{"line":5,"character":4},"end":{"line":5,"character":18}}},"containerName":"layers"}
        "#]],
        );
    }

    #[test]
    fn a_thing_without_a_name_has_one_in_the_outline() {
        let nameless = "network { input: (8,) layers: Dense(2) }";
        check(
            &poor(nameless),
            expect![[r#"
            {"name":"network","kind":5,"location":{"uri":"file:///net.neural","range":{"start":{"line":0,"character":0},"end":{"line":0,"character":40}}}}
            {"name":"input","kind":7,"location":{"uri":"file:///net.neural","range":{"start":{"line":0,"character":10},"end":{"line":0,"character":21}}},"containerName":"network"}
            {"name":"shape","kind":13,"location":{"uri":"file:///net.neural","range":{"start":{"line":0,"character":17},"end":{"line":0,"character":21}}},"containerName":"input"}
            {"name":"layers","kind":7,"location":{"uri":"file:///net.neural","range":{"start":{"line":0,"character":22},"end":{"line":0,"character":38}}},"containerName":"network"}
            {"name":"Dense","kind":8,"location":{"uri":"file:///net.neural","range":{"start":{"line":0,"character":30},"end":{"line":0,"character":38}}},"containerName":"layers"}
        "#]],
        );
    }
}
