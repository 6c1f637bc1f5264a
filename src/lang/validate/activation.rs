//! The names of activation functions, and what stands in their place: a number there is a stride, or
//! the kernel of someone who writes PyTorch's order, and never a function.

use super::Check;
use crate::diagnostics::{codes, did_you_mean};
use crate::lang::layer::LayerEntry;
use crate::lang::layers::ACTIVATIONS;
use crate::lang::rule::{Blame, Problem, Suggestion};
use crate::lang::value::Value;

/// What a number in the place of an activation function was meant as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Meant {
    /// That cannot be told.
    Open,
    /// A stride.
    Stride,
    /// PyTorch's order: the input channels first, so that the kernel is the third.
    Kernel,
}

/// What a number that `given` has for `activation` was meant as.
pub(super) fn meant_by_number(entry: &'static LayerEntry, given: &[Option<Value>]) -> Meant {
    let number = |name: &str| {
        let (index, _) = entry.param(name)?;
        given.get(index)?.as_ref()?.as_int()
    };
    let given = |name: &str| entry.param(name).is_some_and(|(index, _)| given[index].is_some());
    let Some(third) = number("activation").filter(|_| entry.param("strides").is_some()) else {
        return Meant::Open;
    };
    match number("kernel_size") {
        // Kernels are smaller than that, and no stride is as large as its kernel's square.
        Some(second) if second >= 8 && second > third => Meant::Kernel,
        _ if third >= 1 && !given("strides") => Meant::Stride,
        _ => Meant::Open,
    }
}

impl Check<'_> {
    pub(super) fn activation(&mut self, value: Value) -> Value {
        let name = self.param.name;
        let Some(text) = value.as_text().map(smol_str::SmolStr::from) else {
            // A layer can stand for a function.
            if let Value::Call(_) = value {
                return value;
            }
            let unknown = self.wrong(codes::BAD_TYPE, Blame::Param(name), &value, None);
            if let Some(problem) = self.problems.last_mut() {
                match self.meant {
                    Meant::Open => {
                        problem.message.push_str("; for example \"relu\"");
                        // Elsewhere a number stands there for something else.
                        if self.param.default.is_none() {
                            problem.suggestions.push(Suggestion::Set {
                                param: name,
                                value: "\"relu\"".to_owned(),
                            });
                        }
                    }
                    Meant::Stride => {
                        problem
                            .message
                            .push_str(&format!("; a stride is written `strides={value}`"));
                        problem
                            .suggestions
                            .push(Suggestion::NameArgument { param: name, name: "strides" });
                    }
                    Meant::Kernel => {
                        let layer = self.entry.name;
                        problem.help = Some(format!(
                            "the number of input channels is not written, unlike in PyTorch: `{layer}(filters, kernel_size)`"
                        ));
                        problem.suggestions.push(Suggestion::Remove { param: "filters" });
                    }
                }
            }
            return unknown;
        };
        if ACTIVATIONS.contains(&text.as_str()) {
            return match value {
                Value::Name(text) => self.unquoted(text),
                value => value,
            };
        }
        let known = did_you_mean(&text, ACTIVATIONS.iter().copied());
        let layer = self.entry.name;
        let message = match known {
            _ if text == "threshold" => format!(
                "`{layer}`: the function \"threshold\" needs two more numbers, so it cannot be named; use \"relu\", or the layer `ReLU(threshold=1.0)`"
            ),
            Some(known) if known.eq_ignore_ascii_case(&text) => {
                format!(
                    "`{layer}`: the names of activation functions are in lower case: \"{known}\", not \"{text}\""
                )
            }
            Some(known) => {
                format!(
                    "`{layer}`: there is no activation function \"{text}\"; did you mean \"{known}\"?"
                )
            }
            None => format!(
                "`{layer}`: there is no activation function \"{text}\"; there are \"relu\", \"sigmoid\", \"tanh\", \"softmax\", \"gelu\" and others"
            ),
        };
        let problem = Problem::new(codes::UNKNOWN_ACTIVATION, Blame::Param(name), message);
        self.problems.push(match known.or((text == "threshold").then_some("relu")) {
            Some(known) => problem.suggest_set(name, format!("\"{known}\"")),
            None => problem,
        });
        Value::Unknown
    }
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::check;
    use expect_test::expect;

    #[test]
    fn numbers_are_strides_or_kernels() {
        check(
            r#"
        Conv2D(8, 3, 2) on (8, 8, 3)
        Conv2D(3, 32, 5) on (8, 8, 3)
        Conv2D(8, 3, 2, strides=2) on (8, 8, 3)
        Dense(8, 3) on (8)
        Dense(8, answer) on (8)
            "#,
            expect![[r#"
                6×6×8  params 224  macs 7,776
                error bad-type: `Conv2D`: `activation` must be the name of an activation function, not 2; a stride is written `strides=2`
                  fix: strides= before the value of activation
                error bad-type: `Conv2D`: `activation` must be the name of an activation function, not 5
                  help: the number of input channels is not written, unlike in PyTorch: `Conv2D(filters, kernel_size)`
                  fix: remove filters
                error kernel-too-large: `Conv2D`: `kernel_size` 32×32 does not fit the 8×8 input; the largest that fits is 8×8, or use `padding="same"`
                  fix: kernel_size=8
                  fix: padding="same"
                3×3×8  params 224  macs 1,944
                error bad-type: `Conv2D`: `activation` must be the name of an activation function, not 2; for example "relu"
                8  params 72  macs 64
                error bad-type: `Dense`: `activation` must be the name of an activation function, not 3; for example "relu"
                8  params 72  macs 64
                error unknown-activation: `Dense`: there is no activation function "answer"; there are "relu", "sigmoid", "tanh", "softmax", "gelu" and others"#]],
        );
    }
}
