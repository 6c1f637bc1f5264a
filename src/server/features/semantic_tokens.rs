//! `textDocument/semanticTokens/full` and `/range`: the tokens as the protocol packs them, each
//! relative to the one before.

use tower_lsp::lsp_types::{
    Range, SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens,
};

use crate::ide::{self, SemanticTokenKind};
use crate::server::snapshot::Snapshot;

/// Every kind with the name that the protocol has for something like it, in the order of the legend.
const KINDS: &[(SemanticTokenKind, SemanticTokenType)] = &[
    (SemanticTokenKind::Keyword, SemanticTokenType::KEYWORD),
    (SemanticTokenKind::Network, SemanticTokenType::CLASS),
    (SemanticTokenKind::Layer, SemanticTokenType::TYPE),
    (SemanticTokenKind::Macro, SemanticTokenType::MACRO),
    (SemanticTokenKind::Property, SemanticTokenType::PROPERTY),
    (SemanticTokenKind::Parameter, SemanticTokenType::PARAMETER),
    (SemanticTokenKind::Variable, SemanticTokenType::VARIABLE),
    (SemanticTokenKind::Function, SemanticTokenType::FUNCTION),
    (SemanticTokenKind::Branch, SemanticTokenType::NAMESPACE),
    (SemanticTokenKind::String, SemanticTokenType::STRING),
    (SemanticTokenKind::Number, SemanticTokenType::NUMBER),
    (SemanticTokenKind::Constant, SemanticTokenType::ENUM_MEMBER),
    (SemanticTokenKind::Hpo, SemanticTokenType::DECORATOR),
    (SemanticTokenKind::Operator, SemanticTokenType::OPERATOR),
    (SemanticTokenKind::Comment, SemanticTokenType::COMMENT),
];

/// The types of the legend.
pub(in crate::server) fn types() -> Vec<SemanticTokenType> {
    KINDS.iter().map(|(_, name)| name.clone()).collect()
}

/// The modifiers of the legend: bit 0, bit 1.
pub(in crate::server) fn modifiers() -> Vec<SemanticTokenModifier> {
    vec![SemanticTokenModifier::DEFINITION, SemanticTokenModifier::DEFAULT_LIBRARY]
}

/// The tokens inside `range`, or all.
pub(in crate::server) fn tokens(snapshot: &Snapshot, range: Option<Range>) -> SemanticTokens {
    let text = snapshot.analysis.text();
    let range = range.map(|range| snapshot.text_range(range));
    let mut data = Vec::new();
    let (mut line, mut character) = (0, 0);
    for token in snapshot.analysis.semantic_tokens(range) {
        let start = snapshot.position(token.range.start());
        let delta_line = start.line - line;
        let delta_start = start.character - if delta_line == 0 { character } else { 0 };
        (line, character) = (start.line, start.character);
        data.push(SemanticToken {
            delta_line,
            delta_start,
            length: snapshot.client.unit.len(&text[token.range]),
            token_type: type_number(&token),
            token_modifiers_bitset: u32::from(token.modifiers.definition)
                | u32::from(token.modifiers.default_library) << 1,
        });
    }
    SemanticTokens { result_id: None, data }
}

fn type_number(token: &ide::SemanticToken) -> u32 {
    let at = KINDS.iter().position(|(kind, _)| *kind == token.kind);
    at.unwrap_or_default() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        let names = types();
        for (at, name) in names.iter().enumerate() {
            assert!(!names[..at].contains(name), "{name:?}");
        }
        assert!(modifiers().len() <= 32);
    }
}
