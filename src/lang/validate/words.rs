//! What a kind of parameter takes, in words, for messages.

use crate::lang::Kind;
use crate::lang::objects::ObjectKind;

pub(super) fn at_least(min: i64) -> String {
    match min {
        i64::MIN => "a whole number".to_owned(),
        min => format!("a whole number of at least {min}"),
    }
}

/// What a kind of parameter takes, in words.
pub fn wanted(kind: Kind) -> String {
    match kind {
        Kind::Int { min } | Kind::StrictInt { min } => at_least(min),
        Kind::Ints { rank: 1, min } | Kind::Spread { rank: 1, min } => at_least(min),
        Kind::OutputSizes { rank: 1 } => at_least(1),
        Kind::OutputSizes { rank } => {
            format!("a whole number of at least 1, or a tuple of {rank} of them or `None`")
        }
        Kind::Padding { rank: 1 } => {
            "a whole number of at least 0, \"valid\" or \"same\"".to_owned()
        }
        Kind::Padding { rank } => {
            format!(
                "a whole number or a tuple of {rank}, each at least 0, or \"valid\" or \"same\""
            )
        }
        Kind::Ints { rank, min } | Kind::Spread { rank, min } => {
            format!("a whole number or a tuple of {rank}, each at least {min}")
        }
        Kind::Number { min, max } | Kind::Usual { min, max } if max.is_finite() => {
            format!("a number between {min} and {max}")
        }
        Kind::Number { min: f64::MIN_POSITIVE, .. } => "a number greater than 0".to_owned(),
        Kind::Number { min, .. } | Kind::Usual { min, .. } if min.is_finite() => {
            format!("a number of at least {min}")
        }
        Kind::Number { .. } | Kind::Usual { .. } => "a number".to_owned(),
        Kind::Bool => "true or false".to_owned(),
        Kind::Activation => "the name of an activation function".to_owned(),
        Kind::Object(kind) => {
            let article = if kind == ObjectKind::Initializer { "an" } else { "a" };
            format!("the name of {article} {}, or a call of one", kind.noun())
        }
        Kind::Choice { values, .. } => {
            let quoted: Vec<String> = values
                .iter()
                .map(|value| match *value {
                    "None" => "None".to_owned(),
                    value => format!("\"{value}\""),
                })
                .collect();
            match quoted.split_last() {
                Some((last, rest)) if !rest.is_empty() => {
                    format!("{} or {last}", rest.join(", "))
                }
                _ => quoted.join(""),
            }
        }
        Kind::Str => "a string".to_owned(),
        Kind::Axis { .. } => "one axis, a whole number".to_owned(),
        Kind::Axes { .. } => "an axis or a tuple of axes".to_owned(),
        Kind::Sizes { one: true, .. } => "a whole number or a tuple of whole numbers".to_owned(),
        Kind::Sizes { .. } => "a tuple of whole numbers".to_owned(),
        Kind::Pairs { rank: 1 } => "a number or a pair (before, after)".to_owned(),
        Kind::Pairs { rank } => {
            format!("a number, {rank} numbers, or {rank} pairs (before, after)")
        }
        Kind::Layer => "a layer".to_owned(),
        Kind::Layers => "a layer or a tuple of layers".to_owned(),
        Kind::Any => "a value".to_owned(),
    }
}
