//! Arguments of several numbers: sizes of windows, axes, target shapes, and pairs of paddings.

use super::Check;
use crate::diagnostics::codes;
use crate::lang::{Blame, Problem, Value};

impl Check<'_> {
    /// `rank` numbers of at least `min`. With `spread` a tuple of one number is that number for all.
    pub(super) fn ints(&mut self, value: Value, rank: usize, min: i64, spread: bool) -> Value {
        let name = self.param.name;
        let elements = match value {
            Value::Tuple(ref elements) | Value::List(ref elements) => elements,
            Value::Int(_) | Value::Bool(_) | Value::Float(_) | Value::Interval { .. } => {
                return self.int(value, min, Blame::Param(name), true);
            }
            ref other => {
                let parsed = other.as_text().and_then(|text| text.trim().parse::<i64>().ok());
                let fix = parsed.filter(|number| *number >= min).map(|number| number.to_string());
                let fix = fix.or_else(|| self.usual());
                return self.wrong(codes::BAD_TYPE, Blame::Param(name), other, fix);
            }
        };
        if let ([one], true) = (elements.as_slice(), spread) {
            return self.int(one.clone(), min, Blame::Element(name, 0), true);
        }
        if elements.len() != rank {
            let fix = resized(elements, rank).or_else(|| self.usual());
            return self.wrong(codes::BAD_TYPE, Blame::Param(name), &value, fix);
        }
        let checked = elements.iter().cloned().enumerate();
        let checked: Vec<Value> = checked
            .map(|(index, element)| self.int(element, min, Blame::Element(name, index), true))
            .collect();
        Value::Tuple(checked)
    }

    /// The sizes of PyTorch's adaptive pooling: `None` keeps a dimension as it is.
    pub(super) fn output_sizes(&mut self, value: Value, rank: usize) -> Value {
        let name = self.param.name;
        let kept = match &value {
            Value::Tuple(sizes) | Value::List(sizes) if sizes.len() == rank && rank > 1 => sizes,
            _ => return self.ints(value, rank, 1, false),
        };
        let sizes = kept.iter().cloned().enumerate().map(|(index, size)| match size {
            Value::None => size,
            size => self.int(size, 1, Blame::Element(name, index), true),
        });
        Value::Tuple(sizes.collect())
    }

    /// PyTorch's padding. Which of the two strings a module takes is the rule's to say.
    pub(super) fn padding(&mut self, value: Value, rank: usize) -> Value {
        if value.as_text().is_none() {
            return self.ints(value, rank, 0, true);
        }
        let causal = value.as_text().is_some_and(|text| text.eq_ignore_ascii_case("causal"));
        if !causal {
            return self.choice(value, &["valid", "same"], false);
        }
        let unknown = self.wrong(codes::BAD_VALUE, Blame::Param(self.param.name), &value, None);
        if let Some(problem) = self.problems.last_mut() {
            problem.help = Some(
                "PyTorch has no causal padding: write `ZeroPadding1D((dilation*(kernel-1), 0))` before the layer, and no padding here"
                    .to_owned(),
            );
        }
        unknown
    }

    pub(super) fn axes(&mut self, value: Value) -> Value {
        let name = self.param.name;
        match value {
            Value::Tuple(elements) | Value::List(elements) => {
                let elements = elements.into_iter().enumerate();
                let checked = elements.map(|(index, element)| {
                    self.axis_element(element, Blame::Element(name, index))
                });
                Value::Tuple(checked.collect())
            }
            value => self.axis_element(value, Blame::Param(name)),
        }
    }

    pub(super) fn sizes(&mut self, value: Value, one: bool, none: bool) -> Value {
        let name = self.param.name;
        match value {
            Value::Tuple(elements) | Value::List(elements) => {
                let elements = elements.into_iter().enumerate();
                let checked = elements.map(|(index, element)| match element {
                    Value::None if none => element,
                    element => self.int(element, i64::MIN, Blame::Element(name, index), true),
                });
                Value::Tuple(checked.collect())
            }
            Value::Interval { .. } if one => value,
            value if one => self.int(value, 1, Blame::Param(name), true),
            Value::Int(number) => {
                let fix = Some(format!("({number},)"));
                self.wrong(codes::BAD_TYPE, Blame::Param(name), &value, fix);
                Value::Tuple(vec![value])
            }
            value => {
                let fix = self.usual();
                self.wrong(codes::BAD_TYPE, Blame::Param(name), &value, fix)
            }
        }
    }

    pub(super) fn pairs(&mut self, value: Value, rank: usize) -> Value {
        let name = self.param.name;
        let count = if rank == 1 { 2 } else { rank };
        let elements = match value {
            Value::Tuple(ref elements) | Value::List(ref elements) => elements,
            // Padding by less than nothing crops; Keras lets it pass.
            Value::Int(number) if number < 0 && rank > 1 && name == "padding" => {
                let problem = Problem::new(
                    codes::BAD_VALUE,
                    Blame::Param(name),
                    format!(
                        "`{}`: `padding={number}` cuts off instead of adding; write `Cropping{rank}D({})` if that is meant",
                        self.entry.name,
                        number.unsigned_abs()
                    ),
                );
                let mended = number.unsigned_abs();
                self.problems.push(problem.as_warning().suggest_set(name, mended));
                return value;
            }
            Value::Int(_) | Value::Bool(_) | Value::Float(_) | Value::Interval { .. } => {
                return self.int(value, 0, Blame::Param(name), true);
            }
            ref other => {
                let fix = self.usual();
                return self.wrong(codes::BAD_TYPE, Blame::Param(name), other, fix);
            }
        };
        if elements.len() != count {
            let fix = resized(elements, count).or_else(|| self.usual());
            return self.wrong(codes::BAD_TYPE, Blame::Param(name), &value, fix);
        }
        // Pairs of another length are one mistake, and are mended together.
        let pair = |element: &Value| element.elements().filter(|_| rank > 1).map(<[Value]>::to_vec);
        let wrong = elements.iter().position(|it| pair(it).is_some_and(|ends| ends.len() != 2));
        if let Some(index) = wrong {
            let mended = elements.iter().map(|element| match pair(element) {
                Some(ends) => resized(&ends, 2),
                None => Some(element.to_string()),
            });
            let mended: Option<Vec<String>> = mended.collect();
            let wanted = "a number or a pair of numbers";
            let blame = Blame::Element(name, index);
            let unknown = self.wrong_for(codes::BAD_TYPE, blame, &elements[index], wanted, None);
            if let (Some(mended), Some(problem)) = (mended, self.problems.last_mut()) {
                let mended = format!("({})", mended.join(", "));
                problem.message.push_str(&format!("; write {mended}"));
                *problem = problem.clone().suggest_set(name, mended);
            }
            return unknown;
        }
        let checked = elements.iter().cloned().enumerate().map(|(index, element)| {
            let blame = Blame::Element(name, index);
            match pair(&element) {
                Some(ends) => Value::Tuple(
                    ends.into_iter().map(|end| self.int(end, 0, blame, true)).collect(),
                ),
                None => self.int(element, 0, blame, true),
            }
        });
        Value::Tuple(checked.collect())
    }
}

/// `elements` cut or filled up with its last one; one number where all are the same.
fn resized(elements: &[Value], count: usize) -> Option<String> {
    let first = elements.first()?;
    if !elements.iter().all(|element| matches!(element, Value::Int(number) if *number >= 0)) {
        return None;
    }
    if elements.iter().all(|element| element == first) {
        return Some(first.to_string());
    }
    let last = elements.last()?;
    let resized: Vec<Value> =
        (0..count).map(|index| elements.get(index).unwrap_or(last).clone()).collect();
    match resized.as_slice() {
        [one] => Some(one.to_string()),
        _ => Some(Value::Tuple(resized).to_string()),
    }
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::check;
    use expect_test::expect;

    #[test]
    fn tuples_have_a_length() {
        check(
            r#"
            Conv2D(8, (3,)) on (9, 9, 1)
            Conv2D(8, (3, 5, 7)) on (9, 9, 1)
            Conv2D(8, (3, 0)) on (9, 9, 1)
            Conv2D(8, (3, 3.0)) on (9, 9, 1)
            Conv1D(8, "3") on (9, 1)
            Cropping3D(((1, 1, 1), 2, 0)) on (9, 9, 9, 1)
            "#,
            expect![[r#"
                ?×?×8  macs ?
                error bad-type: `Conv2D`: `kernel_size` must be a whole number or a tuple of 2, each at least 1, not (3,); write 3
                  fix: kernel_size=3
                ?×?×8  macs ?
                error bad-type: `Conv2D`: `kernel_size` must be a whole number or a tuple of 2, each at least 1, not (3, 5, 7); write (3, 5)
                  fix: kernel_size=(3, 5)
                7×?×8  macs ?
                error bad-value: `Conv2D`: element 2 of `kernel_size` must be a whole number of at least 1, not 0; write 1
                  fix: kernel_size=(3, 1)
                7×7×8  params 80  macs 3,528
                error float-for-integer: `Conv2D`: element 2 of `kernel_size` must be a whole number, not 3.0; write 3
                  fix: kernel_size=(3, 3)
                ?×8  macs ?
                error bad-type: `Conv1D`: `kernel_size` must be a whole number of at least 1, not "3"; write 3
                  fix: kernel_size=3
                ?×?×?×1  params 0
                error bad-type: `Cropping3D`: element 1 of `cropping` must be a number or a pair of numbers, not (1, 1, 1); write (1, 2, 0)
                  fix: cropping=(1, 2, 0)"#]],
        );
    }
}
