//! What a layer can see of the layers before it: the tensor that flows, open branches, and names.
//!
//! This is the whole of what one chunk of a network passes on to the next, so it is kept small and
//! comparable: a chunk whose incoming state is what it was is not evaluated again. Two states that
//! have come from one share what neither has changed, and comparing them does not look into that.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::place::Place;
use super::result::Counts;
use super::tensor::{Tensor, Tensors};

/// What flows from statement to statement.
// Nearly all that flows is one tensor, so boxing it would only cost.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Clone, PartialEq)]
pub enum Flow {
    /// Nothing has been stated yet, and there are several inputs.
    Inputs,
    /// One tensor.
    One(Tensor),
    /// The outputs of a layer with several.
    Outputs {
        /// The tensors.
        tensors: Tensors,
        /// The layer.
        layer: SmolStr,
        /// Where it stands.
        place: Place,
    },
    /// The branches of a run that the next statement has to merge.
    Branches(Arc<OpenBranches>),
}

/// A run of branches. The lists are shared between the states that they grow through, so that a long
/// run is not copied at the end of each chunk.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenBranches {
    /// What flowed before the first of them.
    pub start: Flow,
    /// Their names, in the order of the text.
    pub names: imbl::Vector<SmolStr>,
    /// Their outputs. A branch that ends in a layer with several outputs has all of them here. The
    /// vector holds its elements in large pieces, so they are pointers.
    pub outputs: imbl::Vector<Arc<Tensor>>,
    /// Where the last of them stands.
    pub last: Place,
    /// Whether a branch that follows belongs to the run; not so after a macro that left it open.
    pub extendable: bool,
}

/// A named tensor: a layer's output, or an input.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// The tensor.
    pub tensor: Tensor,
    /// Where it got its name.
    pub place: Place,
    /// Whether it is an input of the network.
    pub is_input: bool,
}

/// The names of a run of copies: `base_first` to `base_last`.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedCopies {
    /// The name without the number.
    pub base: SmolStr,
    /// The first number.
    pub first: u64,
    /// The last number.
    pub last: u64,
    /// The tensor that each of them is.
    pub named: Arc<Named>,
}

/// A layer whose weights others may share.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    /// The layer and its arguments, defaults included, as texts that are equal for equal layers.
    pub config: Vec<(&'static str, String)>,
    /// Its numbers, which show what its weights depend on.
    pub counts: Counts,
    /// The shape that it was built for, for messages.
    pub input: String,
    /// Where it was built.
    pub place: Place,
}

/// Everything that a later layer can see, but for the names that layers have.
#[derive(Debug, Clone)]
pub struct State {
    /// What flows.
    pub flow: Flow,
    /// Names of copies that are kept compressed.
    pub copies: Arc<Vec<NamedCopies>>,
    /// Layers with shared weights, by their `shared` argument.
    pub shared: Arc<BTreeMap<SmolStr, Shared>>,
    /// The inputs in the order of the text.
    pub inputs: Arc<Vec<(Option<SmolStr>, Tensor)>>,
    /// Which inputs something has used.
    pub used_inputs: Arc<Vec<bool>>,
    /// The first `Output` layer.
    pub output: Option<Place>,
    /// Whether a layer after `Output` has been reported.
    pub reported_after_output: bool,
    /// How often each macro with named layers has been expanded.
    pub expansions: Arc<BTreeMap<SmolStr, u64>>,
}

impl PartialEq for State {
    fn eq(&self, other: &State) -> bool {
        fn same<T: PartialEq>(a: &Arc<T>, b: &Arc<T>) -> bool {
            Arc::ptr_eq(a, b) || a == b
        }
        self.flow == other.flow
            && same(&self.copies, &other.copies)
            && same(&self.shared, &other.shared)
            && same(&self.inputs, &other.inputs)
            && same(&self.used_inputs, &other.used_inputs)
            && same(&self.expansions, &other.expansions)
            && (self.output, self.reported_after_output)
                == (other.output, other.reported_after_output)
    }
}

impl State {
    /// The tensors that flow.
    pub fn flowing(&self) -> Tensors {
        match &self.flow {
            Flow::One(tensor) => Tensors::from_buf([tensor.clone()]),
            Flow::Outputs { tensors, .. } => tensors.clone(),
            Flow::Branches(open) => {
                open.outputs.iter().map(|output| Tensor::clone(output)).collect()
            }
            Flow::Inputs => self.inputs.iter().map(|(_, tensor)| tensor.clone()).collect(),
        }
    }

    /// The copy that `name` means, of those that are kept compressed.
    pub fn find_copy(&self, name: &str) -> Option<&Arc<Named>> {
        let (base, number) = name.rsplit_once('_')?;
        let number: u64 = number.parse().ok()?;
        let run = self
            .copies
            .iter()
            .find(|run| run.base == base && (run.first..=run.last).contains(&number))?;
        Some(&run.named)
    }

    /// Notes that input `index` is used.
    pub fn use_input(&mut self, index: usize) {
        if self.used_inputs.get(index) == Some(&false) {
            Arc::make_mut(&mut self.used_inputs)[index] = true;
        }
    }

    /// Notes that the input called `name` is used, if there is one.
    pub fn use_input_named(&mut self, name: &str) {
        let index = self.inputs.iter().position(|(input, _)| input.as_deref() == Some(name));
        if let Some(index) = index {
            self.use_input(index);
        }
    }
}
