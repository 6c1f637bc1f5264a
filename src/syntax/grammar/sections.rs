//! The sections of a network other than its input: layers, loss, optimizer, metrics, train, execute.

use super::entries::{entries, entries_without_braces};
use super::expressions::{expr, starts_expr};
use super::groups::arg_list;
use super::input;
use super::layers::{Within, statements};
use super::recovery::{
    after, before, closing, missing, missing_colon, missing_with_fix, skip_block, skip_line,
    spelling, unexpected,
};
use super::suffixes::close_brace;
use super::words::{Section, at_top_level, is_capitalized, section_at};
use crate::diagnostics::{Diagnostic, codes};
use crate::syntax::kind::SyntaxKind::*;
use crate::syntax::parser::Parser;
use crate::text::{TextEdit, TextRange};

/// A section. Stands at its name, however that is spelt.
pub(super) fn section(p: &mut Parser<'_>, section: Section, seen: u8) {
    p.start_piece();
    let marker = p.start();
    let name = p.nth_text(0);
    p.bump();
    if section.has_block() {
        block_section(p, section, name);
    } else {
        let brace = p.at(L_BRACE) && matches!(section, Section::Layers | Section::Metrics);
        if brace || colon(p, section, name) {
            match section {
                Section::Input => input::value(p),
                Section::Layers => layers(p, seen | section.bit()),
                Section::Loss => value(p, "a loss such as `\"mse\"`", name),
                Section::Optimizer => {
                    value(p, "an optimizer such as `Adam(learning_rate=0.001)`", name)
                }
                Section::Metrics => metrics(p),
                Section::Train | Section::Execute => {}
            }
        }
        if section != Section::Layers {
            after_value(p, name);
        }
    }
    marker.complete(p, section.node());
}

/// The colon after a section's name. `false` where nothing follows that could be its value.
fn colon(p: &mut Parser<'_>, section: Section, name: &str) -> bool {
    if p.eat(COLON) {
        if p.at(COLON) && !p.nth_starts_line(0) {
            let here = p.here();
            p.error_with_fix(
                codes::SYNTAX_UNEXPECTED,
                here,
                format!("one `:` too many after `{name}`; delete it"),
                "Delete it",
                vec![TextEdit::new(here, "")],
            );
            p.bump_error();
        }
        return true;
    }
    if p.at(L_BRACE) && section == Section::Input && !matches!(p.nth(1), IDENT | STRING | R_BRACE) {
        let (here, end) = (p.here(), p.end_of_previous());
        p.error_with_fix(
            codes::SYNTAX_MISSING_COLON,
            here,
            format!("expected `:` in place of this `{{`; write `{name}: (28, 28, 1)`"),
            "Write `:`",
            vec![TextEdit::new(TextRange::new(end.end(), here.end()), ":")],
        );
        p.bump_error();
        p.eat(COLON);
        p.forgiven.braces += 1;
        p.owed.braces += 1;
        return true;
    }
    if p.at(EQ) {
        let (here, end) = (p.here(), p.end_of_previous());
        p.error_with_fix(
            codes::SYNTAX_MISSING_COLON,
            here,
            format!("a section's value stands behind `:`; write `{name}:`"),
            "Write `:`",
            vec![TextEdit::new(TextRange::new(end.end(), here.end()), ":")],
        );
        p.bump_error();
        return true;
    }
    if no_value(p) && !(section == Section::Input && p.at(L_BRACE)) {
        missing(p, codes::SYNTAX_MISSING_COLON, format!("expected `:` and a value after `{name}`"));
        return false;
    }
    missing_colon(p, name);
    true
}

/// Whether what stands here is no value of a section, or more probably the next section.
pub(super) fn no_value(p: &Parser<'_>) -> bool {
    !starts_expr(p.current())
        || section_at(p, 0).is_some()
        || at_top_level(p, 0)
        || p.at(IDENT) && matches!(p.nth(1), COLON | EQ) && p.nth_starts_line(0)
}

/// What may not follow a section's value on its line.
fn after_value(p: &mut Parser<'_>, name: &str) {
    if p.nth_starts_line(0) || matches!(p.current(), R_BRACE | SEMICOLON | EOF) {
        return;
    }
    if p.at(IDENT) && Section::of_word(p.nth_text(0)).is_some() {
        return;
    }
    let names = p.at(IDENT)
        && (matches!(p.nth(1), COLON | L_BRACE | L_PAREN) || is_capitalized(p.nth_text(0)));
    if names
        || p.at(COMMA)
            && (p.nth_starts_line(1) || p.nth(1) == R_BRACE || section_at(p, 1).is_some())
    {
        return;
    }
    unexpected(p, &format!("the next section after the value of `{name}`"));
    skip_line(p);
}

/// Whether nothing but a section or the end of the network can follow the separator here.
pub(super) fn separates_sections(p: &Parser<'_>) -> bool {
    matches!(p.nth(1), R_BRACE | EOF) || section_at(p, 1).is_some()
}

/// The value of `loss` or `optimizer`: a value, a call by a quoted name, or a name with a block.
fn value(p: &mut Parser<'_>, what: &str, name: &str) {
    if no_value(p) {
        missing(p, codes::SYNTAX_MISSING_VALUE, format!("expected {what} after `{name}:`"));
        return;
    }
    let (first, quoted) = (p.pos(), p.at(STRING));
    let Some(found) = expr(p) else { return };
    if quoted && found.kind() == LITERAL && p.at(L_PAREN) && !p.nth_starts_line(0) {
        let call = found.precede(p);
        arg_list(p);
        call.complete(p, CALL_EXPR);
    } else if matches!(found.kind(), LITERAL | NAME_REF) && p.at(L_BRACE) {
        let written = entries(p, "this block");
        let callee = p.text_at(first).trim_matches(['"', '\'']);
        let arguments: Vec<String> = written
            .iter()
            .map(|&(key, value)| format!("{}={}", p.slice(key), p.slice(value)))
            .collect();
        let call = format!("{callee}({})", arguments.join(", "));
        let whole = p.since(first);
        let place = p.range_at(first);
        p.warn(
            Diagnostic::new(
                codes::NONSTANDARD_OPTIMIZER,
                place,
                format!("the parameters of an optimizer stand in parentheses; write `{callee}(…)`"),
            )
            .with_fix("Write them in parentheses", vec![TextEdit::new(whole, call)]),
        );
    }
}

fn metrics(p: &mut Parser<'_>) {
    if p.at(L_BRACE) {
        let here = p.here();
        p.error(
            codes::SYNTAX_UNEXPECTED,
            here,
            "metrics stand in brackets; write `metrics: [\"accuracy\"]`",
        );
        return skip_block(p);
    }
    if no_value(p) {
        missing(
            p,
            codes::SYNTAX_MISSING_VALUE,
            "expected a list of metrics such as `[\"accuracy\"]` after `metrics:`",
        );
        return;
    }
    let (first, list) = (p.pos(), p.at(L_BRACK));
    expr(p);
    while p.at(COMMA)
        && starts_expr(p.nth(1))
        && !(p.nth(1) == IDENT && matches!(p.nth(2), COLON | L_BRACE))
    {
        p.bump();
        expr(p);
    }
    if !list {
        let whole = p.since(first);
        p.warn(
            Diagnostic::new(
                codes::NONSTANDARD_LIST,
                p.range_at(first),
                "metrics are a list; write them in `[ ]`",
            )
            .with_fix(
                "Write them in `[ ]`",
                vec![TextEdit::new(before(whole), "["), TextEdit::new(after(whole), "]")],
            ),
        );
    }
}

/// The layers list.
fn layers(p: &mut Parser<'_>, seen: u8) {
    match p.current() {
        L_BRACK => in_brackets(p),
        L_BRACE => in_braces(p),
        _ => layer_list(p, Within::Network { seen }),
    }
}

/// Statements as a node of their own; none where there are no statements.
pub(super) fn layer_list(p: &mut Parser<'_>, within: Within) {
    let marker = p.start();
    statements(p, within);
    marker.complete_if_filled(p, LAYER_LIST);
}

/// `[ … ]` around the layers.
fn in_brackets(p: &mut Parser<'_>) {
    let (open, open_pos) = (p.here(), p.pos());
    p.bump();
    p.open.bracks += 1;
    let marker = p.start();
    let commas = statements(p, Within::Brackets);
    marker.complete_if_filled(p, LAYER_LIST);
    p.open.bracks -= 1;
    if p.at(R_BRACK) {
        let mut edits = vec![TextEdit::new(open, "")];
        edits.extend(commas);
        edits.push(TextEdit::new(p.here(), ""));
        p.bump();
        p.warn(
            Diagnostic::new(
                codes::NONSTANDARD_LIST,
                open,
                "layers need no `[ ]` around them and no commas between them",
            )
            .with_fix("Write them without `[ ]`", edits),
        );
    } else if !p.end_is_reported() {
        let close = spelling(closing(L_BRACK));
        p.report_unclosed(
            Diagnostic::new(
                codes::SYNTAX_UNCLOSED,
                p.range_at(open_pos),
                format!("this `[` has no closing `{close}`; layers need neither"),
            )
            .with_fix("Delete `[`", vec![TextEdit::new(open, "")]),
        );
    }
}

/// `{ … }` around the layers.
fn in_braces(p: &mut Parser<'_>) {
    let (open, open_pos) = (p.here(), p.pos());
    let colon = p.previous() == COLON;
    let reported = p
        .error(
            codes::SYNTAX_SECTION_BRACES,
            open,
            "the layers list has no braces; write `layers:` and the layers below",
        )
        .is_some();
    p.bump();
    p.owed.braces += 1;
    layer_list(p, Within::Braces);
    let close = p.at(R_BRACE).then(|| p.here());
    close_brace(p, open_pos, "the layers list");
    if let Some(close) = close
        && reported
    {
        let edits =
            vec![TextEdit::new(open, if colon { "" } else { ":" }), TextEdit::new(close, "")];
        p.add_fix(open, "Delete the braces", edits);
    }
}

/// `train { … }` and `execute { … }`.
fn block_section(p: &mut Parser<'_>, section: Section, name: &str) {
    let colon = p.at(COLON).then(|| p.here());
    if let Some(colon) = colon {
        p.bump();
        if p.at(L_BRACE) {
            p.warn(
                Diagnostic::new(
                    codes::NONSTANDARD_COLON,
                    colon,
                    format!("no `:` after `{name}`; write `{name} {{ … }}`"),
                )
                .with_fix("Delete the colon", vec![TextEdit::new(colon, "")]),
            );
        }
    }
    if p.at(L_BRACE) {
        entries(p, &format!("`{name}`"));
        return;
    }
    let example = if section == Section::Train { "epochs: 10" } else { "device: \"cpu\"" };
    let keyword = p.pos() - 1 - usize::from(colon.is_some());
    let place = p.range_at(keyword);
    if p.at(IDENT) && matches!(p.nth(1), COLON | EQ) && section_at(p, 0).is_none() {
        let message =
            format!("the entries of `{name}` stand in braces; write `{name} {{ {example} }}`");
        let reported = p.error(codes::SYNTAX_SECTION_BRACES, place, message).is_some();
        entries_without_braces(p);
        if reported {
            let mut edits = vec![
                TextEdit::new(after(place), " {"),
                TextEdit::new(after(p.end_of_previous()), " }"),
            ];
            edits.extend(colon.map(|colon| TextEdit::new(colon, "")));
            p.add_fix(place, "Write the entries in braces", edits);
        }
    } else if colon.is_none() && (p.nth_starts_line(0) || p.at(R_BRACE)) {
        missing_with_fix(
            p,
            codes::SYNTAX_SECTION_BRACES,
            format!("expected `{{ {example} }}` after `{name}`"),
            " { }",
        );
    } else {
        missing(
            p,
            codes::SYNTAX_SECTION_BRACES,
            format!("expected `{{` after this; write `{name} {{ {example} }}`"),
        );
        if p.at(L_PAREN) {
            p.bump_error();
            p.forgiven.parens += 1;
        } else if !p.nth_starts_line(0) && section_at(p, 0).is_none() {
            skip_line(p);
        }
        if p.at(L_BRACE) {
            entries(p, &format!("`{name}`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::syntax::testing::{check_texts, check_tree};
    use expect_test::expect;

    #[test]
    fn every_section() {
        check_tree(
            "network N {
  input: (10,)
  layers:
    Dense(1)
  loss: \"huber\"(delta=2.0)
  optimizer: Adam(learning_rate=0.1)
  metrics: [\"mae\", auc]
  train { epochs: 5 batch_size: 16, 32 }
  execute { device: \"cpu\" }
}",
            expect![[r#"
                FILE@0..208
                  NETWORK@0..208
                    IDENT@0..7 "network"
                    IDENT@8..9 "N"
                    L_BRACE@10..11 "{"
                    INPUT_SECTION@14..26
                      IDENT@14..19 "input"
                      COLON@19..20 ":"
                      INPUT_DECL@21..26
                        TUPLE@21..26
                          L_PAREN@21..22 "("
                          LITERAL@22..24
                            INT@22..24 "10"
                          COMMA@24..25 ","
                          R_PAREN@25..26 ")"
                    LAYERS_SECTION@29..49
                      IDENT@29..35 "layers"
                      COLON@35..36 ":"
                      LAYER_LIST@41..49
                        LAYER_STMT@41..49
                          CALL_EXPR@41..49
                            IDENT@41..46 "Dense"
                            ARG_LIST@46..49
                              L_PAREN@46..47 "("
                              ARG@47..48
                                LITERAL@47..48
                                  INT@47..48 "1"
                              R_PAREN@48..49 ")"
                    LOSS_SECTION@52..76
                      IDENT@52..56 "loss"
                      COLON@56..57 ":"
                      CALL_EXPR@58..76
                        LITERAL@58..65
                          STRING@58..65 "\"huber\""
                        ARG_LIST@65..76
                          L_PAREN@65..66 "("
                          ARG@66..75
                            IDENT@66..71 "delta"
                            EQ@71..72 "="
                            LITERAL@72..75
                              FLOAT@72..75 "2.0"
                          R_PAREN@75..76 ")"
                    OPTIMIZER_SECTION@79..113
                      IDENT@79..88 "optimizer"
                      COLON@88..89 ":"
                      CALL_EXPR@90..113
                        IDENT@90..94 "Adam"
                        ARG_LIST@94..113
                          L_PAREN@94..95 "("
                          ARG@95..112
                            IDENT@95..108 "learning_rate"
                            EQ@108..109 "="
                            LITERAL@109..112
                              FLOAT@109..112 "0.1"
                          R_PAREN@112..113 ")"
                    METRICS_SECTION@116..137
                      IDENT@116..123 "metrics"
                      COLON@123..124 ":"
                      LIST@125..137
                        L_BRACK@125..126 "["
                        LITERAL@126..131
                          STRING@126..131 "\"mae\""
                        COMMA@131..132 ","
                        NAME_REF@133..136
                          IDENT@133..136 "auc"
                        R_BRACK@136..137 "]"
                    TRAIN_SECTION@140..178
                      IDENT@140..145 "train"
                      L_BRACE@146..147 "{"
                      KEY_VALUE@148..157
                        IDENT@148..154 "epochs"
                        COLON@154..155 ":"
                        LITERAL@156..157
                          INT@156..157 "5"
                      KEY_VALUE@158..176
                        IDENT@158..168 "batch_size"
                        COLON@168..169 ":"
                        LITERAL@170..172
                          INT@170..172 "16"
                        COMMA@172..173 ","
                        LITERAL@174..176
                          INT@174..176 "32"
                      R_BRACE@177..178 "}"
                    EXECUTE_SECTION@181..206
                      IDENT@181..188 "execute"
                      L_BRACE@189..190 "{"
                      KEY_VALUE@191..204
                        IDENT@191..197 "device"
                        COLON@197..198 ":"
                        LITERAL@199..204
                          STRING@199..204 "\"cpu\""
                      R_BRACE@205..206 "}"
                    R_BRACE@207..208 "}"
            "#]],
        );
    }

    #[test]
    fn tolerated_forms() {
        check_texts(
            &[
                "network N { input: (1,) layers: [Dense(1), Dense(2),] loss: \"mse\" }",
                "network N { input: (1,) layers: Dense(1) optimizer: \"Adam\" { learning_rate: 0.1 } }",
                "network N { input: (1,) layers: Dense(1) optimizer: Adam {\n  learning_rate: 0.1\n  beta_1: 0.9 } }",
                "network N { input: (1,) layers: Dense(1) metrics: accuracy, auc }",
                "network N { input: (1,) layers: Dense(1) training: { epochs: 5 } }",
                "network N { input: (1,) layers: Dense(1) loss: \"mse\"; optimizer: adam, }",
            ],
            expect![[r#"
                network N { input: (1,) layers: [Dense(1), Dense(2),] loss: "mse" }
                  1:33 nonstandard-list: layers need no `[ ]` around them and no commas between them [Write them without `[ ]`]
                network N { input: (1,) layers: Dense(1) optimizer: "Adam" { learning_rate: 0.1 } }
                  1:53 nonstandard-optimizer: the parameters of an optimizer stand in parentheses; write `Adam(…)` [Write them in parentheses]
                network N { input: (1,) layers: Dense(1) optimizer: Adam {
                  learning_rate: 0.1
                  beta_1: 0.9 } }
                  1:53 nonstandard-optimizer: the parameters of an optimizer stand in parentheses; write `Adam(…)` [Write them in parentheses]
                network N { input: (1,) layers: Dense(1) metrics: accuracy, auc }
                  1:51 nonstandard-list: metrics are a list; write them in `[ ]` [Write them in `[ ]`]
                network N { input: (1,) layers: Dense(1) training: { epochs: 5 } }
                  1:50 nonstandard-colon: no `:` after `training`; write `training { … }` [Delete the colon]
                network N { input: (1,) layers: Dense(1) loss: "mse"; optimizer: adam, }
                  1:53 nonstandard-separator: sections need nothing between them [Delete it]
                  1:70 nonstandard-separator: sections need nothing between them [Delete it]
            "#]],
        );
    }

    #[test]
    fn colons() {
        check_texts(
            &[
                "network N { input (1,) layers: Dense(1) }",
                "network N { input: (1,) layers: Dense(1) loss \"mse\" }",
                "network N { input: (1,) layers: Dense(1) loss = \"mse\" }",
                "network N { input: (1,) layers: Dense(1) optimizer Adam(0.1) }",
                "network N { input: (1,) layers Dense(1) }",
                "network N { input: (1,) layers: Dense(1)\n  loss(\"mse\") }",
                "network N { input: (1,) layers: Dense(1) loss loss: \"mse\" }",
                "network N { input{ (1,) layers: Dense(1) }",
            ],
            expect![[r#"
                network N { input (1,) layers: Dense(1) }
                  1:17 syntax-missing-colon: expected `:` after `input` [Insert `:`]
                network N { input: (1,) layers: Dense(1) loss "mse" }
                  1:45 syntax-missing-colon: expected `:` after `loss` [Insert `:`]
                network N { input: (1,) layers: Dense(1) loss = "mse" }
                  1:47 syntax-missing-colon: a section's value stands behind `:`; write `loss:` [Write `:`]
                network N { input: (1,) layers: Dense(1) optimizer Adam(0.1) }
                  1:50 syntax-missing-colon: expected `:` after `optimizer` [Insert `:`]
                network N { input: (1,) layers Dense(1) }
                  1:30 syntax-missing-colon: expected `:` after `layers` [Insert `:`]
                network N { input: (1,) layers: Dense(1)
                  loss("mse") }
                  2:6 syntax-missing-colon: expected `:` after `loss` [Insert `:`]
                network N { input: (1,) layers: Dense(1) loss loss: "mse" }
                  1:45 syntax-missing-colon: expected `:` and a value after `loss`
                network N { input{ (1,) layers: Dense(1) }
                  1:18 syntax-missing-colon: expected `:` in place of this `{`; write `input: (28, 28, 1)` [Write `:`]
            "#]],
        );
    }

    #[test]
    fn values() {
        check_texts(
            &[
                "network N { input: (1,) layers: Dense(1) loss: }",
                "network N { input: (1,) layers: Dense(1) loss:\n  optimizer: adam }",
                "network N { input: (1,) layers: Dense(1) optimizer: adam 5 }",
                "network N { input: (1,) layers: Dense(1) loss: cross entropy\n }",
                "network N { input: (1,) layers: Dense(1) metrics: }",
                "network N { input: (1,) layers: Dense(1) metrics { accuracy } }",
                "network N { input: (1,) layers: Dense(1) loss: \"mse }\n}",
                "network N { input: (1,) layers: Dense(1) optimizer: tf.keras.Adam(0.1) }",
            ],
            expect![[r#"
                network N { input: (1,) layers: Dense(1) loss: }
                  1:46 syntax-missing-value: expected a loss such as `"mse"` after `loss:`
                network N { input: (1,) layers: Dense(1) loss:
                  optimizer: adam }
                  1:46 syntax-missing-value: expected a loss such as `"mse"` after `loss:`
                network N { input: (1,) layers: Dense(1) optimizer: adam 5 }
                  1:58 syntax-unexpected: expected the next section after the value of `optimizer` instead of `5`
                network N { input: (1,) layers: Dense(1) loss: cross entropy
                 }
                  1:54 syntax-unexpected: expected the next section after the value of `loss` instead of `entropy`
                network N { input: (1,) layers: Dense(1) metrics: }
                  1:49 syntax-missing-value: expected a list of metrics such as `["accuracy"]` after `metrics:`
                network N { input: (1,) layers: Dense(1) metrics { accuracy } }
                  1:50 syntax-unexpected: metrics stand in brackets; write `metrics: ["accuracy"]`
                network N { input: (1,) layers: Dense(1) loss: "mse }
                }
                  1:48 syntax-unterminated: this string has no closing `"` on its line [Insert `"`]
                network N { input: (1,) layers: Dense(1) optimizer: tf.keras.Adam(0.1) }
                  1:53 syntax-unexpected: names have no dots; write `Adam` alone [Write `Adam`]
            "#]],
        );
    }

    #[test]
    fn braces() {
        check_texts(
            &[
                "network N { input: (1,) layers: Dense(1)\n  train\n    epochs: 5\n    batch_size: 32\n}",
                "network N { input: (1,) layers: Dense(1)\n  train:\n    epochs: 5\n  loss: \"mse\" }",
                "network N { input: (1,) layers: Dense(1)\n  train\n  loss: \"mse\" }",
                "network N { input: (1,) layers: Dense(1) \n  train ( { epochs: 5 } }",
                "network N { input: (1,) layers: Dense(1) execute \"cpu\" }",
                "network N { input: (1,) layers { Dense(1) } loss: \"mse\" }",
                "network N { input: (1,) layers: { Dense(1) } }",
                "network N { input: (1,) layers: [ Dense(1)\n  loss: \"mse\" }",
            ],
            expect![[r#"
                network N { input: (1,) layers: Dense(1)
                  train
                    epochs: 5
                    batch_size: 32
                }
                  2:3 syntax-section-braces: the entries of `train` stand in braces; write `train { epochs: 10 }` [Write the entries in braces]
                network N { input: (1,) layers: Dense(1)
                  train:
                    epochs: 5
                  loss: "mse" }
                  2:3 syntax-section-braces: the entries of `train` stand in braces; write `train { epochs: 10 }` [Write the entries in braces]
                network N { input: (1,) layers: Dense(1)
                  train
                  loss: "mse" }
                  2:7 syntax-section-braces: expected `{ epochs: 10 }` after `train` [Insert `{ }`]
                network N { input: (1,) layers: Dense(1) 
                  train ( { epochs: 5 } }
                  2:7 syntax-section-braces: expected `{` after this; write `train { epochs: 10 }`
                network N { input: (1,) layers: Dense(1) execute "cpu" }
                  1:48 syntax-section-braces: expected `{` after this; write `execute { device: "cpu" }`
                network N { input: (1,) layers { Dense(1) } loss: "mse" }
                  1:32 syntax-section-braces: the layers list has no braces; write `layers:` and the layers below [Delete the braces]
                network N { input: (1,) layers: { Dense(1) } }
                  1:33 syntax-section-braces: the layers list has no braces; write `layers:` and the layers below [Delete the braces]
                network N { input: (1,) layers: [ Dense(1)
                  loss: "mse" }
                  1:33 syntax-unclosed: this `[` has no closing `]`; layers need neither [Delete `[`]
            "#]],
        );
    }
}
