//! The metrics of Keras 3, and the short names that this language has.
//!
//! Letter case and underscores make no difference. Every loss is a metric as well.

use super::losses;
use super::signature::same_name;

/// A metric that is no loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// The name.
    pub name: &'static str,
    /// The labels that it compares predictions with; `None` where it is not about right classes, or is
    /// as well about other numbers.
    pub labels: Option<Labels>,
}

/// How the labels of examples say which class is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Labels {
    /// As the loss has it, or in any way.
    Any,
    /// With a number for each class, 1 at the right one.
    OneHot,
    /// With the number of the right class.
    Sparse,
    /// With 0 or 1 for each number by itself.
    Binary,
}

const fn metric(name: &'static str) -> Metric {
    Metric { name, labels: None }
}

const fn of_classes(name: &'static str, labels: Labels) -> Metric {
    Metric { name, labels: Some(labels) }
}

/// Every metric that is no loss.
pub const ALL: &[Metric] = &[
    of_classes("accuracy", Labels::Any),
    of_classes("acc", Labels::Any),
    of_classes("binary_accuracy", Labels::Binary),
    of_classes("categorical_accuracy", Labels::OneHot),
    of_classes("sparse_categorical_accuracy", Labels::Sparse),
    of_classes("top_k_accuracy", Labels::Any),
    of_classes("top_k_categorical_accuracy", Labels::OneHot),
    of_classes("sparse_top_k_categorical_accuracy", Labels::Sparse),
    of_classes("precision", Labels::Any),
    of_classes("recall", Labels::Any),
    of_classes("f1", Labels::Any),
    of_classes("f1_score", Labels::Any),
    of_classes("fbeta_score", Labels::Any),
    of_classes("auc", Labels::Any),
    of_classes("true_positives", Labels::Any),
    of_classes("true_negatives", Labels::Any),
    of_classes("false_positives", Labels::Any),
    of_classes("false_negatives", Labels::Any),
    of_classes("sensitivity_at_specificity", Labels::Any),
    of_classes("specificity_at_sensitivity", Labels::Any),
    of_classes("precision_at_recall", Labels::Any),
    of_classes("recall_at_precision", Labels::Any),
    metric("root_mean_squared_error"),
    metric("rmse"),
    metric("r2"),
    metric("r2_score"),
    metric("pearson_correlation"),
    metric("concordance_correlation"),
    metric("log_cosh_error"),
    metric("iou"),
    metric("binary_iou"),
    metric("mean_iou"),
    metric("one_hot_iou"),
    metric("one_hot_mean_iou"),
    metric("mean"),
    metric("sum"),
    metric("mean_metric_wrapper"),
    metric("loss"),
];

/// The metric of that name, where it is no loss.
pub fn find(name: &str) -> Option<&'static Metric> {
    ALL.iter().find(|metric| same_name(metric.name, name))
}

/// Whether there is such a metric.
pub fn is_known(name: &str) -> bool {
    find(name).is_some() || losses::find(name).is_some()
}

/// Whether the metric looks for the right class among several best ones.
pub fn is_top(name: &str) -> bool {
    find(name).is_some_and(|metric| metric.name.contains("top_k"))
}

/// The share of right classes with labels of this kind, of the best or of several best ones.
pub fn accuracy_of(labels: Labels, top: bool) -> Option<&'static str> {
    let is_it = |metric: &&Metric| {
        metric.labels == Some(labels)
            && metric.name.ends_with("accuracy")
            && is_top(metric.name) == top
    };
    ALL.iter().find(is_it).map(|metric| metric.name)
}

/// Every name, for suggestions.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|metric| metric.name).chain(losses::names())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_of_keras_and_of_the_language_are_known() {
        for name in ["accuracy", "AUC", "F1Score", "mse", "sparse_categorical_crossentropy"] {
            assert!(is_known(name), "{name}");
        }
        assert!(!is_known("metric1"));
    }

    #[test]
    fn accuracies_are_told_by_their_labels() {
        let of = |labels, top| accuracy_of(labels, top);
        assert_eq!(of(Labels::OneHot, false), Some("categorical_accuracy"));
        assert_eq!(of(Labels::Sparse, false), Some("sparse_categorical_accuracy"));
        assert_eq!(of(Labels::OneHot, true), Some("top_k_categorical_accuracy"));
        assert_eq!(of(Labels::Sparse, true), Some("sparse_top_k_categorical_accuracy"));
        assert_eq!(of(Labels::Binary, false), Some("binary_accuracy"));
        assert_eq!(of(Labels::Binary, true), None);
    }
}
