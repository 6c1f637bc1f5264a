//! The receptive field: how much of its input one position of a feature map sees (`r = 1 + Σ (k−1)·d·j`
//! over the layers, `j` the product of the strides before).

use super::layers::View;
use crate::lang::Category;
use crate::model::place::Place;
use crate::model::result::{Copies, Layer, Node, Part};

/// How many dimensions a map can have.
const AXES: usize = 3;
/// Past this many copies a field is larger than any input.
const MAX_COPIES: u64 = 1000;

/// How a piece of a network widens the field. Pieces are put together with [`Field::then`].
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    /// By how much, in positions of what comes in.
    grow: [u64; AXES],
    /// How many positions of what comes in lie between two neighbours of what comes out.
    jump: [u64; AXES],
    /// What ends the map, where anything does.
    pub end: Option<MapEnd>,
}

/// What ends a map.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum MapEnd {
    /// A layer that pools over all positions, which stands here.
    Pooled(Place),
    /// Something that sees all positions, or of which it is not known what it sees.
    Unknown,
}

impl Default for Field {
    fn default() -> Self {
        Field { grow: [0; AXES], jump: [1; AXES], end: None }
    }
}

impl Field {
    fn unknown() -> Field {
        Field { end: Some(MapEnd::Unknown), ..Field::default() }
    }

    /// This piece and then that one.
    pub fn then(mut self, next: &Field) -> Field {
        if self.end.is_some() {
            return self;
        }
        for axis in 0..AXES {
            let grow = next.grow[axis].saturating_mul(self.jump[axis]);
            self.grow[axis] = self.grow[axis].saturating_add(grow);
            self.jump[axis] = self.jump[axis].saturating_mul(next.jump[axis]);
        }
        self.end = next.end.clone();
        self
    }

    /// How many positions of what comes in one of what comes out sees, by dimension.
    pub fn sees(&self) -> impl Iterator<Item = u64> {
        self.grow.iter().map(|grow| grow.saturating_add(1))
    }

    /// Whether it is smaller than these sizes in some dimension.
    pub fn is_small(&self, sizes: &[u64]) -> bool {
        sizes.iter().zip(self.sees()).any(|(size, field)| field < *size)
    }

    /// Side by side with another piece.
    fn beside(self, other: Field) -> Field {
        if self.end.is_some() || other.end.is_some() || self.jump != other.jump {
            return Field::unknown();
        }
        let grow = std::array::from_fn(|axis| self.grow[axis].max(other.grow[axis]));
        Field { grow, ..self }
    }

    /// The field of statements in sequence. Evaluation bounds how deep they nest.
    pub fn of_nodes(nodes: &[Node]) -> Field {
        let mut all = Field::default();
        let mut rest = nodes;
        while let Some(first) = rest.first().filter(|_| all.end.is_none()) {
            let run = match first.branch {
                Some(_) => rest
                    .iter()
                    .take_while(|node| node.branch.is_some() && node.index == first.index)
                    .count(),
                None => 1,
            };
            let (here, after) = rest.split_at(run);
            let starts_elsewhere = here.iter().any(|node| node.start.is_some());
            let fields = here.iter().map(|node| Field::of_parts(&node.parts));
            let field = match fields.reduce(Field::beside) {
                Some(field) if !starts_elsewhere => field,
                _ => Field::unknown(),
            };
            all = all.then(&field);
            rest = after;
        }
        all
    }

    fn of_parts(parts: &[Part]) -> Field {
        stacker::maybe_grow(128 * 1024, 1024 * 1024, || {
            parts.iter().fold(Field::default(), |all, part| all.then(&Field::of_part(part)))
        })
    }

    fn of_part(part: &Part) -> Field {
        match part {
            Part::Layer(layer) => Field::of_layer(layer),
            // What is added to has been looked at already: the block before it.
            Part::Add(_) => Field::default(),
            Part::Inner(nodes) => Field::of_nodes(nodes),
            Part::Macro(expansion) => Field::of_nodes(&expansion.body),
            Part::Copies(runs) => {
                runs.iter().fold(Field::default(), |all, run| all.then(&Field::of_copies(run)))
            }
            Part::Alternatives(_) => Field::unknown(),
        }
    }

    fn of_copies(run: &Copies) -> Field {
        let one = Field::of_parts(&run.parts);
        (0..run.count.min(MAX_COPIES)).fold(Field::default(), |all, _| all.then(&one))
    }

    fn of_layer(layer: &Layer) -> Field {
        let Some(view) = View::of(layer) else { return Field::unknown() };
        match view.entry.category {
            Category::Convolution => Field::of_window(&view, "kernel_size", "dilation_rate"),
            Category::Pooling if view.entry.param("pool_size").is_some() => {
                Field::of_window(&view, "pool_size", "dilation")
            }
            Category::Pooling => {
                Field { end: Some(MapEnd::Pooled(layer.place)), ..Field::default() }
            }
            Category::Activation
            | Category::Normalization
            | Category::Regularization
            | Category::Merging => Field::default(),
            // On a map these work on each position by itself.
            Category::Core if matches!(view.entry.name, "Dense" | "Output" | "Identity") => {
                Field::default()
            }
            _ if view.entry.name.starts_with("ZeroPadding") => Field::default(),
            _ => Field::unknown(),
        }
    }

    fn of_window(view: &View<'_>, size: &str, dilation: &str) -> Field {
        let rank = view.layer.inputs.first().and_then(|input| input.rank());
        let Some(rank) = rank.and_then(|rank| rank.checked_sub(2)).filter(|rank| *rank <= AXES)
        else {
            return Field::unknown();
        };
        let args = view.args();
        let first = args.text("data_format").as_deref() == Some("channels_first");
        if first || view.entry.name.contains("Transpose") {
            return Field::unknown();
        }
        let sizes = args.lengths(size, rank);
        let strides = match args.is_none("strides") {
            true => sizes.clone(),
            false => args.lengths("strides", rank),
        };
        let dilations = match view.entry.param(dilation) {
            Some(_) => args.lengths(dilation, rank),
            None => vec![Some(1); rank],
        };
        let mut field = Field::default();
        for axis in 0..rank {
            let (Some(size), Some(stride), Some(dilation)) =
                (sizes[axis], strides[axis], dilations[axis])
            else {
                return Field::unknown();
            };
            field.grow[axis] = size.saturating_sub(1).saturating_mul(dilation);
            field.jump[axis] = stride.max(1);
        }
        field
    }
}
