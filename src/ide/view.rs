//! Tensors as they are shown: dimensions that depend on a choice become sets of sizes, and an
//! unknown shape says why it is unknown.

use std::fmt::{self, Write as _};

use smol_str::SmolStr;

use crate::model::document::Document;
use crate::model::place::Place;
use crate::model::tensor::{Tensor, Unknown, Why};
use crate::shape::Dim;

/// An input of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputView {
    /// Its name, where it has one.
    pub name: Option<SmolStr>,
    /// Its shape; `None` where the declaration has a mistake.
    pub shape: Option<ShapeView>,
}

/// A shape as it is shown, the batch first.
pub type ShapeView = Vec<DimView>;

/// A dimension as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DimView {
    /// A number.
    Known(u64),
    /// Unknown.
    Unknown,
    /// An unknown size with a name.
    Symbol(String),
    /// A formula over named unknowns.
    Expr(String),
    /// One of these, depending on a hyperparameter; sorted.
    Choices(Vec<u64>),
    /// Any size between two bounds.
    Between(u64, u64),
}

/// A number, `?`, a name or formula, `32|64` for choices, `32..512` for bounds.
impl fmt::Display for DimView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DimView::Known(size) => write!(f, "{size}"),
            DimView::Unknown => f.write_str("?"),
            DimView::Symbol(name) => f.write_str(name),
            DimView::Expr(formula) => f.write_str(formula),
            DimView::Choices(sizes) => {
                let sizes: Vec<String> = sizes.iter().map(u64::to_string).collect();
                f.write_str(&sizes.join("|"))
            }
            DimView::Between(low, high) => write!(f, "{low}..{high}"),
        }
    }
}

/// How a tensor is shown; `None` where its shape or its rank is not known.
pub fn shape_view(tensor: &Tensor) -> Option<ShapeView> {
    let rank = tensor.rank()?;
    Some((0..rank).map(|axis| dim_view(&tensor.choices(axis))).collect())
}

fn dim_view(choices: &[&Dim]) -> DimView {
    match choices {
        [Dim::Known(size)] => DimView::Known(*size),
        [Dim::Sym(formula)] => match (formula.bounds(), formula.as_symbol()) {
            (Some((low, Some(high))), _) => DimView::Between(low, high),
            (_, Some(symbol)) => DimView::Symbol(symbol.name.to_string()),
            _ => DimView::Expr(formula.to_string()),
        },
        [] | [Dim::Unknown] => DimView::Unknown,
        several => match several.iter().map(|dim| dim.known()).collect::<Option<Vec<u64>>>() {
            Some(mut sizes) => {
                sizes.sort_unstable();
                sizes.dedup();
                DimView::Choices(sizes)
            }
            None => DimView::Unknown,
        },
    }
}

/// Why the output of the layer at `here` is not known.
pub fn unknown_because(document: &Document, unknown: Option<&Unknown>, here: Place) -> String {
    let Some(Unknown { why, name, place }) = unknown else {
        return "an earlier layer has an error".to_string();
    };
    let is_here = place
        .is_some_and(|place| place.owner == here.owner && here.range.contains_range(place.range));
    let line = place.map(|place| document.line_of(place) + 1);
    // Names of layers are code; "the branches" and the like are words.
    let shown = if name.starts_with("the ") { name.to_string() } else { format!("`{name}`") };
    let at = match line {
        Some(_) if is_here => "this layer".to_string(),
        Some(line) => format!("{shown} on line {line}"),
        None => shown,
    };
    let has = if name.ends_with("branches") && !is_here { "have" } else { "has" };
    match why {
        Why::Error => format!("{at} {has} an error"),
        Why::NotModelled => format!("the shape of {at} is not modelled"),
        Why::NoInput if place.is_none() => "the network has no input".to_string(),
        Why::NoInput => "the input has an error".to_string(),
        Why::Argument => format!("an argument of {at} is not known"),
        Why::Combinations => format!("{at} depends on too many combinations of choices"),
        Why::Rank => format!("the number of dimensions after {at} depends on a choice"),
        Why::Bound => "a bound of the expansion is passed".to_string(),
        Why::Unused => "nothing uses the macro".to_string(),
    }
}

/// `26×26×32`, without the batch. A shape whose batch is not open is shown whole, in parentheses.
pub fn shape_text(view: &ShapeView) -> String {
    let (dims, open, close) = match view.split_first() {
        Some((DimView::Unknown, [])) | None => return "()".to_owned(),
        Some((DimView::Unknown, rest)) => (rest, "", ""),
        Some(_) => (view.as_slice(), "(", ")"),
    };
    let in_product = dims.len() > 1;
    let mut text = String::from(open);
    for (at, dim) in dims.iter().enumerate() {
        if at > 0 {
            text.push('×');
        }
        // Writing into a string cannot fail.
        let _ = match dim {
            // A sum inside a product of dimensions would read wrong without parentheses.
            DimView::Expr(formula) if in_product && formula.contains(['+', '-']) => {
                write!(text, "({formula})")
            }
            dim => write!(text, "{dim}"),
        };
    }
    text.push_str(close);
    text
}

/// The shape of a tensor as text, `?` where it is not known.
pub(super) fn tensor_text(tensor: &Tensor) -> String {
    shape_view(tensor).map_or_else(|| "?".to_owned(), |view| shape_text(&view))
}

/// The shapes of several tensors as text.
pub(super) fn tensors_text<'a>(tensors: impl IntoIterator<Item = &'a Tensor>) -> String {
    tensors.into_iter().map(tensor_text).collect::<Vec<_>>().join(", ")
}

/// The shape that one of several tensors has, depending on a choice; `?` where they differ in rank.
pub(super) fn either_text(tensors: &[&Tensor]) -> String {
    let Some(rank) = tensors.first().and_then(|tensor| tensor.rank()) else {
        return "?".to_owned();
    };
    if tensors.iter().any(|tensor| tensor.rank() != Some(rank)) {
        return "?".to_owned();
    }
    let dims = (0..rank).map(|axis| {
        let mut choices: Vec<&Dim> = Vec::new();
        for dim in tensors.iter().flat_map(|tensor| tensor.choices(axis)) {
            if !choices.contains(&dim) {
                choices.push(dim);
            }
        }
        dim_view(&choices)
    });
    shape_text(&dims.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn shapes_of_every_kind() {
        let symbol = DimView::Symbol("T".to_owned());
        let formula = DimView::Expr("T-2".to_owned());
        let shapes = [
            vec![DimView::Unknown],
            vec![DimView::Unknown, formula.clone()],
            vec![DimView::Unknown, symbol, formula],
            vec![DimView::Unknown, DimView::Unknown, DimView::Between(1, 8)],
            vec![DimView::Known(4), DimView::Known(8)],
        ];
        let shapes: Vec<String> = shapes.iter().map(shape_text).collect();
        expect!["(), T-2, T×(T-2), ?×1..8, (4×8)"].assert_eq(&shapes.join(", "));
    }
}
