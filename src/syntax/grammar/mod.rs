//! The grammar of Neural DSL, one file for each part of it.
//!
//! Each function stands at the first token of what it reads. It consumes what it can, reports what
//! has no place, and leaves the parser at the next thing; none of them fails.

mod branches;
mod entries;
mod expressions;
mod file;
mod groups;
mod habits;
mod hpo;
mod input;
mod layers;
mod network;
mod recovery;
mod sections;
mod suffixes;
mod unknown;
mod words;

pub(super) use file::file;
pub(super) use layers::{Within, piece_of_list, separators_finding};

use super::parser::Parser;

/// One value and nothing else: the inside of a quoted call.
pub(super) fn single_expr(p: &mut Parser<'_>) {
    expressions::expr(p);
}
