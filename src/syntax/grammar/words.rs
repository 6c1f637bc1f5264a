//! The words that are special where they stand, and the questions about the next few tokens that
//! decide what a name begins.

use crate::diagnostics::suggest::did_you_mean;
use crate::syntax::kind::SyntaxKind::{self, *};
use crate::syntax::parser::Parser;

/// A section of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Input,
    Layers,
    Loss,
    Optimizer,
    Metrics,
    Train,
    Execute,
}

const SECTION_WORDS: &[(&str, Section)] = &[
    ("input", Section::Input),
    ("layers", Section::Layers),
    ("loss", Section::Loss),
    ("optimizer", Section::Optimizer),
    ("metrics", Section::Metrics),
    ("train", Section::Train),
    ("training", Section::Train),
    ("execute", Section::Execute),
    ("execution", Section::Execute),
];

/// Keys of `train` that are also found outside of it.
const TRAIN_KEYS: &[&str] = &[
    "epochs",
    "batch_size",
    "validation_split",
    "search_method",
    "gradient_clip",
    "shuffle",
    "callbacks",
    "early_stopping",
    "early_stopping_patience",
    "patience",
    "min_delta",
    "checkpoint_path",
    "gradient_accumulation_steps",
    "max_trials",
];

/// Keys of `execute` that are also found outside of it.
const EXECUTE_KEYS: &[&str] = &["device", "mixed_precision", "gradient_checkpointing"];

/// What a word that the language does not have was meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Foreign {
    /// `inputs:`
    Inputs,
    /// `branches:`
    Branches,
    /// `merge:`
    Merge,
    /// `epochs:` outside of `train`.
    TrainKey,
    /// `device:` outside of `execute`.
    ExecuteKey,
    /// `lr_schedule:` outside of the optimizer.
    Schedule,
}

impl Section {
    /// The section that a word names exactly.
    pub(super) fn of_word(word: &str) -> Option<Section> {
        SECTION_WORDS.iter().find(|(name, _)| *name == word).map(|&(_, section)| section)
    }

    /// The section that a misspelt word was meant to name, with its right spelling.
    pub(super) fn near_word(word: &str) -> Option<(&'static str, Section)> {
        if Foreign::of_word(word).is_some() || Section::of_word(word).is_some() {
            return None;
        }
        let name = did_you_mean(word, SECTION_WORDS.iter().map(|&(name, _)| name))?;
        SECTION_WORDS.iter().find(|(known, _)| *known == name).copied()
    }

    pub(super) fn node(self) -> SyntaxKind {
        match self {
            Section::Input => INPUT_SECTION,
            Section::Layers => LAYERS_SECTION,
            Section::Loss => LOSS_SECTION,
            Section::Optimizer => OPTIMIZER_SECTION,
            Section::Metrics => METRICS_SECTION,
            Section::Train => TRAIN_SECTION,
            Section::Execute => EXECUTE_SECTION,
        }
    }

    /// Whether the section's entries stand in `{ }`.
    pub(super) fn has_block(self) -> bool {
        matches!(self, Section::Train | Section::Execute)
    }

    /// The section's bit in a set of sections.
    pub(super) fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl Foreign {
    pub(super) fn of_word(word: &str) -> Option<Foreign> {
        match word {
            "inputs" => Some(Foreign::Inputs),
            "branches" => Some(Foreign::Branches),
            "merge" => Some(Foreign::Merge),
            "lr_schedule" | "learning_rate_schedule" | "learning_rate" => Some(Foreign::Schedule),
            _ if TRAIN_KEYS.contains(&word) => Some(Foreign::TrainKey),
            _ if EXECUTE_KEYS.contains(&word) => Some(Foreign::ExecuteKey),
            _ => None,
        }
    }
}

/// Whether a word is `true`, `false` or `None`, in any letter case.
pub(super) fn is_constant(word: &str) -> bool {
    ["true", "false", "none"].iter().any(|constant| word.eq_ignore_ascii_case(constant))
}

/// Whether a name is written as layers are, with a capital letter.
pub(super) fn is_capitalized(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_uppercase())
}

/// Whether a form of the file's level starts `n` tokens from here: `network Name {` and its like.
pub(super) fn at_top_level(p: &Parser<'_>, n: usize) -> bool {
    if p.nth(n) != IDENT {
        return false;
    }
    match p.nth_text(n) {
        "network" => match p.nth(n + 1) {
            L_BRACE => p.nth_starts_line(n),
            IDENT | STRING => {
                p.nth(n + 2) == L_BRACE || p.nth_starts_line(n) && !p.nth_starts_line(n + 1)
            }
            _ => false,
        },
        "define" | "macro" => {
            p.nth(n + 1) == IDENT
                && (p.nth(n + 2) == L_BRACE || p.nth(n + 2) == L_PAREN && p.nth_starts_line(n))
        }
        "research" => {
            p.nth(n + 1) == L_BRACE && p.nth_starts_line(n)
                || p.nth(n + 1) == IDENT && p.nth(n + 2) == L_BRACE
        }
        _ => false,
    }
}

/// Whether a section starts `n` tokens from here: its name before `:` or `{`.
pub(super) fn section_at(p: &Parser<'_>, n: usize) -> Option<Section> {
    if p.nth(n) != IDENT || !matches!(p.nth(n + 1), COLON | L_BRACE) {
        return None;
    }
    Section::of_word(p.nth_text(n))
}

/// Whether the `{` that stands `n` tokens from here holds `key: value` entries, not layers.
pub(super) fn holds_entries(p: &Parser<'_>, n: usize) -> bool {
    p.nth(n + 1) == IDENT && p.nth(n + 2) == COLON && p.nth(n + 3) != L_BRACE
}

/// Whether the name `n` tokens from here begins a choice of values.
pub(super) fn hpo_at(p: &Parser<'_>, n: usize) -> bool {
    p.nth(n) == IDENT
        && p.nth(n + 1) == L_PAREN
        && (p.nth_text(n).eq_ignore_ascii_case("hpo") || HpoWord::of_word(p.nth_text(n)).is_some())
}

/// The ways to say which values may be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HpoWord {
    Choice,
    Categorical,
    Range,
    LogRange,
}

impl HpoWord {
    pub(super) const ALL: [&'static str; 3] = ["choice", "range", "log_range"];

    pub(super) fn of_word(word: &str) -> Option<HpoWord> {
        match word {
            "choice" => Some(HpoWord::Choice),
            "categorical" => Some(HpoWord::Categorical),
            "range" => Some(HpoWord::Range),
            "log_range" => Some(HpoWord::LogRange),
            _ => None,
        }
    }

    /// The standard spelling.
    pub(super) fn name(self) -> &'static str {
        match self {
            HpoWord::Choice | HpoWord::Categorical => "choice",
            HpoWord::Range => "range",
            HpoWord::LogRange => "log_range",
        }
    }
}
