//! Sections: keywords, keys, optimizers, losses, metrics, and the dimensions of inputs.

use super::{HoverConfig, Page, argument, words};
use crate::ide::analysis::Analysis;
use crate::ide::names::{Callee, unquoted};
use crate::ide::view::tensors_text;
use crate::lang::signature::Signature;
use crate::lang::training::{EXECUTE, Key, KeyKind, RESEARCH_METRICS, TRAIN, find};
use crate::lang::{losses, metrics, optimizers, wanted};
use crate::syntax::ast::{AstNode, InputDecl, Network};
use crate::syntax::{SyntaxKind, SyntaxNode, SyntaxToken};

/// The page of a word of a section.
pub(super) fn hover(
    analysis: &Analysis,
    token: &SyntaxToken,
    _config: &HoverConfig,
) -> Option<String> {
    let parent = token.parent()?;
    let is_name = token.kind() == SyntaxKind::IDENT;
    match parent.kind() {
        SyntaxKind::INPUT_SECTION
        | SyntaxKind::LAYERS_SECTION
        | SyntaxKind::LOSS_SECTION
        | SyntaxKind::OPTIMIZER_SECTION
        | SyntaxKind::METRICS_SECTION
        | SyntaxKind::TRAIN_SECTION
        | SyntaxKind::EXECUTE_SECTION
        | SyntaxKind::REFERENCES_SECTION
            if is_name =>
        {
            words::keyword(token.text()).map(str::to_owned)
        }
        SyntaxKind::KEY_VALUE if is_name => key(&parent, token),
        SyntaxKind::INPUT_DECL if is_name => input(analysis, &InputDecl::cast(parent)?),
        SyntaxKind::LITERAL | SyntaxKind::NAME_REF => value(analysis, token, &parent),
        _ => None,
    }
}

/// A key of a block, or of an optimizer's block.
fn key(node: &SyntaxNode, token: &SyntaxToken) -> Option<String> {
    let section = node.parent()?;
    let keys: &[Key] = match section.kind() {
        SyntaxKind::TRAIN_SECTION => TRAIN,
        SyntaxKind::EXECUTE_SECTION => EXECUTE,
        SyntaxKind::METRICS_SECTION => RESEARCH_METRICS,
        SyntaxKind::OPTIMIZER_SECTION => {
            let name = section.children().find(|node| node.kind() == SyntaxKind::LITERAL)?;
            let name = name.first_token()?;
            let signature = optimizers::find(unquoted(name.text()))?;
            let mut page = Page::default();
            argument::describe(
                signature.name,
                signature.param(token.text())?,
                token.text(),
                &mut page,
            );
            return page.finish();
        }
        _ => return None,
    };
    let key = find(keys, token.text())?;
    Some(format!("**{}**: {}.\n\n{}", key.name, takes(key.value), key.doc))
}

/// What a key takes, in words.
fn takes(kind: KeyKind) -> String {
    match kind {
        KeyKind::Count { .. } => "a whole number of at least 1".to_owned(),
        KeyKind::Counts { .. } => "a whole number of at least 1, or several".to_owned(),
        KeyKind::Fraction => "a number from 0 to 1".to_owned(),
        KeyKind::Number => "a number".to_owned(),
        KeyKind::Choice(values) => {
            let values: Vec<String> = values.iter().map(|value| format!("`\"{value}\"`")).collect();
            format!("one of {}", values.join(", "))
        }
        KeyKind::Device => "a device".to_owned(),
        KeyKind::Anything => "kept as it is".to_owned(),
    }
}

/// The name of an input.
fn input(analysis: &Analysis, declaration: &InputDecl) -> Option<String> {
    let name = declaration.name()?;
    let node = declaration.syntax().ancestors().find_map(Network::cast)?;
    let number = super::network_number(analysis, &node)?;
    let model = analysis.model()?.networks.get(number)?;
    let (_, tensor) =
        model.inputs.iter().find(|(input, _)| input.as_deref() == Some(name.text()))?;
    Some(format!(
        "```text\n{}  {}\n```\n\nAn input of the network. A branch with its name starts from it, and a merge may name it.",
        name.text(),
        tensors_text([tensor])
    ))
}

/// A string, name or number in a section.
fn value(analysis: &Analysis, token: &SyntaxToken, parent: &SyntaxNode) -> Option<String> {
    for node in parent.ancestors() {
        match node.kind() {
            SyntaxKind::INPUT_DECL => return dimension(&node, parent, token),
            SyntaxKind::ARG | SyntaxKind::KEY_VALUE => return None,
            SyntaxKind::METRICS_SECTION => return metric(unquoted(token.text())),
            SyntaxKind::LOSS_SECTION | SyntaxKind::OPTIMIZER_SECTION => {
                return signature(analysis.names().callee_named(token, parent.kind()));
            }
            SyntaxKind::NETWORK | SyntaxKind::LAYER_STMT => return None,
            _ => {}
        }
    }
    None
}

/// The page of an optimizer, a loss or a schedule.
pub(super) fn signature(callee: Callee<'_>) -> Option<String> {
    let what = match callee {
        Callee::Optimizer(_) => "optimizer",
        Callee::Schedule(_) => "learning-rate schedule",
        Callee::Loss(_) => "loss",
        _ => return None,
    };
    let found: &Signature = callee.signature()?;
    let mut page = Page::default();
    page.text(&format!("**{}**: {what}", found.name));
    page.text(found.summary);
    let params: Vec<String> = found
        .params()
        .map(|param| {
            let default = match param.default {
                None => "required".to_owned(),
                Some(default) => format!("default `{}`", default.value()),
            };
            format!("`{}`: {}, {default}. {}", param.name, wanted(param.kind), param.doc)
        })
        .collect();
    if !params.is_empty() {
        page.list(&params);
    }
    page.finish()
}

fn metric(name: &str) -> Option<String> {
    if let Some(loss) = losses::find(name) {
        return Some(format!("**{}**: the loss, as a metric\n\n{}", loss.name, loss.summary));
    }
    metrics::is_known(name).then(|| format!("**{name}**: metric"))
}

/// One size of an input's shape.
fn dimension(declaration: &SyntaxNode, value: &SyntaxNode, token: &SyntaxToken) -> Option<String> {
    let tuple = value.parent().filter(|node| *node != *declaration);
    let sizes: Vec<SyntaxNode> = match &tuple {
        Some(tuple) => tuple.children().collect(),
        None => vec![value.clone()],
    };
    let at = sizes.iter().position(|size| size == value)?;
    let is_none = |node: &SyntaxNode| node.text().to_string().eq_ignore_ascii_case("none");
    let batch = sizes.len() >= 2 && sizes.first().is_some_and(is_none);
    if batch && at == 0 {
        return Some(
            "**Batch**: a leading `None` is the batch, which every shape has anyway; the shape is the rest.\n\nFor an unknown size in its place write a name, as in `(T, 512)`."
                .to_owned(),
        );
    }
    let (at, rank) = (at - usize::from(batch), sizes.len() - usize::from(batch));
    let role = match (rank, at) {
        (1, _) => "features",
        (2, 0) => "steps",
        (3, 0) => "height",
        (3, 1) => "width",
        (4, 0) => "depth",
        (4, 1) => "height",
        (4, 2) => "width",
        (_, at) if at + 1 == rank => "channels or features",
        _ => "size",
    };
    let is_symbol = value.kind() == SyntaxKind::NAME_REF;
    let what = match () {
        () if is_symbol => format!(
            "a size that is not known and keeps its name: shapes after it are formulas in `{}`.",
            token.text()
        ),
        () if is_none(value) => "a size that is not known.".to_owned(),
        () => String::new(),
    };
    let mut page = Page::default();
    page.text(&format!(
        "**Axis {}** of {rank}, the batch being axis 0; with channels last: {role}.",
        at + 1
    ));
    page.text(&capitalized(&what));
    page.finish()
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::ide::fixture::check_hover as check;
    use expect_test::expect;

    #[test]
    fn sections() {
        let text = "network N {\n input: (T, 28, 1)\n layers: Dense(3)\n loss: \"mse\"\n optimizer: Adam(learning_rate=ExponentialDecay(0.1, 1000, 0.9))\n metrics: [\"accuracy\"]\n train { epochs: 5 }\n execute { device: \"cpu\" }\n}";
        for (word, expect) in [
            (
                "network",
                expect![[r#"
                `network`
                **network** `Name { … }`

                A network: its `input`, its `layers`, and what it is trained with. A file may have several; their names differ.
            "#]],
            ),
            (
                "input",
                expect![[r#"
                `input`
                **input** `: (28, 28, 1)`

                The shape of one example, without the batch: whole numbers, `None` for an unknown size, or a name for one, as in `(T, 512)`. Several inputs have names: `{ image: (28, 28, 1), meta: (10,) }`. A leading `None` of a longer shape is the batch.
            "#]],
            ),
            (
                "T,",
                expect![[r#"
                    `T`
                    **Axis 1** of 3, the batch being axis 0; with channels last: height.

                    A size that is not known and keeps its name: shapes after it are formulas in `T`.
                "#]],
            ),
            (
                "28",
                expect![[r#"
                    `28`
                    **Axis 2** of 3, the batch being axis 0; with channels last: width.
                "#]],
            ),
            (
                "layers",
                expect![[r#"
                `layers`
                **layers** `:`

                The layers in order. Each takes what the one before gives. `name: { … }` begins a branch, which a merge such as `Add()` or `Concatenate()` ends; `* 3` repeats a layer; `@ "cuda:0"` places it.
            "#]],
            ),
            (
                "mse",
                expect![[r#"
                `"mse"`
                **mean_squared_error**: loss

                The mean of squared differences.

                - `reduction`: a value, default `"sum_over_batch_size"`. How the losses of a batch become one number.
                - `name`: a string, default `None`. The name of the object.
                - `dtype`: a value, default `None`. The number format.
            "#]],
            ),
            (
                "Adam",
                expect![[r#"
                `Adam`
                **Adam**: optimizer

                Gradient descent with running estimates of the gradient's mean and square.

                - `learning_rate`: a number, default `0.001`. The size of a step, or a schedule of it.
                - `beta_1`: a number between 0 and 1, default `0.9`. How slowly the gradient's mean changes.
                - `beta_2`: a number between 0 and 1, default `0.999`. How slowly the gradient's square changes.
                - `epsilon`: a number, default `0.0000001`. Keeps the divisor from 0.
                - `amsgrad`: true or false, default `false`. Whether the largest estimate so far is used.
                - `weight_decay`: a number of at least 0, default `None`. How much of each weight is taken away at each step.
                - `clipnorm`: a number of at least 0, default `None`. The largest norm of each weight's gradient.
                - `clipvalue`: a number of at least 0, default `None`. The largest value in a gradient.
                - `global_clipnorm`: a number of at least 0, default `None`. The largest norm of all gradients together.
                - `use_ema`: true or false, default `false`. Whether running means of the weights are kept.
                - `ema_momentum`: a number between 0 and 1, default `0.99`. How slowly the running means change.
                - `ema_overwrite_frequency`: a whole number of at least 1, default `None`. After how many steps the running means replace the weights.
                - `loss_scale_factor`: a number, default `None`. What the loss is multiplied by.
                - `gradient_accumulation_steps`: a whole number of at least 2, default `None`. How many batches make one step; at least 2.
                - `name`: a string, default `None`. The name of the object.
            "#]],
            ),
            (
                "learning_rate",
                expect![[r#"
                `learning_rate`
                **learning_rate** of `Adam`: a number, default `0.001`.

                The size of a step, or a schedule of it.
            "#]],
            ),
            (
                "ExponentialDecay",
                expect![[r#"
                    `ExponentialDecay`
                    **ExponentialDecay**: learning-rate schedule

                    Multiplies the rate by decay_rate every decay_steps steps.

                    - `initial_learning_rate`: a number, required. The rate at the start.
                    - `decay_steps`: a number greater than 0, required. Over how many steps the rate falls; more than 0.
                    - `decay_rate`: a number, required. How much the rate falls.
                    - `staircase`: true or false, default `false`. Whether the rate falls in steps and not smoothly.
                    - `name`: a string, default `None`. The name of the object.
                "#]],
            ),
            (
                "0.1",
                expect![[r#"
                `0.1`
                **initial_learning_rate** of `ExponentialDecay`: a number, required.

                The rate at the start.
            "#]],
            ),
            (
                "accuracy",
                expect![[r#"
                `"accuracy"`
                **accuracy**: metric
            "#]],
            ),
            (
                "epochs",
                expect![[r#"
                `epochs`
                **epochs**: a whole number of at least 1.

                How often training goes through all examples.
            "#]],
            ),
            (
                "device",
                expect![[r#"
                `device`
                **device**: a device.

                What the network runs on.
            "#]],
            ),
        ] {
            check(&text.replacen(word, &format!("$0{word}"), 1), expect);
        }
    }
}
