//! The metrics of Keras 3, and the short names that this language has.
//!
//! Letter case and underscores make no difference. Every loss is a metric as well.

use super::losses;
use super::signature::same_name;

/// Every metric that is no loss.
pub const ALL: &[&str] = &[
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
    "f1",
    "f1_score",
    "fbeta_score",
    "auc",
    "true_positives",
    "true_negatives",
    "false_positives",
    "false_negatives",
    "sensitivity_at_specificity",
    "specificity_at_sensitivity",
    "precision_at_recall",
    "recall_at_precision",
    "root_mean_squared_error",
    "rmse",
    "r2",
    "r2_score",
    "pearson_correlation",
    "concordance_correlation",
    "log_cosh_error",
    "iou",
    "binary_iou",
    "mean_iou",
    "one_hot_iou",
    "one_hot_mean_iou",
    "mean",
    "sum",
    "mean_metric_wrapper",
    "loss",
];

/// Whether there is such a metric.
pub fn is_known(name: &str) -> bool {
    ALL.iter().any(|metric| same_name(metric, name)) || losses::find(name).is_some()
}

/// Every name, for suggestions.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().copied().chain(losses::names())
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
}
