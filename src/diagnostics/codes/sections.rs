//! Codes about everything around the layers: sections, losses, optimizers, training, and the forms that are read although they are not standard.

codes! { SECTIONS:
}
