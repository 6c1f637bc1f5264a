//! The meaning of each token, for colours that a grammar of regular expressions cannot give.

use super::analysis::Analysis;
use super::names::Callee;
use super::tokens;
use crate::syntax::ast::{Arg, AstNode, CallExpr};
use crate::syntax::{SyntaxKind, SyntaxNode, SyntaxToken};
use crate::text::{TextRange, TextSize};

/// A token with its meaning. It never goes over a line's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SemanticToken {
    /// The token.
    pub range: TextRange,
    /// What it is.
    pub kind: SemanticTokenKind,
    /// What else it is.
    pub modifiers: SemanticModifiers,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SemanticTokenKind {
    /// `network`, `layers`, `define`.
    Keyword,
    /// A network's name, where it is defined.
    Network,
    /// A layer of the table, or a class of the author's own.
    Layer,
    /// A macro.
    Macro,
    /// The name of an argument, or a key of a section.
    Property,
    /// A parameter of a macro.
    Parameter,
    /// An input or a named layer, also inside the quotes of an operand.
    Variable,
    /// An optimizer, a loss, a metric, a schedule.
    Function,
    /// The name of a branch.
    Branch,
    /// A string.
    String,
    /// A number.
    Number,
    /// `true`, `false`, `None`.
    Constant,
    /// `HPO`, `choice`, `range`.
    Hpo,
    /// `*`, `@`, `+`.
    Operator,
    /// A comment.
    Comment,
}

/// What else a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SemanticModifiers {
    /// Whether a name is introduced here.
    pub definition: bool,
    /// Whether it belongs to the language and not to the author.
    pub default_library: bool,
}

/// The tokens that touch `range`, or all of the file, in the order of the text. White space,
/// brackets and what could not be read have none.
pub(super) fn semantic_tokens(analysis: &Analysis, range: Option<TextRange>) -> Vec<SemanticToken> {
    let root = analysis.syntax().syntax();
    let range = range.unwrap_or_else(|| root.text_range());
    let mut found = Vec::new();
    let mut next = tokens::first_token(&root, range.start());
    while let Some(token) = next.filter(|token| token.text_range().start() < range.end()) {
        if analysis.is_superseded() {
            break;
        }
        if let Some((kind, modifiers)) = classify(analysis, &token) {
            lines_of(&token, |range| found.push(SemanticToken { range, kind, modifiers }));
        }
        next = token.next_token();
    }
    found
}

/// The lines of a token, without the white space around each.
fn lines_of(token: &SyntaxToken, mut line: impl FnMut(TextRange)) {
    let start = token.text_range().start();
    let mut at = 0;
    for piece in token.text().split(['\n', '\r']) {
        let blank = piece.len() - piece.trim_start().len();
        let solid = piece.trim();
        if !solid.is_empty() {
            let offset = TextSize::new((at + blank) as u32);
            line(TextRange::at(start + offset, TextSize::of(solid)));
        }
        at += piece.len() + 1;
    }
}

const PLAIN: SemanticModifiers = SemanticModifiers { definition: false, default_library: false };
const DEFINITION: SemanticModifiers = SemanticModifiers { definition: true, ..PLAIN };
const LIBRARY: SemanticModifiers = SemanticModifiers { default_library: true, ..PLAIN };

type Class = (SemanticTokenKind, SemanticModifiers);

fn classify(analysis: &Analysis, token: &SyntaxToken) -> Option<Class> {
    use SemanticTokenKind as Kind;
    let parent = token.parent()?;
    Some(match token.kind() {
        SyntaxKind::COMMENT | SyntaxKind::OPEN_COMMENT => (Kind::Comment, PLAIN),
        SyntaxKind::INT | SyntaxKind::FLOAT => (Kind::Number, PLAIN),
        SyntaxKind::STRING | SyntaxKind::OPEN_STRING | SyntaxKind::CURLY_STRING => {
            string(analysis, token)
        }
        SyntaxKind::STAR | SyntaxKind::AT => (Kind::Operator, PLAIN),
        SyntaxKind::PLUS | SyntaxKind::MINUS | SyntaxKind::SLASH => (Kind::Operator, PLAIN),
        SyntaxKind::DOLLAR if parent.kind() == SyntaxKind::MACRO_PARAM => (Kind::Parameter, PLAIN),
        SyntaxKind::IDENT => return name(analysis, token, &parent),
        _ => return None,
    })
}

/// A string is an operand where a merge names one.
fn string(analysis: &Analysis, token: &SyntaxToken) -> Class {
    let operand = || {
        let arg = token.parent_ancestors().find_map(Arg::cast)?;
        let by_name = arg.name().map(|name| name.text() == "inputs");
        let call = CallExpr::cast(arg.syntax().parent()?.parent()?)?;
        match analysis.names().callee(&call) {
            Callee::Layer(entry) => Some(entry.is_merge() && by_name.unwrap_or(true)),
            _ => None,
        }
    };
    match operand() {
        Some(true) => (SemanticTokenKind::Variable, PLAIN),
        _ => (SemanticTokenKind::String, PLAIN),
    }
}

fn name(analysis: &Analysis, token: &SyntaxToken, parent: &SyntaxNode) -> Option<Class> {
    use SemanticTokenKind as Kind;
    let is_first = || {
        let mut names = parent.children_with_tokens().filter_map(|it| it.into_token());
        names.find(|it| it.kind() == SyntaxKind::IDENT).as_ref() == Some(token)
    };
    Some(match parent.kind() {
        SyntaxKind::NETWORK | SyntaxKind::MACRO_DEF | SyntaxKind::RESEARCH if is_first() => {
            (Kind::Keyword, PLAIN)
        }
        SyntaxKind::MACRO_DEF => (Kind::Macro, DEFINITION),
        SyntaxKind::NETWORK | SyntaxKind::RESEARCH => (Kind::Network, DEFINITION),
        SyntaxKind::INPUT_SECTION
        | SyntaxKind::LAYERS_SECTION
        | SyntaxKind::LOSS_SECTION
        | SyntaxKind::OPTIMIZER_SECTION
        | SyntaxKind::METRICS_SECTION
        | SyntaxKind::TRAIN_SECTION
        | SyntaxKind::EXECUTE_SECTION
        | SyntaxKind::REFERENCES_SECTION => (Kind::Keyword, PLAIN),
        SyntaxKind::KEY_VALUE | SyntaxKind::ARG => (Kind::Property, PLAIN),
        SyntaxKind::PARAM => (Kind::Parameter, DEFINITION),
        SyntaxKind::MACRO_PARAM => (Kind::Parameter, PLAIN),
        SyntaxKind::INPUT_DECL => (Kind::Variable, DEFINITION),
        SyntaxKind::BRANCH_STMT => (Kind::Branch, DEFINITION),
        SyntaxKind::HPO_EXPR => (Kind::Hpo, LIBRARY),
        SyntaxKind::DEVICE => (Kind::String, PLAIN),
        SyntaxKind::LITERAL => (Kind::Constant, LIBRARY),
        SyntaxKind::CALL_EXPR => {
            return called(analysis.names().callee(&CallExpr::cast(parent.clone())?));
        }
        SyntaxKind::NAME_REF => reference(analysis, token, parent),
        _ => return None,
    })
}

fn called(callee: Callee<'_>) -> Option<Class> {
    Some(match callee {
        Callee::Macro(_) => (SemanticTokenKind::Macro, PLAIN),
        Callee::Layer(_) => (SemanticTokenKind::Layer, LIBRARY),
        Callee::Custom => (SemanticTokenKind::Layer, PLAIN),
        Callee::Optimizer(_) | Callee::Schedule(_) | Callee::Loss(_) => {
            (SemanticTokenKind::Function, LIBRARY)
        }
        Callee::Unknown => return None,
    })
}

/// A bare name: a parameter of the macro around it, a named size, an optimizer or loss, or a string
/// without quotes.
fn reference(analysis: &Analysis, token: &SyntaxToken, node: &SyntaxNode) -> Class {
    use SemanticTokenKind as Kind;
    let definition = analysis.names().macro_around(token.text_range());
    if definition.is_some_and(|it| it.params.iter().any(|param| param.name == token.text())) {
        return (Kind::Parameter, PLAIN);
    }
    for ancestor in node.ancestors() {
        match ancestor.kind() {
            SyntaxKind::INPUT_DECL => return (Kind::Variable, PLAIN),
            SyntaxKind::LOSS_SECTION
            | SyntaxKind::OPTIMIZER_SECTION
            | SyntaxKind::METRICS_SECTION => return (Kind::Function, LIBRARY),
            SyntaxKind::ARG | SyntaxKind::KEY_VALUE | SyntaxKind::LAYER_STMT => break,
            _ => {}
        }
    }
    (Kind::String, PLAIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::file;
    use expect_test::{Expect, expect};

    fn check(text: &str, expect: Expect) {
        let analysis = file(text);
        let mut out = String::new();
        for token in analysis.semantic_tokens(None) {
            let definition = if token.modifiers.definition { " definition" } else { "" };
            let library = if token.modifiers.default_library { " library" } else { "" };
            let text = &analysis.text()[token.range];
            out.push_str(&format!("{text} {:?}{definition}{library}\n", token.kind));
        }
        expect.assert_eq(&out);
    }

    #[test]
    fn every_kind_of_token() {
        check(
            "define B(f, k=3) { Conv2D($f, k) * f }\nnetwork N {\n  input: { a: (T, 512), b: 4 }\n  layers:\n    a: { B(4) @ \"cpu\" MyLayer(x=-1.5) }\n    b: { Dense(HPO(choice(2, 4)), relu, use_bias=false) }\n    Add(\"a\")\n    Nothing()\n  loss: mse\n  optimizer: Adam(0.1)\n  train { epochs: 5 }\n}",
            expect![[r#"
                define Keyword
                B Macro definition
                f Parameter definition
                k Parameter definition
                3 Number
                Conv2D Layer library
                $ Parameter
                f Parameter
                k Parameter
                * Operator
                f Parameter
                network Keyword
                N Network definition
                input Keyword
                a Variable definition
                T Variable
                512 Number
                b Variable definition
                4 Number
                layers Keyword
                a Branch definition
                B Macro
                4 Number
                @ Operator
                "cpu" String
                MyLayer Layer
                x Property
                - Operator
                1.5 Number
                b Branch definition
                Dense Layer library
                HPO Hpo library
                choice Hpo library
                2 Number
                4 Number
                relu String
                use_bias Property
                false Constant library
                Add Layer library
                "a" Variable
                loss Keyword
                mse Function library
                optimizer Keyword
                Adam Function library
                0.1 Number
                train Keyword
                epochs Property
                5 Number
            "#]],
        );
    }

    #[test]
    fn tokens_do_not_cross_lines() {
        check(
            "/* one\r\n   two */\nnetwork N { } /* open\n",
            expect![[r#"
            /* one Comment
            two */ Comment
            network Keyword
            N Network definition
            /* open Comment
        "#]],
        );
    }

    #[test]
    fn only_tokens_of_the_range_are_given() {
        let analysis = file("Conv2D(4, 3)\nFlatten()\nDense(5)");
        let at = TextSize::new(analysis.text().find("Flatten").unwrap() as u32);
        let found = analysis.semantic_tokens(Some(TextRange::at(at, 5.into())));
        let texts: Vec<&str> = found.iter().map(|it| &analysis.text()[it.range]).collect();
        assert_eq!(texts, ["Flatten"]);
    }
}
