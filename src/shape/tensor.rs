//! The dimensions of a tensor.

use std::fmt;
use std::sync::Arc;

use super::{Count, Dim};

/// The shape of a tensor: its dimensions, the batch first. Cloning is cheap.
///
/// Axes are counted as Keras counts them, the batch being axis 0. The batch dimension of a network's
/// tensors is [`Dim::Unknown`]; counts that are per example leave it out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shape(Arc<[Dim]>);

impl Shape {
    /// The shape with these dimensions, the batch first.
    pub fn new(dims: impl IntoIterator<Item = Dim>) -> Shape {
        Shape(dims.into_iter().collect())
    }

    /// The shape of a batch of tensors with these dimensions.
    pub fn batched(dims: impl IntoIterator<Item = Dim>) -> Shape {
        Shape::new(std::iter::once(Dim::Unknown).chain(dims))
    }

    /// How many dimensions there are, with the batch.
    pub fn rank(&self) -> usize {
        self.0.len()
    }

    /// The dimensions, the batch first.
    pub fn dims(&self) -> &[Dim] {
        &self.0
    }

    /// The dimensions without the batch.
    pub fn unbatched(&self) -> &[Dim] {
        self.0.get(1..).unwrap_or(&[])
    }

    /// The batch dimension.
    pub fn batch(&self) -> Dim {
        self.0.first().cloned().unwrap_or(Dim::Unknown)
    }

    /// The last dimension.
    pub fn last(&self) -> Dim {
        self.0.last().cloned().unwrap_or(Dim::Unknown)
    }

    /// The same with another last dimension.
    pub fn with_last(&self, last: Dim) -> Shape {
        let kept = self.0.len().saturating_sub(1);
        Shape::new(self.0[..kept].iter().cloned().chain([last]))
    }

    /// Axis `axis` as an index, negative axes counted from the end. `None` where it is out of range.
    pub fn axis(&self, axis: i64) -> Option<usize> {
        let rank = self.0.len() as i64;
        let index = if axis < 0 { axis + rank } else { axis };
        (0..rank).contains(&index).then_some(index as usize)
    }

    /// How many elements one example has.
    pub fn elements(&self) -> Count {
        Count::product(self.unbatched())
    }
}

/// `28×28×1`, without the batch; a shape of nothing but the batch is `()`.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.unbatched().is_empty() {
            return f.write_str("()");
        }
        for (at, dim) in self.unbatched().iter().enumerate() {
            if at > 0 {
                f.write_str("×")?;
            }
            match dim {
                // A sum inside a product of dimensions would read wrong without parentheses.
                Dim::Sym(_)
                    if self.rank() > 2
                        && dim.to_string().contains(['+', '-'])
                        && !dim.to_string().ends_with(')') =>
                {
                    write!(f, "({dim})")?
                }
                _ => write!(f, "{dim}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_shown_without_the_batch() {
        let shape = Shape::batched([28.into(), Dim::Unknown, Dim::named("T")]);
        assert_eq!(shape.to_string(), "28×?×T");
        let sum = Shape::batched([Dim::named("T").ceil_div(2), 512.into()]);
        assert_eq!(sum.to_string(), "(floor((T-1)/2)+1)×512");
        assert_eq!(Shape::batched([]).to_string(), "()");
    }

    #[test]
    fn axes_count_from_both_ends() {
        let shape = Shape::batched([28.into(), 28.into(), 3.into()]);
        assert_eq!(shape.axis(-1), Some(3));
        assert_eq!(shape.axis(0), Some(0));
        assert_eq!(shape.axis(4), None);
        assert_eq!(shape.axis(-5), None);
    }
}
