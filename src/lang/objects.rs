//! The initializers, regularizers and constraints of Keras 3, which layers take by name.
//!
//! Keras 3.15 finds an object by the name of its class, by that in snake case, and a few by older names;
//! letter case counts. A regularizer or constraint with any other name is refused when the layer is
//! made; an initializer may also be one that a program has registered.

/// A kind of object that layers take by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    /// How weights start.
    Initializer,
    /// A penalty that is added to the loss.
    Regularizer,
    /// A bound that weights are kept to.
    Constraint,
}

/// An object with its names.
#[derive(Debug)]
pub struct Object {
    /// The class in `keras.initializers`, `keras.regularizers` or `keras.constraints`.
    pub class: &'static str,
    /// The class's name in snake case.
    pub name: &'static str,
    /// Other names that Keras takes.
    aliases: &'static [&'static str],
    /// Names that only others have for it.
    elsewhere: &'static [&'static str],
}

const fn object(class: &'static str, name: &'static str) -> Object {
    Object { class, name, aliases: &[], elsewhere: &[] }
}

impl Object {
    const fn also(mut self, aliases: &'static [&'static str]) -> Object {
        self.aliases = aliases;
        self
    }

    /// PyTorch's names.
    const fn elsewhere(mut self, names: &'static [&'static str]) -> Object {
        self.elsewhere = names;
        self
    }

    fn is_called(&self, name: &str) -> bool {
        self.class == name || self.name == name || self.aliases.contains(&name)
    }
}

const INITIALIZERS: &[Object] = &[
    object("GlorotUniform", "glorot_uniform").elsewhere(&["xavier_uniform", "xavier"]),
    object("GlorotNormal", "glorot_normal").elsewhere(&["xavier_normal"]),
    object("HeNormal", "he_normal").elsewhere(&["kaiming_normal"]),
    object("HeUniform", "he_uniform").elsewhere(&["kaiming_uniform"]),
    object("LecunNormal", "lecun_normal"),
    object("LecunUniform", "lecun_uniform"),
    object("Orthogonal", "orthogonal").also(&["OrthogonalInitializer", "orthogonal_initializer"]),
    object("RandomNormal", "random_normal").also(&["normal"]),
    object("RandomUniform", "random_uniform").also(&["uniform"]),
    object("TruncatedNormal", "truncated_normal").elsewhere(&["trunc_normal"]),
    object("VarianceScaling", "variance_scaling"),
    object("Zeros", "zeros").also(&["zero"]),
    object("Ones", "ones").also(&["one"]),
    object("Constant", "constant"),
    object("Identity", "identity").also(&["IdentityInitializer"]).elsewhere(&["eye"]),
    object("STFT", "stft").also(&["STFTInitializer"]),
];
const REGULARIZERS: &[Object] = &[
    object("L1", "l1"),
    object("L2", "l2").elsewhere(&["weight_decay"]),
    object("L1L2", "l1l2").elsewhere(&["elastic_net"]),
    object("OrthogonalRegularizer", "orthogonal_regularizer"),
];
const CONSTRAINTS: &[Object] = &[
    object("MaxNorm", "max_norm"),
    object("MinMaxNorm", "min_max_norm"),
    object("NonNeg", "non_neg"),
    object("UnitNorm", "unit_norm"),
];

impl ObjectKind {
    /// All of that kind, common ones first.
    pub fn all(self) -> &'static [Object] {
        match self {
            ObjectKind::Initializer => INITIALIZERS,
            ObjectKind::Regularizer => REGULARIZERS,
            ObjectKind::Constraint => CONSTRAINTS,
        }
    }

    /// What messages call it.
    pub fn noun(self) -> &'static str {
        match self {
            ObjectKind::Initializer => "initializer",
            ObjectKind::Regularizer => "regularizer",
            ObjectKind::Constraint => "constraint",
        }
    }

    /// The class whose first argument is a number, with what stands in the place of that number.
    pub fn of_number(self) -> &'static str {
        match self {
            ObjectKind::Initializer => "Constant",
            ObjectKind::Regularizer => "L2",
            ObjectKind::Constraint => "MaxNorm",
        }
    }

    /// Whether Keras finds an object of that kind by this name.
    pub fn is_known(self, name: &str) -> bool {
        self.all().iter().any(|object| object.is_called(name))
    }

    /// What Keras calls the object that others have this name for.
    pub fn called_elsewhere(self, name: &str) -> Option<&'static str> {
        let is_it =
            |object: &&Object| object.elsewhere.iter().any(|it| it.eq_ignore_ascii_case(name));
        self.all().iter().find(is_it).map(|object| object.name)
    }

    /// Every name that Keras takes, for suggestions.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let all = move |object: &'static Object| {
            [object.name, object.class].into_iter().chain(object.aliases.iter().copied())
        };
        self.all().iter().flat_map(all)
    }
}

#[cfg(test)]
mod tests {
    use super::ObjectKind::{self, Constraint, Initializer, Regularizer};
    use crate::lang::layers;
    use crate::lang::{Default, Kind};

    const KINDS: [ObjectKind; 3] = [Initializer, Regularizer, Constraint];

    /// Letters and digits stay together; a capital in front of small letters begins a word.
    #[test]
    fn names_are_classes_in_snake_case() {
        for object in KINDS.into_iter().flat_map(ObjectKind::all) {
            let plain = |name: &str| name.replace('_', "").to_lowercase();
            assert_eq!(plain(object.class), plain(object.name));
        }
        assert!(Regularizer.is_known("l1l2") && !Regularizer.is_known("l1_l2"));
        assert!(Initializer.is_known("HeNormal") && !Initializer.is_known("henormal"));
    }

    #[test]
    fn names_are_of_one_object() {
        for kind in KINDS {
            let mut seen = std::collections::HashSet::new();
            for name in kind.names() {
                assert!(seen.insert(name), "`{name}` is in the table twice");
                assert_eq!(kind.called_elsewhere(name), None, "Keras has `{name}`");
            }
            assert!(kind.is_known(kind.of_number()));
        }
    }

    /// A parameter whose name ends like a kind takes that kind, and starts with one that is known.
    #[test]
    fn parameters_of_layers_take_what_their_names_say() {
        for entry in layers::all() {
            for param in entry.params {
                let of_name = KINDS.into_iter().find(|kind| param.name.ends_with(kind.noun()));
                let of_kind = match param.kind {
                    Kind::Object(kind) => Some(kind),
                    _ => None,
                };
                assert_eq!(of_name, of_kind, "{}.{}", entry.name, param.name);
                if let (Some(kind), Some(Default::Str(default))) = (of_kind, param.default) {
                    assert!(kind.is_known(default), "{}.{}", entry.name, param.name);
                }
            }
        }
    }
}
