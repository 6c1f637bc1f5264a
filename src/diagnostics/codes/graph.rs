//! Codes about how layers are put together: branches, merges, names, macros, repeats, inputs.

codes! { GRAPH:
}
