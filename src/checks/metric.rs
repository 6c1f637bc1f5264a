//! A metric against the loss of the output that it measures.

use super::loss::{Family, Loss, styled_as};
use super::output::Last;
use super::values;
use crate::diagnostics::{Diagnostic, codes};
use crate::lang::metrics::{self, Labels};
use crate::model::hir::{Call, Expr, ExprKind};
use crate::model::place::{OwnerId, Place};
use crate::text::TextEdit;

/// How many of the best a metric looks at by default (Keras 3, `TopKCategoricalAccuracy`).
const TOP: u64 = 5;

/// The finding about a metric that says nothing of an output with this loss.
pub(super) fn check(
    owner: OwnerId,
    metric: &Expr,
    loss: &Loss<'_>,
    last: &Last<'_>,
) -> Option<Diagnostic<Place>> {
    let (written, range, call) = match &metric.kind {
        ExprKind::Call(call) => (call.name.value.as_str(), call.name.range, Some(&**call)),
        _ => (values::name(metric)?, metric.range, None),
    };
    let labels = metrics::find(written)?.labels?;
    let report = |message: String| {
        Diagnostic::new(codes::METRIC_MISMATCH, Place::new(owner, range), message)
            .with_related(loss.place(), "the loss")
    };
    let instead = |finding: Diagnostic<Place>, name: &str| {
        let styled = styled_as(written, name);
        let text = match metric.kind {
            ExprKind::Str(_) => format!("\"{styled}\""),
            _ => styled.clone(),
        };
        let edit = TextEdit::new(Place::new(owner, range), text);
        finding.with_fix(format!("Change it to `{styled}`"), vec![edit])
    };
    let is_top = metrics::is_top(written);
    match loss.family {
        // Squared error of probabilities is a loss of classes as well.
        Family::Regression if matches!(last.activation.as_deref(), Some("linear" | "relu")) => {
            if last.is_open {
                return None;
            }
            let message = format!(
                "`{written}` counts right classes, and `{}` with a last layer of plain numbers is a regression; use `mae`",
                loss.written
            );
            Some(instead(report(message), "mae"))
        }
        Family::OneHot | Family::Sparse => {
            let (of_loss, others, right) = match loss.family {
                Family::OneHot => (Labels::OneHot, Labels::Sparse, "one-hot labels"),
                _ => (Labels::Sparse, Labels::OneHot, "labels that are numbers of classes"),
            };
            // PyTorch's name may be meant with either kind of label.
            if labels == others && !(loss.is_torch_name && of_loss == Labels::OneHot) {
                let better = metrics::accuracy_of(of_loss, is_top)?;
                let message = format!(
                    "`{}` has {right}, and `{written}` is for others; use `{better}`",
                    loss.written
                );
                return Some(instead(report(message), better));
            }
            if labels == Labels::Binary && last.units.is_some_and(|units| units > 1) {
                let message = format!(
                    "`{written}` judges each number by itself, and `{}` is over classes that exclude one another; use `accuracy`",
                    loss.written
                );
                return Some(instead(report(message), "accuracy"));
            }
            let top = top_k(call)?;
            let units = last.units.filter(|units| is_top && *units > 1 && *units <= top)?;
            Some(report(format!(
                "among the {top} best of {units} classes is always the right one, so `{written}` is always 1"
            )))
        }
        Family::Binary if labels == Labels::OneHot && !is_top && last.units? == 1 => {
            let message = format!(
                "`{written}` compares the largest of several numbers, and there is 1, so it is always 1; use `binary_accuracy`"
            );
            Some(instead(report(message), "binary_accuracy"))
        }
        _ => None,
    }
}

/// How many of the best a metric looks at; `None` where it cannot be told.
fn top_k(call: Option<&Call>) -> Option<u64> {
    let args = call.and_then(|call| call.args.as_ref()).map_or(&[][..], |list| &list.args);
    let given = args.iter().enumerate().find(|(at, arg)| match &arg.name {
        Some(name) => name.value == "k",
        None => *at == 0,
    });
    match given.map(|(_, arg)| &arg.value.kind) {
        None => Some(TOP),
        Some(ExprKind::Int(number)) => u64::try_from(*number).ok(),
        Some(_) => None,
    }
}
