//! Learning-rate schedules: Keras's, and `StepDecay`, which only this language has.

use super::layer::{Default, Kind, Param};
use super::signature::{ABOVE_ZERO, COUNT, NUMBER, POSITIVE, Signature, optional, required};

/// Every schedule.
pub const ALL: &[Signature] = &[
    schedule(
        "ExponentialDecay",
        "Multiplies the rate by decay_rate every decay_steps steps.",
        &[INITIAL, DECAY_STEPS, DECAY_RATE, STAIRCASE, NAME],
    ),
    schedule(
        "PiecewiseConstantDecay",
        "A rate for each piece of the training.",
        &[
            required("boundaries", Kind::Any, "The steps at which the rate changes."),
            required("values", Kind::Any, "The rates, one more than there are boundaries."),
            NAME,
        ],
    ),
    schedule(
        "PolynomialDecay",
        "Goes from the initial rate to end_learning_rate along a power.",
        &[
            INITIAL,
            DECAY_STEPS,
            optional("end_learning_rate", NUMBER, Default::Float(0.0001), "The rate at the end."),
            optional("power", NUMBER, Default::Float(1.0), "The power; 1 is a straight line."),
            optional(
                "cycle",
                Kind::Bool,
                Default::Bool(false),
                "Whether it starts again after decay_steps.",
            ),
            NAME,
        ],
    ),
    schedule(
        "InverseTimeDecay",
        "Divides the initial rate by a number that grows with the steps.",
        &[INITIAL, DECAY_STEPS, DECAY_RATE, STAIRCASE, NAME],
    ),
    schedule(
        "CosineDecay",
        "Falls along a cosine, after a rise where warmup_steps is given.",
        &[
            INITIAL,
            DECAY_STEPS,
            ALPHA,
            NAME,
            optional("warmup_target", NUMBER, Default::None, "The rate that the rise ends with."),
            optional(
                "warmup_steps",
                Kind::Int { min: 0 },
                Default::Int(0),
                "How many steps the rise takes.",
            ),
        ],
    ),
    schedule(
        "CosineDecayRestarts",
        "Falls along a cosine, again and again.",
        &[
            INITIAL,
            required("first_decay_steps", ABOVE_ZERO, "How many steps the first fall takes."),
            optional("t_mul", NUMBER, Default::Float(2.0), "How much longer each fall is."),
            optional("m_mul", NUMBER, Default::Float(1.0), "How much higher each fall starts."),
            ALPHA,
            NAME,
        ],
    ),
    schedule(
        "StepDecay",
        "Multiplies the rate by drop every epochs_drop epochs.",
        &[
            INITIAL,
            required("drop", POSITIVE, "What the rate is multiplied by."),
            required("epochs_drop", COUNT, "After how many epochs."),
        ],
    ),
];

const INITIAL: Param = required("initial_learning_rate", NUMBER, "The rate at the start.");
const DECAY_STEPS: Param =
    required("decay_steps", ABOVE_ZERO, "Over how many steps the rate falls; more than 0.");
const DECAY_RATE: Param = required("decay_rate", NUMBER, "How much the rate falls.");
const STAIRCASE: Param = optional(
    "staircase",
    Kind::Bool,
    Default::Bool(false),
    "Whether the rate falls in steps and not smoothly.",
);
const ALPHA: Param = optional(
    "alpha",
    NUMBER,
    Default::Float(0.0),
    "The lowest rate, as a part of the initial one.",
);
const NAME: Param = optional("name", Kind::Str, Default::None, "The name of the object.");

const fn schedule(
    name: &'static str,
    summary: &'static str,
    params: &'static [Param],
) -> Signature {
    Signature {
        name,
        aliases: &[],
        summary,
        params,
        shared: &[],
        enforced: &["decay_steps", "first_decay_steps"],
    }
}

/// The schedule with this name, without regard to case and underscores.
pub fn find(name: &str) -> Option<&'static Signature> {
    ALL.iter().find(|schedule| schedule.is_called(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_found_in_any_case() {
        assert_eq!(find("exponentialdecay").map(|it| it.name), Some("ExponentialDecay"));
        assert_eq!(find("step_decay").map(|it| it.params().count()), Some(3));
        assert_eq!(find("Decay").map(|it| it.name), None);
    }
}
