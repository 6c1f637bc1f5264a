//! The values of arguments, in one world of the hyperparameter choices.

use std::fmt;

use smol_str::SmolStr;

/// A value of an argument. Hyperparameters with finitely many choices have been replaced by one of
/// them.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A whole number.
    Int(i64),
    /// A number with a point or an exponent.
    Float(f64),
    /// A string.
    Str(SmolStr),
    /// A bare name: read as a string where one is expected.
    Name(SmolStr),
    /// `true` or `false`.
    Bool(bool),
    /// `None`.
    None,
    /// `(a, b)`.
    Tuple(Vec<Value>),
    /// `[a, b]`.
    List(Vec<Value>),
    /// A hyperparameter that may be any number between two bounds, both inclusive.
    Interval {
        /// The parameter that it was written for.
        name: SmolStr,
        /// The smallest value.
        low: f64,
        /// The largest value.
        high: f64,
    },
    /// A layer, a schedule, or another thing with a name and arguments, which no rule looks into.
    Call(SmolStr),
    /// Not known: it does not matter, is past a bound, or has been reported. Never an error.
    Unknown,
}

impl Value {
    /// The elements of a tuple or list.
    pub fn elements(&self) -> Option<&[Value]> {
        match self {
            Value::Tuple(elements) | Value::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// The text of a string or of a bare name.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Str(text) | Value::Name(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number. A boolean is 0 or 1, as Python has it.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            Value::Bool(flag) => Some(i64::from(*flag)),
            _ => None,
        }
    }

    /// The number, whole or not.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Float(number) => Some(*number),
            other => other.as_int().map(|number| number as f64),
        }
    }

    /// Whether nothing can be said about the value.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Value::Unknown)
    }

    /// What kind of thing it is, for messages: "a string", "a number".
    pub fn describe(&self) -> &'static str {
        match self {
            Value::Int(_) => "a whole number",
            Value::Float(_) => "a fractional number",
            Value::Str(_) => "a string",
            Value::Name(_) => "a name",
            Value::Bool(_) => "a boolean",
            Value::None => "None",
            Value::Tuple(_) => "a tuple",
            Value::List(_) => "a list",
            Value::Interval { .. } => "a range of numbers",
            Value::Call(_) => "a call",
            Value::Unknown => "an unknown value",
        }
    }
}

/// As the language writes it.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |elements: &[Value]| {
            elements.iter().map(|element| element.to_string()).collect::<Vec<_>>().join(", ")
        };
        match self {
            Value::Int(number) => write!(f, "{number}"),
            Value::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
                write!(f, "{number:.1}")
            }
            Value::Float(number) => write!(f, "{number}"),
            Value::Str(text) => write!(f, "\"{text}\""),
            Value::Name(text) => f.write_str(text),
            Value::Bool(flag) => write!(f, "{flag}"),
            Value::None => f.write_str("None"),
            Value::Tuple(elements) if elements.len() == 1 => write!(f, "({},)", elements[0]),
            Value::Tuple(elements) => write!(f, "({})", joined(elements)),
            Value::List(elements) => write!(f, "[{}]", joined(elements)),
            Value::Interval { low, high, .. } => write!(f, "{low}..{high}"),
            Value::Call(name) => write!(f, "{name}(…)"),
            Value::Unknown => f.write_str("?"),
        }
    }
}
