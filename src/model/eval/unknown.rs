//! Layers that do not exist: what was meant, and the row that stands for one.

use std::sync::Arc;

use smallvec::smallvec;
use smol_str::SmolStr;

use super::Evaluator;
use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::lang::{LayerName, Suggestion, Value};
use crate::model::hir::{Call, ExprKind};
use crate::model::place::Place;
use crate::model::result::{Counts, Layer};
use crate::model::state::Flow;
use crate::model::tensor::{Tensor, Tensors, Unknown, Why};
use crate::text::TextEdit;

impl Evaluator<'_> {
    pub(super) fn unknown_layer(&mut self, call: &Call, suggestion: Option<&'static str>) {
        let name = &call.name.value;
        let place = self.place(call.name.range);
        if self.scope.has_unnamed_macro() {
            // It may be the macro whose name could not be read.
            self.count_layers(1);
            return self.fail(Why::Error, name, Some(place));
        }
        let macros = self.scope.macro_names();
        let near = did_you_mean(name, macros.iter().map(SmolStr::as_str));
        let diagnostic = match (near, LayerName::Unknown { suggestion }.problem(name)) {
            (None, Some(problem)) => {
                let mut diagnostic = Diagnostic::new(problem.code, place, problem.message);
                diagnostic.help = match self.input_shape(call) {
                    Some(shape) if problem.suggestions.contains(&Suggestion::RemoveLayer) => {
                        Some(format!("write `input: {shape}` there"))
                    }
                    _ => problem.help,
                };
                for suggestion in problem.suggestions {
                    if let Some((title, edits)) = self.fix_of_name(call, suggestion) {
                        diagnostic = diagnostic.with_fix(title, edits);
                    }
                }
                diagnostic
            }
            (near, _) => {
                let meant = near.unwrap_or(name);
                let message =
                    format!("there is no layer or macro `{name}`; did you mean `{meant}`?");
                Diagnostic::new(codes::UNKNOWN_LAYER, place, message)
                    .with_fix(format!("Change to `{meant}`"), vec![place.edit(meant)])
            }
        };
        self.emit(diagnostic);
        self.count_layers(1);
        self.fail(Why::Error, name, Some(place));
    }

    /// Gives the output of a layer that does not exist the name that the call says.
    pub(super) fn name_unknown(&mut self, call: &Call) {
        for arg in call.args.iter().flat_map(|list| &list.args) {
            let named = arg.name.as_ref().is_some_and(|name| name.value == "name");
            if let (true, ExprKind::Str(name), Flow::One(tensor)) =
                (named, &arg.value.kind, &self.state.flow)
            {
                self.add_name(name.clone(), self.place(arg.value.range), tensor.clone());
            }
        }
    }

    /// The row of a layer that does not exist; its output flows already.
    pub(super) fn unknown_row(&self, call: &Call) -> Layer {
        let place = self.place(call.name.range);
        let unknown =
            Unknown { why: Why::Error, name: call.name.value.clone(), place: Some(place) };
        Layer {
            framework: self.framework,
            layer: call.name.value.clone(),
            name: None,
            place: self.place(call.range),
            inputs: Tensors::new(),
            outputs: smallvec![Tensor::unknown(unknown.clone())],
            several_outputs: false,
            unknown: Some(unknown),
            counts: Counts::UNKNOWN,
            counts_by_choice: None,
            args: Arc::default(),
            inside: Vec::new(),
        }
    }

    /// The shape that the first argument of `call` is.
    fn input_shape(&mut self, call: &Call) -> Option<String> {
        let first = call.args.as_ref()?.args.first()?;
        match self.eval(&first.value, "input").value.as_constant()? {
            Value::Int(size) => Some(format!("({size})")),
            shape @ Value::Tuple(_) => Some(shape.to_string()),
            _ => None,
        }
    }

    /// The change of a call, or of its statement, that a name which means nothing asks for.
    fn fix_of_name(
        &self,
        call: &Call,
        suggestion: Suggestion,
    ) -> Option<(String, Vec<TextEdit<Place>>)> {
        let name = self.place(call.name.range);
        match suggestion {
            Suggestion::Rename(meant) => {
                Some((format!("Change to `{meant}`"), vec![name.edit(meant)]))
            }
            Suggestion::Replace(text) if call.args.is_none() => {
                Some((format!("Change to `{text}`"), vec![name.edit(text)]))
            }
            Suggestion::Nest { outer, inner } => {
                let end = self.place(call.range).end();
                let edits = vec![name.edit(format!("{outer}({inner}")), end.edit(")")];
                Some((format!("Change to `{outer}({inner}(…))`"), edits))
            }
            Suggestion::RemoveLayer => {
                Some((format!("Delete `{}`", call.name.value), vec![self.stmt.edit("")]))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::model::fixture::check;
    use expect_test::expect;

    #[test]
    fn a_wrapper_and_its_layer_in_one_name() {
        check(
            "TimeDistributedDense(8)\nBidirectionalDense(8)",
            expect![[r#"
            0 TimeDistributedDense → ?
            1 BidirectionalDense → ?
            2:1 error unknown-layer `TimeDistributedDense`: there is no layer or macro `TimeDistributedDense`
                help: write `TimeDistributed(Dense(…))`
                fix: Change to `TimeDistributed(Dense(…))`
            3:1 error unknown-layer `BidirectionalDense`: there is no layer `BidirectionalDense`; did you mean `Bidirectional`?
                fix: Change to `Bidirectional`
        "#]],
        );
    }

    #[test]
    fn names_that_mean_nothing_say_what_to_write() {
        check(
            "Input(784)\nSigmoid\nDense64\nDense64(\"relu\")\nRepeat(3)\nMaxPool(2)",
            expect![[r#"
                0 Input → ?
                1 Sigmoid → ?
                2 Dense64 → ?
                3 Dense64 → ?
                4 Repeat → ?
                5 MaxPool → ?
                2:1 error unknown-layer `Input`: `Input` is no layer; the input is a section of the network, above the layers
                    help: write `input: (784)` there
                    fix: Delete `Input`
                3:1 error unknown-layer `Sigmoid`: there is no layer or macro `Sigmoid`
                    help: write `Activation("sigmoid")`
                    fix: Change to `Activation("sigmoid")`
                4:1 error unknown-layer `Dense64`: there is no layer `Dense64`; arguments stand in parentheses: `Dense(64)`
                    fix: Change to `Dense(64)`
                5:1 error unknown-layer `Dense64`: there is no layer `Dense64`; arguments stand in parentheses: `Dense(64)`
                6:1 error unknown-layer `Repeat`: there is no layer or macro `Repeat`
                    help: copies are written behind a layer or a macro, as in `Dense(64) * 3`
                7:1 error unknown-layer `MaxPool`: there is no layer `MaxPool`; did you mean `MaxPooling2D`?
                    fix: Change to `MaxPooling2D`
            "#]],
        );
    }
}
