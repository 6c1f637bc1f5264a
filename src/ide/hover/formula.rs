//! How a layer's output comes about, with the layer's own numbers.
//!
//! The layer table knows the formulas; this file gives them the arguments and shapes of one world.

use crate::lang::{Args, Framework, LayerEntry, RuleCx, Value, find_layer, validate};
use crate::model::result::Layer;
use crate::shape::{Shape, World, describe};

/// How a layer's output comes about.
#[derive(Default)]
pub(super) struct Account {
    /// The choices of hyperparameters that it holds for; empty where the output has none.
    pub choice: String,
    /// The lines; none where the layer has no formula, or its shapes are not known.
    pub lines: Vec<String>,
}

/// The formula with the numbers of the first choice that gives an output.
pub(super) fn formula(layer: &Layer, framework: Framework) -> Account {
    account(layer, framework).unwrap_or_default()
}

fn account(layer: &Layer, framework: Framework) -> Option<Account> {
    let entry: &'static LayerEntry = find_layer(&layer.layer)?;
    let explain = entry.explain?;
    let (world, output) = layer.outputs.first()?.shape.iter().find(|(_, shape)| shape.is_some())?;
    let output = output.as_ref()?;
    let given = values(layer, entry, framework, &world);
    let inputs: Option<Vec<Shape>> =
        layer.inputs.iter().map(|tensor| tensor.shape.at(&world).clone()).collect();
    let inputs = inputs.filter(|inputs| !inputs.is_empty())?;
    let args = Args::new(entry, framework, &given);
    let cx = RuleCx::new(&args, &inputs);
    Some(Account { choice: describe(&world), lines: explain(&cx, output) })
}

/// The arguments in one world, as the rule saw them.
fn values(
    layer: &Layer,
    entry: &'static LayerEntry,
    framework: Framework,
    world: &World<'_>,
) -> Vec<Option<Value>> {
    let mut given = vec![None; entry.params.len()];
    for (index, value) in layer.args.iter() {
        if let Some(slot) = given.get_mut(*index) {
            *slot = Some(value.at(world).clone());
        }
    }
    validate(entry, framework, &mut given);
    given
}
