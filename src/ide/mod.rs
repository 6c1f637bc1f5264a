//! Features for editors and the command line: offsets in, plain structs out.
//!
//! One file a feature. Nothing here knows of the Language Server Protocol or of a terminal. Only
//! [`analysis`] opens the database.

mod analysis;
mod diagnostics;
mod report;
mod view;

pub use analysis::analyze;
pub use report::{FileReport, NetworkReport, Row, Totals};
pub use view::{DimView, InputView, ShapeView};
