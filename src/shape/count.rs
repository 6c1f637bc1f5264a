//! Numbers of parameters, multiply-accumulates, elements and bytes.

use std::fmt;

use super::Dim;

/// A count: a number, a range, or unknown. It saturates at `u64::MAX` and never wraps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Count {
    /// From the first to the second, both inclusive; the same for a number.
    Between(u64, u64),
    /// Nothing is known.
    Unknown,
}

impl Count {
    /// Nothing.
    pub const ZERO: Count = Count::Between(0, 0);

    /// A number.
    pub const fn known(value: u64) -> Count {
        Count::Between(value, value)
    }

    /// The number, where it is one.
    pub fn value(self) -> Option<u64> {
        match self {
            Count::Between(min, max) if min == max => Some(min),
            _ => None,
        }
    }

    /// The smallest value; 0 where nothing is known.
    pub fn min(self) -> u64 {
        match self {
            Count::Between(min, _) => min,
            Count::Unknown => 0,
        }
    }

    /// The largest value, where there is one.
    pub fn max(self) -> Option<u64> {
        match self {
            Count::Between(_, max) => Some(max),
            Count::Unknown => None,
        }
    }

    /// Whether it has reached the end of 64 bits, so that the true count is larger.
    pub fn is_saturated(self) -> bool {
        matches!(self, Count::Between(_, u64::MAX))
    }

    /// The product of `dims`.
    pub fn product<'a>(dims: impl IntoIterator<Item = &'a Dim>) -> Count {
        dims.into_iter().fold(Count::known(1), |product, dim| product * Count::from(dim))
    }

    /// The count that covers both.
    pub fn or(self, other: Count) -> Count {
        match (self, other) {
            (Count::Between(a, b), Count::Between(c, d)) => Count::Between(a.min(c), b.max(d)),
            _ => Count::Unknown,
        }
    }
}

impl From<u64> for Count {
    fn from(value: u64) -> Count {
        Count::known(value)
    }
}

impl From<&Dim> for Count {
    fn from(dim: &Dim) -> Count {
        match dim.bounds() {
            (min, Some(max)) => Count::Between(min, max),
            _ => Count::Unknown,
        }
    }
}

impl From<Dim> for Count {
    fn from(dim: Dim) -> Count {
        Count::from(&dim)
    }
}

impl std::ops::Add for Count {
    type Output = Count;

    fn add(self, other: Count) -> Count {
        match (self, other) {
            (Count::Between(a, b), Count::Between(c, d)) => {
                Count::Between(a.saturating_add(c), b.saturating_add(d))
            }
            _ => Count::Unknown,
        }
    }
}

impl std::ops::Mul for Count {
    type Output = Count;

    fn mul(self, other: Count) -> Count {
        match (self, other) {
            (Count::Between(a, b), Count::Between(c, d)) => {
                Count::Between(a.saturating_mul(c), b.saturating_mul(d))
            }
            (Count::ZERO, _) | (_, Count::ZERO) => Count::ZERO,
            _ => Count::Unknown,
        }
    }
}

impl std::ops::Mul<u64> for Count {
    type Output = Count;

    fn mul(self, other: u64) -> Count {
        self * Count::known(other)
    }
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Count) {
        *self = *self + other;
    }
}

impl std::iter::Sum for Count {
    fn sum<I: Iterator<Item = Count>>(counts: I) -> Count {
        counts.fold(Count::ZERO, |sum, count| sum + count)
    }
}

/// `1,234`, `1,000..2,000` or `?`.
impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Count::Between(min, max) if min == max => f.write_str(&grouped(min)),
            Count::Between(min, max) => write!(f, "{}..{}", grouped(min), grouped(max)),
            Count::Unknown => f.write_str("?"),
        }
    }
}

/// `1,234,567`.
pub fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut result = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            result.push(',');
        }
        result.push(digit);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_saturate() {
        let huge = Count::known(u64::MAX / 2) * 3;
        assert!(huge.is_saturated());
        assert!((huge + 1.into()).is_saturated());
    }

    #[test]
    fn nothing_of_the_unknown_is_nothing() {
        assert_eq!(Count::ZERO * Count::Unknown, Count::ZERO);
        assert_eq!(Count::Unknown + Count::ZERO, Count::Unknown);
    }

    #[test]
    fn digits_are_grouped() {
        assert_eq!(Count::known(693_962).to_string(), "693,962");
        assert_eq!(Count::Between(100, 2000).to_string(), "100..2,000");
        assert_eq!(Count::known(7).to_string(), "7");
    }
}
