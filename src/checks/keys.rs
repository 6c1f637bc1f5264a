//! Keys and their values: `train`, `execute`, research files; and devices.

use std::collections::HashMap;

use super::hyperparameters::check_all;
use super::values::{
    describe, each_choice, elements, is_error, is_integer, name, number, number_text, replace,
    short,
};
use crate::diagnostics::suggest::did_you_mean;
use crate::diagnostics::{Diagnostic, codes};
use crate::lang::devices;
use crate::lang::training::{EXECUTE, Key, KeyKind, RESEARCH_METRICS, TRAIN, find, renamed};
use crate::model::hir::{Expr, ExprKind, KeyValue, Research};
use crate::shape::Count;
use crate::text::{TextEdit, TextRange};

/// What is wrong with a research form.
pub fn check_research(research: &Research) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for pair in &research.metrics {
        check_key("metrics", RESEARCH_METRICS, pair, &mut findings);
    }
    for pair in &research.references {
        if pair.key.value != "paper" {
            unknown_key("references", &["paper"], pair, &mut findings);
        } else if let Some(value) = &pair.value
            && !matches!(value.kind, ExprKind::Str(_) | ExprKind::Error)
        {
            let message = format!("`paper` takes a string, not {}", describe(value));
            findings.push(Diagnostic::new(codes::BAD_SECTION_VALUE, value.range, message));
        }
    }
    findings
}

/// What is wrong with the name of a device, which stands at `range`, with or without its quotes.
pub fn check_device(device: &str, range: TextRange) -> Option<Diagnostic> {
    if devices::is_device(device) {
        return None;
    }
    let message = format!("there is no device \"{}\"", short(device));
    let is_quoted = usize::from(range.len()) != device.len();
    Some(match devices::suggestion(device) {
        Some(near) => {
            let new_text = if is_quoted { format!("\"{near}\"") } else { near.clone() };
            replace(
                codes::UNKNOWN_DEVICE,
                range,
                format!("{message}; did you mean \"{near}\"?"),
                format!("Change it to \"{near}\""),
                new_text,
            )
        }
        None => Diagnostic::new(codes::UNKNOWN_DEVICE, range, message).with_help(
            "Devices are \"cpu\", \"gpu\", \"cuda\", \"cuda:0\", \"tpu\", \"tpu:0\", \"xla\", \"mps\" and \"auto\".",
        ),
    })
}

/// Checks the keys of a section.
pub(super) fn check_keys(
    section: &str,
    keys: &'static [Key],
    pairs: &[KeyValue],
    findings: &mut Vec<Diagnostic>,
) {
    let mut seen: HashMap<&str, TextRange> = HashMap::new();
    for pair in pairs {
        match seen.get(pair.key.value.as_str()) {
            Some(first) => {
                let message = format!("`{}` is in `{section}` twice", short(&pair.key.value));
                findings.push(
                    Diagnostic::new(codes::DUPLICATE_KEY, pair.key.range, message)
                        .with_related(*first, "it is here already")
                        .with_fix("Remove the second one", vec![TextEdit::new(pair.range, "")]),
                );
            }
            None => {
                seen.insert(&pair.key.value, pair.key.range);
                check_key(section, keys, pair, findings);
            }
        }
    }
}

fn check_key(section: &str, keys: &'static [Key], pair: &KeyValue, findings: &mut Vec<Diagnostic>) {
    let Some(key) = find(keys, &pair.key.value) else {
        let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
        return unknown_key(section, &names, pair, findings);
    };
    if let Some(value) = &pair.value {
        check_all(value, findings);
        findings.extend(each_choice(value, |value| check_value(key, value)));
    }
}

fn unknown_key(
    section: &str,
    names: &[&'static str],
    pair: &KeyValue,
    findings: &mut Vec<Diagnostic>,
) {
    let wrong = &pair.key;
    let message = format!("`{section}` has no key `{}`", short(&wrong.value));
    let renamed = renamed(&wrong.value).filter(|name| names.contains(name));
    let near = renamed.or_else(|| did_you_mean(&wrong.value, names.iter().copied()));
    let elsewhere = [("train", TRAIN), ("execute", EXECUTE)]
        .into_iter()
        .find(|(other, keys)| *other != section && find(keys, &wrong.value).is_some());
    findings.push(match (near, elsewhere) {
        (_, Some((other, _))) if section == "train" || section == "execute" => {
            Diagnostic::new(codes::UNKNOWN_KEY, wrong.range, message)
                .with_help(format!("It belongs in `{other} {{ … }}`."))
        }
        (Some(near), _) => replace(
            codes::UNKNOWN_KEY,
            wrong.range,
            format!("{message}; did you mean `{near}`?"),
            format!("Change `{}` to `{near}`", short(&wrong.value)),
            near,
        ),
        (None, _) => Diagnostic::new(codes::UNKNOWN_KEY, wrong.range, message).with_help(format!(
            "It is ignored. What `{section}` knows: {}.",
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        )),
    });
}

fn check_value(key: &Key, value: &Expr) -> Vec<Diagnostic> {
    if is_error(value) {
        return Vec::new();
    }
    match key.value {
        KeyKind::Anything => Vec::new(),
        KeyKind::Count { usual } => check_count(key, value, usual).into_iter().collect(),
        KeyKind::Counts { usual } => match elements(value) {
            Some([]) => vec![bad(key, value, "is an empty list; write at least one number")],
            Some(values) => values
                .iter()
                .filter(|value| elements(value).is_none() && !is_error(value))
                .flat_map(|value| {
                    each_choice(value, |value| check_count(key, value, usual).into_iter().collect())
                })
                .collect(),
            None => check_count(key, value, usual).into_iter().collect(),
        },
        KeyKind::Fraction => check_fraction(key, value).into_iter().collect(),
        KeyKind::Number => match number(value) {
            Some(_) => Vec::new(),
            None => vec![takes(key, value, "a number")],
        },
        KeyKind::Choice(choices) => check_choice(key, value, choices).into_iter().collect(),
        KeyKind::Device => match name(value) {
            Some(device) => check_device(device, value.range).into_iter().collect(),
            None => vec![takes(key, value, "a device such as \"cpu\" or \"cuda:0\"")],
        },
    }
}

fn check_count(key: &Key, value: &Expr, usual: i64) -> Option<Diagnostic> {
    let Some(given) = number(value) else {
        return Some(takes(key, value, "a whole number of at least 1"));
    };
    let text = number_text(given, is_integer(value));
    if given < 1.0 {
        return Some(bad(
            key,
            value,
            &format!("is {text}; it must be a whole number of at least 1"),
        ));
    }
    if !is_integer(value) {
        let finding = bad(key, value, &format!("is {text}; it must be a whole number"));
        let integer = number_text(given.round(), true);
        return Some(finding.with_fix(
            format!("Change {text} to {integer}"),
            vec![TextEdit::new(value.range, integer)],
        ));
    }
    (given > usual as f64).then(|| {
        let [given, usual] = [given, usual as f64].map(|count| Count::known(count as u64));
        let message = format!("`{}` is {given}; more than {usual} can hardly be meant", key.name);
        Diagnostic::new(codes::UNREASONABLE_VALUE, value.range, message)
    })
}

fn check_fraction(key: &Key, value: &Expr) -> Option<Diagnostic> {
    let Some(given) = number(value) else {
        return Some(takes(key, value, "a number from 0 to 1"));
    };
    if (0.0..=1.0).contains(&given) {
        return None;
    }
    let text = number_text(given, is_integer(value));
    // Whole numbers up to 100 are percentages by mistake.
    if !(given > 1.0 && given <= 100.0 && is_integer(value)) {
        return Some(bad(key, value, &format!("is {text}; it must be from 0 to 1")));
    }
    let fraction = number_text(given / 100.0, false);
    let finding =
        bad(key, value, &format!("is {text}; it must be from 0 to 1, and {text} % is {fraction}"));
    Some(finding.with_fix(
        format!("Change {text} to {fraction}"),
        vec![TextEdit::new(value.range, fraction)],
    ))
}

fn check_choice(key: &Key, value: &Expr, choices: &[&'static str]) -> Option<Diagnostic> {
    let listed = choices.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let Some(given) = name(value) else {
        return Some(takes(key, value, &format!("one of {listed}")));
    };
    if choices.contains(&given) {
        return None;
    }
    let finding = bad(key, value, &format!("is one of {listed}, not \"{}\"", short(given)));
    Some(match did_you_mean(given, choices.iter().copied()) {
        Some(near) => finding.with_fix(
            format!("Change it to \"{near}\""),
            vec![TextEdit::new(value.range, format!("\"{near}\""))],
        ),
        None => finding,
    })
}

fn takes(key: &Key, value: &Expr, expected: &str) -> Diagnostic {
    let finding = bad(key, value, &format!("takes {expected}, not {}", describe(value)));
    match &value.kind {
        ExprKind::Str(text) if text.trim().parse::<f64>().is_ok_and(f64::is_finite) => finding
            .with_fix(
                format!("Write {} without quotes", short(text)),
                vec![TextEdit::new(value.range, text.trim())],
            ),
        ExprKind::List(_) | ExprKind::Tuple(_) => {
            finding.with_help("To search over several values, write `HPO(choice(…))`.")
        }
        _ => finding,
    }
}

fn bad(key: &Key, value: &Expr, what: &str) -> Diagnostic {
    Diagnostic::new(codes::BAD_SECTION_VALUE, value.range, format!("`{}` {what}", key.name))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        self, bare, boolean, choice, float, hpo, int, key, list, minus, string,
    };
    use super::super::sections::check_section;
    use super::*;
    use crate::model::hir::{HpoKind, SectionKind};
    use expect_test::{Expect, expect};

    fn check(keyword: &str, kind: SectionKind, expect: Expect) {
        fixture::check_section(keyword, kind, check_section, expect);
    }

    fn train(keys: Vec<KeyValue>, expect: Expect) {
        check("train", SectionKind::Train(keys), expect);
    }

    #[test]
    fn training_that_makes_sense_is_silent() {
        train(
            vec![
                key("epochs", int(10)),
                key("batch_size", list(vec![int(16), int(32)])),
                key("validation_split", float(0.2)),
                key("search_method", string("bayesian")),
                key("early_stopping", boolean(true)),
            ],
            expect![[""]],
        );
        train(vec![key("batch_size", choice(vec![int(16), int(32)]))], expect![[""]]);
        check(
            "execute",
            SectionKind::Execute(vec![key("device", string("cuda:1"))]),
            expect![[""]],
        );
        check("execute", SectionKind::Execute(vec![key("device", bare("cpu"))]), expect![[""]]);
    }

    #[test]
    fn numbers_of_training_are_checked() {
        train(
            vec![key("epochs", int(0)), key("batch_size", minus(int(4)))],
            expect![[r#"
            error bad-section-value `0`: `epochs` is 0; it must be a whole number of at least 1
            error bad-section-value `-4`: `batch_size` is -4; it must be a whole number of at least 1
        "#]],
        );
        train(
            vec![key("epochs", float(10.0)), key("batch_size", string("32"))],
            expect![[r#"
            error bad-section-value `10.0`: `epochs` is 10.0; it must be a whole number
              Change 10.0 to 10: train { epochs: 10 batch_size: "32" }
            error bad-section-value `"32"`: `batch_size` takes a whole number of at least 1, not the string "32"
              Write 32 without quotes: train { epochs: 10.0 batch_size: 32 }
        "#]],
        );
        train(
            vec![key("epochs", list(vec![int(1)])), key("validation_split", int(20))],
            expect![[r#"
                error bad-section-value `[1]`: `epochs` takes a whole number of at least 1, not a list
                  help: To search over several values, write `HPO(choice(…))`.
                error bad-section-value `20`: `validation_split` is 20; it must be from 0 to 1, and 20 % is 0.2
                  Change 20 to 0.2: train { epochs: [1] validation_split: 0.2 }
            "#]],
        );
        train(
            vec![key("epochs", int(1_000_000)), key("batch_size", int(20_000))],
            expect![[r#"
                warning unreasonable-value `1000000`: `epochs` is 1,000,000; more than 100,000 can hardly be meant
                warning unreasonable-value `20000`: `batch_size` is 20,000; more than 10,000 can hardly be meant
            "#]],
        );
        train(
            vec![key("validation_split", float(1.5)), key("search_method", string("gird"))],
            expect![[r#"
                error bad-section-value `1.5`: `validation_split` is 1.5; it must be from 0 to 1
                error bad-section-value `"gird"`: `search_method` is one of "grid", "random", "bayesian", not "gird"
                  Change it to "grid": train { validation_split: 1.5 search_method: "grid" }
            "#]],
        );
        train(
            vec![key("batch_size", choice(vec![int(0), int(16), minus(int(1))]))],
            expect![[r#"
            warning bad-section-value `0`: `batch_size` is 0; it must be a whole number of at least 1 (2 of 3 choices: 0, -1)
        "#]],
        );
        train(
            vec![key("batch_size", choice(vec![int(0), int(-1)]))],
            expect![[r#"
                error bad-section-value `0`: `batch_size` is 0; it must be a whole number of at least 1 (none of the 2 choices is right)
            "#]],
        );
        let range = HpoKind::Range { low: Some(int(0)), high: Some(int(64)), step: None };
        train(
            vec![key("batch_size", hpo(range))],
            expect![[r#"
            warning bad-section-value `0`: `batch_size` is 0; it must be a whole number of at least 1 (the search reaches 0)
        "#]],
        );
    }

    #[test]
    fn keys_are_checked() {
        train(
            vec![key("epoch", int(1)), key("device", string("cpu"))],
            expect![[r#"
            warning unknown-key `epoch`: `train` has no key `epoch`; did you mean `epochs`?
              Change `epoch` to `epochs`: train { epochs: 1 device: "cpu" }
            warning unknown-key `device`: `train` has no key `device`
              help: It belongs in `execute { … }`.
        "#]],
        );
        train(
            vec![key("accumulation_steps", int(1)), key("colour", int(3))],
            expect![[r#"
                warning unknown-key `accumulation_steps`: `train` has no key `accumulation_steps`; did you mean `gradient_accumulation_steps`?
                  Change `accumulation_steps` to `gradient_accumulation_steps`: train { gradient_accumulation_steps: 1 colour: 3 }
                warning unknown-key `colour`: `train` has no key `colour`
                  help: It is ignored. What `train` knows: `epochs`, `batch_size`, `validation_split`, `search_method`, `gradient_clip`, `shuffle`, `callbacks`, `early_stopping`, `patience`, `min_delta`, `early_stopping_patience`, `checkpoint_path`, `gradient_accumulation_steps`, `max_trials`, `mixed_precision`, `gradient_checkpointing`.
            "#]],
        );
        train(
            vec![key("epochs", int(1)), key("epochs", int(0))],
            expect![[r#"
            error duplicate-key `epochs`: `epochs` is in `train` twice
              see `epochs`: it is here already
              Remove the second one: train { epochs: 1  }
        "#]],
        );
        check(
            "execute",
            SectionKind::Execute(vec![key("epochs", int(1))]),
            expect![[r#"
            warning unknown-key `epochs`: `execute` has no key `epochs`
              help: It belongs in `train { … }`.
        "#]],
        );
    }

    #[test]
    fn devices_are_checked() {
        let device = |value| SectionKind::Execute(vec![key("device", value)]);
        check(
            "execute",
            device(string("cuda0")),
            expect![[r#"
            error unknown-device `"cuda0"`: there is no device "cuda0"; did you mean "cuda:0"?
              Change it to "cuda:0": execute { device: "cuda:0" }
        "#]],
        );
        check(
            "execute",
            device(bare("CPU")),
            expect![[r#"
            error unknown-device `CPU`: there is no device "CPU"; did you mean "cpu"?
              Change it to "cpu": execute { device: cpu }
        "#]],
        );
        check(
            "execute",
            device(string("quantum")),
            expect![[r#"
            error unknown-device `"quantum"`: there is no device "quantum"
              help: Devices are "cpu", "gpu", "cuda", "cuda:0", "tpu", "tpu:0", "xla", "mps" and "auto".
        "#]],
        );
        check(
            "execute",
            device(int(0)),
            expect![[r#"
            error bad-section-value `0`: `device` takes a device such as "cpu" or "cuda:0", not a whole number
        "#]],
        );
    }

    #[test]
    fn research_is_checked() {
        let mut metrics = vec![
            key("accuracy", string("high")),
            key("loss", float(3.5)),
            key("recall", int(95)),
            key("acuracy", float(0.5)),
        ];
        let text = fixture::place_keys(&mut metrics);
        let research = Research { name: None, metrics, references: Vec::new() };
        expect![[r#"
            error bad-section-value `"high"`: `accuracy` takes a number from 0 to 1, not the string "high"
            error bad-section-value `95`: `recall` is 95; it must be from 0 to 1, and 95 % is 0.95
              Change 95 to 0.95:  accuracy: "high" loss: 3.5 recall: 0.95 acuracy: 0.5
            warning unknown-key `acuracy`: `metrics` has no key `acuracy`; did you mean `accuracy`?
              Change `acuracy` to `accuracy`:  accuracy: "high" loss: 3.5 recall: 95 accuracy: 0.5
        "#]].assert_eq(&fixture::show(&text, check_research(&research)));
        let mut references =
            vec![key("paper", string("A")), key("paper", int(1)), key("url", string("B"))];
        let text = fixture::place_keys(&mut references);
        let research = Research { name: None, metrics: Vec::new(), references };
        expect![[r#"
            error bad-section-value `1`: `paper` takes a string, not a whole number
            warning unknown-key `url`: `references` has no key `url`
              help: It is ignored. What `references` knows: `paper`.
        "#]]
        .assert_eq(&fixture::show(&text, check_research(&research)));
    }
}
