//! Arguments: what the parameter takes, what it is here, and what it does.

use super::formula::formula;
use super::{HoverConfig, Page, layer, one_line, words};
use crate::ide::analysis::Analysis;
use crate::ide::index::of_part;
use crate::ide::inlay_hints::positional_names;
use crate::ide::names::{Callee, Macro, MacroParam, unquoted};
use crate::lang::{Framework, Kind, LayerEntry, Param, ParamName, base_doc, resolve_param, wanted};
use crate::model::result::Part;
use crate::syntax::ast::{Arg, ArgList, AstNode, CallExpr, Expr, HpoExpr};
use crate::syntax::{SyntaxKind, SyntaxToken};
use crate::text::TextRange;

/// The page of a word inside an argument list.
pub(super) fn hover(
    analysis: &Analysis,
    token: &SyntaxToken,
    config: &HoverConfig,
) -> Option<String> {
    let parent = token.parent()?;
    match parent.kind() {
        SyntaxKind::ARG => of_name(analysis, &Arg::cast(parent)?, config),
        SyntaxKind::MACRO_PARAM | SyntaxKind::NAME_REF if token.kind() == SyntaxKind::IDENT => {
            macro_parameter(analysis, token).or_else(|| of_value(analysis, token, config))
        }
        SyntaxKind::MACRO_PARAM => macro_parameter(
            analysis,
            &token.next_token().filter(|it| it.kind() == SyntaxKind::IDENT)?,
        ),
        SyntaxKind::LITERAL | SyntaxKind::NAME_REF => of_value(analysis, token, config),
        _ => None,
    }
}

/// A parameter of a macro, where it is declared or read.
pub(super) fn macro_parameter(analysis: &Analysis, token: &SyntaxToken) -> Option<String> {
    let definition = analysis.names().macro_around(token.text_range())?;
    let param = definition.params.iter().find(|param| param.name == token.text())?;
    let mut page = Page::default();
    parameter_of_macro(definition, param, &mut page);
    page.finish()
}

fn parameter_of_macro(definition: &Macro, param: &MacroParam, page: &mut Page) {
    let default = match &param.default {
        Some(default) => format!(", {default} where a use gives none"),
        None => ", which every use gives".to_owned(),
    };
    page.text(&format!(
        "**{}**: a parameter of the macro `{}`{default}.",
        param.name, definition.name
    ));
    page.code("neural", &definition.head);
}

/// The name of an argument.
fn of_name(analysis: &Analysis, arg: &Arg, config: &HoverConfig) -> Option<String> {
    let name = arg.name()?;
    let (call, list) = call_of(arg)?;
    if let Some(hpo) = HpoExpr::cast(list.syntax().parent()?) {
        return words::hpo_form(hpo.form_name()?.text()).map(str::to_owned);
    }
    let callee = analysis.names().callee(&call?);
    parameter(analysis, callee, name.text(), arg, config)
}

/// The value of an argument: the page of its parameter.
pub(super) fn of_value(
    analysis: &Analysis,
    token: &SyntaxToken,
    config: &HoverConfig,
) -> Option<String> {
    // The outermost list counts for a number in a tuple, the innermost call for an argument.
    let arg = token.parent_ancestors().find_map(Arg::cast)?;
    let (call, list) = call_of(&arg)?;
    let Some(call) = call else {
        let hpo = HpoExpr::cast(list.syntax().parent()?)?;
        let outer = hpo.syntax().first_token()?;
        let parent = hpo.syntax().parent()?;
        let around = Arg::cast(parent.clone()).or_else(|| parent.ancestors().find_map(Arg::cast));
        let text = around.and_then(|arg| of_argument(analysis, &arg, config));
        return text.or_else(|| words::hpo_form(outer.text()).map(str::to_owned));
    };
    let _ = call;
    of_argument(analysis, &arg, config)
}

fn of_argument(analysis: &Analysis, arg: &Arg, config: &HoverConfig) -> Option<String> {
    if arg.name().is_some() {
        return of_name(analysis, arg, config);
    }
    let (call, list) = call_of(arg)?;
    let callee = analysis.names().callee(&call?);
    let start = arg.syntax().text_range().start();
    let names = positional_names(callee, &list);
    let Some((_, name)) = names.into_iter().find(|(at, _)| *at == start) else {
        return operand(analysis, callee, arg);
    };
    parameter(analysis, callee, &name, arg, config)
}

/// The call whose argument `arg` is; no call for an argument of a hyperparameter.
fn call_of(arg: &Arg) -> Option<(Option<CallExpr>, ArgList)> {
    let list = ArgList::cast(arg.syntax().parent()?)?;
    let call = CallExpr::cast(list.syntax().parent()?);
    Some((call, list))
}

/// A layer or input that a merge names.
fn operand(analysis: &Analysis, callee: Callee<'_>, arg: &Arg) -> Option<String> {
    let Callee::Layer(entry) = callee else { return None };
    let Expr::Literal(literal) = arg.value()? else { return None };
    let token = literal.token()?;
    let name = unquoted(token.text()).to_owned();
    let target = crate::ide::goto_definition::named(analysis, token.text_range(), &name);
    let line = target.first().map(|target| {
        let line = analysis.line_index().line(target.selection_range.start()) + 1;
        format!(", which got its name on line {line}")
    });
    entry.is_merge().then(|| {
        format!(
            "An operand of `{}`: the output of `{name}`{}.",
            entry.name,
            line.unwrap_or_default()
        )
    })
}

fn parameter(
    analysis: &Analysis,
    callee: Callee<'_>,
    name: &str,
    arg: &Arg,
    config: &HoverConfig,
) -> Option<String> {
    let mut page = Page::default();
    match callee {
        Callee::Macro(definition) => {
            let param = definition.params.iter().find(|param| param.name == name)?;
            parameter_of_macro(definition, param, &mut page);
        }
        Callee::Layer(entry) => match resolve_param(entry, analysis.framework(), name) {
            ParamName::Param(index)
            | ParamName::Alias { index, .. }
            | ParamName::Legacy { index: Some(index), .. } => {
                let param = entry.params.get(index)?.under(analysis.framework());
                describe(entry.name, &param, name, &mut page);
                effect(analysis, entry, index, arg, &mut page, config);
            }
            ParamName::Foreign(index) => {
                let param = entry.params.get(index)?;
                describe(entry.name, param, name, &mut page);
                page.text(match param.only()? {
                    Framework::Keras => {
                        "Keras alone has it; under PyTorch's rules it has no effect."
                    }
                    Framework::Pytorch => "PyTorch alone has it.",
                });
            }
            ParamName::Base(base) => {
                page.text(&format!("**{base}**: a parameter of every layer."));
                page.text(base_doc(base));
            }
            ParamName::Operands => page.text(&format!(
                "**inputs** of `{}`: the layers or inputs to merge, besides what flows in.",
                entry.name
            )),
            ParamName::Ignored { why } => {
                page.text(&format!("**{name}** has no effect on `{}`: {why}.", entry.name));
            }
            ParamName::CheckOnly => page.text(&format!(
                "**{name}**: the size of what comes in, which is checked and not needed."
            )),
            ParamName::DropoutAfter => {
                page.text("**dropout**: a Dropout after the inner layer, with this rate.");
            }
            ParamName::Legacy { index: None, .. } => {
                page.text(&format!(
                    "**{name}**: a parameter of older versions of Keras, without effect."
                ));
            }
            ParamName::Kept | ParamName::Unknown { .. } => return None,
        },
        callee => {
            let signature = callee.signature()?;
            describe(signature.name, signature.param(name)?, name, &mut page);
        }
    }
    page.finish()
}

/// What a parameter takes and does.
pub(super) fn describe(owner: &str, param: &Param, written: &str, page: &mut Page) {
    let default = match param.default {
        None => ", required".to_owned(),
        Some(default) => format!(", default `{}`", default.value()),
    };
    let alias = match written == param.name {
        true => String::new(),
        false => format!(" (here written `{written}`)"),
    };
    page.text(&format!("**{}** of `{owner}`{alias}: {}{default}.", param.name, wanted(param.kind)));
    page.text(param.doc);
    if let Kind::Object(kind) = param.kind {
        let names: Vec<String> =
            kind.all().iter().map(|object| format!("`\"{}\"`", object.name)).collect();
        page.text(&format!("By name: {}.", names.join(", ")));
    }
}

/// The value that the parameter has here, and what the layer makes of it.
fn effect(
    analysis: &Analysis,
    entry: &'static LayerEntry,
    index: usize,
    arg: &Arg,
    page: &mut Page,
    _: &HoverConfig,
) {
    let Some((Some(call), _)) = call_of(arg) else { return };
    let range: TextRange = call.syntax().text_range();
    let results = analysis.results(range);
    let mut values: Vec<String> = Vec::new();
    let mut flows: Vec<String> = Vec::new();
    let mut lines: Option<Vec<String>> = None;
    for one in results.call(range.start()) {
        let Part::Layer(found) = &one.what else { continue };
        let given = found.args.iter().find(|(at, _)| *at == index);
        for value in given.iter().flat_map(|(_, value)| value.values()) {
            let value = value.to_string();
            if !values.contains(&value) && values.len() < 12 {
                values.push(value);
            }
        }
        if let Some(flow) = of_part(&one.what) {
            let flow = format!("{}  {}", entry.name, layer::arrow(&flow));
            if !flows.contains(&flow) && flows.len() < 8 {
                flows.push(flow);
            }
        }
        lines.get_or_insert_with(|| formula(found, analysis.framework()).lines);
    }
    let written = arg.value().map(|value| one_line(value.syntax())).unwrap_or_default();
    match values.as_slice() {
        [] => {}
        [value] if *value == written => {}
        [value] => page.text(&format!("Here: `{value}`")),
        several => {
            let several: Vec<String> = several.iter().map(|value| format!("`{value}`")).collect();
            page.text(&format!("Here: {}", several.join(", ")));
        }
    }
    if let [_] = flows.as_slice() {
        flows.extend(lines.unwrap_or_default());
    }
    page.code("text", &flows.join("\n"));
}

#[cfg(test)]
mod tests {
    use crate::ide::fixture::check_hover as check;
    use expect_test::expect;

    #[test]
    fn parameters() {
        check(
            "Conv2D(32, kernel$0_size=3, padding=\"same\")",
            expect![[r#"
                `kernel_size`
                **kernel_size** of `Conv2D`: a whole number or a tuple of 2, each at least 1, required.

                The size of the kernel, one number or one for each spatial dimension.

                ```text
                Conv2D  28×28×1 → 28×28×32
                height: ceil(28/1) = 28
                width: ceil(28/1) = 28
                channels: filters = 32
                parameters: 3×3×1×32 + 32 = 320
                ```
            "#]],
        );
        check(
            "Conv2D($032, 3)",
            expect![[r#"
                `32`
                **filters** of `Conv2D`: a whole number of at least 1, required.

                How many channels the output has.

                ```text
                Conv2D  28×28×1 → 26×26×32
                height: floor((28 − 3)/1) + 1 = 26
                width: floor((28 − 3)/1) + 1 = 26
                channels: filters = 32
                parameters: 3×3×1×32 + 32 = 320
                ```
            "#]],
        );
        check(
            "Conv2D(32, (3, $03))",
            expect![[r#"
                `3`
                **kernel_size** of `Conv2D`: a whole number or a tuple of 2, each at least 1, required.

                The size of the kernel, one number or one for each spatial dimension.

                ```text
                Conv2D  28×28×1 → 26×26×32
                height: floor((28 − 3)/1) + 1 = 26
                width: floor((28 − 3)/1) + 1 = 26
                channels: filters = 32
                parameters: 3×3×1×32 + 32 = 320
                ```
            "#]],
        );
        check(
            "Dense(out_$0features=3, name=\"d\")",
            expect![[r#"
                `out_features`
                **units** of `Dense` (here written `out_features`): a whole number of at least 1, required.

                How many features the output has.

                ```text
                Dense  28×28×1 → 28×28×3
                features: units = 3
                parameters: 1×3 + 3 = 6
                ```
            "#]],
        );
        check(
            "Dense(3, kernel_regu$0larizer=\"l2\")",
            expect![[r#"
            `kernel_regularizer`
            **kernel_regularizer** of `Dense`: the name of a regularizer, or a call of one, default `None`.

            A penalty on the kernel.

            By name: `"l1"`, `"l2"`, `"l1l2"`, `"orthogonal_regularizer"`.

            ```text
            Dense  28×28×1 → 28×28×3
            features: units = 3
            parameters: 1×3 + 3 = 6
            ```
        "#]],
        );
        check(
            "Dense(3, na$0me=\"d\")",
            expect![[r#"
            `name`
            **name**: a parameter of every layer.

            The layer's name, by which merges, branches and later layers can refer to it.
        "#]],
        );
        check(
            "Flatten()\nDense(3, name=\"d\")\nDense(3)\nAdd(\"$0d\")",
            expect![[r#"
                `"d"`
                An operand of `Add`: the output of `d`, which got its name on line 5.
            "#]],
        );
    }
}
