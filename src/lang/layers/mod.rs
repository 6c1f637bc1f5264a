//! The layer table, a file for each family.

use super::layer::LayerEntry;

mod core;

/// Every layer, family by family.
pub fn all() -> impl Iterator<Item = &'static LayerEntry> {
    [core::LAYERS].into_iter().flatten()
}

/// The layer with this name or alias, without regard to case.
pub fn find(name: &str) -> Option<&'static LayerEntry> {
    all().find(|entry| {
        entry.name.eq_ignore_ascii_case(name)
            || entry.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    })
}
