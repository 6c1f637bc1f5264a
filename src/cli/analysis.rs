//! The calls into the analysis.

use crate::config;
use crate::ide::FileReport;
use crate::lang::Framework;

/// Everything that is known of a text, with the severities that the findings were made with.
pub(super) fn analyze(text: &str, framework: Framework) -> FileReport {
    crate::ide::analyze(text, framework)
}

/// The syntax tree of a text, for people.
pub(super) fn debug_tree(text: &str) -> String {
    crate::syntax::parse(text).debug_tree()
}

/// The framework that the settings name.
pub(super) fn framework(config: &config::Config) -> Framework {
    match config.framework {
        config::Framework::Keras => Framework::Keras,
        config::Framework::Pytorch => Framework::Pytorch,
    }
}
