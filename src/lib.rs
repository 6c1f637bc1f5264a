//! neural-analyzer: tensor shapes, parameters and FLOPs of Neural DSL networks, as they are written.
//!
//! The crate is laid out in rooms that depend on one another in one direction only
//! (`tests/layering.rs` reads the `use crate::…` lines and fails on any other edge):
//!
//! ```text
//! text <- diagnostics <- config
//! text, diagnostics   <- syntax
//! shape, diagnostics  <- lang
//! syntax, lang, config <- model <- checks <- ide <- {server, cli} <- main
//! ```
//!
//! Invariants, each held by a test:
//!
//! - The lexer covers every byte and `tree.text() == input` for any input at all. Parsing never
//!   fails: it gives a tree and a list of findings.
//! - Nesting depth, file size, repeat counts and macro expansion are bounded; passing a bound is a
//!   finding. Nothing recurses over data of the author's length.
//! - Results of [`model`] hold no absolute offsets, so that an edit above a layer does not
//!   invalidate it.
//! - A shape that is not known is unknown, and spreads as unknown. Nothing is guessed, and one
//!   mistake is reported once.
//! - Severity and presentation are applied after the queries: none of their settings is an input of
//!   a shape query.
//! - Only [`cli`] writes to stdout; while [`server`] runs, stdout carries the protocol and nothing
//!   else.
//! - One thread owns the state of the server and applies edits in the order of the wire. The server
//!   never waits for its client, never dies of a handler's panic, and never shows a result of an
//!   older text as new.

#![deny(clippy::print_stdout)]

pub mod checks;
pub mod cli;
pub mod config;
pub mod diagnostics;
pub mod ide;
pub mod lang;
pub mod model;
pub mod server;
pub mod shape;
pub mod syntax;
pub mod text;
