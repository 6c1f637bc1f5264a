//! Whether the arguments of a layer are of the kinds that its parameters take, before any shape is
//! known. What is wrong is reported and becomes unknown, so that the rule goes on with the rest and
//! nothing is reported twice; where it is plain what was meant, the value is mended instead.

mod activation;
mod objects;
mod ranges;
mod tuples;
mod words;

use self::activation::{Meant, meant_by_number};
use self::words::at_least;
pub use self::words::wanted;
use crate::diagnostics::{Code, codes, did_you_mean};
use crate::lang::layer::{Default, Kind, LayerEntry, Param};
use crate::lang::rule::{Blame, Framework, Problem};
use crate::lang::value::Value;

/// Checks the arguments of one world; `given` has an element for each parameter of `entry`.
pub fn validate(
    entry: &'static LayerEntry,
    framework: Framework,
    given: &mut [Option<Value>],
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let meant = meant_by_number(entry, given);
    for (param, slot) in entry.params.iter().zip(given) {
        let is_required = param.is_required(framework);
        let param = param.under(framework);
        match slot.take() {
            Some(value) => {
                let elements = value.elements().map(<[Value]>::to_vec).unwrap_or_default();
                let mut check = Check { entry, param, elements, meant, problems: &mut problems };
                *slot = Some(check.value(value));
            }
            None if is_required => problems.push(missing(entry, param)),
            None => {}
        }
    }
    problems
}

fn missing(entry: &LayerEntry, param: Param) -> Problem {
    let problem = Problem::new(
        codes::MISSING_PARAMETER,
        Blame::Layer,
        format!(
            "`{}` needs `{}`, {}; write for example `{}={}`",
            entry.name,
            param.name,
            wanted(param.kind),
            param.name,
            param.example
        ),
    );
    problem.suggest_set(param.name, param.example)
}

struct Check<'a> {
    entry: &'static LayerEntry,
    param: Param,
    /// The elements of the argument as written, where it is a tuple.
    elements: Vec<Value>,
    meant: Meant,
    problems: &'a mut Vec<Problem>,
}

impl Check<'_> {
    fn value(&mut self, value: Value) -> Value {
        match (&value, self.param.kind) {
            (Value::Unknown, _) => return value,
            (Value::None, _) if self.takes_none() => return value,
            (Value::None, _) => return self.none(),
            _ => {}
        }
        let whole = Blame::Param(self.param.name);
        match self.param.kind {
            Kind::Int { min } => self.int(value, min, whole, true),
            Kind::StrictInt { min } => self.int(value, min, whole, false),
            Kind::Ints { rank, min } => self.ints(value, rank, min, false),
            Kind::Spread { rank, min } => self.ints(value, rank, min, true),
            Kind::OutputSizes { rank } => self.output_sizes(value, rank),
            Kind::Padding { rank } => self.padding(value, rank),
            Kind::Number { min, max } => self.number(value, min, max),
            Kind::Usual { min, max } => self.usual_number(value, min, max),
            Kind::Bool => self.bool(value),
            Kind::Activation => self.activation(value),
            Kind::Object(kind) => self.object(kind, value),
            Kind::Choice { values, any_case } => self.choice(value, values, any_case),
            Kind::Str => self.string(value),
            Kind::Axis { truncates } => self.axis(value, truncates),
            Kind::Axes { .. } => self.axes(value),
            Kind::Sizes { one, none } => self.sizes(value, one, none),
            Kind::Pairs { rank } => self.pairs(value, rank),
            Kind::Layer => self.layer(value),
            Kind::Layers => match value {
                Value::Tuple(layers) | Value::List(layers) => {
                    Value::Tuple(layers.into_iter().map(|layer| self.layer(layer)).collect())
                }
                value => self.layer(value),
            },
            Kind::Any => match value {
                Value::Name(text) if self.param.default.is_some() => self.unquoted(text),
                value => value,
            },
        }
    }

    fn takes_none(&self) -> bool {
        match self.param.kind {
            Kind::Any | Kind::Bool | Kind::Activation | Kind::Object(_) => true,
            Kind::Choice { values, .. } if values.contains(&"None") => true,
            Kind::Axes { none: true } => true,
            _ => self.param.default == Some(Default::None),
        }
    }

    fn none(&mut self) -> Value {
        let fix = match self.param.default {
            Some(default) => default.value().to_string(),
            None => self.param.example.to_owned(),
        };
        self.wrong(codes::BAD_TYPE, Blame::Param(self.param.name), &Value::None, Some(fix))
    }

    /// Reports that the value, or an element of it, is not what the parameter takes. Gives what the
    /// rule goes on with.
    fn wrong(&mut self, code: Code, blame: Blame, value: &Value, fix: Option<String>) -> Value {
        let wanted = wanted(self.param.kind);
        self.wrong_for(code, blame, value, &wanted, fix)
    }

    fn wrong_for(
        &mut self,
        code: Code,
        blame: Blame,
        value: &Value,
        wanted: &str,
        fix: Option<String>,
    ) -> Value {
        let subject = match blame {
            Blame::Element(name, index) => format!("element {} of `{name}`", index + 1),
            _ => format!("`{}`", self.param.name),
        };
        let value = match value {
            Value::Name(name) => format!("the name `{name}`"),
            value => value.to_string(),
        };
        let write = fix.as_ref().map(|fix| format!("; write {fix}")).unwrap_or_default();
        let problem = Problem::new(
            code,
            blame,
            format!("`{}`: {subject} must be {wanted}, not {value}{write}", self.entry.name),
        );
        self.problems.push(match (fix, blame) {
            (Some(fix), Blame::Element(_, index)) => match self.with_element(index, fix) {
                Some(tuple) => problem.suggest_set(self.param.name, tuple),
                None => problem,
            },
            (Some(fix), _) => problem.suggest_set(self.param.name, fix),
            (None, _) => problem,
        });
        Value::Unknown
    }

    /// Adds to the message of the problem that was found last.
    fn add_to_message(&mut self, text: &str) {
        if let Some(problem) = self.problems.last_mut() {
            problem.message.push_str(text);
        }
    }

    /// The argument as written, but with another element.
    fn with_element(&self, index: usize, element: String) -> Option<String> {
        let mut parts: Vec<String> = self.elements.iter().map(Value::to_string).collect();
        *parts.get_mut(index)? = element;
        Some(match parts.as_slice() {
            [one] => format!("({one},)"),
            _ => format!("({})", parts.join(", ")),
        })
    }

    /// A bare name where a string stands usually: read as the string.
    fn unquoted(&mut self, text: smol_str::SmolStr) -> Value {
        let name = self.param.name;
        self.problems.push(
            Problem::new(
                codes::UNQUOTED_STRING,
                Blame::Param(name),
                format!("`{}`: `{name}={text}` is read as the string \"{text}\"", self.entry.name),
            )
            .suggest_set(name, format!("\"{text}\"")),
        );
        Value::Str(text)
    }

    /// A whole number of at least `min`, as the value of the parameter or as an element of it.
    fn int(&mut self, value: Value, min: i64, blame: Blame, bool: bool) -> Value {
        let wanted = match (self.param.kind, blame) {
            (
                Kind::Ints { .. }
                | Kind::Spread { .. }
                | Kind::OutputSizes { .. }
                | Kind::Padding { .. }
                | Kind::Pairs { .. },
                Blame::Param(_),
            ) => wanted(self.param.kind),
            _ => at_least(min),
        };
        let smallest = min.max(1).to_string();
        match &value {
            Value::Unknown => value,
            Value::Bool(flag) if bool && i64::from(*flag) >= min => {
                let number = i64::from(*flag);
                let fix = match blame {
                    Blame::Element(_, index) => self.with_element(index, number.to_string()),
                    _ => Some(number.to_string()),
                };
                let problem = Problem::new(
                    codes::BAD_TYPE,
                    blame,
                    format!(
                        "`{}`: `{}` must be {wanted}; Keras takes {value} for {number}",
                        self.entry.name, self.param.name
                    ),
                )
                .as_warning();
                self.problems.push(match fix {
                    Some(fix) => problem.suggest_set(self.param.name, fix),
                    None => problem,
                });
                value
            }
            Value::Int(number) if *number >= min => value,
            Value::Interval { low, high, .. } if low.fract() != 0.0 || high.fract() != 0.0 => {
                let ends = (low.ceil().max(min as f64), high.floor());
                let unknown = self.wrong_for(codes::BAD_TYPE, blame, &value, &wanted, None);
                if ends.0 <= ends.1 {
                    self.add_to_message(&format!("; a range from {} to {} works", ends.0, ends.1));
                }
                unknown
            }
            Value::Interval { low, high, .. } if *low >= min as f64 && low <= high => value,
            Value::Int(number) => {
                // A sign is the likeliest slip.
                let fix = number.checked_neg().filter(|number| *number >= min);
                let fix = fix.map_or(smallest, |number| number.to_string());
                self.wrong_for(codes::BAD_VALUE, blame, &value, &wanted, Some(fix))
            }
            Value::Interval { low, high, .. } => {
                let (below, high) = (*low < min as f64, *high);
                let unknown = self.wrong_for(codes::BAD_VALUE, blame, &value, &wanted, None);
                if below {
                    self.add_to_message(&format!("; begin the range at {smallest}"));
                }
                match below && high >= min as f64 {
                    true => self.only_some_fail(value, min as f64, high),
                    false => unknown,
                }
            }
            Value::Float(number) => {
                let number = *number;
                let rounded = (number.abs() < 9e15).then(|| (number.round() as i64).max(min));
                let integral = rounded.filter(|rounded| *rounded as f64 == number);
                match integral {
                    Some(whole) => {
                        self.float_for_integer(&value, whole, blame);
                        Value::Int(whole)
                    }
                    None => {
                        let fix = rounded.map(|number| number.to_string());
                        self.wrong_for(codes::BAD_TYPE, blame, &value, &wanted, fix)
                    }
                }
            }
            Value::Bool(flag) => {
                let fix = i64::from(*flag).max(min).to_string();
                let code = if bool { codes::BAD_VALUE } else { codes::BAD_TYPE };
                self.wrong_for(code, blame, &value, &wanted, Some(fix))
            }
            Value::Str(text) => {
                let number = text.trim().parse::<i64>().ok().filter(|number| *number >= min);
                let fix = number
                    .map_or_else(|| self.usual_int(min, blame), |number| Some(number.to_string()));
                self.wrong_for(codes::BAD_TYPE, blame, &value, &wanted, fix)
            }
            Value::Tuple(elements) | Value::List(elements) => {
                let fix = match elements.first() {
                    Some(Value::Int(number)) if *number >= min => Some(number.to_string()),
                    _ => self.usual_int(min, blame),
                };
                self.wrong_for(codes::BAD_TYPE, blame, &value, &wanted, fix)
            }
            Value::Name(_) => self.wrong_for(codes::BAD_TYPE, blame, &value, &wanted, None),
            Value::None | Value::Call(_) => {
                let fix = self.usual_int(min, blame);
                self.wrong_for(codes::BAD_TYPE, blame, &value, &wanted, fix)
            }
        }
    }

    /// A value that the parameter is usually given.
    fn usual(&self) -> Option<String> {
        match self.param.default {
            None if self.param.example.is_empty() => None,
            None => Some(self.param.example.to_owned()),
            Some(Default::None) => None,
            Some(default) => Some(default.value().to_string()),
        }
    }

    /// The same for a whole number, which may be an element of a tuple.
    fn usual_int(&self, min: i64, blame: Blame) -> Option<String> {
        match (blame, self.param.kind) {
            (Blame::Element(..), Kind::Sizes { .. }) => Some("-1".to_owned()),
            (Blame::Element(..), _) => Some(min.max(1).to_string()),
            _ => self.usual(),
        }
    }

    fn float_for_integer(&mut self, value: &Value, whole: i64, blame: Blame) {
        self.wrong_for(
            codes::FLOAT_FOR_INTEGER,
            blame,
            value,
            "a whole number",
            Some(whole.to_string()),
        );
    }

    fn number(&mut self, value: Value, min: f64, max: f64) -> Value {
        let blame = Blame::Param(self.param.name);
        match &value {
            Value::Interval { low, high, .. } if *low >= min && *high <= max => value,
            Value::Interval { low, high, .. } => {
                let (low, high) = (*low, *high);
                let unknown = self.wrong(codes::BAD_VALUE, blame, &value, None);
                if low < min {
                    self.add_to_message(&format!("; begin the range at {min}"));
                }
                if high > max {
                    self.add_to_message(&format!("; end the range at {max}"));
                }
                match low <= max && high >= min {
                    true => self.only_some_fail(value, low.max(min), high.min(max)),
                    false => unknown,
                }
            }
            Value::Str(text) => {
                let number = text.trim().parse::<f64>().ok();
                let fix = number.filter(|number| (min..=max).contains(number));
                let fix = fix.map(|number| Value::Float(number).to_string());
                let fix = fix.or_else(|| self.usual());
                self.wrong(codes::BAD_TYPE, blame, &value, fix)
            }
            other => match other.as_number() {
                Some(number) if (min..=max).contains(&number) => value,
                Some(number) => {
                    // 50 is meant as 50 %.
                    let share = max == 1.0 && number > 1.0 && number <= 100.0;
                    let fix = match share {
                        true if number >= 2.0 => Value::Float(number / 100.0).to_string(),
                        // A sign is the likeliest slip.
                        _ if number < 0.0 && (min..=max).contains(&-number) => {
                            Value::Float(-number).to_string()
                        }
                        _ => self.usual().unwrap_or_else(|| Value::Float(min).to_string()),
                    };
                    self.wrong(codes::BAD_VALUE, blame, &value, Some(fix))
                }
                None => {
                    let fix = self.usual().filter(|_| !matches!(value, Value::Name(_)));
                    self.wrong(codes::BAD_TYPE, blame, &value, fix)
                }
            },
        }
    }

    /// A number that is taken whatever it is.
    fn usual_number(&mut self, value: Value, min: f64, max: f64) -> Value {
        match value.as_number() {
            Some(number) if !(min..=max).contains(&number) => {
                let name = self.param.name;
                let usual = self.usual();
                let write = usual.as_ref().map(|usual| format!("; {usual} is usual"));
                let problem = Problem::new(
                    codes::BAD_VALUE,
                    Blame::Param(name),
                    format!(
                        "`{}`: `{name}` is {}, though Keras takes {value} too{}",
                        self.entry.name,
                        wanted(self.param.kind),
                        write.unwrap_or_default()
                    ),
                )
                .as_warning();
                self.problems.push(match usual {
                    Some(usual) => problem.suggest_set(name, usual),
                    None => problem,
                });
                value
            }
            Some(_) => value,
            None => self.number(value, f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    /// Keras takes anything for a boolean, but a string or a tuple is always true.
    fn bool(&mut self, value: Value) -> Value {
        let name = self.param.name;
        match &value {
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Interval { .. } => value,
            Value::Name(text) => {
                let no = matches!(text.to_ascii_lowercase().as_str(), "no" | "off" | "f" | "n");
                let fix = Some((!no).to_string());
                self.wrong(codes::BAD_TYPE, Blame::Param(name), &value, fix)
            }
            other => {
                let empty = match other.elements() {
                    Some(elements) => elements.is_empty(),
                    None => other.as_text() == Some(""),
                };
                let no = other.as_text().is_some_and(|text| {
                    matches!(text.to_ascii_lowercase().as_str(), "false" | "no" | "off" | "0" | "")
                });
                let problem = Problem::new(
                    codes::BAD_TYPE,
                    Blame::Param(name),
                    format!(
                        "`{}`: `{name}` must be true or false; Keras takes {other} for {}",
                        self.entry.name, !empty
                    ),
                );
                self.problems.push(problem.as_warning().suggest_set(name, !no));
                Value::Bool(!empty)
            }
        }
    }

    fn choice(&mut self, value: Value, values: &'static [&'static str], any_case: bool) -> Value {
        let name = self.param.name;
        let blame = Blame::Param(name);
        let quoted = |text: &str| match text {
            "None" => "None".to_owned(),
            text => format!("\"{text}\""),
        };
        let Some(text) = value.as_text().map(smol_str::SmolStr::from) else {
            let first = match (name, &value) {
                // PyTorch's number keeps the size more often than not.
                ("padding", Value::Int(number)) if *number > 0 => "same",
                _ => values.first().copied().unwrap_or_default(),
            };
            let fix = Some(quoted(first));
            let unknown = self.wrong(codes::BAD_TYPE, blame, &value, fix);
            if name == "padding"
                && let Some(problem) = self.problems.last_mut()
            {
                problem.help = Some(
                    "numbers are for ZeroPadding layers before this one; \"same\" pads so that stride 1 keeps the size"
                        .to_owned(),
                );
            }
            return unknown;
        };
        let known = values.iter().filter(|known| **known != "None").any(|known| match any_case {
            true => known.eq_ignore_ascii_case(&text),
            false => *known == text,
        });
        if known {
            return match value {
                Value::Name(text) => self.unquoted(text),
                value => value,
            };
        }
        let meant = match text.to_ascii_uppercase().as_str() {
            "NHWC" | "NWC" | "NDHWC" if name == "data_format" => Some("channels_last"),
            "NCHW" | "NCW" | "NCDHW" if name == "data_format" => Some("channels_first"),
            _ => did_you_mean(&text, values.iter().copied()),
        };
        let fix = Some(quoted(meant.or(values.first().copied()).unwrap_or_default()));
        self.wrong(codes::BAD_VALUE, blame, &value, fix)
    }

    fn string(&mut self, value: Value) -> Value {
        match value {
            Value::Str(_) => value,
            Value::Name(text) => self.unquoted(text),
            other => {
                let fix = self.usual();
                self.wrong(codes::BAD_TYPE, Blame::Param(self.param.name), &other, fix)
            }
        }
    }

    fn axis(&mut self, value: Value, truncates: bool) -> Value {
        let blame = Blame::Param(self.param.name);
        match value {
            Value::Float(number) if truncates && number.abs() < 1e9 => {
                let whole = number.trunc() as i64;
                self.float_for_integer(&value, whole, blame);
                if let Some(problem) = self.problems.pop() {
                    self.problems.push(problem.as_warning());
                }
                Value::Int(whole)
            }
            Value::Tuple(ref elements) | Value::List(ref elements) => {
                let fix = match elements.as_slice() {
                    [Value::Int(number)] => Some(number.to_string()),
                    _ => self.usual(),
                };
                self.wrong(codes::BAD_TYPE, blame, &value, fix)
            }
            value => self.axis_element(value, blame),
        }
    }

    fn axis_element(&mut self, value: Value, blame: Blame) -> Value {
        match value {
            Value::Interval { .. } => value,
            Value::Bool(_) | Value::Call(_) | Value::Name(_) => {
                let fix = self.usual();
                self.wrong(codes::BAD_TYPE, blame, &value, fix)
            }
            Value::Int(_) | Value::Unknown => value,
            Value::Float(number) if number.fract() == 0.0 && number.abs() < 1e9 => {
                self.float_for_integer(&value, number as i64, blame);
                Value::Int(number as i64)
            }
            other => {
                let parsed = other.as_text().and_then(|text| text.trim().parse::<i64>().ok());
                let fix = parsed.map(|number| number.to_string()).or_else(|| self.usual());
                self.wrong(codes::BAD_TYPE, blame, &other, fix)
            }
        }
    }

    fn layer(&mut self, value: Value) -> Value {
        match value {
            Value::Call(_) | Value::Unknown => value,
            other => {
                let fix = match &other {
                    Value::Name(name) | Value::Str(name) => {
                        crate::lang::names::layer(name).map(call_of)
                    }
                    _ => None,
                };
                let fix = fix.or_else(|| self.usual());
                self.wrong(codes::BAD_TYPE, Blame::Param(self.param.name), &other, fix)
            }
        }
    }
}

/// A call of a layer with examples for what it needs.
fn call_of(entry: &LayerEntry) -> String {
    let required = entry.params.iter().filter(|param| param.default.is_none());
    let args: Vec<String> =
        required.map(|param| format!("{}={}", param.name, param.example)).collect();
    format!("{}({})", entry.name, args.join(", "))
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::check;
    use crate::lang::{Framework, Kind, layers};
    use expect_test::expect;

    #[test]
    fn booleans_are_what_python_takes_for_them() {
        check(
            r#"
            Dense(8, use_bias=0) on (8)
            Dense(8, use_bias=None) on (8)
            Dense(8, use_bias="false") on (8)
            Dense(8, use_bias=off) on (8)
            "#,
            expect![[r#"
                8  params 64  macs 64
                8  params 64  macs 64
                8  params 72  macs 64
                warning bad-type: `Dense`: `use_bias` must be true or false; Keras takes "false" for true
                  fix: use_bias=false
                8  params 64..72  macs 64
                error bad-type: `Dense`: `use_bias` must be true or false, not the name `off`; write false
                  fix: use_bias=false"#]],
        );
    }

    #[test]
    fn strings_are_quoted() {
        check(
            r#"
            Conv2D(8, 3, padding=same) on (9, 9, 1)
            Dense(8, kernel_initializer=he_normal) on (8)
            Conv2D(8, 3, padding=smae) on (9, 9, 1)
            MaxPooling2D(padding="SAME") on (9, 9, 1)
            "#,
            expect![[r#"
                9×9×8  params 80  macs 5,832
                hint unquoted-string: `Conv2D`: `padding=same` is read as the string "same"
                  fix: padding="same"
                8  params 72  macs 64
                hint unquoted-string: `Dense`: `kernel_initializer=he_normal` is read as the string "he_normal"
                  fix: kernel_initializer="he_normal"
                ?×?×8  params 80  macs ?
                error bad-value: `Conv2D`: `padding` must be "valid" or "same", not the name `smae`; write "same"
                  fix: padding="same"
                ?×?×1  params 0
                error bad-value: `MaxPooling2D`: `padding` must be "valid" or "same", not "SAME"; write "same"
                  fix: padding="same""#]],
        );
    }

    #[test]
    fn none_is_taken_where_it_is_the_default() {
        check(
            r#"
            Dense(8, activation=None) on (8)
            MaxPooling2D(strides=None) on (8, 8, 1)
            Conv2D(8, 3, strides=None) on (8, 8, 1)
            Dense(None) on (8)
            "#,
            expect![[r#"
                8  params 72  macs 64
                4×4×1  params 0
                ?×?×8  params 80  macs ?
                error bad-type: `Conv2D`: `strides` must be a whole number or a tuple of 2, each at least 1, not None; write (1, 1)
                  fix: strides=(1, 1)
                ?  macs ?
                error bad-type: `Dense`: `units` must be a whole number of at least 1, not None; write 64
                  fix: units=64"#]],
        );
    }

    #[test]
    fn sizes_may_be_as_large_as_they_like() {
        check(
            r#"
            Conv2D(9223372036854775807, 9223372036854775807, padding="same") on (9, 9, 3)
            Conv1D(8, 9223372036854775807, dilation_rate=9223372036854775807) on (T, 3)
            ZeroPadding1D(9223372036854775807) on (9223372036854775807, 3)
            Conv1DTranspose(8, 9223372036854775807, strides=9223372036854775807) on (T, 3)
            UpSampling1D(9223372036854775807) on (9223372036854775807, 3)
            Reshape((9223372036854775807, 9223372036854775807)) on (8)
            Permute((-9223372036854775808, 9223372036854775807)) on (8, 8)
            PReLU(shared_axes=-9223372036854775808) on (8, 8)
            Dot(axes=-9223372036854775808) on (8); (8)
            Cropping1D(9223372036854775807) on (8, 3)
            "#,
            expect![[r#"
                9×9×9223372036854775807  params 18,446,744,073,709,551,615  macs 18,446,744,073,709,551,615
                ?×8  params 18,446,744,073,709,551,615  macs ?
                18446744073709551614×3  params 0
                9223372036854775807*T×8  params 18,446,744,073,709,551,615  macs ?
                18446744073709551615×3  params 0
                error size-mismatch: `Reshape`: 8 elements come in, but `target_shape=(9223372036854775807, 9223372036854775807)` holds 18446744073709551615
                  fix: target_shape=(-1,)
                error bad-value: `Permute`: the input 8×8 has 2 dimensions, so `dims` needs each of 1 to 2 once, not (-9223372036854775808, 9223372036854775807)
                  fix: dims=(1, 2)
                error axis-out-of-range: `PReLU`: `shared_axes` has -9223372036854775808; the axes of 8×8 are 1 to 2, without the batch
                  fix: shared_axes=(1,)
                error axis-out-of-range: `Dot`: `axes=-9223372036854775808` is no axis: the input (8) has only axis 1, or -1, besides the batch
                  fix: axes=-1
                error kernel-too-large: `Cropping1D`: `cropping` takes 9223372036854775807 + 9223372036854775807 away from a dimension of 8; at most 7 can go
                  fix: cropping=3"#]],
        );
    }

    #[test]
    fn required_parameters_have_an_example_that_they_take() {
        let frameworks = [Framework::Keras, Framework::Pytorch];
        let in_both = layers::all().flat_map(|entry| frameworks.map(|it| (entry, it)));
        for (entry, framework) in in_both {
            for param in entry.params.iter().map(|param| param.under(framework)) {
                assert!(!param.doc.is_empty() && param.doc.ends_with('.'), "{}", param.name);
                assert_eq!(
                    param.default.is_none(),
                    !param.example.is_empty(),
                    "{}.{}",
                    entry.name,
                    param.name
                );
                let wrapper = matches!(param.kind, Kind::Layer | Kind::Layers);
                if param.default.is_none() && !wrapper && entry.name != "CustomShape" {
                    let mut given = vec![None; entry.params.len()];
                    let (index, _) = entry.param(param.name).unwrap();
                    given[index] = Some(crate::lang::testing::value(param.example));
                    super::validate(entry, framework, &mut given);
                    assert!(!given[index].as_ref().unwrap().is_unknown(), "{}", param.name);
                }
            }
            for name in entry.positional.iter().chain(&entry.channels) {
                assert!(entry.param(name).is_some(), "{} has no {name}", entry.name);
            }
        }
    }
}
