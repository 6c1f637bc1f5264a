//! The `input` section: declared shapes to the tensors that a network starts from.

use std::sync::Arc;

use smol_str::SmolStr;

use super::hir::{Expr, ExprKind, InputDecl};
use super::names::Names;
use super::place::{OwnerId, Place};
use super::state::{Flow, Named, State};
use super::tensor::{Origin, Tensor, TensorData, Unknown, Why};
use crate::diagnostics::{Diagnostic, codes};
use crate::shape::{Dim, Shape, Worlds};

/// The `input` section of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct InputSection {
    /// The piece of text.
    pub owner: OwnerId,
    /// What it declares.
    pub declarations: Vec<InputDecl>,
    /// Whether the parser has found an error in it, so that what it says is a guess.
    pub broken: bool,
}

/// The state that a network starts from.
#[derive(Debug, PartialEq)]
pub struct InputResult {
    /// The state.
    pub state: Arc<State>,
    /// The names of the inputs.
    pub names: Names,
    /// What is wrong with the declarations.
    pub findings: Vec<Diagnostic<Place>>,
}

/// The state before the first layer, and what is wrong with the inputs.
///
/// A leading `None` of a shape of two or more dimensions is the batch and is left out. A declaration
/// with a mistake gives a tensor of unknown shape.
pub fn initial_state(section: Option<&InputSection>) -> InputResult {
    let mut findings = Vec::new();
    let mut inputs: Vec<(Option<SmolStr>, Tensor)> = Vec::new();
    let mut names: imbl::OrdMap<SmolStr, Arc<Named>> = imbl::OrdMap::new();
    if let Some(InputSection { owner, declarations, broken }) = section {
        let owner = *owner;
        for declaration in declarations {
            let mut tensor = tensor(owner, declaration, &mut findings);
            tensor.doubtful = *broken;
            let name = declaration.name.as_ref();
            if let Some(name) = name {
                let place = Place::new(owner, name.range);
                if let Some(first) = names.get(&name.value) {
                    findings.push(
                        Diagnostic::new(
                            codes::DUPLICATE_NAME,
                            place,
                            format!("an input is called `{}` already", name.value),
                        )
                        .with_related(first.place, "the first of them"),
                    );
                    inputs.push((None, tensor));
                    continue;
                }
                names.insert(
                    name.value.clone(),
                    Arc::new(Named { tensor: tensor.clone(), place, is_input: true }),
                );
            }
            inputs.push((name.map(|name| name.value.clone()), tensor));
        }
    }
    if inputs.is_empty() {
        let unknown = Unknown { why: Why::NoInput, name: "input".into(), place: None };
        inputs.push((None, Tensor::unknown(unknown)));
    }
    let only_one = inputs.len() == 1;
    let flow = if only_one { Flow::One(inputs[0].1.clone()) } else { Flow::Inputs };
    let state = State {
        flow,
        copies: Arc::default(),
        shared: Arc::default(),
        used_inputs: Arc::new(vec![only_one; inputs.len()]),
        inputs: Arc::new(inputs),
        output: None,
        reported_after_output: false,
        expansions: Arc::default(),
    };
    let names = Names { tensors: names, ..Names::default() };
    InputResult { state: Arc::new(state), names, findings }
}

fn tensor(
    owner: OwnerId,
    declaration: &InputDecl,
    findings: &mut Vec<Diagnostic<Place>>,
) -> Tensor {
    let whole = Place::new(owner, declaration.range);
    let unknown = Unknown { why: Why::NoInput, name: "input".into(), place: Some(whole) };
    if declaration.dims.is_empty() {
        findings.push(
            Diagnostic::new(codes::BAD_INPUT, whole, "an input needs at least one dimension")
                .with_help("the batch is implicit: `(10,)` is a batch of vectors of 10 numbers"),
        );
        return Tensor::unknown(unknown);
    }
    let leading_none = declaration.dims.len() >= 2 && declaration.dims[0].kind == ExprKind::None;
    let kept = &declaration.dims[usize::from(leading_none)..];
    let dims: Vec<Option<Dim>> = kept.iter().map(|expr| dim(owner, expr, findings)).collect();
    let Some(dims) = dims.into_iter().collect::<Option<Vec<Dim>>>() else {
        return Tensor::unknown(unknown);
    };
    let origins = kept
        .iter()
        .map(|expr| Some(Origin { place: Place::new(owner, expr.range), layer: "input".into() }));
    Tensor::new(TensorData {
        shape: Worlds::constant(Some(Shape::batched(dims))),
        unknown: None,
        origins: std::iter::once(None).chain(origins).collect(),
        producer: None,
        dense_on_map: None,
        leading_none,
        doubtful: false,
    })
}

/// The size that `expr` declares; `None` after reporting what is wrong with it.
fn dim(owner: OwnerId, expr: &Expr, findings: &mut Vec<Diagnostic<Place>>) -> Option<Dim> {
    let place = Place::new(owner, expr.range);
    let bad = |message: String| Diagnostic::new(codes::BAD_INPUT, place, message);
    let diagnostic = match &expr.kind {
        ExprKind::Int(size) if *size >= 1 => return Some(Dim::Known(*size as u64)),
        ExprKind::None => return Some(Dim::Unknown),
        ExprKind::Name(name) => return Some(Dim::named(name)),
        ExprKind::Error => return None,
        ExprKind::Int(size) => bad(format!("a dimension is at least 1, and {size} is not")),
        ExprKind::HugeInt => bad("this dimension does not fit into 64 bits".to_string()),
        ExprKind::Neg(_) => bad("a dimension cannot be negative".to_string())
            .with_help("write `None` or a name for a size that is not known"),
        ExprKind::Float(size) if size.fract() == 0.0 && *size >= 1.0 && *size < 1e15 => {
            bad(format!("a dimension is a whole number; write {size:.0}"))
                .with_fix(format!("Change to {size:.0}"), vec![place.edit(format!("{size:.0}"))])
        }
        ExprKind::Float(size) => bad(format!("a dimension is a whole number, and {size} is not")),
        ExprKind::Str(text) => {
            let is_name =
                !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let diagnostic =
                bad("a dimension is a number, `None` or a name, not a string".to_string());
            match is_name && !text.starts_with(|c: char| c.is_ascii_digit()) {
                true => diagnostic
                    .with_fix(format!("Change to `{text}`"), vec![place.edit(text.as_str())]),
                false => diagnostic,
            }
        }
        ExprKind::Hpo(_) => {
            bad("a dimension of the input cannot depend on a hyperparameter".to_string())
                .with_help("the input is the data; write its size")
        }
        _ => bad("a dimension is a number, `None` or a name".to_string()),
    };
    findings.push(diagnostic);
    None
}
