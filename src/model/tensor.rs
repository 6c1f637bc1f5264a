//! A tensor on its way through a network: its shape in every world, and where it was made.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use smallvec::SmallVec;
use smol_str::SmolStr;

use super::place::{OwnerId, Place};
use crate::lang::find_layer;
use crate::shape::{Dim, Shape, Worlds};
use crate::text::TextEdit;

/// A tensor between layers. Cloning is cheap: the clones share what is known of it, until one of them
/// is changed.
#[derive(Clone)]
pub struct Tensor(Arc<TensorData>);

/// The tensors that go into a layer or come out of one: nearly always one.
pub type Tensors = SmallVec<[Tensor; 1]>;

/// What is known of a tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct TensorData {
    /// The shape; in a world in which a layer before has failed, it is unknown.
    pub shape: Worlds<Option<Shape>>,
    /// Why the shape is unknown, where it is unknown in every world.
    pub unknown: Option<Unknown>,
    /// For each axis, where its size was made. Shorter than the rank where that is not known.
    pub origins: Arc<[Option<Origin>]>,
    /// The layer that made the tensor, for fixes that change it.
    pub producer: Option<Arc<Producer>>,
    /// A Dense layer over a feature map that no later layer has flattened.
    pub dense_on_map: Option<Place>,
    /// Whether this is an input whose leading `None` was read as the batch.
    pub leading_none: bool,
    /// Whether a statement or input on the way could not be read as it was meant: the shape is a guess,
    /// and what does not fit it is not reported.
    pub doubtful: bool,
}

/// Where the size of a dimension was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The place of the value that made it, or of the layer.
    pub place: Place,
    /// The layer, or `input`.
    pub layer: SmolStr,
}

/// The layer that made a tensor, as far as a fix has to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Producer {
    /// What its text says.
    pub written: Arc<Written>,
    /// The piece that it stands in.
    pub owner: OwnerId,
    /// How many dimensions its input has, the batch included.
    pub input_rank: Option<usize>,
    /// The shape of its input, where that is the same in every world.
    pub input: Option<Shape>,
    /// The recurrent layer before it whose last step alone it works on.
    pub last_step_of: Option<Arc<Producer>>,
}

/// What the text of a layer says, as far as messages and fixes have to know it: the same whatever
/// comes in. Equal statements share it, so places in their own piece have the owner
/// [`OwnerId::OWN`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The layer's name as the table has it.
    pub layer: &'static str,
    /// Its whole call, and where a new argument goes.
    pub call: CallPlace,
    /// The arguments that are given, by parameter, with the value that a fix can replace.
    pub given: Vec<(&'static str, Option<Place>)>,
    /// The parameter that gives the size of its channels.
    pub channels: Option<&'static str>,
    /// Where the value of that parameter stands, if it is given.
    pub channels_value: Option<Place>,
    /// Whether its channels are the first dimension after the batch, not the last.
    pub channels_first: bool,
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallPlace {
    /// The name.
    pub name: Place,
    /// Name and arguments.
    pub whole: Place,
    /// Where the next argument goes: before the closing parenthesis, or after the name where there
    /// are no parentheses. `None` where the argument list is broken.
    pub insert: Option<Place>,
    /// Whether there are parentheses.
    pub parens: bool,
    /// Whether there are arguments in them.
    pub has_args: bool,
}

impl CallPlace {
    /// The same with other places.
    pub fn map(self, f: impl Fn(Place) -> Place) -> CallPlace {
        CallPlace { name: f(self.name), whole: f(self.whole), insert: self.insert.map(f), ..self }
    }

    /// The change that adds `argument` after those that are there.
    pub fn insert_argument(&self, argument: &str) -> Option<TextEdit<Place>> {
        let at = self.insert?;
        Some(at.edit(match (self.parens, self.has_args) {
            (false, _) => format!("({argument})"),
            (true, false) => argument.to_string(),
            (true, true) => format!(", {argument}"),
        }))
    }
}

impl Written {
    /// Where the call stands, which is in the piece `owner`.
    pub fn call_in(&self, owner: OwnerId) -> CallPlace {
        self.call.map(|place| place.in_piece(owner))
    }
}

impl Producer {
    /// Its name as the table has it.
    pub fn layer(&self) -> &'static str {
        self.written.layer
    }

    /// Its whole call, and where a new argument goes.
    pub fn call(&self) -> CallPlace {
        self.written.call_in(self.owner)
    }

    /// Whether the parameter `param` is given, and where the value stands if a fix can replace it.
    pub fn given(&self, param: &str) -> Option<Option<Place>> {
        let (_, place) = self.written.given.iter().find(|(name, _)| *name == param)?;
        Some(place.map(|place| place.in_piece(self.owner)))
    }

    /// The change that gives the parameter `param` this value. `None` where its value is computed,
    /// or the text of the arguments is broken.
    pub fn set(&self, param: &str, value: &str) -> Option<TextEdit<Place>> {
        match self.given(param) {
            Some(place) => Some(place?.edit(value)),
            None => self.call().insert_argument(&format!("{param}={value}")),
        }
    }
}

/// Why a shape is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The reason.
    pub why: Why,
    /// The layer or section that is the reason.
    pub name: SmolStr,
    /// Where it stands.
    pub place: Option<Place>,
}

/// Reasons for an unknown shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// There is an error.
    Error,
    /// The layer is known, but its shape is not modelled, or the layer is the author's own.
    NotModelled,
    /// There is no input, or its declaration has an error.
    NoInput,
    /// An argument is not known.
    Argument,
    /// There are too many combinations of hyperparameter choices to look at.
    Combinations,
    /// The number of dimensions depends on a hyperparameter.
    Rank,
    /// A bound of the expansion was passed.
    Bound,
    /// The body of a macro that nothing uses.
    Unused,
}

impl Producer {
    /// Whether it can give every step of what comes in, or the last one only.
    pub fn recurrent(&self) -> bool {
        find_layer(self.written.layer)
            .is_some_and(|entry| entry.param("return_sequences").is_some())
    }
}

impl Deref for Tensor {
    type Target = TensorData;

    fn deref(&self) -> &TensorData {
        &self.0
    }
}

/// Changes this tensor and none that it was cloned from.
impl DerefMut for Tensor {
    fn deref_mut(&mut self) -> &mut TensorData {
        Arc::make_mut(&mut self.0)
    }
}

impl PartialEq for Tensor {
    fn eq(&self, other: &Tensor) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Tensor {
    /// The tensor of which this is known.
    pub fn new(data: TensorData) -> Tensor {
        Tensor(Arc::new(data))
    }

    /// A tensor whose shape does not depend on any choice.
    pub fn known(shape: Shape) -> Tensor {
        Tensor::new(TensorData {
            shape: Worlds::constant(Some(shape)),
            unknown: None,
            origins: Arc::default(),
            producer: None,
            dense_on_map: None,
            leading_none: false,
            doubtful: false,
        })
    }

    /// A tensor of unknown shape.
    pub fn unknown(unknown: Unknown) -> Tensor {
        Tensor::new(TensorData {
            shape: Worlds::constant(None),
            unknown: Some(unknown),
            origins: Arc::default(),
            producer: None,
            dense_on_map: None,
            leading_none: false,
            doubtful: false,
        })
    }

    /// Whether the shape is unknown in every world.
    pub fn is_unknown(&self) -> bool {
        self.shape.values().iter().all(Option::is_none)
    }

    /// The rank, where it is known and the same in every world.
    pub fn rank(&self) -> Option<usize> {
        rank(&self.shape)
    }

    /// The sizes that an axis can have, each once, in the order of the worlds.
    pub fn choices(&self, axis: usize) -> Vec<&Dim> {
        choices(&self.shape, axis)
    }

    /// Whether it is what a layer makes: its shape is known, and so is where each of its sizes was made.
    pub fn is_as_made(&self) -> bool {
        let [batch, sizes @ ..] = &*self.origins else { return false };
        !self.leading_none
            && self.unknown.is_none()
            && batch.is_none()
            && sizes.iter().all(Option::is_some)
            && self.rank() == Some(self.origins.len())
    }
}

/// The rank, where it is known and the same in every world.
pub fn rank(shape: &Worlds<Option<Shape>>) -> Option<usize> {
    let mut ranks = shape.values().iter().flatten().map(Shape::rank);
    let first = ranks.next()?;
    ranks.all(|rank| rank == first).then_some(first)
}

/// The sizes that an axis can have, each once, in the order of the worlds.
fn choices(shape: &Worlds<Option<Shape>>, axis: usize) -> Vec<&Dim> {
    let mut seen: Vec<&Dim> = Vec::new();
    for dim in shape.values().iter().flatten().filter_map(|shape| shape.dims().get(axis)) {
        if !seen.contains(&dim) {
            seen.push(dim);
        }
    }
    seen
}

/// Whether an axis has the same sizes in both.
pub fn same_sizes(a: &Worlds<Option<Shape>>, b: &Worlds<Option<Shape>>, axis: usize) -> bool {
    if let (Some(Some(a)), Some(Some(b))) = (a.as_constant(), b.as_constant()) {
        return a.dims().get(axis) == b.dims().get(axis);
    }
    choices(a, axis) == choices(b, axis)
}
