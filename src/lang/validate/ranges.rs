//! Searches over a range of which only some values are taken.

use super::Check;
use crate::diagnostics::Severity;
use crate::lang::Value;

impl Check<'_> {
    /// Values from `low` to `high` of a search work, and others do not: that is a warning, and the search
    /// is taken for one over those that work.
    pub(super) fn only_some_fail(&mut self, value: Value, low: f64, high: f64) -> Value {
        if let Some(problem) = self.problems.last_mut() {
            problem.severity = Severity::Warning;
        }
        match value {
            Value::Interval { name, .. } => Value::Interval { name, low, high },
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::check;
    use expect_test::expect;

    #[test]
    fn ranges_lie_between_the_bounds() {
        check(
            r#"
            Dense(0..64) on (8)
            Dense(1..64) on (8)
            Dropout(0.1..0.5) on (8)
            Dropout(0.5..1.5) on (8)
            LayerNormalization(epsilon=1e-6..1e-3) on (8)
            "#,
            expect![[r#"
                1..64  params 9..576  macs 8..512
                warning bad-value: `Dense`: `units` must be a whole number of at least 1, not 0..64; begin the range at 1
                1..64  params 9..576  macs 8..512
                8  params 0
                8  params 0
                warning bad-value: `Dropout`: `rate` must be a number between 0 and 1, not 0.5..1.5; end the range at 1
                8  params 16"#]],
        );
    }
}
