//! The calls into the analysis.

use crate::config::Config;
use crate::ide::{FileReport, analyze_with, framework};

/// Everything that is known of a text, with the findings that the settings show.
pub(super) fn analyze(text: &str, config: &Config) -> FileReport {
    analyze_with(text, framework(config), config)
}

/// The syntax tree of a text, for people.
pub(super) fn debug_tree(text: &str) -> String {
    crate::syntax::parse(text).debug_tree()
}
