//! Dense and its kin.

use crate::lang::LayerEntry;

pub const LAYERS: &[LayerEntry] = &[];
