//! Checks of one layer, and what checks ask of a layer.

use std::cell::OnceCell;

use crate::diagnostics::{Diagnostic, codes};
use crate::lang::{Args, Category, LayerEntry, Value, find_layer};
use crate::model::place::Place;
use crate::model::result::{Layer, Part};
use crate::model::tensor::{Producer, Tensor};
use crate::shape::{Dim, Shape, grouped};
use crate::text::TextEdit;

/// The widest Dense layer that is not reported: AlexNet and VGG have layers of this width.
const WIDE: u64 = 4096;

/// A check of a layer by itself.
type Check = fn(&View<'_>) -> Option<Diagnostic<Place>>;

/// The checks, each of which asks first what rules most layers out.
const SINGLE: &[Check] =
    &[softmax_over_one, attention_over_one, repeated_flatten, pooling_drops_edge, wide_dense];

/// Gives `found` what is wrong with a layer by itself.
pub(super) fn single(view: &View<'_>, found: impl FnMut(Diagnostic<Place>)) {
    SINGLE.iter().filter_map(|check| check(view)).for_each(found);
}

/// A layer of the table with its arguments.
pub(super) struct View<'a> {
    pub layer: &'a Layer,
    pub entry: &'static LayerEntry,
    /// By parameter; a value that depends on a hyperparameter is unknown. Most checks do not get as
    /// far as to ask for it.
    given: OnceCell<Vec<Option<Value>>>,
}

impl<'a> View<'a> {
    /// `None` for a layer that is not in the table.
    pub fn of(layer: &'a Layer) -> Option<View<'a>> {
        Some(View::new(layer, find_layer(&layer.layer)?))
    }

    /// A layer with its entry of the table.
    pub fn new(layer: &'a Layer, entry: &'static LayerEntry) -> View<'a> {
        View { layer, entry, given: OnceCell::new() }
    }

    /// The arguments that are given, by parameter.
    pub fn given(&self) -> &[Option<Value>] {
        self.given.get_or_init(|| {
            let mut given = vec![None; self.entry.params.len()];
            for (index, value) in self.layer.args.iter() {
                let value = value.as_constant().cloned().unwrap_or(Value::Unknown);
                if let Some(slot) = given.get_mut(*index) {
                    *slot = Some(value);
                }
            }
            given
        })
    }

    pub fn args(&self) -> Args<'_> {
        Args::new(self.entry, self.layer.framework, self.given())
    }

    /// The layer's own call and arguments, for changes of it.
    pub fn producer(&self) -> Option<&'a Producer> {
        let producer = self.layer.outputs.first()?.producer.as_ref()?;
        (producer.call().whole == self.layer.place).then_some(producer)
    }

    /// The change that gives a parameter of this layer a value.
    pub fn set(&self, param: &str, value: &str) -> Option<Vec<TextEdit<Place>>> {
        self.entry.param(param)?;
        Some(vec![self.producer()?.set(param, value)?])
    }

    /// The activation function that the layer ends in, by Keras's name; `None` where it has none of
    /// its own to tell, or it is not known. A layer without an activation ends in `linear`.
    pub fn activation(&self) -> Option<String> {
        match self.entry.category {
            Category::Activation if self.entry.name == "Activation" => {
                self.args().text("activation")
            }
            Category::Activation => {
                // A bound on its output makes another function of it.
                let is_bounded = self.args().is_given("max_value");
                (!is_bounded).then(|| self.entry.name.to_lowercase())
            }
            Category::Core | Category::Convolution => {
                self.entry.param("activation")?;
                let args = self.args();
                // Programs that generate code from the language give an `Output` a softmax of their own.
                if self.entry.name == "Output" && !args.is_given("activation") {
                    return None;
                }
                match args.value("activation") {
                    Value::None => Some("linear".to_owned()),
                    value => value.as_text().map(str::to_lowercase),
                }
            }
            _ => None,
        }
    }

    /// Whether it only applies an activation function.
    pub fn is_activation(&self) -> bool {
        self.entry.category == Category::Activation
    }
}

/// Whether the layer was read as it is meant, and what comes in and out is not a guess.
pub(super) fn is_certain(layer: &Layer) -> bool {
    !layer.inputs.iter().chain(&layer.outputs).any(|tensor| tensor.doubtful)
}

/// Whether a layer gives just what it takes once a network is trained.
pub(super) fn is_identity(layer: &Layer) -> bool {
    let Some(view) = View::of(layer) else { return false };
    view.entry.category == Category::Regularization
        || view.entry.name == "Identity"
        || (view.is_activation() && view.activation().as_deref() == Some("linear"))
}

/// What `f` gives for the shape in every world in which it is known, if it gives the same for all.
pub(super) fn in_all<T: PartialEq>(tensor: &Tensor, f: impl Fn(&Shape) -> Option<T>) -> Option<T> {
    let mut shapes = tensor.shape.values().iter().flatten();
    let first = f(shapes.next()?)?;
    shapes.all(|shape| f(shape).as_ref() == Some(&first)).then_some(first)
}

/// The size of the last dimension, where it is known and the same in every world.
pub(super) fn last_size(tensor: &Tensor) -> Option<u64> {
    in_all(tensor, |shape| if shape.rank() < 2 { None } else { shape.last().known() })
}

/// How many elements a tensor has, where that is known and the same in every world.
pub(super) fn elements(tensor: &Tensor) -> Option<u64> {
    in_all(tensor, |shape| shape.elements().value())
}

fn softmax_over_one(view: &View<'_>) -> Option<Diagnostic<Place>> {
    let output = view.layer.outputs.first()?;
    let may_be = view.entry.name == "Softmax" || last_size(output) == Some(1);
    if !may_be || view.activation()? != "softmax" {
        return None;
    }
    let name = view.entry.name;
    let what = if view.entry.name == "Softmax" {
        let axes: Vec<i64> =
            view.args().sizes("axis")?.iter().map(|size| size.number()).collect::<Option<_>>()?;
        let of_one = in_all(output, |shape| {
            let one = |axis: &i64| shape.dims().get(shape.axis(*axis)?)?.known();
            axes.iter().map(one).collect::<Option<Vec<u64>>>()
        })?;
        if axes.is_empty() || of_one.iter().any(|size| *size != 1) {
            return None;
        }
        "along its axis"
    } else {
        "in the last dimension"
    };
    let mut finding = Diagnostic::new(
        codes::SOFTMAX_ONE_UNIT,
        view.layer.place,
        format!("`{name}` is a softmax over one number {what}, which is always 1"),
    )
    .with_help(
        "for one answer, yes or no, use `sigmoid`; for weights over positions `Softmax(axis=1)`",
    );
    let fix = match view.entry.category {
        Category::Activation => None,
        _ => view.set("activation", "\"sigmoid\""),
    };
    if let Some(edits) = fix {
        finding = finding.with_fix("Change the activation to `sigmoid`", edits);
    }
    Some(finding)
}

/// The layers that attend, with the operand that gives the positions: the second, or with one
/// operand that itself.
const ATTENTION: &[&str] = &[
    "MultiHeadAttention",
    "GroupQueryAttention",
    "Attention",
    "AdditiveAttention",
    "TransformerEncoder",
];

fn attention_over_one(view: &View<'_>) -> Option<Diagnostic<Place>> {
    if !ATTENTION.contains(&view.entry.name) {
        return None;
    }
    let keys = view.layer.inputs.get(1).or(view.layer.inputs.first())?;
    let positions =
        in_all(keys, |shape| if shape.rank() == 3 { shape.dims()[1].known() } else { None })?;
    if positions != 1 {
        return None;
    }
    let shape = in_all(keys, |shape| Some(shape.to_string()));
    Some(
        Diagnostic::new(
            codes::ATTENTION_OVER_ONE,
            view.layer.place,
            format!(
                "`{}` attends to a sequence of 1 position ({}), so its weights are always 1",
                view.entry.name,
                shape.unwrap_or_else(|| "1".to_owned())
            ),
        )
        .with_help("the input of attention is (positions, features); have the features taken the place of the positions?"),
    )
}

fn repeated_flatten(view: &View<'_>) -> Option<Diagnostic<Place>> {
    if view.entry.name != "Flatten" || view.layer.inputs.first()?.rank()? != 2 {
        return None;
    }
    Some(
        Diagnostic::new(
            codes::REPEATED_FLATTEN,
            view.layer.place,
            "`Flatten` changes nothing: its input is flat already",
        )
        .with_fix("Remove `Flatten`", vec![view.layer.place.edit("")]),
    )
}

fn pooling_drops_edge(view: &View<'_>) -> Option<Diagnostic<Place>> {
    if view.entry.category != Category::Pooling {
        return None;
    }
    view.entry.param("pool_size")?;
    let args = view.args();
    if args.text("padding")? != "valid"
        || args.text("data_format").as_deref() == Some("channels_first")
    {
        return None;
    }
    let (input, output) = (view.layer.inputs.first()?, view.layer.outputs.first()?);
    let rank = input.rank()?.checked_sub(2)?;
    let pool = args.lengths("pool_size", rank);
    let strides = match args.is_none("strides") {
        true => pool.clone(),
        false => args.lengths("strides", rank),
    };
    let dropped = (0..rank).find_map(|at| {
        let size = |tensor: &Tensor| in_all(tensor, |shape| shape.dims().get(at + 1)?.known());
        let (size, out) = (size(input)?, size(output)?);
        let seen = out.checked_sub(1)?.checked_mul(strides[at]?)?.checked_add(pool[at]?)?;
        (seen < size).then_some((at, size - seen, size))
    });
    let (axis, dropped, size) = dropped?;
    let what = match (rank, axis) {
        (1, _) => "position",
        (2, 0) => "row",
        (2, _) => "column",
        _ => "slice",
    };
    let left_out = match dropped {
        1 => format!("the last {what} of {size}"),
        _ => format!("the last {dropped} {what}s of {size}"),
    };
    let mut finding = Diagnostic::new(
        codes::POOLING_DROPS_EDGE,
        view.layer.place,
        format!("`{}` leaves out {left_out}: no window fits there", view.entry.name),
    );
    if let Some(edits) = view.set("padding", "\"same\"") {
        finding = finding.with_fix("Add `padding=\"same\"`", edits);
    } else {
        finding = finding.with_help("`padding=\"same\"` fills the last window up");
    }
    Some(finding)
}

fn wide_dense(view: &View<'_>) -> Option<Diagnostic<Place>> {
    if !is_dense(view.entry) {
        return None;
    }
    let units = last_size(view.layer.outputs.first()?)?;
    (units > WIDE).then(|| {
        Diagnostic::new(
            codes::WIDE_DENSE,
            view.layer.place,
            format!(
                "`{}` has {} units, more than the {} of the widest well-known classifiers",
                view.entry.name,
                grouped(units),
                grouped(WIDE)
            ),
        )
    })
}

/// Whether a layer is Dense, by whatever name.
pub(super) fn is_dense(entry: &LayerEntry) -> bool {
    matches!(entry.name, "Dense" | "Output")
}

/// The layer whose activation a layer ends in: that inside a wrapper around each step, or itself.
pub(super) fn innermost(layer: &Layer) -> &Layer {
    match (layer.layer.as_str(), layer.inside.as_slice()) {
        ("TimeDistributed", [Part::Layer(inner)]) => inner,
        _ => layer,
    }
}

/// The sizes of the spatial dimensions of a channels-last map, where they are known.
pub(super) fn spatial(tensor: &Tensor) -> Option<Vec<u64>> {
    in_all(tensor, |shape| {
        let dims = shape.dims();
        let inner = dims.get(1..dims.len().checked_sub(1)?)?;
        inner.iter().map(Dim::known).collect()
    })
}
