//! Text to tokens. Every byte of any text is covered by exactly one token, so the tree can always be
//! turned back into the text.
//!
//! What cannot be a token becomes an error token that stays small: a string without its end goes to
//! the end of its line and no further, so that one stray quote costs one line. Signs are no part of
//! numbers: `$n-1` is a subtraction.

use logos::{Lexer, Logos};

use super::kind::SyntaxKind;

/// A token: what it is, and how many bytes it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LexedToken {
    /// What it is.
    pub kind: SyntaxKind,
    /// Its length in bytes.
    pub len: u32,
}

/// The tokens of `text`, white space and comments included.
pub fn lex(text: &str) -> Vec<LexedToken> {
    let mut tokens: Vec<LexedToken> = Vec::with_capacity(text.len() / 3);
    for (raw, span) in RawToken::lexer(text).spanned() {
        let kind = match raw {
            Ok(raw) => raw.kind(),
            Err(()) => SyntaxKind::BAD_CHARACTERS,
        };
        let len = (span.end - span.start) as u32;
        match tokens.last_mut() {
            Some(last) if kind == SyntaxKind::BAD_CHARACTERS && last.kind == kind => {
                last.len += len
            }
            _ => tokens.push(LexedToken { kind, len }),
        }
    }
    tokens
}

/// What the generated lexer tells apart. Patterns of equal length are decided by priority; the
/// longest match wins before that, so `1_000` is one bad number and not a number and a name.
#[derive(Logos, Debug, Clone, Copy, PartialEq, Eq)]
enum RawToken {
    #[regex(r"[ \t\r\n\x0b\x0c\u{feff}\u{a0}]+")]
    Whitespace,
    #[regex(r"#[^\r\n]*", allow_greedy = true)]
    #[regex(r"//[^\r\n]*", allow_greedy = true)]
    LineComment,
    #[token("/*", block_comment)]
    BlockComment(bool),
    #[regex(r"[A-Za-z_][A-Za-z0-9_]*")]
    Ident,
    #[regex(r"[0-9]+", priority = 10)]
    Int,
    #[regex(r"[0-9]+\.[0-9]*([eE][+-]?[0-9]+)?", priority = 9)]
    #[regex(r"\.[0-9]+([eE][+-]?[0-9]+)?", priority = 9)]
    #[regex(r"[0-9]+[eE][+-]?[0-9]+", priority = 9)]
    Float,
    #[regex(r"[0-9][0-9A-Za-z_.]*", priority = 1)]
    #[regex(r"\.[0-9]+[A-Za-z_.][0-9A-Za-z_.]*", priority = 1)]
    BadNumber,
    #[regex("\"[^\"\r\n]*\"")]
    #[regex("'[^'\r\n]*'")]
    String,
    #[regex("\"[^\"\r\n]*")]
    #[regex("'[^'\r\n]*")]
    OpenString,
    #[regex("[“”‘’][^“”‘’\"'\r\n]*[“”‘’\"']")]
    CurlyString,
    #[token("{")]
    LBrace,
    #[token("}")]
    RBrace,
    #[token("(")]
    LParen,
    #[token(")")]
    RParen,
    #[token("[")]
    LBrack,
    #[token("]")]
    RBrack,
    #[token(":")]
    Colon,
    #[token(",")]
    Comma,
    #[token(";")]
    Semicolon,
    #[token("=")]
    Eq,
    #[token("*")]
    Star,
    #[token("@")]
    At,
    #[token("$")]
    Dollar,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("/")]
    Slash,
    #[token(".")]
    Dot,
    #[token("...")]
    #[token("…")]
    Ellipsis,
    #[token("->")]
    #[token("=>")]
    #[token(">>")]
    #[token("|>")]
    #[token("→")]
    Arrow,
}

/// Takes the rest of a block comment and says whether it has an end.
fn block_comment(lexer: &mut Lexer<RawToken>) -> bool {
    let end = lexer.remainder().find("*/");
    lexer.bump(end.map_or(lexer.remainder().len(), |at| at + 2));
    end.is_some()
}

impl RawToken {
    fn kind(self) -> SyntaxKind {
        match self {
            RawToken::Whitespace => SyntaxKind::WHITESPACE,
            RawToken::LineComment | RawToken::BlockComment(true) => SyntaxKind::COMMENT,
            RawToken::BlockComment(false) => SyntaxKind::OPEN_COMMENT,
            RawToken::Ident => SyntaxKind::IDENT,
            RawToken::Int => SyntaxKind::INT,
            RawToken::Float => SyntaxKind::FLOAT,
            RawToken::BadNumber => SyntaxKind::BAD_NUMBER,
            RawToken::String => SyntaxKind::STRING,
            RawToken::OpenString => SyntaxKind::OPEN_STRING,
            RawToken::CurlyString => SyntaxKind::CURLY_STRING,
            RawToken::LBrace => SyntaxKind::L_BRACE,
            RawToken::RBrace => SyntaxKind::R_BRACE,
            RawToken::LParen => SyntaxKind::L_PAREN,
            RawToken::RParen => SyntaxKind::R_PAREN,
            RawToken::LBrack => SyntaxKind::L_BRACK,
            RawToken::RBrack => SyntaxKind::R_BRACK,
            RawToken::Colon => SyntaxKind::COLON,
            RawToken::Comma => SyntaxKind::COMMA,
            RawToken::Semicolon => SyntaxKind::SEMICOLON,
            RawToken::Eq => SyntaxKind::EQ,
            RawToken::Star => SyntaxKind::STAR,
            RawToken::At => SyntaxKind::AT,
            RawToken::Dollar => SyntaxKind::DOLLAR,
            RawToken::Plus => SyntaxKind::PLUS,
            RawToken::Minus => SyntaxKind::MINUS,
            RawToken::Slash => SyntaxKind::SLASH,
            RawToken::Dot => SyntaxKind::DOT,
            RawToken::Ellipsis => SyntaxKind::ELLIPSIS,
            RawToken::Arrow => SyntaxKind::ARROW,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, expect: Expect) {
        let mut at = 0;
        let mut dump = String::new();
        for token in lex(text) {
            let end = at + token.len as usize;
            dump.push_str(&format!("{:?} {:?}\n", token.kind, &text[at..end]));
            at = end;
        }
        assert_eq!(at, text.len());
        expect.assert_eq(&dump);
    }

    #[test]
    fn names_and_punctuation() {
        check(
            "network A_1{@*$n;}",
            expect![[r#"
            IDENT "network"
            WHITESPACE " "
            IDENT "A_1"
            L_BRACE "{"
            AT "@"
            STAR "*"
            DOLLAR "$"
            IDENT "n"
            SEMICOLON ";"
            R_BRACE "}"
        "#]],
        );
    }

    #[test]
    fn numbers() {
        check(
            "42 0.5 5. .5 1e-4 2E+3 1.5e3",
            expect![[r#"
            INT "42"
            WHITESPACE " "
            FLOAT "0.5"
            WHITESPACE " "
            FLOAT "5."
            WHITESPACE " "
            FLOAT ".5"
            WHITESPACE " "
            FLOAT "1e-4"
            WHITESPACE " "
            FLOAT "2E+3"
            WHITESPACE " "
            FLOAT "1.5e3"
        "#]],
        );
        check(
            "1_000 1e 3x3 1.2.3 .5.5 0x1F",
            expect![[r#"
            BAD_NUMBER "1_000"
            WHITESPACE " "
            BAD_NUMBER "1e"
            WHITESPACE " "
            BAD_NUMBER "3x3"
            WHITESPACE " "
            BAD_NUMBER "1.2.3"
            WHITESPACE " "
            BAD_NUMBER ".5.5"
            WHITESPACE " "
            BAD_NUMBER "0x1F"
        "#]],
        );
        check(
            "$n-1 -3",
            expect![[r#"
            DOLLAR "$"
            IDENT "n"
            MINUS "-"
            INT "1"
            WHITESPACE " "
            MINUS "-"
            INT "3"
        "#]],
        );
    }

    #[test]
    fn strings_end_on_their_line() {
        check(
            "\"a'b\" 'c\"d'",
            expect![[r#"
            STRING "\"a'b\""
            WHITESPACE " "
            STRING "'c\"d'"
        "#]],
        );
        check(
            "\"open) # not a comment\nDense",
            expect![[r#"
            OPEN_STRING "\"open) # not a comment"
            WHITESPACE "\n"
            IDENT "Dense"
        "#]],
        );
        check(
            "“relu” ‘tanh’ “",
            expect![[r#"
            CURLY_STRING "“relu”"
            WHITESPACE " "
            CURLY_STRING "‘tanh’"
            WHITESPACE " "
            BAD_CHARACTERS "“"
        "#]],
        );
    }

    #[test]
    fn comments() {
        check(
            "# a\r\n// b\r/* c\n * d **/x",
            expect![[r##"
            COMMENT "# a"
            WHITESPACE "\r\n"
            COMMENT "// b"
            WHITESPACE "\r"
            COMMENT "/* c\n * d **/"
            IDENT "x"
        "##]],
        );
        check(
            "/* no end *",
            expect![[r#"
            OPEN_COMMENT "/* no end *"
        "#]],
        );
        check(
            "/",
            expect![[r#"
            SLASH "/"
        "#]],
        );
    }

    #[test]
    fn arrows_dots_and_what_is_no_token() {
        check(
            "a->b → ... … . <int> √é&",
            expect![[r#"
            IDENT "a"
            ARROW "->"
            IDENT "b"
            WHITESPACE " "
            ARROW "→"
            WHITESPACE " "
            ELLIPSIS "..."
            WHITESPACE " "
            ELLIPSIS "…"
            WHITESPACE " "
            DOT "."
            WHITESPACE " "
            BAD_CHARACTERS "<"
            IDENT "int"
            BAD_CHARACTERS ">"
            WHITESPACE " "
            BAD_CHARACTERS "√é&"
        "#]],
        );
    }

    #[test]
    fn a_byte_order_mark_is_white_space() {
        check(
            "\u{feff}network",
            expect![[r#"
            WHITESPACE "\u{feff}"
            IDENT "network"
        "#]],
        );
    }
}
