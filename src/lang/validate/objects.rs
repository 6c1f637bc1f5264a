//! The names of initializers, regularizers and constraints.
//!
//! A call is not looked into: it may be of a class of the author's own.

use super::Check;
use crate::diagnostics::{Code, codes, did_you_mean};
use crate::lang::names::is_own_class;
use crate::lang::objects::ObjectKind;
use crate::lang::rule::{Blame, Problem};
use crate::lang::value::Value;

impl Check<'_> {
    pub(super) fn object(&mut self, kind: ObjectKind, value: Value) -> Value {
        match value {
            Value::Call(_) => value,
            Value::Str(ref text) | Value::Name(ref text) => {
                if kind.is_known(text) || is_registered(kind, text) {
                    return match value {
                        Value::Name(text) => self.unquoted(text),
                        value => value,
                    };
                }
                self.unknown_object(kind, text);
                Value::Unknown
            }
            value => {
                // A number is mostly the strength of a penalty, or the constant to start from.
                let fix = value.as_number().filter(|_| !matches!(value, Value::Bool(_)));
                let fix = fix.filter(|number| *number >= 0.0 || kind == ObjectKind::Initializer);
                let fix = fix.map(|_| format!("{}({value})", kind.of_number()));
                self.wrong(codes::BAD_TYPE, Blame::Param(self.param.name), &value, fix)
            }
        }
    }

    fn unknown_object(&mut self, kind: ObjectKind, text: &str) {
        let (layer, param, noun) = (self.entry.name, self.param.name, kind.noun());
        let blame = Blame::Param(param);
        let code = code(kind);
        let message = format!("`{layer}`: Keras has no {noun} \"{text}\"");
        let elsewhere = kind.called_elsewhere(text);
        self.problems.push(match elsewhere.or_else(|| did_you_mean(text, kind.names())) {
            Some(known) => {
                let hint = match elsewhere {
                    Some(_) => format!("it is called \"{known}\" there"),
                    None => format!("did you mean \"{known}\"?"),
                };
                Problem::new(code, blame, format!("{message}; {hint}"))
                    .suggest_set(param, format!("\"{known}\""))
            }
            None => {
                let some: Vec<String> = kind
                    .all()
                    .iter()
                    .take(4)
                    .map(|object| format!("\"{}\"", object.name))
                    .collect();
                let problem = Problem::new(code, blame, message)
                    .help(format!("there are {}", list(&some, kind)));
                // A program can register initializers by any name, but nothing else.
                match kind {
                    ObjectKind::Initializer => problem.as_warning(),
                    _ => problem,
                }
            }
        });
    }
}

/// `"a", "b" and "c"`, or where there are more than these `"a", "b", "c" and others`.
fn list(some: &[String], kind: ObjectKind) -> String {
    match some {
        [first @ .., last] if some.len() == kind.all().len() => {
            format!("{} and {last}", first.join(", "))
        }
        _ => format!("{} and others", some.join(", ")),
    }
}

/// Whether a name looks like one that a program has registered an initializer by.
fn is_registered(kind: ObjectKind, name: &str) -> bool {
    kind == ObjectKind::Initializer && (name.contains('>') || is_own_class(name))
}

fn code(kind: ObjectKind) -> Code {
    match kind {
        ObjectKind::Initializer => codes::UNKNOWN_INITIALIZER,
        ObjectKind::Regularizer => codes::UNKNOWN_REGULARIZER,
        ObjectKind::Constraint => codes::UNKNOWN_CONSTRAINT,
    }
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::{check, check_pytorch};
    use expect_test::expect;

    #[test]
    fn objects_are_known_by_keras_names() {
        check(
            r#"
        Dense(8, kernel_initializer="HeNormal", bias_initializer="zero", kernel_regularizer="l1l2") on (8)
        Dense(8, kernel_initializer="Custom>Init", bias_constraint=None) on (8)
        Dense(8, kernel_initializer="MyInitializer") on (8)
        Dense(8, kernel_initializer=he_normal) on (8)
            "#,
            expect![[r#"
                8  params 72  macs 64
                8  params 72  macs 64
                8  params 72  macs 64
                8  params 72  macs 64
                hint unquoted-string: `Dense`: `kernel_initializer=he_normal` is read as the string "he_normal"
                  fix: kernel_initializer="he_normal""#]],
        );
    }

    #[test]
    fn unknown_names_are_found() {
        check(
            r#"
        Dense(8, kernel_initializer="glorot_unifrm") on (8)
        Dense(8, kernel_initializer="He_Normal") on (8)
        Dense(8, kernel_initializer="xavier_uniform") on (8)
        Dense(8, kernel_initializer="my_start") on (8)
        Dense(8, kernel_regularizer="l1_l2") on (8)
        Dense(8, kernel_regularizer="l3") on (8)
        Conv2D(8, 3, kernel_constraint="nonneg") on (8, 8, 3)
        LSTM(8, recurrent_initializer=ortogonal) on (8, 3)
            "#,
            expect![[r#"
                8  params 72  macs 64
                error unknown-initializer: `Dense`: Keras has no initializer "glorot_unifrm"; did you mean "glorot_uniform"?
                  fix: kernel_initializer="glorot_uniform"
                8  params 72  macs 64
                error unknown-initializer: `Dense`: Keras has no initializer "He_Normal"; did you mean "he_normal"?
                  fix: kernel_initializer="he_normal"
                8  params 72  macs 64
                error unknown-initializer: `Dense`: Keras has no initializer "xavier_uniform"; it is called "glorot_uniform" there
                  fix: kernel_initializer="glorot_uniform"
                8  params 72  macs 64
                warning unknown-initializer: `Dense`: Keras has no initializer "my_start"
                  help: there are "glorot_uniform", "glorot_normal", "he_normal", "he_uniform" and others
                8  params 72  macs 64
                error unknown-regularizer: `Dense`: Keras has no regularizer "l1_l2"; did you mean "l1l2"?
                  fix: kernel_regularizer="l1l2"
                8  params 72  macs 64
                error unknown-regularizer: `Dense`: Keras has no regularizer "l3"
                  help: there are "l1", "l2", "l1l2" and "orthogonal_regularizer"
                6×6×8  params 224  macs 7,776
                error unknown-constraint: `Conv2D`: Keras has no constraint "nonneg"; did you mean "NonNeg"?
                  fix: kernel_constraint="NonNeg"
                8  params 384  macs 2,816
                error unknown-initializer: `LSTM`: Keras has no initializer "ortogonal"; did you mean "orthogonal"?
                  fix: recurrent_initializer="orthogonal""#]],
        );
    }

    #[test]
    fn numbers_are_no_objects() {
        check(
            r#"
        Dense(8, kernel_regularizer=0.01) on (8)
        Dense(8, bias_initializer=1) on (8)
        Dense(8, kernel_constraint=-2) on (8)
        Dense(8, kernel_regularizer=true) on (8)
        Dense(8, kernel_regularizer=(0.1, 0.2)) on (8)
            "#,
            expect![[r#"
                8  params 72  macs 64
                error bad-type: `Dense`: `kernel_regularizer` must be the name of a regularizer, or a call of one, not 0.01; write L2(0.01)
                  fix: kernel_regularizer=L2(0.01)
                8  params 72  macs 64
                error bad-type: `Dense`: `bias_initializer` must be the name of an initializer, or a call of one, not 1; write Constant(1)
                  fix: bias_initializer=Constant(1)
                8  params 72  macs 64
                error bad-type: `Dense`: `kernel_constraint` must be the name of a constraint, or a call of one, not -2
                8  params 72  macs 64
                error bad-type: `Dense`: `kernel_regularizer` must be the name of a regularizer, or a call of one, not true
                8  params 72  macs 64
                error bad-type: `Dense`: `kernel_regularizer` must be the name of a regularizer, or a call of one, not (0.1, 0.2)"#]],
        );
    }

    #[test]
    fn pytorch_has_no_such_parameters() {
        check_pytorch(
            r#"
        Dense(8, kernel_initializer="xavier_uniform") on (8)
            "#,
            expect!["8  params 72  macs 64"],
        );
    }
}
