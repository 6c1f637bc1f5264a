//! The operands that a layer names, and how many it takes.

use super::Evaluator;
use super::bind::Binding;
use crate::diagnostics::{Diagnostic, Severity, codes, did_you_mean};
use crate::lang::LayerEntry;
use crate::model::place::Place;
use crate::model::tensor::{Tensor, Unknown, Why};
use smol_str::{SmolStr, format_smolstr};

impl Evaluator<'_> {
    /// Reports a branch that has the name of another one of its run.
    pub(super) fn same_branch_name(&mut self, name: &str, place: Place) {
        let message = format!("there is a branch `{name}` beside this one already");
        self.emit(
            Diagnostic::new(codes::DUPLICATE_NAME, place, message)
                .with_severity(Severity::Warning)
                .with_help(
                    "give it another name, so that the rows of their layers can be told apart",
                ),
        );
    }

    /// The operands that the layer names itself.
    pub(super) fn named_operands(&mut self, binding: &mut Binding<'_>) -> Vec<Tensor> {
        let mut tensors = Vec::new();
        binding.named = binding.operands.len();
        for (name, place) in std::mem::take(&mut binding.operands) {
            match self.find_named(&name) {
                Some(named) => {
                    let tensor = named.tensor.clone();
                    self.state.use_input_named(&name);
                    tensors.push(tensor);
                }
                None => {
                    binding.failed = true;
                    self.unknown_operand(&name, place);
                    let unknown = Unknown { why: Why::Error, name, place: Some(place) };
                    tensors.push(Tensor::unknown(unknown));
                }
            }
        }
        tensors
    }

    pub(super) fn unknown_operand(&mut self, name: &SmolStr, place: Place) {
        if let Some((first, last)) = self.copies_of(name) {
            let which =
                if first == last { format!("`{last}`") } else { format!("`{first}` to `{last}`") };
            let message =
                format!("`{name}` stands in copies, which are called {which}; name one of them");
            self.emit(
                Diagnostic::new(codes::UNKNOWN_OPERAND, place, message).with_fix(
                    format!("Change to `{last}`"),
                    vec![place.edit(format!("\"{last}\""))],
                ),
            );
            return;
        }
        if let Some(later) = self.scope.later_name(name) {
            let message = format!(
                "the layer `{name}` comes later; an operand must be a layer before this one"
            );
            self.emit(
                Diagnostic::new(codes::LATER_OPERAND, place, message)
                    .with_related(later, format!("`{name}` is here")),
            );
            return;
        }
        let known = self.known_names();
        if known.branches.contains(name) {
            let message = format!("`{name}` is a branch, and an operand is a layer or an input");
            self.emit(Diagnostic::new(codes::UNKNOWN_OPERAND, place, message).with_help(format!(
                "the merge after the branches takes their outputs by itself; to use one again give its last layer `name=\"{name}_out\"`"
            )));
            return;
        }
        let mut diagnostic = Diagnostic::new(
            codes::UNKNOWN_OPERAND,
            place,
            format!("no layer or input before this one is called `{name}`"),
        );
        diagnostic = match did_you_mean(name, known.tensors.keys().map(SmolStr::as_str)) {
            Some(meant) => diagnostic
                .with_help(format!("did you mean `{meant}`?"))
                .with_fix(format!("Change to `{meant}`"), vec![place.edit(format!("\"{meant}\""))]),
            None => diagnostic
                .with_help(format!("give a layer before this one the argument `name=\"{name}\"`")),
        };
        self.emit(diagnostic);
    }

    /// The names of the first and the last copy of the layers called `name`, where they have numbers.
    fn copies_of(&self, name: &str) -> Option<(SmolStr, SmolStr)> {
        let number = |full: &str| full.strip_prefix(name)?.strip_prefix('_')?.parse::<u64>().ok();
        let known = self.known_names();
        let evaluated = known.tensors.keys().filter_map(|full| number(full));
        let compressed =
            self.state.copies.iter().filter(|run| run.base == name).map(|run| run.last);
        let numbers: Vec<u64> = evaluated.chain(compressed).collect();
        let (first, last) = (numbers.iter().min()?, numbers.iter().max()?);
        Some((format_smolstr!("{name}_{first}"), format_smolstr!("{name}_{last}")))
    }

    pub(super) fn check_arity(
        &mut self,
        entry: &'static LayerEntry,
        binding: &Binding<'_>,
        operands: &[Tensor],
    ) -> Option<Unknown> {
        let found = operands.len();
        let (min, max) = entry.operands.bounds();
        let place = binding.call.name;
        let too_many = max.filter(|&max| found > max);
        // After a mistake it is not known what should have come in.
        let after_mistake = operands
            .iter()
            .filter_map(|tensor| tensor.unknown.as_ref())
            .any(|unknown| unknown.why == Why::Error)
            || operands.iter().any(|tensor| tensor.doubtful);
        if (found >= min && too_many.is_none()) || after_mistake {
            return None;
        }
        let diagnostic = match too_many {
            Some(max) => Diagnostic::new(
                codes::TOO_MANY_OPERANDS,
                place,
                format!("`{}` takes at most {max} tensors, and {found} come in", entry.name),
            )
            .with_help("leave the others out, or merge them before with a layer that takes any number, such as `Add`"),
            None => Diagnostic::new(
                codes::TOO_FEW_OPERANDS,
                place,
                format!("`{}` merges several tensors, and only one comes in", entry.name),
            )
            .with_help(format!(
                "name a layer before it (`name=\"skip\"` there, `{}(\"skip\")` here), put branches before it (`a: {{ … }} b: {{ … }}`), or write `ResidualConnection {{ … }}` around the layers to skip",
                entry.name
            )),
        };
        self.emit(diagnostic);
        Some(Unknown { why: Why::Error, name: entry.name.into(), place: Some(place) })
    }
}
