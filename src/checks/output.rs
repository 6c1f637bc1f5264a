//! The end of a network against its loss and its metrics.
//!
//! Only what can be told is judged: an output whose last layer is known, with the loss that is for it.
//! Each output of a network with several has a loss of its own where there is a list of as many, and
//! else the only one.

use super::facts::{End, Site};
use super::layers::{View, innermost, is_certain, last_size};
use super::loss::{Loss, plain};
use super::{loss, metric, values};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::lang::{Category, Framework};
use crate::model::hir::Expr;
use crate::model::place::{OwnerId, Place};
use crate::model::result::Finding;
use crate::model::tensor::Tensor;

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

/// The layer that gives an output: its activation and size.
pub(super) struct Last<'a> {
    pub site: &'a Site,
    pub view: View<'a>,
    /// As [`View::activation`] has it, or as Keras does where the text leaves it open.
    pub activation: Option<String>,
    /// Whether the text leaves the activation open and other programs than Keras have another one.
    pub is_open: bool,
    pub units: Option<u64>,
    /// Whether the output has one dimension besides the batch.
    pub is_flat: bool,
    /// How messages call the output.
    pub called: String,
}

impl<'a> Output<'a> {
    /// What does not fit.
    pub fn check(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let ends: Vec<Option<&Site>> = match self.end {
            End::One(site) => vec![Some(site)],
            // What is open after a mistake need not be what leaves the network.
            End::Branches(sites) if sites.len() == self.outputs.len() => {
                sites.iter().map(Option::as_ref).collect()
            }
            End::Nothing | End::Branches(_) | End::Many => Vec::new(),
        };
        for (at, site) in ends.iter().enumerate() {
            let Some(site) = site.filter(|site| is_certain(&site.layer)) else { continue };
            findings.extend(self.last_layer(site));
            if self.outputs.len() == ends.len() {
                findings.extend(self.output(at, site));
            }
        }
        let is_certain = !self.outputs.iter().any(|output| output.doubtful);
        if self.framework == Framework::Keras && ends.len() == self.outputs.len() && is_certain {
            findings.extend(self.losses().into_iter().chain(self.one_for_each()).map(plain));
        }
        findings
    }

    /// More losses than there are outputs, which Keras 3 refuses. It leaves outputs without one alone, and
    /// adds the losses of a single output up.
    fn losses(&self) -> Option<Diagnostic<Place>> {
        let count = self.outputs.len();
        let (owner, loss) = self.loss?;
        let losses = values::elements(loss)?;
        if count == 1 || losses.len() <= count {
            return None;
        }
        let message = format!(
            "there are {} losses for the {count} outputs of the network; write one for each",
            losses.len()
        );
        Some(Diagnostic::new(codes::LOSS_MISMATCH, Place::new(owner, loss.range), message))
    }

    /// Metrics of several outputs that are not one entry for each, which Keras 3 refuses.
    fn one_for_each(&self) -> Option<Diagnostic<Place>> {
        let count = self.outputs.len();
        let (owner, metrics) = self.metrics?;
        let (first, last) = (metrics.first()?, metrics.last()?);
        if count == 1 || metrics.len() == count {
            return None;
        }
        let entries = match metrics.len() {
            1 => "1 entry".to_owned(),
            more => format!("{more} entries"),
        };
        let message = format!(
            "`metrics` has {entries} for the {count} outputs of the network; write one for each, a metric, a list of metrics or `None`"
        );
        let range = first.range.cover(last.range);
        let finding = Diagnostic::new(codes::METRIC_MISMATCH, Place::new(owner, range), message);
        Some(match count {
            2 | 3 => {
                let example = vec!["[\"mae\"]"; count].join(", ");
                finding.with_help(format!("for example `metrics: [{example}]`"))
            }
            _ => finding,
        })
    }

    /// What does not fit output number `at`.
    fn output(&self, at: usize, site: &'a Site) -> Vec<Finding> {
        let count = self.outputs.len();
        let Some((owner, all)) = self.loss else { return Vec::new() };
        let Some(loss) = loss::of_output(all, at, count) else { return Vec::new() };
        let is_shared = count > 1 && std::ptr::eq(loss, all);
        let Some(loss) = Loss::read(owner, loss, is_shared) else { return Vec::new() };
        let Some(last) = self.last(at, site) else { return Vec::new() };
        let mut findings: Vec<Finding> = loss.units(&last).map(plain).into_iter().collect();
        if self.framework == Framework::Keras && !loss.is_torch_name && findings.is_empty() {
            findings.extend(loss.activation(&last));
        }
        if let Some((owner, metrics)) = self.metrics {
            let metrics = metrics_of(metrics, at, count).iter();
            let found = metrics.filter_map(|expr| metric::check(owner, expr, &loss, &last));
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

    fn last(&self, at: usize, site: &'a Site) -> Option<Last<'a>> {
        let output = &self.outputs[at];
        let view = View::of(innermost(&site.layer))?;
        // The classes of such a map are not in its last dimension.
        if view.args().text("data_format").as_deref() == Some("channels_first") {
            return None;
        }
        let units = last_size(output);
        // Programs that generate code from the language give an `Output` without an activation a softmax,
        // which is no more right than Keras's plain number where there is one unit.
        let is_bare = view.entry.name == "Output" && !view.args().is_given("activation");
        let linear = is_bare.then(|| "linear".to_owned());
        Some(Last {
            site,
            activation: view.activation().or(linear),
            is_open: is_bare && units != Some(1),
            view,
            units,
            is_flat: output.rank() == Some(2),
            called: match self.outputs.len() {
                1 => "the network".to_owned(),
                _ => format!("output {} of the network", at + 1),
            },
        })
    }
}

/// The metrics of output number `at` of `count`. Where there are several outputs, a list of as many has a
/// metric or a list of them for each; anything else is not told apart.
fn metrics_of(metrics: &[Expr], at: usize, count: usize) -> &[Expr] {
    if count == 1 {
        return metrics;
    }
    match metrics.get(at).filter(|_| metrics.len() == count) {
        Some(own) => values::elements(own).unwrap_or(std::slice::from_ref(own)),
        None => &[],
    }
}
