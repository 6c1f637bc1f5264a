//! The arguments of a layer, by parameter, with typed access for rules.

use super::layer::{Default, LayerEntry};
use super::rule::Framework;
use super::value::Value;
use crate::shape::Dim;

/// The arguments of one layer in one world. Parameters that are not given have their default.
///
/// The accessors give `None` (or [`Dim::Unknown`]) where the value is not known or is not of the
/// kind that the parameter takes; validation has reported the latter.
#[derive(Debug, Clone)]
pub struct Args<'a> {
    entry: &'static LayerEntry,
    framework: Framework,
    /// By the parameter's index; `None` where the argument is not given.
    given: &'a [Option<Value>],
}

impl<'a> Args<'a> {
    /// The arguments of a layer; `given` has an element for each parameter of `entry`.
    pub fn new(
        entry: &'static LayerEntry,
        framework: Framework,
        given: &'a [Option<Value>],
    ) -> Args<'a> {
        debug_assert_eq!(entry.params.len(), given.len());
        Args { entry, framework, given }
    }

    /// Whose defaults hold.
    pub fn framework(&self) -> Framework {
        self.framework
    }

    /// The layer.
    pub fn entry(&self) -> &'static LayerEntry {
        self.entry
    }

    /// The argument as given.
    pub fn given(&self, name: &str) -> Option<&'a Value> {
        let (index, _) = self.entry.param(name)?;
        self.given.get(index)?.as_ref()
    }

    /// Whether the parameter is given.
    pub fn is_given(&self, name: &str) -> bool {
        self.given(name).is_some()
    }

    fn default(&self, name: &str) -> Option<Default> {
        self.entry.param(name).and_then(|(_, param)| param.under(self.framework).default)
    }

    /// The value, given or by default; [`Value::Unknown`] for a required parameter that is missing.
    pub fn value(&self, name: &str) -> Value {
        match self.given(name) {
            Some(value) => value.clone(),
            None => self.default(name).map_or(Value::Unknown, |default| default.value()),
        }
    }

    /// A whole number.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.value(name).as_int()
    }

    /// A number.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.value(name).as_number()
    }

    /// A size: a whole number of at least 0, or a hyperparameter between bounds.
    pub fn dim(&self, name: &str) -> Dim {
        dim(&self.value(name))
    }

    /// A boolean; a number is true unless it is 0, as Python has it.
    pub fn bool(&self, name: &str) -> Option<bool> {
        match self.value(name) {
            Value::Bool(flag) => Some(flag),
            Value::Int(number) => Some(number != 0),
            Value::Float(number) => Some(number != 0.0),
            Value::None => Some(false),
            _ => None,
        }
    }

    /// A string, lower case. `None` also for the value `None`; see [`Args::is_none`].
    pub fn text(&self, name: &str) -> Option<String> {
        self.value(name).as_text().map(str::to_lowercase)
    }

    /// Whether the value is `None`.
    pub fn is_none(&self, name: &str) -> bool {
        self.value(name) == Value::None
    }

    /// `rank` whole numbers, from a tuple of them or from one number for all. An element that is not
    /// known is `None`.
    pub fn ints(&self, name: &str, rank: usize) -> Vec<Option<i64>> {
        match self.value(name) {
            Value::Tuple(elements) | Value::List(elements) if elements.len() == rank => {
                elements.iter().map(Value::as_int).collect()
            }
            value => vec![value.as_int(); rank],
        }
    }

    /// The same for sizes of at least 0.
    pub fn lengths(&self, name: &str, rank: usize) -> Vec<Option<u64>> {
        let lengths = self.ints(name, rank).into_iter();
        lengths.map(|number| number.and_then(|number| u64::try_from(number).ok())).collect()
    }

    /// A tuple of sizes, or one size as a tuple of itself. `None` where it is not known how many.
    pub fn sizes(&self, name: &str) -> Option<Vec<Size>> {
        match self.value(name) {
            Value::Tuple(elements) | Value::List(elements) => {
                Some(elements.iter().map(Size::new).collect())
            }
            value @ (Value::Int(_) | Value::Bool(_) | Value::Interval { .. }) => {
                Some(vec![Size::new(&value)])
            }
            _ => None,
        }
    }
}

/// An element of a tuple of sizes.
#[derive(Debug, Clone, PartialEq)]
pub enum Size {
    /// A number, which may be −1.
    Number(i64),
    /// `None`.
    Absent,
    /// A size that is not known, or only between bounds.
    Unknown(Dim),
}

impl Size {
    fn new(value: &Value) -> Size {
        match value {
            Value::None => Size::Absent,
            value => value.as_int().map_or_else(|| Size::Unknown(dim(value)), Size::Number),
        }
    }

    /// The number, where it is one.
    pub fn number(&self) -> Option<i64> {
        match self {
            Size::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// As a dimension; what is not a size is unknown.
    pub fn dim(&self) -> Dim {
        match self {
            Size::Number(number) => u64::try_from(*number).map_or(Dim::Unknown, Dim::Known),
            Size::Absent => Dim::Unknown,
            Size::Unknown(dim) => dim.clone(),
        }
    }
}

/// A size: a whole number of at least 0, or a hyperparameter between bounds.
fn dim(value: &Value) -> Dim {
    match value {
        Value::Interval { name, low, high } if *low >= 0.0 && low.ceil() <= high.floor() => {
            Dim::between(name, low.ceil() as u64, high.floor() as u64)
        }
        value => value
            .as_int()
            .and_then(|number| u64::try_from(number).ok())
            .map_or(Dim::Unknown, Dim::Known),
    }
}

impl Default {
    /// The default as a value.
    pub fn value(self) -> Value {
        match self {
            Default::None => Value::None,
            Default::Int(number) => Value::Int(number),
            Default::Float(number) => Value::Float(number),
            Default::Bool(flag) => Value::Bool(flag),
            Default::Str(text) => Value::Str(text.into()),
            Default::Ints(numbers) => {
                Value::Tuple(numbers.iter().map(|&number| Value::Int(number)).collect())
            }
            Default::Pairs(pairs) => {
                let pair = |pair: &[i64; 2]| {
                    Value::Tuple(pair.iter().map(|&number| Value::Int(number)).collect())
                };
                Value::Tuple(pairs.iter().map(pair).collect())
            }
        }
    }
}
