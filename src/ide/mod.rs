//! Features for editors and the command line: offsets in, plain structs out.
//!
//! One file a feature. Nothing here knows of the Language Server Protocol or of a terminal.

mod report;

pub use report::{DimView, FileReport, InputView, NetworkReport, Row, ShapeView, Totals};
