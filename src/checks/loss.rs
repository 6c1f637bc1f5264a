//! A loss against the output that it is for: how many numbers that has, and of what sort.
//!
//! For PyTorch, whose losses take scores where Keras's take probabilities, activations are not judged.

use super::layers::innermost;
use super::output::Last;
use super::values::elements;
use crate::diagnostics::{Diagnostic, Severity, codes};
use crate::lang::losses;
use crate::lang::signature::same_name;
use crate::model::hir::{Call, Expr, ExprKind};
use crate::model::place::{OwnerId, Place};
use crate::model::result::Finding;
use crate::text::TextRange;

/// How a loss reads the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
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
pub(super) struct Loss<'a> {
    pub family: Family,
    /// Whether it takes scores; `None` where that cannot be told.
    from_logits: Option<bool>,
    /// Whether it is written as PyTorch writes it, which takes scores.
    pub is_torch_name: bool,
    /// The name as written, where it stands, and whether that is a string.
    pub written: &'a str,
    range: TextRange,
    quoted: bool,
    /// The value of `from_logits`.
    flag: Option<TextRange>,
    owner: OwnerId,
    /// Whether it is for other outputs too, which a change of it would change as well.
    is_shared: bool,
}

/// The loss of output number `at` of `count`: that of a list of as many, or the only one. A list of
/// another length is none.
pub(super) fn of_output(loss: &Expr, at: usize, count: usize) -> Option<&Expr> {
    match elements(loss) {
        Some(losses) if losses.len() == count => losses.get(at),
        Some(_) => None,
        None => Some(loss),
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

impl<'a> Loss<'a> {
    /// The loss that is written in the piece `owner`. `None` where it is none of Keras's, or one that is
    /// not judged.
    pub fn read(owner: OwnerId, expr: &'a Expr, is_shared: bool) -> Option<Loss<'a>> {
        let (written, range, quoted, call): (&str, TextRange, bool, Option<&Call>) =
            match &expr.kind {
                ExprKind::Str(name) => (name, expr.range, true, None),
                ExprKind::Name(name) => (name, expr.range, false, None),
                ExprKind::Call(call) => (&call.name.value, call.name.range, false, Some(call)),
                _ => return None,
            };
        let signature = losses::find(written)?;
        let family = match signature.name {
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
            None => signature.positional(at).is_some_and(|param| param.name == "from_logits"),
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
        Some(Loss {
            family,
            from_logits,
            is_torch_name,
            written,
            range,
            quoted,
            flag,
            owner,
            is_shared,
        })
    }

    pub fn place(&self) -> Place {
        Place::new(self.owner, self.range)
    }

    /// With the fix that names another loss, written as this one is.
    fn replaced(&self, finding: Diagnostic<Place>, name: &str) -> Diagnostic<Place> {
        if self.is_shared {
            return finding;
        }
        let styled = styled_as(self.written, name);
        let text = if self.quoted { format!("\"{styled}\"") } else { styled.clone() };
        let title = format!("Change the loss to `{styled}`");
        finding.with_fix(title, vec![self.place().edit(text)])
    }

    /// A loss over classes where there is one number.
    pub fn units(&self, last: &Last<'_>) -> Option<Diagnostic<Place>> {
        let over_classes = matches!(self.family, Family::OneHot | Family::Sparse);
        // A softmax over one unit is reported itself. What is no Dense or convolution may end in a
        // dimension that is not the classes.
        let is_units = last.view.entry.channels.is_some() || last.view.is_activation();
        let softmax = last.activation.as_deref() == Some("softmax");
        if !over_classes || last.units? != 1 || softmax || !is_units {
            return None;
        }
        let message = format!(
            "`{}` is a loss over several classes, and {} gives 1 number; one class or the other is `binary_crossentropy`",
            self.written, last.called
        );
        let mut finding = Diagnostic::new(codes::LOSS_MISMATCH, self.place(), message)
            .with_related(last.site.layer.place, "the last layer has 1 unit");
        if last.activation.as_deref() == Some("sigmoid") {
            finding = self.replaced(finding, "binary_crossentropy");
        }
        Some(finding)
    }

    /// An activation that the loss cannot make sense of.
    pub fn activation(&self, last: &Last<'_>) -> Option<Finding> {
        let activation = last.activation.as_deref()?;
        if self.from_logits? {
            return self.applied_twice(activation, last);
        }
        let name = self.written;
        let is_unbounded = UNBOUNDED.contains(&activation);
        let shown = match activation {
            _ if last.is_open => {
                "an `Output` without an activation, which Keras takes for plain scores".to_owned()
            }
            "linear" => "plain scores".to_owned(),
            _ => format!("the output of `{activation}`"),
        };
        let (message, wanted) = match self.family {
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
            Family::Binary if activation == "softmax" => return self.of_labels(last),
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
            Family::Divergence if matches!(activation, "linear" | "relu" | "tanh") => (
                format!("`{name}` compares distributions, and gets {shown}; use `softmax`"),
                "softmax",
            ),
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
            .with_related(self.place(), "the loss");
        // With a softmax the network may be right, but for labels by themselves.
        let is_wrong_either_way =
            self.family == Family::Binary && last.units.is_some_and(|units| units > 2);
        if last.is_open && !is_wrong_either_way {
            finding = finding.with_severity(Severity::Info);
        }
        if last.site.is_copy() {
            // The copies before the last one are right as they are.
        } else if let Some(edits) = last.view.set("activation", &format!("\"{wanted}\"")) {
            finding = finding.with_fix(format!("Set the activation to `{wanted}`"), edits);
        } else if last.view.is_activation() {
            let edit = inner.place.edit(format!("Activation(\"{wanted}\")"));
            finding = finding.with_fix(format!("Change to `Activation(\"{wanted}\")`"), vec![edit]);
        }
        Some(last.site.finding(finding))
    }

    /// Probabilities for a loss that makes probabilities of what it gets.
    fn applied_twice(&self, activation: &str, last: &Last<'_>) -> Option<Finding> {
        let is_wrong = matches!(activation, "softmax" | "sigmoid")
            && matches!(self.family, Family::OneHot | Family::Sparse | Family::Binary);
        if !is_wrong {
            return None;
        }
        let message = format!(
            "`from_logits=true` takes scores, and {} ends in `{activation}`; remove `from_logits` or `{activation}`",
            last.called
        );
        let flag = self.flag.map(|range| Place::new(self.owner, range));
        let mut finding =
            Diagnostic::new(codes::LOSS_MISMATCH, flag.unwrap_or(self.place()), message)
                .with_related(last.site.layer.place, format!("`{activation}` is applied here"));
        if let Some(flag) = flag.filter(|_| !self.is_shared) {
            finding = finding.with_fix("Set `from_logits=false`", vec![flag.edit("false")]);
        }
        Some(plain(finding))
    }

    /// A softmax for a loss of labels that do not exclude one another. Two classes that do are two such
    /// labels as well.
    fn of_labels(&self, last: &Last<'_>) -> Option<Finding> {
        last.units.filter(|units| *units > 2)?;
        let message = format!(
            "`{}` takes a probability for each label by itself, and `softmax` lets them add up to 1; use `categorical_crossentropy`, or `sigmoid` where several can be true",
            self.written
        );
        let finding = Diagnostic::new(codes::LOSS_MISMATCH, self.place(), message)
            .with_related(last.site.layer.place, "`softmax` is applied here");
        Some(plain(self.replaced(finding, "categorical_crossentropy")))
    }
}

/// A finding that is about no layer.
pub(super) fn plain(diagnostic: Diagnostic<Place>) -> Finding {
    Finding { diagnostic, calls: Vec::new(), of_use: false, path: None }
}

/// `name` as it is written where `written` stands: as a class, or as a function.
pub(super) fn styled_as(written: &str, name: &str) -> String {
    if !written.starts_with(|first: char| first.is_ascii_uppercase()) {
        return name.to_owned();
    }
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split('_').map(capital).collect()
}
