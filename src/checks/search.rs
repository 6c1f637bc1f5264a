//! The hyperparameters of a network against the search over them.

use super::values;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::analysis::NetworkModel;
use crate::model::document::Document;
use crate::model::hir::{Expr, ExprKind, KeyValue, SectionKind};
use crate::model::place::Place;

/// A search without hyperparameters, or hyperparameters where `train` does not say how to search.
pub(super) fn check(
    document: &Document,
    at: usize,
    model: &NetworkModel,
) -> Option<Diagnostic<Place>> {
    let sections = || document.sections(at);
    let (owner, train, pairs) = sections().find_map(|(owner, section)| match &section.kind {
        SectionKind::Train(pairs) => Some((owner, section, pairs)),
        _ => None,
    })?;
    let method = pairs.iter().find(|pair| pair.key.value == "search_method");
    let searches = model.searches
        || sections().any(|(_, section)| match &section.kind {
            SectionKind::Loss(Some(expr)) | SectionKind::Optimizer(Some(expr)) => searches(expr),
            SectionKind::Metrics(exprs) => exprs.iter().any(searches),
            SectionKind::Train(pairs) | SectionKind::Execute(pairs) => {
                pairs.iter().filter_map(|pair| pair.value.as_ref()).any(searches)
                    || pairs.iter().any(is_list)
            }
            SectionKind::Loss(None)
            | SectionKind::Optimizer(None)
            | SectionKind::Input(_)
            | SectionKind::Unknown => false,
        });
    match method {
        Some(method) if !searches => {
            let is_none = method.value.as_ref().is_none_or(|value| value.kind == ExprKind::None);
            if is_none {
                return None;
            }
            let place = Place::new(owner, method.range);
            Some(
                Diagnostic::new(
                    codes::SEARCH_WITHOUT_HPO,
                    place,
                    "`search_method` has nothing to search: no value of the network is an `HPO(…)`",
                )
                .with_help(
                    "write the values to try in the place of one: `Dense(HPO(choice(64, 128)))`",
                )
                .with_fix("Remove `search_method`", vec![place.edit("")]),
            )
        }
        None if model.searches => {
            let place = Place::new(owner, train.keyword.range);
            let finding = Diagnostic::new(
                codes::HPO_WITHOUT_SEARCH,
                place,
                "the network has hyperparameters to search, and `train` has no `search_method`",
            )
            .with_help("\"grid\" tries every combination, \"random\" some, \"bayesian\" those that promise most");
            Some(match pairs.last() {
                Some(last) => {
                    let end = Place::new(owner, last.range).end();
                    let edit = end.edit("  search_method: \"random\"");
                    finding.with_fix("Add `search_method: \"random\"`", vec![edit])
                }
                None => finding,
            })
        }
        _ => None,
    }
}

/// Whether a key lists the values to try: `batch_size: 16, 32`.
fn is_list(pair: &KeyValue) -> bool {
    let values = pair.value.as_ref().and_then(values::elements);
    pair.key.value == "batch_size" && values.is_some_and(|values| values.len() > 1)
}

/// Whether there is a hyperparameter in an expression.
fn searches(expr: &Expr) -> bool {
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        match &expr.kind {
            ExprKind::Hpo(_) => return true,
            ExprKind::Call(call) => {
                open.extend(call.args.iter().flat_map(|list| &list.args).map(|arg| &arg.value));
            }
            _ => open.extend(values::elements(expr).unwrap_or(&[])),
        }
    }
    false
}
