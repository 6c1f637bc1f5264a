//! A network: its head, and the sections between its braces.

use super::habits::colon_alone;
use super::input;
use super::layers::{Within, closes_too_early};
use super::recovery::{
    before, ellipsis, missing, missing_with_fix, skip_balanced, skip_to_statement, stray_bracket,
    stray_open_brace, unexpected,
};
use super::sections::{layer_list, section, separates_sections};
use super::suffixes::close_brace;
use super::unknown;
use super::words::{
    Foreign, Section, at_top_level, holds_entries, hpo_at, is_capitalized, is_constant, section_at,
};
use crate::diagnostics::suggest::did_you_mean;
use crate::diagnostics::{Diagnostic, codes};
use crate::syntax::kind::SyntaxKind::{self, *};
use crate::syntax::parser::{Brackets, Parser};
use crate::text::TextEdit;

/// `network Name { … }`. Stands at the keyword, however that is spelt.
pub(super) fn network(p: &mut Parser<'_>) {
    p.forgiven = Brackets::default();
    p.doubtful_brace = None;
    let marker = p.start();
    p.bump();
    let named = p.pos();
    name(p, "network", "network");
    let whose = match p.text_at(named) {
        name if p.pos() == named + 1 && p.previous() == IDENT => format!("`network {name}`"),
        _ => "this network".to_owned(),
    };
    parameters(p);
    let open = open_brace(p, "network");
    body(p, named - 1);
    match open {
        Some(open) => close_brace(p, open, &whose),
        None => drop(p.eat(R_BRACE)),
    }
    marker.complete(p, NETWORK);
}

/// `network Name(…) {`: only macros have parameters.
fn parameters(p: &mut Parser<'_>) {
    if !p.at(L_PAREN) || p.nth_starts_line(0) {
        return;
    }
    let here = p.here();
    p.error(
        codes::SYNTAX_UNEXPECTED,
        here,
        "a network has no parameters; write `{` after its name",
    );
    let marker = p.start();
    skip_balanced(p);
    marker.complete(p, ERROR);
}

/// The name of a network or a macro.
pub(super) fn name(p: &mut Parser<'_>, keyword: &str, what: &str) {
    match p.current() {
        IDENT
            if !p.nth_starts_line(0)
                && section_at(p, 0) != Some(Section::Layers)
                && section_at(p, 0) != Some(Section::Input) =>
        {
            p.bump();
            let ends = p.nth_starts_line(0)
                || matches!(p.current(), L_BRACE | L_PAREN | R_BRACE | COLON)
                || section_at(p, 0).is_some();
            if !ends {
                wrong_name(p, p.pos() - 1, keyword, what);
            }
        }
        STRING if !p.nth_starts_line(0) => {
            let (here, text) = (p.here(), p.nth_text(0));
            let plain = plain_name(text);
            p.error_with_fix(
                codes::SYNTAX_QUOTES,
                here,
                format!("the name of a {what} has no quotes; write `{keyword} {plain}`"),
                format!("Write `{plain}`"),
                vec![TextEdit::new(here, plain)],
            );
            p.bump_error();
        }
        INT | FLOAT | BAD_NUMBER | BAD_CHARACTERS if !p.nth_starts_line(0) => {
            wrong_name(p, p.pos(), keyword, what)
        }
        _ => missing(
            p,
            codes::SYNTAX_MISSING_NAME,
            format!("expected a name after `{keyword}`: `{keyword} Name {{ … }}`"),
        ),
    }
}

/// `my-net` and `2nd`: names consist of letters, digits and `_`.
fn wrong_name(p: &mut Parser<'_>, first: usize, keyword: &str, what: &str) {
    let marker = p.start();

    while !p.nth_starts_line(0) && !matches!(p.current(), L_BRACE | R_BRACE | L_PAREN | COLON) {
        p.bump();
    }
    marker.complete_if_filled(p, ERROR);
    let place = p.since(first);
    let plain = plain_name(p.slice(place));
    p.error_with_fix(
        codes::SYNTAX_MISSING_NAME,
        place,
        format!(
            "the name of a {what} consists of letters, digits and `_`; write `{keyword} {plain}`"
        ),
        format!("Write `{plain}`"),
        vec![TextEdit::new(place, plain)],
    );
}

/// A text with everything that a name cannot hold replaced.
fn plain_name(text: &str) -> String {
    let text = text.trim_matches(['"', '\'', ' ']);
    let mut name: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if !name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
        name.insert(0, '_');
    }
    name.truncate(name.trim_end_matches('_').len().max(1));
    name
}

/// The `{` of a network or a macro, and whether it is there.
pub(super) fn open_brace(p: &mut Parser<'_>, what: &str) -> Option<usize> {
    if p.at(COLON) && p.nth(1) == L_BRACE {
        let here = p.here();
        p.error_with_fix(
            codes::SYNTAX_UNEXPECTED,
            here,
            format!("no `:` between the name of a {what} and its `{{`"),
            "Delete the colon",
            vec![TextEdit::new(here, "")],
        );
        p.bump_error();
    }
    if p.at(L_BRACE) {
        p.bump();
        return Some(p.pos() - 1);
    }
    missing_with_fix(
        p,
        codes::SYNTAX_UNCLOSED,
        format!("expected `{{` after the name of the {what}"),
        " {",
    );
    p.eat(COLON);
    None
}

/// The sections of a network, up to its `}`.
fn body(p: &mut Parser<'_>, head: usize) {
    let (mut seen, indent) = (0u8, p.indent_of(head));
    loop {
        let start = p.pos();
        match p.current() {
            EOF => return,
            R_BRACE if closes_too_early(p) => {
                stray_bracket(p, R_BRACE);
                p.bump_error();
            }
            R_BRACE => return,
            IDENT if at_top_level(p, 0) && p.indent() > indent && p.nth_text(0) != "network" => {
                nested(p)
            }
            IDENT if at_top_level(p, 0) => return,
            IDENT => named(p, &mut seen),
            SEMICOLON | COMMA if p.at(SEMICOLON) || separates_sections(p) => {
                let here = p.here();
                p.warn(
                    Diagnostic::new(
                        codes::NONSTANDARD_SEPARATOR,
                        here,
                        "sections need nothing between them",
                    )
                    .with_fix("Delete it", vec![TextEdit::new(here, "")]),
                );
                p.bump();
            }
            ELLIPSIS => {
                ellipsis(p);
                p.bump_error();
            }
            bracket @ (R_PAREN | R_BRACK) => {
                stray_bracket(p, bracket);
                p.bump_error();
            }
            L_BRACE => stray_open_brace(p),
            COLON => colon_alone(p),
            _ => {
                unexpected(p, "a section such as `layers:`");
                skip_to_statement(p);
            }
        }
        if p.pos() == start {
            p.bump_error();
        }
    }
}

/// A macro or a research form inside of a network. It is read as if it stood outside.
fn nested(p: &mut Parser<'_>) {
    let (here, word) = (p.here(), p.nth_text(0));
    let message = format!("`{word}` stands outside of networks; move it out of this one");
    p.error(codes::SYNTAX_UNEXPECTED, here, message);
    match word {
        "research" => super::file::research(p),
        _ => super::file::macro_def(p),
    }
}

/// What begins with a name.
fn named(p: &mut Parser<'_>, seen: &mut u8) {
    let (name, next) = (p.nth_text(0), p.nth(1));
    if let Some(found) = Section::of_word(name) {
        *seen |= found.bit();
        return section(p, found, *seen);
    }
    let entry = matches!(next, COLON | EQ) || next == L_BRACE && holds_entries(p, 1);
    match Foreign::of_word(name) {
        Some(Foreign::Inputs) if matches!(next, COLON | EQ | L_BRACE) => {
            *seen |= Section::Input.bit();
            return input::inputs(p);
        }
        Some(foreign) if entry || is_value(next) => return unknown::foreign(p, foreign),
        _ => {}
    }
    let spelt_otherwise = next == L_PAREN && name.eq_ignore_ascii_case("input");
    if (entry || spelt_otherwise)
        && let Some((_, meant)) = Section::near_word(name)
    {
        unknown::misspelt(p);
        p.mark_error();
        *seen |= meant.bit();
        return section(p, meant, *seen);
    }
    let branch = next == COLON && p.nth(2) == L_BRACE && !holds_entries(p, 2);
    let layer = match next {
        COLON => branch || is_capitalized(name),
        L_PAREN => true,
        L_BRACE => is_capitalized(name) && (!holds_entries(p, 1) || name == "ResidualConnection"),
        EQ => p.nth(2) == IDENT,
        STAR | AT => true,
        _ => is_capitalized(name) && !is_constant(name) || hpo_at(p, 0),
    };
    if layer {
        return layers_without_keyword(p, seen);
    }
    match next {
        COLON | L_BRACE => unknown::section(p),
        _ if is_value(next) && !p.nth_starts_line(1) => unknown::section(p),
        _ => {
            unexpected(p, "a section such as `layers:`");
            skip_to_statement(p);
        }
    }
}

fn is_value(kind: SyntaxKind) -> bool {
    matches!(kind, INT | FLOAT | STRING | BAD_NUMBER | OPEN_STRING | IDENT)
}

/// Layers that stand directly in the network. They are read as a layers list.
fn layers_without_keyword(p: &mut Parser<'_>, seen: &mut u8) {
    let first = p.here();
    // What stands in the place of `layers:` has been reported.
    let reported = p.error_nearby(2);
    let again = *seen & Section::Layers.bit() != 0;
    *seen |= Section::Layers.bit();
    if reported {
        p.mark_error();
    } else if again {
        let message = "this layer stands outside of the layers list; move it up to the others, under `layers:`";
        p.error(codes::SYNTAX_LAYERS_KEYWORD, first, message);
    } else if p.finds_ahead("layers", COLON) {
        let message = "this layer stands outside of the layers list; move it down to the others, under `layers:`";
        p.error(codes::SYNTAX_LAYERS_KEYWORD, first, message);
    } else {
        let line = if p.nth_starts_line(0) {
            format!("layers:\n{}", " ".repeat(p.indent() as usize))
        } else {
            "layers: ".into()
        };
        p.error_with_fix(
            codes::SYNTAX_LAYERS_KEYWORD,
            first,
            "layers stand under `layers:`; write it before the first one",
            "Insert `layers:`",
            vec![TextEdit::new(before(first), line)],
        );
    }
    let marker = p.start();
    layer_list(p, Within::Network { seen: *seen });
    marker.complete(p, LAYERS_SECTION);
}

/// A network whose keyword is misspelt, or none that the language has.
pub(super) fn misspelt_network(p: &mut Parser<'_>) {
    let (here, word) = (p.here(), p.nth_text(0));
    let meant =
        did_you_mean(word, ["network", "define", "research"].into_iter()).unwrap_or("network");
    p.error_with_fix(
        codes::SYNTAX_KEYWORD,
        here,
        format!("`{word}` is no keyword; write `{meant} {} {{`", p.nth_text(1)),
        format!("Write `{meant}`"),
        vec![TextEdit::new(here, meant)],
    );
    match meant {
        "define" => super::file::macro_def(p),
        "research" => super::file::research(p),
        _ => network(p),
    }
}

#[cfg(test)]
mod tests {
    use crate::syntax::testing::check_texts;
    use expect_test::expect;

    #[test]
    fn heads() {
        check_texts(
            &[
                "network { input: (1,) layers: A }",
                "network my-net { input: (1,) layers: A }",
                "network \"My net\" { input: (1,) layers: A }",
                "network 2nd { input: (1,) layers: A }",
                "network N\n  input: (1,)\n  layers: A\n}",
                "network N: { input: (1,) layers: A }",
                "network N() { input: (1,) layers: A }",
                "network N = { input: (1,) layers: A }",
                "network N {\n  define B { A }\n  input: (1,)\n  layers: B\n}",
                "Network N { input: (1,) layers: A }",
                "netwrok N { input: (1,) layers: A }",
                "model N { input: (1,) layers: A }",
            ],
            expect![[r#"
                network { input: (1,) layers: A }
                  1:7 syntax-missing-name: expected a name after `network`: `network Name { … }`
                network my-net { input: (1,) layers: A }
                  1:9 syntax-missing-name: the name of a network consists of letters, digits and `_`; write `network my_net` [Write `my_net`]
                network "My net" { input: (1,) layers: A }
                  1:9 syntax-quotes: the name of a network has no quotes; write `network My_net` [Write `My_net`]
                network 2nd { input: (1,) layers: A }
                  1:9 syntax-missing-name: the name of a network consists of letters, digits and `_`; write `network _2nd` [Write `_2nd`]
                network N
                  input: (1,)
                  layers: A
                }
                  1:9 syntax-unclosed: expected `{` after the name of the network [Insert `{`]
                network N: { input: (1,) layers: A }
                  1:10 syntax-unexpected: no `:` between the name of a network and its `{` [Delete the colon]
                network N() { input: (1,) layers: A }
                  1:10 syntax-unexpected: a network has no parameters; write `{` after its name
                network N = { input: (1,) layers: A }
                  1:9 syntax-missing-name: the name of a network consists of letters, digits and `_`; write `network N` [Write `N`]
                network N {
                  define B { A }
                  input: (1,)
                  layers: B
                }
                  2:3 syntax-unexpected: `define` stands outside of networks; move it out of this one
                Network N { input: (1,) layers: A }
                  1:1 syntax-keyword: `Network` is no keyword; write `network N {` [Write `network`]
                netwrok N { input: (1,) layers: A }
                  1:1 syntax-keyword: `netwrok` is no keyword; write `network N {` [Write `network`]
                model N { input: (1,) layers: A }
                  1:1 syntax-keyword: `model` is no keyword; write `network N {` [Write `network`]
            "#]],
        );
    }

    #[test]
    fn layers_without_their_keyword() {
        check_texts(
            &[
                "network N {\n  input: (1,)\n  Dense(1)\n  Flatten\n  loss: \"mse\"\n}",
                "network N { input: (1,) layers: A\n  loss: \"mse\"\n  Dense(1)\n}",
                "network N { input: (1,) a: { Dense(1) } b: { } Add() }",
                "network N {\n  input: (1,)\n  :\n  Dense(1)\n}",
            ],
            expect![[r#"
                network N {
                  input: (1,)
                  Dense(1)
                  Flatten
                  loss: "mse"
                }
                  3:3 syntax-layers-keyword: layers stand under `layers:`; write it before the first one [Insert `layers:`]
                network N { input: (1,) layers: A
                  loss: "mse"
                  Dense(1)
                }
                  3:3 syntax-layers-keyword: this layer stands outside of the layers list; move it up to the others, under `layers:`
                network N { input: (1,) a: { Dense(1) } b: { } Add() }
                  1:25 syntax-layers-keyword: layers stand under `layers:`; write it before the first one [Insert `layers:`]
                network N {
                  input: (1,)
                  :
                  Dense(1)
                }
                  3:3 syntax-unexpected: expected the name of a section before this `:`, as in `optimizer: …`
            "#]],
        );
    }

    #[test]
    fn braces() {
        check_texts(
            &[
                "network N {\n  input: (1,)\n  layers: A\n",
                "network N {\n  input: (1,)\n  layers: A\n\nnetwork M { input: (1,) layers: A }",
                "network N {\n  input: (1,)\n  layers:\n    R {\n      A()\n}",
                "network N {\n  input: (1,)\n  layers:\n    A() }\n    B()\n  loss: \"mse\"\n}",
                "network N {\n  input: (1,)\n  layers: A\n}\n}",
                "network N { {\n  input: (1,)\n  layers: A\n}",
                "network N { {\n  input: (1,)\n  layers: A\n} }",
                "network N { ... }",
                "network N { input: (1,) layers: A /* no end }",
                "network N { input: (1,) layers: Dense(HPO(choice(1, {",
            ],
            expect![[r#"
                network N {
                  input: (1,)
                  layers: A

                  1:11 syntax-unclosed: the `{` of `network N` has no closing `}` [Insert `}`]
                network N {
                  input: (1,)
                  layers: A

                network M { input: (1,) layers: A }
                  1:11 syntax-unclosed: the `{` of `network N` has no closing `}` [Insert `}`]
                network N {
                  input: (1,)
                  layers:
                    R {
                      A()
                }
                  4:7 syntax-unclosed: the `{` of this block has no closing `}`
                network N {
                  input: (1,)
                  layers:
                    A() }
                    B()
                  loss: "mse"
                }
                  4:9 syntax-stray-bracket: this `}` closes nothing; delete it [Delete it]
                network N {
                  input: (1,)
                  layers: A
                }
                }
                  5:1 syntax-stray-bracket: this `}` closes nothing; delete it [Delete it]
                network N { {
                  input: (1,)
                  layers: A
                }
                  1:13 syntax-stray-bracket: one `{` too many; delete it [Delete it]
                network N { {
                  input: (1,)
                  layers: A
                } }
                  1:13 syntax-stray-bracket: one `{` too many; delete it [Delete it]
                network N { ... }
                  1:13 syntax-ellipsis: `...` stands for nothing here; write out what it leaves out
                network N { input: (1,) layers: A /* no end }
                  1:35 syntax-unterminated: this comment has no closing `*/`
                network N { input: (1,) layers: Dense(HPO(choice(1, {
                  1:53 syntax-unexpected: expected an argument instead of `{`
            "#]],
        );
    }
}
