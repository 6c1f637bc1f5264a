//! How a layer's output comes about, with the layer's own numbers.
//!
//! The layer table knows the formulas; this file gives them the arguments and shapes of one world.

use crate::lang::{Args, Framework, LayerEntry, RuleCx, Value, find_layer, validate};
use crate::model::result::Layer;
use crate::shape::{Shape, World};

/// The lines of the formula; none where the layer has none, or its shapes are not known.
pub(super) fn formula(layer: &Layer, framework: Framework) -> Vec<String> {
    explain(layer, framework).unwrap_or_default()
}

fn explain(layer: &Layer, framework: Framework) -> Option<Vec<String>> {
    let entry: &'static LayerEntry = find_layer(&layer.layer)?;
    let explain = entry.explain?;
    let (world, output) = layer.outputs.first()?.shape.iter().find(|(_, shape)| shape.is_some())?;
    let output = output.as_ref()?;
    let given = values(layer, entry, &world);
    let inputs: Option<Vec<Shape>> =
        layer.inputs.iter().map(|tensor| tensor.shape.at(&world).clone()).collect();
    let inputs = inputs.filter(|inputs| !inputs.is_empty())?;
    let args = Args::new(entry, &given);
    let cx = RuleCx { args: &args, inputs: &inputs, framework, block: None, inner: &[] };
    Some(explain(&cx, output))
}

/// The arguments in one world, as the rule saw them.
fn values(layer: &Layer, entry: &'static LayerEntry, world: &World<'_>) -> Vec<Option<Value>> {
    let mut given = vec![None; entry.params.len()];
    for (index, value) in &layer.args {
        if let Some(slot) = given.get_mut(*index) {
            *slot = Some(value.at(world).clone());
        }
    }
    validate(entry, &mut given);
    given
}
