//! Layers that the two frameworks do not answer alike.
//!
//! Each layer that has been built is run once more by the rules of the other framework, on the same
//! input. What is only spelled otherwise there is spelled so first; what is left is a difference of
//! the result: the other framework refuses the layer, gives another shape, or has other parameters.
//! It is off unless a setting turns it on, and is only looked for then.

use super::layers::View;
use crate::diagnostics::{Diagnostic, Severity, codes};
use crate::lang::{Args, Framework, LayerEntry, Outcome, Problem, Rule, RuleCx, Value, validate};
use crate::model::place::Place;
use crate::model::result::{Layer, Part};
use crate::shape::Shape;

/// The layer, or those inside it, where the frameworks differ.
pub(super) fn differences(layer: &Layer) -> Vec<Diagnostic<Place>> {
    let inside = layer.inside.iter().filter_map(|part| match part {
        Part::Layer(layer) => difference(layer),
        _ => None,
    });
    difference(layer).into_iter().chain(inside).collect()
}

fn name(framework: Framework) -> &'static str {
    match framework {
        Framework::Keras => "Keras",
        Framework::Pytorch => "PyTorch",
    }
}

fn other(framework: Framework) -> Framework {
    match framework {
        Framework::Keras => Framework::Pytorch,
        Framework::Pytorch => Framework::Keras,
    }
}

fn difference(layer: &Layer) -> Option<Diagnostic<Place>> {
    let view = View::of(layer)?;
    let entry = view.entry;
    // Without a module of that name there is nothing to compare with.
    if layer.unknown.is_some() || entry.torch.is_empty() {
        return None;
    }
    let Rule::Pure(rule) = entry.rule else { return None };
    let inputs: Vec<Shape> = layer
        .inputs
        .iter()
        .map(|tensor| tensor.shape.as_constant().cloned().flatten())
        .collect::<Option<_>>()?;
    let given = view.given();
    if inputs.is_empty() || given.iter().flatten().any(Value::is_unknown) {
        return None;
    }
    let run = |framework, mut given: Vec<Option<Value>>| -> Result<Outcome, Problem> {
        let problems = validate(entry, framework, &mut given);
        if let Some(problem) = problems.into_iter().find(|it| it.severity == Severity::Error) {
            return Err(problem);
        }
        let args = Args::new(entry, framework, &given);
        rule(&RuleCx::new(&args, &inputs))
    };
    let (own, theirs) = (layer.framework, other(layer.framework));
    let here = run(own, given.to_vec()).ok()?;
    // A block or a wrapper has made something else of it.
    if here.trainable != layer.counts.trainable {
        return None;
    }
    let foreign = entry.params.iter().zip(given).find(|(param, value)| {
        value.is_some() && param.only() == Some(own) && own == Framework::Pytorch
    });
    let message = match foreign {
        Some((param, _)) => format!("Keras has no `{}`", param.name),
        None => match run(theirs, spelled_for(entry, theirs, given)) {
            Err(problem) => format!("{} refuses it: {}", name(theirs), reason(entry, &problem)),
            Ok(there) => compared(entry, (own, &here), (theirs, &there))?,
        },
    };
    let message = format!("`{}`: {message}", entry.name);
    Some(Diagnostic::new(codes::PORTABLE_LAYER, layer.place, message))
}

/// The arguments as `framework` spells what they mean.
fn spelled_for(
    entry: &LayerEntry,
    framework: Framework,
    given: &[Option<Value>],
) -> Vec<Option<Value>> {
    let own = other(framework);
    let spelled = entry.params.iter().zip(given).map(|(param, value)| {
        // A parameter that the other framework has nothing like makes no difference by itself.
        if value.is_some() && param.only() == Some(own) {
            return None;
        }
        let no_padding = match value {
            Some(Value::Str(text)) => text.eq_ignore_ascii_case("valid"),
            Some(Value::Int(number)) => *number == 0,
            _ => false,
        };
        match (value, framework) {
            (Some(_), Framework::Pytorch) if param.name == "padding" && no_padding => {
                Some(Value::Int(0))
            }
            (Some(_), Framework::Keras) if param.name == "padding" && no_padding => {
                Some(Value::Str("valid".into()))
            }
            // Keras takes its strings in any case, and PyTorch does not.
            (Some(Value::Str(text)), Framework::Pytorch) if param.name == "padding" => {
                Some(Value::Str(text.to_lowercase().into()))
            }
            // What has a default here and none there is written there.
            (None, _) if param.is_required(framework) => {
                param.under(own).default.map(|default| default.value())
            }
            (value, _) => value.clone(),
        }
    });
    spelled.collect()
}

/// The message of a problem without the name of the layer.
fn reason(entry: &LayerEntry, problem: &Problem) -> String {
    let head = format!("`{}`: ", entry.name);
    problem.message.strip_prefix(&head).unwrap_or(&problem.message).to_owned()
}

fn compared(
    entry: &LayerEntry,
    here: (Framework, &Outcome),
    there: (Framework, &Outcome),
) -> Option<String> {
    if here.1.outputs != there.1.outputs {
        let shown = |(framework, outcome): (Framework, &Outcome)| {
            let shapes: Vec<String> = outcome.outputs.iter().map(Shape::to_string).collect();
            format!("{} gives {}", name(framework), shapes.join(" and "))
        };
        let known = |outcome: &Outcome| !outcome.outputs.is_empty();
        return (known(here.1) && known(there.1))
            .then(|| format!("{}, and {}", shown(here), shown(there)));
    }
    if here.1.trainable == there.1.trainable {
        return None;
    }
    let shown = |(framework, outcome): (Framework, &Outcome)| {
        format!("{} has {} parameters", name(framework), outcome.trainable)
    };
    let why = entry.torch_notes.split_once(". ").map_or(entry.torch_notes, |(first, _)| first);
    let why = match why.trim_end_matches('.') {
        "" => String::new(),
        why => format!(": {why}"),
    };
    Some(format!("{}, and {}{why}", shown(here), shown(there)))
}
