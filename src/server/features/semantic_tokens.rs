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
    use super::super::fixture::{lines, poor};
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, expect: Expect) {
        let tokens = tokens(&poor(text), None);
        let legend = types();
        let mut actual = String::new();
        for token in tokens.data {
            let name = &legend[token.token_type as usize];
            actual += &format!(
                "+{}:{} {} {} {:02b}\n",
                token.delta_line,
                token.delta_start,
                token.length,
                name.as_str(),
                token.token_modifiers_bitset
            );
        }
        expect.assert_eq(&actual);
    }

    #[test]
    fn each_token_is_relative_to_the_one_before() {
        check(
            "# 🦀\nnetwork A {\r\n  input: (8,)\r  layers: /* 漢🦀 */ Dense(2, \"relu\")\n}\n",
            expect![[r#"
                +0:0 4 comment 00
                +1:0 7 keyword 00
                +0:8 1 class 01
                +1:2 5 keyword 00
                +0:8 1 number 00
                +1:2 6 keyword 00
                +0:8 9 comment 00
                +0:10 5 type 10
                +0:6 1 number 00
                +0:3 6 string 00
            "#]],
        );
    }

    #[test]
    fn a_part_of_the_file_has_its_tokens_only() {
        let snapshot = poor("network A {\n  input: (8,)\n  layers:\n    Dense(2)\n}\n");
        let position = |line| tower_lsp::lsp_types::Position { line, character: 0 };
        let range = Range { start: position(3), end: position(4) };
        let part = tokens(&snapshot, Some(range));
        expect![[r#"
            {"data":[3,4,5,2,2,0,6,1,10,0]}
        "#]]
        .assert_eq(&lines(&part));
    }

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        let names = types();
        for (at, name) in names.iter().enumerate() {
            assert!(!names[..at].contains(name), "{name:?}");
        }
        assert!(modifiers().len() <= 32);
    }
}
