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
