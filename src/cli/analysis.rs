//! The calls into the analysis.

use crate::config::{self, Config};
use crate::ide::FileReport;
use crate::lang::Framework;

/// Everything that is known of a text, with the findings that the settings show.
pub(super) fn analyze(text: &str, config: &Config) -> FileReport {
    crate::ide::analyze_with(text, framework(config), config)
}

/// The syntax tree of a text, for people.
pub(super) fn debug_tree(text: &str) -> String {
    crate::syntax::parse(text).debug_tree()
}

/// The framework that the settings name.
pub(super) fn framework(config: &Config) -> Framework {
    match config.framework {
        config::Framework::Keras => Framework::Keras,
        config::Framework::Pytorch => Framework::Pytorch,
    }
}
