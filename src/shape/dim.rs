//! One dimension of a tensor.

use std::fmt;
use std::sync::Arc;

use super::poly::{Poly, Symbol, Value};

/// The size of one dimension.
///
/// Known sizes saturate at `u64::MAX`; a formula that grows out of bounds becomes [`Dim::Unknown`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Dim {
    /// A known size.
    Known(u64),
    /// A size that nothing is known of. Two unknown sizes may or may not be the same.
    Unknown,
    /// A formula over named unknowns.
    Sym(Arc<Poly>),
}

impl Dim {
    /// The unknown size that the author calls `name`, at least 1.
    pub fn named(name: &str) -> Dim {
        Dim::Sym(Arc::new(Poly::symbol(Symbol { name: name.into(), min: 1, max: None })))
    }

    /// An unknown size between two bounds, which comes from the parameter `name`.
    pub fn between(name: &str, min: u64, max: u64) -> Dim {
        if min == max {
            return Dim::Known(min);
        }
        Dim::Sym(Arc::new(Poly::symbol(Symbol { name: name.into(), min, max: Some(max) })))
    }

    /// The size, where it is known.
    pub fn known(&self) -> Option<u64> {
        match self {
            Dim::Known(size) => Some(*size),
            _ => None,
        }
    }

    /// Whether this is a number.
    pub fn is_known(&self) -> bool {
        matches!(self, Dim::Known(_))
    }

    /// Whether the size is known, or one of finitely many: good enough for what a framework must
    /// know to build a layer.
    pub fn is_determined(&self) -> bool {
        match self {
            Dim::Known(_) => true,
            Dim::Unknown => false,
            Dim::Sym(poly) => poly.bounds().is_some_and(|(_, max)| max.is_some()),
        }
    }

    /// The smallest and the largest size, where there are bounds.
    pub fn bounds(&self) -> (u64, Option<u64>) {
        match self {
            Dim::Known(size) => (*size, Some(*size)),
            Dim::Unknown => (0, None),
            Dim::Sym(poly) => poly.bounds().unwrap_or((0, None)),
        }
    }

    fn from_value(value: Option<Value>) -> Dim {
        match value {
            Some(Value::Number(number)) => u64::try_from(number).map_or(Dim::Unknown, Dim::Known),
            Some(Value::Poly(poly)) => Dim::Sym(Arc::new(poly)),
            None => Dim::Unknown,
        }
    }

    /// `self + other`.
    pub fn add(&self, other: &Dim) -> Dim {
        match (self, other) {
            (Dim::Known(a), Dim::Known(b)) => Dim::Known(a.saturating_add(*b)),
            (Dim::Sym(poly), Dim::Known(number)) | (Dim::Known(number), Dim::Sym(poly)) => {
                let sum = i64::try_from(*number).ok().and_then(|number| poly.add_number(number));
                Dim::from_value(sum.map(Value::Poly))
            }
            (Dim::Sym(a), Dim::Sym(b)) => Dim::from_value(a.add(b)),
            _ => Dim::Unknown,
        }
    }

    /// `self + offset`. A known size that would be negative gives `None`.
    pub fn offset(&self, offset: i64) -> Option<Dim> {
        match self {
            Dim::Known(size) => {
                let sum = i128::from(*size) + i128::from(offset);
                (sum >= 0).then(|| Dim::Known(u64::try_from(sum).unwrap_or(u64::MAX)))
            }
            Dim::Sym(poly) => Some(Dim::from_value(poly.add_number(offset).map(Value::Poly))),
            Dim::Unknown => Some(Dim::Unknown),
        }
    }

    /// `self × other`.
    pub fn mul(&self, other: &Dim) -> Dim {
        match (self, other) {
            (Dim::Known(0), _) | (_, Dim::Known(0)) => Dim::Known(0),
            (Dim::Known(a), Dim::Known(b)) => Dim::Known(a.saturating_mul(*b)),
            (Dim::Sym(poly), Dim::Known(number)) | (Dim::Known(number), Dim::Sym(poly)) => {
                Dim::from_value(
                    i64::try_from(*number).ok().and_then(|number| poly.mul_number(number)),
                )
            }
            (Dim::Sym(a), Dim::Sym(b)) => Dim::from_value(a.mul(b)),
            _ => Dim::Unknown,
        }
    }

    /// `self × number`.
    pub fn times(&self, number: u64) -> Dim {
        self.mul(&Dim::Known(number))
    }

    /// `floor(self / divisor)`; a divisor of 0 gives unknown.
    pub fn floor_div(&self, divisor: u64) -> Dim {
        match self {
            _ if divisor == 0 => Dim::Unknown,
            Dim::Known(size) => Dim::Known(size / divisor),
            Dim::Sym(poly) => Dim::from_value(poly.floor_div(divisor)),
            Dim::Unknown => Dim::Unknown,
        }
    }

    /// `ceil(self / divisor)` written `floor((self-1)/divisor)+1`, which is the same for sizes ≥ 1.
    pub fn ceil_div(&self, divisor: u64) -> Dim {
        match self {
            Dim::Known(size) if divisor > 0 => Dim::Known(size.div_ceil(divisor)),
            _ => match self.offset(-1) {
                Some(less) => less.floor_div(divisor).add(&Dim::Known(1)),
                None => Dim::Unknown,
            },
        }
    }

    /// The product of `dims`.
    pub fn product<'a>(dims: impl IntoIterator<Item = &'a Dim>) -> Dim {
        dims.into_iter().fold(Dim::Known(1), |product, dim| product.mul(dim))
    }

    /// Whether the two differ for every size ≥ 1 of what is unknown in them.
    pub fn never_equals(&self, other: &Dim) -> bool {
        match (self, other) {
            (Dim::Known(a), Dim::Known(b)) => a != b,
            (Dim::Sym(poly), Dim::Known(number)) | (Dim::Known(number), Dim::Sym(poly)) => {
                let (min, max) = poly.bounds().unwrap_or((0, None));
                *number < min || max.is_some_and(|max| *number > max) || poly.never_equals(*number)
            }
            (Dim::Sym(a), Dim::Sym(b)) => a.differs_by_constant(b),
            _ => false,
        }
    }

    /// Whether the two are the same whatever is unknown in them.
    pub fn always_equals(&self, other: &Dim) -> bool {
        self == other && *self != Dim::Unknown
    }

    /// Whether the size cannot be 1.
    pub fn never_one(&self) -> bool {
        self.never_equals(&Dim::Known(1))
    }
}

impl From<u64> for Dim {
    fn from(size: u64) -> Dim {
        Dim::Known(size)
    }
}

/// A number, `?`, a name or formula, or `32..512` for a size between bounds.
impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dim::Known(size) => write!(f, "{size}"),
            Dim::Unknown => f.write_str("?"),
            Dim::Sym(poly) => match poly.bounds() {
                Some((min, Some(max))) => write!(f, "{min}..{max}"),
                _ => write!(f, "{poly}"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(dim: Dim, expect: Expect) {
        expect.assert_eq(&dim.to_string());
    }

    fn t() -> Dim {
        Dim::named("T")
    }

    #[test]
    fn arithmetic_on_a_name_reads_as_a_formula() {
        check(t().ceil_div(2), expect!["floor((T-1)/2)+1"]);
        check(t().offset(-4).unwrap(), expect!["T-4"]);
        check(t().offset(-2).unwrap().floor_div(2).add(&Dim::Known(1)), expect!["floor(T/2)"]);
        check(t().times(2), expect!["2*T"]);
        check(t().times(2).floor_div(2), expect!["T"]);
        check(t().times(6).offset(3).unwrap().floor_div(2), expect!["3*T+1"]);
        check(t().mul(&Dim::named("S")).times(64), expect!["64*S*T"]);
        check(t().add(&Dim::named("S")), expect!["S+T"]);
    }

    #[test]
    fn quotients_of_quotients_are_one() {
        check(t().ceil_div(2).ceil_div(2), expect!["floor((T-1)/4)+1"]);
        check(t().floor_div(2).floor_div(2).floor_div(2), expect!["floor(T/8)"]);
    }

    #[test]
    fn equal_formulas_are_equal_values() {
        assert_eq!(t().add(&t()), t().times(2));
        assert_eq!(t().offset(1).unwrap().offset(-1).unwrap(), t());
        assert!(t().always_equals(&t()));
        assert!(!Dim::Unknown.always_equals(&Dim::Unknown));
    }

    #[test]
    fn only_certain_differences_count() {
        assert!(t().never_equals(&t().offset(1).unwrap()));
        assert!(t().times(2).never_equals(&Dim::Known(7)));
        assert!(!t().never_equals(&Dim::Known(7)));
        assert!(!t().never_equals(&Dim::named("S")));
        assert!(!Dim::Unknown.never_equals(&Dim::Known(7)));
        assert!(!t().offset(-4).unwrap().never_equals(&Dim::Known(7)));
    }

    #[test]
    fn bounds_are_shown_as_a_range() {
        check(Dim::between("units", 32, 512), expect!["32..512"]);
        check(Dim::between("units", 32, 512).times(2), expect!["64..1024"]);
        check(Dim::between("units", 8, 8), expect!["8"]);
        assert!(Dim::between("units", 32, 512).never_equals(&Dim::Known(600)));
    }

    #[test]
    fn sizes_saturate() {
        check(Dim::Known(u64::MAX).times(3), expect!["18446744073709551615"]);
        assert_eq!(Dim::Known(2).offset(-3), None);
    }

    #[test]
    fn formulas_are_bounded() {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
        let sum = names.iter().fold(Dim::Known(0), |sum, name| sum.add(&Dim::named(name)));
        check(sum, expect!["?"]);
    }
}
