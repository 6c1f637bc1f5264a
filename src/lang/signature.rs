//! Things with a name and parameters that are no layers: optimizers, schedules, losses.

use super::layer::{Default, InPytorch, Kind, Param};

/// A name of a section, with the parameters it takes.
#[derive(Debug)]
pub struct Signature {
    /// Keras's name.
    pub name: &'static str,
    /// Other names that are read.
    pub aliases: &'static [&'static str],
    /// One line: what it is.
    pub summary: &'static str,
    /// Its own parameters, in Keras's order.
    pub params: &'static [Param],
    /// Parameters that follow its own and are shared with others of its kind.
    pub shared: &'static [Param],
    /// Parameters whose range Keras enforces; elsewhere it takes what can hardly be meant.
    pub enforced: &'static [&'static str],
}

impl Signature {
    /// Every parameter, in Keras's order.
    pub fn params(&self) -> impl Iterator<Item = &'static Param> {
        self.params.iter().chain(self.shared)
    }

    /// The parameter with this name.
    pub fn param(&self, name: &str) -> Option<&'static Param> {
        self.params().find(|param| param.name == name)
    }

    /// The parameter that positional argument `index` means.
    pub fn positional(&self, index: usize) -> Option<&'static Param> {
        self.params().nth(index)
    }

    /// Whether `name` is its name or an alias, letter case and underscores ignored.
    pub fn is_called(&self, name: &str) -> bool {
        same_name(self.name, name) || self.aliases.iter().any(|alias| same_name(alias, name))
    }
}

/// Whether two names differ in nothing but letter case and underscores, as `MeanSquaredError` and
/// `mean_squared_error` do.
pub fn same_name(a: &str, b: &str) -> bool {
    fn letters(name: &str) -> impl Iterator<Item = char> {
        name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase())
    }
    letters(a).eq(letters(b))
}

/// A parameter that must be given.
pub(super) const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Param {
    Param { name, kind, default: None, example: "", doc, pytorch: InPytorch::Same }
}

/// A parameter with a default.
pub(super) const fn optional(
    name: &'static str,
    kind: Kind,
    default: Default,
    doc: &'static str,
) -> Param {
    Param { name, kind, default: Some(default), example: "", doc, pytorch: InPytorch::Same }
}

/// Any number.
pub(super) const NUMBER: Kind = Kind::Number { min: f64::NEG_INFINITY, max: f64::INFINITY };
/// A number of at least 0.
pub(super) const POSITIVE: Kind = Kind::Number { min: 0.0, max: f64::INFINITY };
/// A number greater than 0.
pub(super) const ABOVE_ZERO: Kind = Kind::Number { min: f64::MIN_POSITIVE, max: f64::INFINITY };
/// A number between 0 and 1.
pub(super) const FRACTION: Kind = Kind::Number { min: 0.0, max: 1.0 };
/// A whole number of at least 1.
pub(super) const COUNT: Kind = Kind::Int { min: 1 };

#[cfg(test)]
mod tests {
    use super::super::{losses, metrics, optimizers, schedules};
    use super::*;

    #[test]
    fn names_are_unique_within_their_table() {
        for table in [optimizers::ALL, schedules::ALL, losses::ALL] {
            for (at, signature) in table.iter().enumerate() {
                let names = signature.aliases.iter().chain([&signature.name]);
                for name in names {
                    let other = table[..at].iter().find(|other| other.is_called(name));
                    assert!(other.is_none(), "`{name}` is in the table twice");
                }
            }
        }
        for (at, metric) in metrics::ALL.iter().enumerate() {
            let twice = metrics::ALL[..at].iter().any(|other| same_name(other.name, metric.name));
            assert!(!twice, "`{}` is in the table twice", metric.name);
        }
    }

    #[test]
    fn parameters_are_documented_and_required_ones_come_first() {
        for signature in [optimizers::ALL, schedules::ALL, losses::ALL].into_iter().flatten() {
            let mut optional_seen = false;
            for (at, param) in signature.params().enumerate() {
                let twice = signature.params().take(at).any(|other| other.name == param.name);
                assert!(!twice, "{}.{}", signature.name, param.name);
                assert!(param.doc.ends_with('.'), "{}.{}", signature.name, param.name);
                assert!(param.default.is_some() || !optional_seen, "{}", signature.name);
                optional_seen |= param.default.is_some();
            }
            assert!(signature.summary.ends_with('.'), "{}", signature.name);
        }
    }

    #[test]
    fn underscores_and_case_make_no_difference() {
        assert!(same_name("MeanSquaredError", "mean_squared_error"));
        assert!(!same_name("mse", "mae"));
    }
}
