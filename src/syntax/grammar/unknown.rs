//! Sections that the language does not have: misspelt ones, ones of other languages, and settings
//! that stand outside of the section they belong to.

use super::branches::branches_section;
use super::expressions::{expr, starts_expr};
use super::recovery::{after, before, skip_block};
use super::words::{Foreign, Section, at_top_level, is_capitalized, section_at};
use crate::diagnostics::{Diagnostic, codes};
use crate::syntax::kind::SyntaxKind::*;
use crate::syntax::parser::Parser;
use crate::text::{TextEdit, TextRange};

/// A section of unknown name, with its value, which is skipped.
pub(super) fn section(p: &mut Parser<'_>) {
    if let Some(foreign) = Foreign::of_word(p.nth_text(0)) {
        return self::foreign(p, foreign);
    }
    let (place, first) = (p.here(), p.pos());
    let layer = may_be_branch(p);
    misspelt(p);
    skip(p);
    if layer && p.pos() > first + 2 {
        let value = TextRange::new(p.range_at(first + 2).start(), p.end_of_previous().end());
        let edits = vec![TextEdit::new(before(value), "{ "), TextEdit::new(after(value), " }")];
        p.add_fix(place, "Write it as a branch", edits);
    }
}

/// Whether `name: Dense(8)` stands here, which may have been meant as a branch.
fn may_be_branch(p: &Parser<'_>) -> bool {
    p.nth(1) == COLON
        && p.nth(2) == IDENT
        && !p.nth_starts_line(2)
        && is_capitalized(p.nth_text(2))
        && Section::near_word(p.nth_text(0)).is_none()
}

/// Consumes a section without looking into it.
pub(super) fn skip(p: &mut Parser<'_>) {
    let marker = p.start();
    p.bump();
    if matches!(p.current(), COLON | EQ) {
        p.bump();
    }
    value(p);
    marker.complete(p, UNKNOWN_SECTION);
}

/// Reports that the name here is no section.
pub(super) fn misspelt(p: &mut Parser<'_>) {
    let (here, name) = (p.here(), p.nth_text(0));
    let diagnostic = match Section::near_word(name) {
        Some((meant, _)) => Diagnostic::new(
            codes::UNKNOWN_SECTION,
            here,
            format!("`{name}` is no section; did you mean `{meant}`?"),
        )
        .with_fix(format!("Write `{meant}`"), vec![TextEdit::new(here, meant)]),
        None => {
            let diagnostic = Diagnostic::new(
                codes::UNKNOWN_SECTION,
                here,
                format!("`{name}` is no section of a network and is skipped"),
            );
            match may_be_branch(p) {
                true => {
                    let arguments = if p.nth(3) == L_PAREN { "(…)" } else { "" };
                    let layer = p.nth_text(2);
                    diagnostic
                        .with_help(format!("for a branch write `{name}: {{ {layer}{arguments} }}`"))
                }
                false => diagnostic,
            }
        }
    };
    p.warn(diagnostic);
}

/// The one value of an unknown section, if it has one. A name on a line of its own is the next layer.
fn value(p: &mut Parser<'_>) {
    if p.at(L_BRACE) {
        return skip_block(p);
    }
    if !starts_expr(p.current()) || p.at(IDENT) && p.nth_starts_line(0) {
        return;
    }
    if section_at(p, 0).is_some() || at_top_level(p, 0) {
        return;
    }
    if p.at(IDENT) && p.nth(1) == EQ {
        p.bump();
        p.bump();
    }
    expr(p);
    while p.at(COMMA) && starts_expr(p.nth(1)) && !p.nth_starts_line(1) && p.nth(1) != IDENT {
        p.bump();
        expr(p);
    }
}

/// A section that people write and the language does not have.
pub(super) fn foreign(p: &mut Parser<'_>, foreign: Foreign) {
    match foreign {
        Foreign::TrainKey => misplaced(p, foreign, "train"),
        Foreign::ExecuteKey => misplaced(p, foreign, "execute"),
        Foreign::Branches => branches_section(p),
        Foreign::Schedule => {
            skipped(
                p,
                codes::SYNTAX_MISPLACED_SETTING,
                "a schedule is the optimizer's learning rate; write `optimizer: Adam(learning_rate=ExponentialDecay(…))`",
            );
        }
        Foreign::Merge => {
            skipped(
                p,
                codes::SYNTAX_BRANCHES,
                "there is no section `merge`; write the merge layer in the layers list, after the branches",
            );
        }
        Foreign::Inputs => {
            skipped(
                p,
                codes::SYNTAX_INPUTS,
                "there is no section `inputs`; write `input: { name: (…), … }`",
            );
        }
    }
}

/// Reports the name here and skips it and its value.
fn skipped(p: &mut Parser<'_>, code: crate::diagnostics::Code, message: &str) {
    let here = p.here();
    p.error(code, here, message);
    skip(p);
}

/// Neighbouring settings outside of their section: one finding and one fix for all of them.
fn misplaced(p: &mut Parser<'_>, foreign: Foreign, home: &str) {
    let (first, place, name) = (p.pos(), p.here(), p.nth_text(0));
    let reported = p
        .error(
            codes::SYNTAX_MISPLACED_SETTING,
            place,
            format!("`{name}` belongs to the section `{home}`; write `{home} {{ {name}: … }}`"),
        )
        .is_some();
    let marker = p.start();
    let mut equals = Vec::new();
    loop {
        p.bump();
        if p.at(EQ) {
            equals.push(p.here());
        }
        if matches!(p.current(), COLON | EQ) {
            p.bump();
        }
        value(p);
        if !(p.at(IDENT)
            && matches!(p.nth(1), COLON | EQ)
            && Foreign::of_word(p.nth_text(0)) == Some(foreign))
        {
            break;
        }
    }
    marker.complete(p, UNKNOWN_SECTION);
    if reported {
        let whole = p.since(first);
        let mut edits = vec![
            TextEdit::new(before(whole), format!("{home} {{ ")),
            TextEdit::new(after(whole), " }"),
        ];
        edits.extend(equals.into_iter().map(|range| TextEdit::new(range, ":")));
        p.add_fix(place, format!("Write it in `{home} {{ }}`"), edits);
    }
}

#[cfg(test)]
mod tests {
    use crate::syntax::testing::{check_layers, check_layers_tree, check_texts};
    use expect_test::expect;

    #[test]
    fn unknown_sections_among_layers_are_skipped_with_their_value() {
        check_layers_tree(
            "Flatten()\nwarmup: 5\nDense(10)\ntrian { epochs: 5 }\nOutput(2)",
            expect![[r#"
                LAYER_STMT
                  CALL_EXPR
                    IDENT "Flatten"
                    ARG_LIST
                      L_PAREN "("
                      R_PAREN ")"
                UNKNOWN_SECTION
                  IDENT "warmup"
                  COLON ":"
                  LITERAL
                    INT "5"
                LAYER_STMT
                  CALL_EXPR
                    IDENT "Dense"
                    ARG_LIST
                      L_PAREN "("
                      ARG
                        LITERAL
                          INT "10"
                      R_PAREN ")"
                UNKNOWN_SECTION
                  IDENT "trian"
                  ERROR
                    L_BRACE "{"
                    ERROR
                      IDENT "epochs"
                      COLON ":"
                      INT "5"
                      R_BRACE "}"
                LAYER_STMT
                  CALL_EXPR
                    IDENT "Output"
                    ARG_LIST
                      L_PAREN "("
                      ARG
                        LITERAL
                          INT "2"
                      R_PAREN ")"
            "#]],
        );
        check_layers(
            &[
                "Flatten()\nwarmup: 5, 6\nDense(10)",
                "trian { epochs: 5 }\nDense(10)",
                "optimzer: Adam(learning_rate=0.1)\nDense(10)",
                "optimizer_param: learning_rate=HPO(log_range(1e-4, 1e-2))",
                "assert_shape: (None, 26, 26, 32)\nDense(10)",
                "note:\nDense(10)",
            ],
            expect![[r#"
                Flatten()
                warmup: 5, 6
                Dense(10)
                  2:1 unknown-section: `warmup` is no section of a network and is skipped
                trian { epochs: 5 }
                Dense(10)
                  1:1 unknown-section: `trian` is no section; did you mean `train`? [Write `train`]
                optimzer: Adam(learning_rate=0.1)
                Dense(10)
                  1:1 unknown-section: `optimzer` is no section; did you mean `optimizer`? [Write `optimizer`]
                optimizer_param: learning_rate=HPO(log_range(1e-4, 1e-2))
                  1:1 unknown-section: `optimizer_param` is no section of a network and is skipped
                assert_shape: (None, 26, 26, 32)
                Dense(10)
                  1:1 unknown-section: `assert_shape` is no section of a network and is skipped
                note:
                Dense(10)
                  1:1 unknown-section: `note` is no section of a network and is skipped
            "#]],
        );
    }

    #[test]
    fn settings_outside_of_their_section() {
        check_layers(
            &[
                "Flatten()\nepochs: 5\nbatch_size: 32\nDense(10)",
                "epochs = 5",
                "epochs 5",
                "device: \"cpu\"",
                "lr_schedule: ExponentialDecay(0.1, 1000, 0.96)",
                "merge: Add()",
            ],
            expect![[r#"
                Flatten()
                epochs: 5
                batch_size: 32
                Dense(10)
                  2:1 syntax-misplaced-setting: `epochs` belongs to the section `train`; write `train { epochs: … }` [Write it in `train { }`]
                epochs = 5
                  1:1 syntax-misplaced-setting: `epochs` belongs to the section `train`; write `train { epochs: … }` [Write it in `train { }`]
                epochs 5
                  1:1 syntax-misplaced-setting: `epochs` belongs to the section `train`; write `train { epochs: … }` [Write it in `train { }`]
                device: "cpu"
                  1:1 syntax-misplaced-setting: `device` belongs to the section `execute`; write `execute { device: … }` [Write it in `execute { }`]
                lr_schedule: ExponentialDecay(0.1, 1000, 0.96)
                  1:1 syntax-misplaced-setting: a schedule is the optimizer's learning rate; write `optimizer: Adam(learning_rate=ExponentialDecay(…))`
                merge: Add()
                  1:1 syntax-branches: there is no section `merge`; write the merge layer in the layers list, after the branches
            "#]],
        );
    }

    #[test]
    fn sections_of_a_network() {
        check_texts(
            &[
                "network N { foo: 5 input: (10,) layers: Dense(1) }",
                "network N { inptu: (10,) layers: Dense(1) }",
                "network N { input: (10,) layrs: Dense(1) }",
                "network N { Input: (10,) Layers: Dense(1) }",
                "network N { invalid syntax }",
                "network N { foo { a: 1 } bar { Dense(1) } }",
            ],
            expect![[r#"
                network N { foo: 5 input: (10,) layers: Dense(1) }
                  1:13 unknown-section: `foo` is no section of a network and is skipped
                network N { inptu: (10,) layers: Dense(1) }
                  1:13 unknown-section: `inptu` is no section; did you mean `input`? [Write `input`]
                network N { input: (10,) layrs: Dense(1) }
                  1:26 unknown-section: `layrs` is no section; did you mean `layers`? [Write `layers`]
                network N { Input: (10,) Layers: Dense(1) }
                  1:13 unknown-section: `Input` is no section; did you mean `input`? [Write `input`]
                  1:26 unknown-section: `Layers` is no section; did you mean `layers`? [Write `layers`]
                network N { invalid syntax }
                  1:13 unknown-section: `invalid` is no section of a network and is skipped
                network N { foo { a: 1 } bar { Dense(1) } }
                  1:13 unknown-section: `foo` is no section of a network and is skipped
                  1:26 unknown-section: `bar` is no section of a network and is skipped
            "#]],
        );
    }
}
