//! The end of a network against its loss and its metrics.
//!
//! Only what can be told is judged: one output, one loss, a last layer whose activation is known. For
//! PyTorch, whose losses take scores where Keras's take probabilities, activations are not judged.

use super::facts::{End, Site};
use super::layers::{View, innermost, is_certain, last_size};
use super::values;
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::lang::signature::same_name;
use crate::lang::{Category, Framework, losses};
use crate::model::hir::{Call, Expr, ExprKind};
use crate::model::place::{OwnerId, Place};
use crate::model::result::Finding;
use crate::model::tensor::Tensor;
use crate::text::{TextEdit, TextRange};

/// What the end of a network is held against.
pub(super) struct Output<'a> {
    pub framework: Framework,
    /// What flows out of the last layer.
    pub end: &'a End,
    /// The tensors that leave the network.
    pub outputs: &'a [Tensor],
    /// The loss, with the piece of text that it stands in.
    pub loss: Option<(OwnerId, &'a Expr)>,
    /// The metrics likewise.
    pub metrics: Option<(OwnerId, &'a [Expr])>,
}

/// How a loss reads the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// Probabilities of classes that exclude one another; the labels are one-hot.
    OneHot,
    /// The same; the labels are numbers of classes.
    Sparse,
    /// A probability for each label by itself.
    Binary,
    /// Scores on both sides of zero.
    Hinge,
    /// A distribution.
    Divergence,
    /// A rate, which is above zero.
    Rate,
    /// Numbers.
    Regression,
}

/// A loss as it is written.
struct Loss<'a> {
    family: Family,
    /// Whether it takes scores; `None` where that cannot be told.
    from_logits: Option<bool>,
    /// Whether it is written as PyTorch writes it, which takes scores.
    is_torch_name: bool,
    /// The name as written, where it stands, and whether that is a string.
    written: &'a str,
    range: TextRange,
    quoted: bool,
    /// The value of `from_logits`.
    flag: Option<TextRange>,
    owner: OwnerId,
}

/// The end of a network: the activation and size of its only output.
struct Last<'a> {
    site: &'a Site,
    view: View<'a>,
    activation: Option<String>,
    units: Option<u64>,
    /// Whether the output has one dimension besides the batch.
    is_flat: bool,
}

impl Output<'_> {
    /// What does not fit.
    pub fn check(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let End::One(site) = self.end
            && is_certain(&site.layer)
        {
            findings.extend(self.last_layer(site));
        }
        let (Some(last), Some(loss)) = (self.last(), self.loss.and_then(read_loss)) else {
            return findings;
        };
        let plain =
            |diagnostic| Finding { diagnostic, calls: Vec::new(), of_use: false, path: None };
        findings.extend(self.units(&loss, &last).map(plain));
        if self.framework == Framework::Keras && !loss.is_torch_name && findings.is_empty() {
            findings.extend(activation(&loss, &last));
        }
        if let Some((owner, metrics)) = self.metrics {
            let found =
                metrics.iter().filter_map(|metric| check_metric(owner, metric, &loss, &last));
            findings.extend(found.map(plain));
        }
        findings
    }

    /// Layers that rarely stand last.
    fn last_layer(&self, site: &Site) -> Option<Finding> {
        let view = View::of(&site.layer)?;
        let name = view.entry.name;
        let report = |code: Code, message: String| {
            site.finding(Diagnostic::new(code, site.layer.place, message))
        };
        match view.entry.category {
            Category::Regularization if name.ends_with("Dropout") && self.loss.is_some() => {
                let mut finding = report(
                    codes::DROPOUT_LAST,
                    format!(
                        "`{name}` is the last layer, so it sets predictions to zero in training"
                    ),
                );
                let diagnostic =
                    finding.diagnostic.with_help("put it before the last layer with weights");
                finding.diagnostic = diagnostic
                    .with_fix(format!("Remove `{name}`"), vec![site.layer.place.edit("")]);
                Some(finding)
            }
            Category::Normalization => Some(report(
                codes::NORMALIZATION_LAST,
                format!("`{name}` is the last layer, so the outputs depend on one another"),
            )),
            _ if name == "Flatten" => Some(report(
                codes::FLATTEN_LAST,
                "`Flatten` is the last layer; a prediction mostly comes from `Dense` or `Output`"
                    .to_owned(),
            )),
            _ => None,
        }
    }

    fn last(&self) -> Option<Last<'_>> {
        let (End::One(site), [output]) = (self.end, self.outputs) else { return None };
        if !is_certain(&site.layer) {
            return None;
        }
        let view = View::of(innermost(&site.layer))?;
        // The classes of such a map are not in its last dimension.
        if view.args().text("data_format").as_deref() == Some("channels_first") {
            return None;
        }
        Some(Last {
            site,
            activation: view.activation(),
            view,
            units: last_size(output),
            is_flat: output.rank() == Some(2),
        })
    }

    /// A loss over classes where there is one number.
    fn units(&self, loss: &Loss<'_>, last: &Last<'_>) -> Option<Diagnostic<Place>> {
        let over_classes = matches!(loss.family, Family::OneHot | Family::Sparse);
        // A softmax over one unit is reported itself. What is no Dense or convolution may end in a
        // dimension that is not the classes.
        let is_units = last.view.entry.channels.is_some() || last.view.is_activation();
        let softmax = last.activation.as_deref() == Some("softmax");
        if !over_classes || last.units? != 1 || softmax || !is_units {
            return None;
        }
        let message = format!(
            "`{}` is a loss over several classes, and the network gives 1 number; one class or the other is `binary_crossentropy`",
            loss.written
        );
        let mut finding = Diagnostic::new(codes::LOSS_MISMATCH, loss.place(), message)
            .with_related(last.site.layer.place, "the last layer has 1 unit");
        if last.activation.as_deref() == Some("sigmoid") {
            finding = loss.replaced(finding, "binary_crossentropy");
        }
        Some(finding)
    }
}

impl Loss<'_> {
    fn place(&self) -> Place {
        Place::new(self.owner, self.range)
    }

    /// With the fix that names another loss, written as this one is.
    fn replaced(&self, finding: Diagnostic<Place>, name: &str) -> Diagnostic<Place> {
        let styled = match self.written.starts_with(|first: char| first.is_ascii_uppercase()) {
            true => camel_case(name),
            false => name.to_owned(),
        };
        let text = if self.quoted { format!("\"{styled}\"") } else { styled.clone() };
        let title = format!("Change the loss to `{styled}`");
        finding.with_fix(title, vec![self.place().edit(text)])
    }
}

/// Activations whose outputs are below zero or above one, or do not add up to anything.
const UNBOUNDED: &[&str] = &[
    "linear",
    "relu",
    "relu6",
    "leaky_relu",
    "leakyrelu",
    "elu",
    "selu",
    "gelu",
    "silu",
    "swish",
    "tanh",
    "softplus",
    "softsign",
    "mish",
    "prelu",
    "log_softmax",
    "log_sigmoid",
];

/// An activation that the loss cannot make sense of.
fn activation(loss: &Loss<'_>, last: &Last<'_>) -> Option<Finding> {
    let activation = last.activation.as_deref()?;
    let from_logits = loss.from_logits?;
    let name = loss.written;
    let is_unbounded = UNBOUNDED.contains(&activation);
    let shown = match activation {
        "linear" => "plain scores".to_owned(),
        _ => format!("the output of `{activation}`"),
    };
    if from_logits {
        let is_wrong = matches!(activation, "softmax" | "sigmoid")
            && matches!(loss.family, Family::OneHot | Family::Sparse | Family::Binary);
        if !is_wrong {
            return None;
        }
        let message = format!(
            "`from_logits=true` takes scores, and the network ends in `{activation}`; remove `from_logits` or `{activation}`"
        );
        let flag = loss.flag.map(|range| Place::new(loss.owner, range));
        let mut finding =
            Diagnostic::new(codes::LOSS_MISMATCH, flag.unwrap_or(loss.place()), message)
                .with_related(last.site.layer.place, format!("`{activation}` is applied here"));
        if let Some(flag) = flag {
            finding = finding.with_fix("Set `from_logits=false`", vec![flag.edit("false")]);
        }
        return Some(Finding { diagnostic: finding, calls: Vec::new(), of_use: false, path: None });
    }
    let (message, wanted) = match loss.family {
        Family::OneHot | Family::Sparse if activation == "sigmoid" => (
            format!(
                "`{name}` is over classes that exclude one another, and `sigmoid` gives each its own probability; use `softmax`, or `binary_crossentropy` where several can be true"
            ),
            "softmax",
        ),
        Family::OneHot | Family::Sparse if is_unbounded => (
            format!(
                "`{name}` takes probabilities, and gets {shown}; use `softmax`, or `from_logits=true` for plain scores"
            ),
            "softmax",
        ),
        Family::Binary if activation == "softmax" && last.units.is_some_and(|units| units > 2) => {
            let message = format!(
                "`{name}` takes a probability for each label by itself, and `softmax` lets them add up to 1; use `categorical_crossentropy`, or `sigmoid` where several can be true"
            );
            let finding = Diagnostic::new(codes::LOSS_MISMATCH, loss.place(), message)
                .with_related(last.site.layer.place, "`softmax` is applied here");
            let finding = loss.replaced(finding, "categorical_crossentropy");
            return Some(Finding {
                diagnostic: finding,
                calls: Vec::new(),
                of_use: false,
                path: None,
            });
        }
        // A generator is trained through another network, whose output the loss is about.
        Family::Binary if is_unbounded && (last.is_flat || activation != "tanh") => (
            format!(
                "`{name}` takes probabilities, and gets {shown}; use `sigmoid`, or `from_logits=true` for plain scores"
            ),
            "sigmoid",
        ),
        Family::Hinge if matches!(activation, "sigmoid" | "softmax") => (
            format!(
                "`{name}` wants scores below and above zero, and `{activation}` gives none below; use `tanh`"
            ),
            "tanh",
        ),
        Family::Divergence if matches!(activation, "linear" | "relu" | "tanh") => {
            (format!("`{name}` compares distributions, and gets {shown}; use `softmax`"), "softmax")
        }
        Family::Rate if matches!(activation, "linear" | "tanh") => (
            format!(
                "`{name}` takes the logarithm of a rate, and gets {shown}, which can be negative; use `exponential`"
            ),
            "exponential",
        ),
        _ => return None,
    };
    let inner = innermost(&last.site.layer);
    let mut finding = Diagnostic::new(codes::LOSS_MISMATCH, inner.place, message)
        .with_related(loss.place(), "the loss");
    if let Some(edits) = last.view.set("activation", &format!("\"{wanted}\"")) {
        finding = finding.with_fix(format!("Set the activation to `{wanted}`"), edits);
    } else if last.view.is_activation() {
        let edit = inner.place.edit(format!("Activation(\"{wanted}\")"));
        finding = finding.with_fix(format!("Change to `Activation(\"{wanted}\")`"), vec![edit]);
    }
    Some(last.site.finding(finding))
}

fn read_loss<'a>((owner, expr): (OwnerId, &'a Expr)) -> Option<Loss<'a>> {
    let (written, range, quoted, call): (&str, TextRange, bool, Option<&Call>) = match &expr.kind {
        ExprKind::Str(name) => (name, expr.range, true, None),
        ExprKind::Name(name) => (name, expr.range, false, None),
        ExprKind::Call(call) => (&call.name.value, call.name.range, false, Some(call)),
        _ => return None,
    };
    let name = losses::find(written)?.name;
    let family = match name {
        "categorical_crossentropy" | "categorical_focal_crossentropy" => Family::OneHot,
        "sparse_categorical_crossentropy" => Family::Sparse,
        "binary_crossentropy" | "binary_focal_crossentropy" => Family::Binary,
        "hinge" | "squared_hinge" => Family::Hinge,
        "kl_divergence" => Family::Divergence,
        "poisson" => Family::Rate,
        "mean_squared_error"
        | "mean_absolute_error"
        | "mean_absolute_percentage_error"
        | "mean_squared_logarithmic_error"
        | "huber"
        | "log_cosh" => Family::Regression,
        _ => return None,
    };
    let args = call.and_then(|call| call.args.as_ref()).map_or(&[][..], |list| &list.args);
    let is_flag = |at: usize| match &args[at].name {
        Some(name) => name.value == "from_logits",
        None => losses::find(written)
            .and_then(|loss| loss.positional(at))
            .is_some_and(|param| param.name == "from_logits"),
    };
    let flag = (0..args.len()).find(|at| is_flag(*at)).map(|at| &args[at].value);
    let from_logits = match flag.map(|value| &value.kind) {
        None => Some(false),
        Some(ExprKind::Bool(flag)) => Some(*flag),
        Some(_) => None,
    };
    let is_torch_name =
        same_name(written, "cross_entropy") || same_name(written, "cross_entropy_loss");
    let flag = flag.map(|value| value.range);
    Some(Loss { family, from_logits, is_torch_name, written, range, quoted, flag, owner })
}

/// How many of the best a metric looks at by default (Keras 3, `TopKCategoricalAccuracy`).
const TOP: u64 = 5;

fn check_metric(
    owner: OwnerId,
    metric: &Expr,
    loss: &Loss<'_>,
    last: &Last<'_>,
) -> Option<Diagnostic<Place>> {
    let (written, range, call) = match &metric.kind {
        ExprKind::Call(call) => (call.name.value.as_str(), call.name.range, Some(call)),
        _ => (values::name(metric)?, metric.range, None),
    };
    let is = |names: &[&str]| names.iter().any(|name| same_name(name, written));
    let report = |message: String| {
        Diagnostic::new(codes::METRIC_MISMATCH, Place::new(owner, range), message)
            .with_related(loss.place(), "the loss")
    };
    let instead = |finding: Diagnostic<Place>, name: &str| {
        let styled = match written.starts_with(|first: char| first.is_ascii_uppercase()) {
            true => camel_case(name),
            false => name.to_owned(),
        };
        let text = match metric.kind {
            ExprKind::Str(_) => format!("\"{styled}\""),
            _ => styled.clone(),
        };
        let edit = TextEdit::new(Place::new(owner, range), text);
        finding.with_fix(format!("Change it to `{styled}`"), vec![edit])
    };
    let activation = last.activation.as_deref();
    match loss.family {
        Family::Regression => {
            let is_of_classes = is(&[
                "accuracy",
                "acc",
                "binary_accuracy",
                "categorical_accuracy",
                "sparse_categorical_accuracy",
                "top_k_accuracy",
                "top_k_categorical_accuracy",
                "sparse_top_k_categorical_accuracy",
                "precision",
                "recall",
                "auc",
                "f1",
                "f1_score",
            ]);
            // Squared error of probabilities is a loss of classes as well.
            if !is_of_classes || !matches!(activation, Some("linear" | "relu")) {
                return None;
            }
            let message = format!(
                "`{written}` counts right classes, and `{}` with a last layer of plain numbers is a regression; use `mae`",
                loss.written
            );
            Some(instead(report(message), "mae"))
        }
        Family::OneHot | Family::Sparse => {
            let (wrong, right) = match loss.family {
                Family::OneHot => ("sparse_", "one-hot labels"),
                _ => ("categorical", "labels that are numbers of classes"),
            };
            let of_other_labels = match loss.family {
                // Another name of `categorical_crossentropy` may be meant with either kind of label.
                Family::OneHot if loss.is_torch_name => false,
                Family::OneHot => {
                    is(&["sparse_categorical_accuracy", "sparse_top_k_categorical_accuracy"])
                }
                _ => is(&["categorical_accuracy", "top_k_categorical_accuracy"]),
            };
            if of_other_labels {
                let plain = written.to_lowercase().replace('_', "");
                let better = match (plain.contains("topk"), wrong) {
                    (true, "sparse_") => "top_k_categorical_accuracy",
                    (true, _) => "sparse_top_k_categorical_accuracy",
                    (false, "sparse_") => "categorical_accuracy",
                    (false, _) => "sparse_categorical_accuracy",
                };
                let message = format!(
                    "`{}` has {right}, and `{written}` is for others; use `{better}`",
                    loss.written
                );
                return Some(instead(report(message), better));
            }
            if is(&["binary_accuracy"]) && last.units.is_some_and(|units| units > 1) {
                let message = format!(
                    "`{written}` judges each number by itself, and `{}` is over classes that exclude one another; use `accuracy`",
                    loss.written
                );
                return Some(instead(report(message), "accuracy"));
            }
            let is_top = is(&[
                "top_k_accuracy",
                "top_k_categorical_accuracy",
                "sparse_top_k_categorical_accuracy",
            ]);
            let top = top_k(call.map(|call| &**call))?;
            let units = last.units.filter(|units| is_top && *units > 1 && *units <= top)?;
            Some(report(format!(
                "among the {top} best of {units} classes is always the right one, so `{written}` is always 1"
            )))
        }
        Family::Binary => {
            if is(&["categorical_accuracy"]) && last.units? == 1 {
                let message = format!(
                    "`{written}` compares the largest of several numbers, and there is 1, so it is always 1; use `binary_accuracy`"
                );
                return Some(instead(report(message), "binary_accuracy"));
            }
            None
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

/// `binary_crossentropy` as `BinaryCrossentropy`.
fn camel_case(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split('_').map(capital).collect()
}
