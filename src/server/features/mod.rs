//! One file for each group of requests: from a snapshot and the parameters to the answer.
//!
//! These functions ask [`crate::ide`] and put its answers into the protocol's words. They see no
//! state and wait for nothing.

pub(super) mod actions;
pub(super) mod diagnostics;
pub(super) mod hints;
pub(super) mod hover;
pub(super) mod navigation;
pub(super) mod ranges;
pub(super) mod requests;
pub(super) mod semantic_tokens;
pub(super) mod symbols;

#[cfg(test)]
pub(super) mod fixture;
