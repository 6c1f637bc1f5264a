//! The sections that name something: loss, optimizer, metrics. Those that hold keys are checked in
//! [`super::keys`], and `input` belongs to the model, which makes shapes of it.

use super::arguments::{check_call, unknown_name};
use super::hyperparameters::check_all;
use super::keys::check_keys;
use super::values::{describe, each_choice, elements, short};
use crate::diagnostics::suggest::did_you_mean;
use crate::diagnostics::{Diagnostic, codes};
use crate::lang::training::{EXECUTE, TRAIN};
use crate::lang::{losses, metrics, optimizers};
use crate::model::hir::{Expr, ExprKind, Section, SectionKind};

/// What is wrong with a section, places relative to it.
pub fn check_section(section: &Section) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    match &section.kind {
        SectionKind::Loss(Some(expr)) => {
            check_all(expr, &mut findings);
            findings.extend(each_choice(expr, check_loss));
        }
        SectionKind::Optimizer(Some(expr)) => {
            check_all(expr, &mut findings);
            findings.extend(each_choice(expr, check_optimizer));
        }
        SectionKind::Metrics(exprs) => {
            for expr in exprs {
                check_all(expr, &mut findings);
                findings.extend(each_choice(expr, check_metric));
            }
        }
        SectionKind::Train(pairs) => check_keys("train", TRAIN, pairs, &mut findings),
        SectionKind::Execute(pairs) => check_keys("execute", EXECUTE, pairs, &mut findings),
        SectionKind::Loss(None)
        | SectionKind::Optimizer(None)
        | SectionKind::Input(_)
        | SectionKind::Unknown => {}
    }
    findings
}

fn check_loss(expr: &Expr) -> Vec<Diagnostic> {
    let (range, wrong) = match &expr.kind {
        ExprKind::Call(call) => match losses::find(&call.name.value) {
            Some(loss) => return check_call(loss, call),
            None => (call.name.range, call.name.value.as_str()),
        },
        ExprKind::Str(text) | ExprKind::Name(text) if losses::find(text).is_none() => {
            (expr.range, text.as_str())
        }
        ExprKind::Str(_) | ExprKind::Name(_) | ExprKind::None | ExprKind::Error => {
            return Vec::new();
        }
        // One loss for each output; deeper lists are no losses.
        ExprKind::List(losses) | ExprKind::Tuple(losses) => {
            return losses
                .iter()
                .filter(|loss| elements(loss).is_none())
                .flat_map(|loss| each_choice(loss, check_loss))
                .collect();
        }
        _ => return vec![no_name("loss", "\"mse\"", expr)],
    };
    let message = format!("Keras has no loss `{}`", short(wrong));
    let near = did_you_mean(wrong, losses::names());
    vec![unknown_name(codes::UNKNOWN_LOSS, expr, range, message, near, || {
        "If it is a loss of your own, the name is passed on as it is.".to_owned()
    })]
}

fn check_optimizer(expr: &Expr) -> Vec<Diagnostic> {
    let (range, wrong) = match &expr.kind {
        ExprKind::Call(call) => match optimizers::find(&call.name.value) {
            Some(optimizer) => return check_call(optimizer, call),
            None => (call.name.range, call.name.value.as_str()),
        },
        ExprKind::Str(text) | ExprKind::Name(text) if optimizers::find(text).is_none() => {
            (expr.range, text.as_str())
        }
        ExprKind::Str(_) | ExprKind::Name(_) | ExprKind::Error => return Vec::new(),
        _ => return vec![no_name("optimizer", "Adam(learning_rate=0.001)", expr)],
    };
    let message = format!("there is no optimizer `{}`", short(wrong));
    let names = || optimizers::ALL.iter().map(|optimizer| optimizer.name);
    let near = did_you_mean(wrong, names());
    vec![unknown_name(codes::UNKNOWN_OPTIMIZER, expr, range, message, near, || {
        format!("The optimizers are {}.", names().collect::<Vec<_>>().join(", "))
    })]
}

fn check_metric(expr: &Expr) -> Vec<Diagnostic> {
    let (range, wrong) = match &expr.kind {
        ExprKind::Call(call) => (call.name.range, call.name.value.as_str()),
        ExprKind::Str(text) | ExprKind::Name(text) => (expr.range, text.as_str()),
        ExprKind::None | ExprKind::Error => return Vec::new(),
        // One list for each output; deeper lists are no metrics.
        ExprKind::List(metrics) | ExprKind::Tuple(metrics) => {
            return metrics
                .iter()
                .filter(|metric| elements(metric).is_none())
                .flat_map(|metric| each_choice(metric, check_metric))
                .collect();
        }
        _ => return vec![no_name("metric", "\"accuracy\"", expr)],
    };
    if metrics::is_known(wrong) {
        return Vec::new();
    }
    let message = format!("Keras has no metric `{}`", short(wrong));
    let near = did_you_mean(wrong, metrics::names());
    vec![unknown_name(codes::UNKNOWN_METRIC, expr, range, message, near, || {
        "If it is a metric of your own, the name is passed on as it is.".to_owned()
    })]
}

/// The finding for a value that should be the name of a loss, an optimizer or a metric.
fn no_name(what: &str, example: &str, expr: &Expr) -> Diagnostic {
    let article = if what.starts_with('o') { "an" } else { "a" };
    let message = format!("{article} {what} is a name such as `{example}`, not {}", describe(expr));
    Diagnostic::new(codes::BAD_SECTION_VALUE, expr.range, message)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        self, bare, boolean, call, choice, float, int, list, minus, string,
    };
    use super::*;
    use expect_test::{Expect, expect};

    fn check(keyword: &str, kind: SectionKind, expect: Expect) {
        fixture::check_section(keyword, kind, check_section, expect);
    }

    fn loss(expr: Expr, expect: Expect) {
        check("loss", SectionKind::Loss(Some(expr)), expect);
    }

    fn optimizer(expr: Expr, expect: Expect) {
        check("optimizer", SectionKind::Optimizer(Some(expr)), expect);
    }

    #[test]
    fn known_names_in_any_spelling_are_silent() {
        loss(string("Sparse_Categorical_Cross_Entropy"), expect![[""]]);
        loss(bare("mse"), expect![[""]]);
        loss(call("huber", vec![("delta", float(2.0))]), expect![[""]]);
        loss(list(vec![string("mse"), string("mae")]), expect![[""]]);
        optimizer(bare("adam"), expect![[""]]);
        optimizer(choice(vec![string("sgd"), bare("RMSPROP")]), expect![[""]]);
        optimizer(call("SGD", vec![("", float(0.1)), ("nesterov", boolean(true))]), expect![[""]]);
        check(
            "metrics",
            SectionKind::Metrics(vec![string("accuracy"), bare("AUC")]),
            expect![[""]],
        );
    }

    #[test]
    fn unknown_names_are_found() {
        loss(
            string("categorical_crosentropy"),
            expect![[r#"
            warning unknown-loss `"categorical_crosentropy"`: Keras has no loss `categorical_crosentropy`; did you mean `categorical_crossentropy`?
              Change it to `categorical_crossentropy`: loss: "categorical_crossentropy"
        "#]],
        );
        loss(
            string("custom_loss_function"),
            expect![[r#"
            warning unknown-loss `"custom_loss_function"`: Keras has no loss `custom_loss_function`
              help: If it is a loss of your own, the name is passed on as it is.
        "#]],
        );
        loss(
            float(0.05),
            expect![[r#"
            error bad-section-value `0.05`: a loss is a name such as `"mse"`, not a fractional number
        "#]],
        );
        loss(
            choice(vec![string("mse"), string("msee")]),
            expect![[r#"
            warning unknown-loss `"msee"`: Keras has no loss `msee`; did you mean `mse`? (1 of 2 choices: "msee")
              Change it to `mse`: loss: HPO(choice("mse", "mse"))
        "#]],
        );
        optimizer(
            call("Addam", vec![]),
            expect![[r#"
            error unknown-optimizer `Addam`: there is no optimizer `Addam`; did you mean `Adam`?
              Change it to `Adam`: optimizer: Adam()
        "#]],
        );
        optimizer(
            string("invalid_optimizer"),
            expect![[r#"
            error unknown-optimizer `"invalid_optimizer"`: there is no optimizer `invalid_optimizer`
              help: The optimizers are SGD, RMSprop, Adam, AdamW, Adadelta, Adagrad, Adamax, Nadam, Ftrl, Adafactor, Lion, Lamb, Muon, ScheduleFreeAdamW, ScheduleFreeSGD, LossScaleOptimizer.
        "#]],
        );
        let metrics = vec![string("acuracy"), string("metric1"), int(3), string("mse")];
        check(
            "metrics",
            SectionKind::Metrics(metrics),
            expect![[r#"
            warning unknown-metric `"acuracy"`: Keras has no metric `acuracy`; did you mean `accuracy`?
              Change it to `accuracy`: metrics: ["accuracy", "metric1", 3, "mse"]
            warning unknown-metric `"metric1"`: Keras has no metric `metric1`
              help: If it is a metric of your own, the name is passed on as it is.
            error bad-section-value `3`: a metric is a name such as `"accuracy"`, not a whole number
        "#]],
        );
    }

    #[test]
    fn arguments_are_those_of_keras() {
        optimizer(
            call("Adam", vec![("learnin_rate", float(0.1))]),
            expect![[r#"
                error unknown-parameter `learnin_rate`: `Adam` has no parameter `learnin_rate`; did you mean `learning_rate`?
                  Change `learnin_rate` to `learning_rate`: optimizer: Adam(learning_rate=0.1)
            "#]],
        );
        optimizer(
            call("Adam", vec![("lr", float(0.1)), ("decay", float(0.1))]),
            expect![[r#"
                error unknown-parameter `lr`: `Adam` has no parameter `lr`; did you mean `learning_rate`?
                  Change `lr` to `learning_rate`: optimizer: Adam(learning_rate=0.1, decay=0.1)
                warning ignored-parameter `decay=0.1`: Keras ignores `decay`
                  help: Give `learning_rate` a schedule, for example InverseTimeDecay.
                  Remove the argument: optimizer: Adam(lr=0.1)
            "#]],
        );
        optimizer(
            call("Adam", vec![("colour", int(1)), ("beta_1", float(0.9))]),
            expect![[r#"
                error unknown-parameter `colour`: `Adam` has no parameter `colour`
                  help: Its parameters are `learning_rate`, `beta_1`, `beta_2`, `epsilon`, `amsgrad`, `weight_decay`, `clipnorm`, `clipvalue`, `global_clipnorm`, `use_ema`, `ema_momentum`, `ema_overwrite_frequency`, `loss_scale_factor`, `gradient_accumulation_steps`, `name`.
                  Remove the argument: optimizer: Adam(beta_1=0.9)
            "#]],
        );
        let twice = vec![("", float(0.1)), ("learning_rate", float(0.2)), ("", float(0.3))];
        optimizer(
            call("SGD", twice),
            expect![[r#"
                error duplicate-argument `learning_rate=0.2`: `learning_rate` is given twice
                  see `0.1`: it is given here already
                  Remove the second one: optimizer: SGD(0.1, 0.3)
                warning positional-after-named `0.3`: an argument without a name stands after one with a name
                  help: Python does not allow that. Write `name=value`.
                error bad-section-value `0.3`: `nesterov` takes `true` or `false`, not a fractional number
            "#]],
        );
        optimizer(
            call("LossScaleOptimizer", vec![]),
            expect![[r#"
                error missing-parameter `LossScaleOptimizer`: `LossScaleOptimizer` needs `inner_optimizer`
                  help: Scales the loss for another optimizer, for half precision.
            "#]],
        );
        loss(
            call("mse", (0..5).map(|n| ("", int(n))).collect()),
            expect![[r#"
                error bad-section-value `1`: `name` takes a string, not a whole number
                error too-many-arguments `3`: `mean_squared_error` takes at most 3 arguments, not 5
            "#]],
        );
        loss(
            call("huber", vec![("delat", float(2.0))]),
            expect![[r#"
                error unknown-parameter `delat`: `huber` has no parameter `delat`; did you mean `delta`?
                  Change `delat` to `delta`: loss: huber(delta=2.0)
            "#]],
        );
    }

    #[test]
    fn values_of_arguments_are_checked() {
        optimizer(
            call("SGD", vec![("momentum", float(1.5))]),
            expect![[r#"
            error bad-section-value `1.5`: `momentum` is 1.5; it must be from 0 to 1
        "#]],
        );
        optimizer(
            call("Adam", vec![("beta_1", float(1.5))]),
            expect![[r#"
                warning unreasonable-value `1.5`: `beta_1` is 1.5; it should be from 0 to 1
            "#]],
        );
        optimizer(
            call("Adam", vec![("learning_rate", minus(float(0.001)))]),
            expect![[r#"
            warning unreasonable-value `-0.001`: a learning rate of -0.001 makes the loss larger; it should be greater than 0
              Change -0.001 to 0.001: optimizer: Adam(learning_rate=0.001)
        "#]],
        );
        optimizer(
            call("Adam", vec![("learning_rate", string("HPO(log_range(1e-4, 1e-2))"))]),
            expect![[r#"
                error bad-section-value `"HPO(log_range(1e-4, 1e-2))"`: `learning_rate` takes a number or a schedule, not the string "HPO(log_range(1e-4, 1e-2))"
                  Write HPO(log_range(1e-4, 1e-2)) without quotes: optimizer: Adam(learning_rate=HPO(log_range(1e-4, 1e-2)))
            "#]],
        );
        optimizer(
            call("Adam", vec![("learning_rate", string("fast")), ("amsgrad", string("true"))]),
            expect![[r#"
                error bad-section-value `"fast"`: `learning_rate` takes a number or a schedule, not the string "fast"
                error bad-section-value `"true"`: `amsgrad` takes `true` or `false`, not the string "true"
                  Write true without quotes: optimizer: Adam(learning_rate="fast", amsgrad=true)
            "#]],
        );
        optimizer(
            call("Muon", vec![("ns_steps", float(5.0)), ("use_ema", bare("yes"))]),
            expect![[r#"
                error bad-section-value `5.0`: `ns_steps` takes a whole number, not 5.0
                  Change 5.0 to 5: optimizer: Muon(ns_steps=5, use_ema=yes)
                error bad-section-value `yes`: `use_ema` takes `true` or `false`, not the name `yes`
            "#]],
        );
        let search = choice(vec![float(0.1), int(0), float(100.0)]);
        optimizer(
            call("Adam", vec![("learning_rate", search)]),
            expect![[r#"
                warning unreasonable-value `0`: a learning rate of 0 changes nothing; it should be greater than 0 (1 of 3 choices: 0)
            "#]],
        );
    }

    #[test]
    fn schedules_are_checked_like_optimizers() {
        let rate = |schedule: Expr| call("SGD", vec![("learning_rate", schedule)]);
        let full = vec![("", float(0.1)), ("", int(1000)), ("", float(0.96))];
        optimizer(rate(call("ExponentialDecay", full)), expect![[""]]);
        optimizer(
            rate(call("ExponentialDekay", vec![])),
            expect![[r#"
            error unknown-schedule `ExponentialDekay`: there is no learning-rate schedule `ExponentialDekay`; did you mean `ExponentialDecay`?
              Change `ExponentialDekay` to `ExponentialDecay`: optimizer: SGD(learning_rate=ExponentialDecay())
        "#]],
        );
        optimizer(
            rate(call("Warmup", vec![])),
            expect![[r#"
            error unknown-schedule `Warmup`: there is no learning-rate schedule `Warmup`
              help: The schedules are ExponentialDecay, PiecewiseConstantDecay, PolynomialDecay, InverseTimeDecay, CosineDecay, CosineDecayRestarts, StepDecay.
        "#]],
        );
        optimizer(
            rate(call("ExponentialDecay", vec![("", float(0.1))])),
            expect![[r#"
                error missing-parameter `ExponentialDecay`: `ExponentialDecay` needs `decay_steps` and `decay_rate`
                  help: Multiplies the rate by decay_rate every decay_steps steps.
            "#]],
        );
        let zero = vec![("", float(0.1)), ("decay_steps", int(0))];
        optimizer(
            rate(call("CosineDecay", zero)),
            expect![[r#"
            error bad-section-value `0`: `decay_steps` is 0; it must be greater than 0
        "#]],
        );
        let pieces = vec![("", list(vec![int(10)])), ("", list(vec![float(0.1)]))];
        optimizer(
            rate(call("PiecewiseConstantDecay", pieces)),
            expect![[r#"
                error bad-section-value `[0.1]`: 1 boundaries need 2 values, one more, not 1
                  see `[10]`: the boundaries
            "#]],
        );
    }
}
