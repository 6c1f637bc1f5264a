//! Branches, and the ways of other languages to write them.

use super::groups::arg_list;
use super::habits::bare_arguments;
use super::layers::{Within, statements};
use super::recovery::{after, skip_block};
use super::suffixes::{block, branch_suffixes};
use super::unknown;
use super::words::{Foreign, Section, holds_entries, is_capitalized};
use crate::diagnostics::codes;
use crate::syntax::kind::SyntaxKind::*;
use crate::syntax::parser::Parser;
use crate::text::TextEdit;

/// What begins with a name and a colon in a list of layers.
pub(super) fn with_colon(p: &mut Parser<'_>, within: Within) {
    let name = p.nth_text(0);
    let (block, foreign) = (p.nth(2) == L_BRACE, Foreign::of_word(name));
    if let Some(foreign) = foreign
        && (!block || foreign == Foreign::Branches)
    {
        return unknown::foreign(p, foreign);
    }
    if block && (!holds_entries(p, 2) || is_capitalized(name)) {
        return branch(p);
    }
    let same_line = !p.nth_starts_line(2);
    let indented = p.nth(2) == IDENT && !same_line && p.indent_of(p.pos() + 2) > p.indent();
    let layer = p.nth(2) == IDENT && p.nth(3) == L_PAREN && is_capitalized(p.nth_text(2));
    if indented
        || same_line && layer && within == Within::Braces && Section::near_word(name).is_none()
    {
        branch_without_braces(p)
    } else if is_capitalized(name) && same_line && !block {
        layer_with_colon(p)
    } else {
        unknown::section(p)
    }
}

/// `name: { … }`.
fn branch(p: &mut Parser<'_>) {
    let marker = p.start();
    p.bump();
    p.bump();
    block(p, Within::Braces, "this branch");
    branch_suffixes(p);
    marker.complete(p, BRANCH_STMT);
}

/// `name:` with its layers on indented lines below, or with one layer behind it.
fn branch_without_braces(p: &mut Parser<'_>) {
    let marker = p.start();
    let (name, place, deeper_than) = (p.nth_text(0), p.here(), p.indent());
    p.bump();
    let open = p.here();
    p.bump();
    let message = format!("the layers of a branch stand in braces; write `{name}: {{ … }}`");
    let reported = p.error(codes::SYNTAX_BRANCHES, place, message).is_some();
    if !p.enter() {
        skip_block(p);
        marker.complete(p, ERROR);
        return;
    }
    let body = p.start();
    // The first layer may stand on the branch's own line, which is not indented deeper than itself.
    statements(p, Within::Indented { deeper_than });
    p.leave();
    body.complete(p, BLOCK);
    let end = after(p.end_of_previous());
    marker.complete(p, BRANCH_STMT);
    if reported {
        let edits = vec![TextEdit::new(after(open), " {"), TextEdit::new(end, " }")];
        p.add_fix(place, "Write the layers in braces", edits);
    }
}

/// `Dense: 64`.
fn layer_with_colon(p: &mut Parser<'_>) {
    let marker = p.start();
    let call = p.start();
    let name = p.nth_text(0);
    p.bump();
    let colon = p.here();
    p.bump_error();
    if p.at(L_PAREN) {
        p.error_with_fix(
            codes::SYNTAX_LAYER_ARGUMENTS,
            colon,
            format!("no `:` between a layer and its arguments; write `{name}(…)`"),
            "Delete the colon",
            vec![TextEdit::new(colon, "")],
        );
        arg_list(p);
    } else {
        bare_arguments(p, name, colon);
    }
    call.complete(p, CALL_EXPR);
    marker.complete(p, LAYER_STMT);
}

/// `Parallel { … }`: what stands in it is meant to start from the same tensor, which is what branches
/// do. Its output is not known, since nothing says how its parts are put together.
pub(super) fn parallel(p: &mut Parser<'_>) {
    let place = p.here();
    p.error(
        codes::SYNTAX_BRANCHES,
        place,
        "there is no `Parallel`; write each part as a branch, `name: { … }`, and the merge layer after the branches",
    );
    let marker = p.start();
    let junk = p.start();
    p.bump();
    skip_block(p);
    junk.complete(p, ERROR);
    marker.complete(p, LAYER_STMT);
}

/// `branches:` with everything that belongs to it.
pub(super) fn branches_section(p: &mut Parser<'_>) {
    let (place, indent) = (p.here(), p.indent());
    p.error(
        codes::SYNTAX_BRANCHES,
        place,
        "there is no section `branches`; write each branch as `name: { … }` in the layers list",
    );
    let marker = p.start();
    p.bump();
    p.eat(COLON);
    if p.at(L_BRACE) {
        skip_block(p);
    } else {
        while !matches!(p.current(), EOF | R_BRACE) {
            if p.nth_starts_line(0) && p.indent() <= indent {
                break;
            }
            if p.at(L_BRACE) {
                skip_block(p);
            } else {
                p.bump();
            }
        }
    }
    marker.complete(p, UNKNOWN_SECTION);
}

#[cfg(test)]
mod tests {
    use crate::syntax::testing::{check_layers, check_layers_tree, check_texts};
    use expect_test::expect;

    #[test]
    fn branches() {
        check_layers_tree(
            "a: { Dense(10) } @ \"cpu\"\nb: { }\nAdd()",
            expect![[r#"
            BRANCH_STMT
              IDENT "a"
              COLON ":"
              BLOCK
                L_BRACE "{"
                LAYER_STMT
                  CALL_EXPR
                    IDENT "Dense"
                    ARG_LIST
                      L_PAREN "("
                      ARG
                        LITERAL
                          INT "10"
                      R_PAREN ")"
                R_BRACE "}"
              DEVICE
                AT "@"
                STRING "\"cpu\""
            BRANCH_STMT
              IDENT "b"
              COLON ":"
              BLOCK
                L_BRACE "{"
                R_BRACE "}"
            LAYER_STMT
              CALL_EXPR
                IDENT "Add"
                ARG_LIST
                  L_PAREN "("
                  R_PAREN ")"
        "#]],
        );
        // Inside braces, and where its own braces follow, a section's name is an ordinary one.
        check_layers_tree(
            "ResidualConnection { loss: { Dense(1) } }",
            expect![[r#"
            LAYER_STMT
              CALL_EXPR
                IDENT "ResidualConnection"
              BLOCK
                L_BRACE "{"
                BRANCH_STMT
                  IDENT "loss"
                  COLON ":"
                  BLOCK
                    L_BRACE "{"
                    LAYER_STMT
                      CALL_EXPR
                        IDENT "Dense"
                        ARG_LIST
                          L_PAREN "("
                          ARG
                            LITERAL
                              INT "1"
                          R_PAREN ")"
                    R_BRACE "}"
                R_BRACE "}"
        "#]],
        );
    }

    #[test]
    fn other_ways_to_write_branches() {
        check_layers(
            &[
                "a:\n  Dense(10)\n  Flatten()\nb: { }\nAdd()",
                "ResidualConnection {\n  shortcut: Dense(10)\n  main: { Dense(10) }\n}",
                "Parallel {\n  Dense(10)\n  Dense(20)\n}\nConcatenate()",
                "branches:\n  a: { Dense(10) }\n  b: { }\nmerge: Add()",
                "branches { Dense(10) }\nFlatten()",
                "Dense: 64, \"relu\"\nFlatten()",
                "Dense: units=64",
                "Dense: (64)",
            ],
            expect![[r#"
                a:
                  Dense(10)
                  Flatten()
                b: { }
                Add()
                  1:1 syntax-branches: the layers of a branch stand in braces; write `a: { … }` [Write the layers in braces]
                ResidualConnection {
                  shortcut: Dense(10)
                  main: { Dense(10) }
                }
                  2:3 syntax-branches: the layers of a branch stand in braces; write `shortcut: { … }` [Write the layers in braces]
                Parallel {
                  Dense(10)
                  Dense(20)
                }
                Concatenate()
                  1:1 syntax-branches: there is no `Parallel`; write each part as a branch, `name: { … }`, and the merge layer after the branches
                branches:
                  a: { Dense(10) }
                  b: { }
                merge: Add()
                  1:1 syntax-branches: there is no section `branches`; write each branch as `name: { … }` in the layers list
                  4:1 syntax-branches: there is no section `merge`; write the merge layer in the layers list, after the branches
                branches { Dense(10) }
                Flatten()
                  1:1 syntax-branches: there is no section `branches`; write each branch as `name: { … }` in the layers list
                Dense: 64, "relu"
                Flatten()
                  1:8 syntax-layer-arguments: the arguments of a layer stand in parentheses; write `Dense(64, "relu")` [Write them in parentheses]
                Dense: units=64
                  1:8 syntax-layer-arguments: the arguments of a layer stand in parentheses; write `Dense(units=64)` [Write them in parentheses]
                Dense: (64)
                  1:6 syntax-layer-arguments: no `:` between a layer and its arguments; write `Dense(…)` [Delete the colon]
            "#]],
        );
    }

    #[test]
    fn branches_beside_the_layers() {
        check_texts(
            &["network N {
  inputs:
    image: (28, 28, 1)
    text: (100,)
  branches:
    a:
      Flatten()
    b:
      Embedding(10, 10)
  merge: Concatenate()
  layers:
    Dense(10)
}"],
            expect![[r#"
                network N {
                  inputs:
                    image: (28, 28, 1)
                    text: (100,)
                  branches:
                    a:
                      Flatten()
                    b:
                      Embedding(10, 10)
                  merge: Concatenate()
                  layers:
                    Dense(10)
                }
                  2:3 syntax-inputs: the section is called `input`, also for several inputs: `input: { name: (…), … }` [Write `input`]
                  5:3 syntax-branches: there is no section `branches`; write each branch as `name: { … }` in the layers list
                  10:3 syntax-branches: there is no section `merge`; write the merge layer in the layers list, after the branches
            "#]],
        );
    }
}
