//! The page of the layer table, `docs/layers.md`.

use std::fmt::Write as _;

use super::formula::SYMBOLS;
use super::layer::{Category, InPytorch, LayerEntry, Operands, Rule};
use super::layers;
use super::rule::{Blame, Framework, RuleCx};
use super::validate::wanted;
use super::{Args, Param};
use crate::diagnostics::codes;
use crate::shape::{Dim, Shape};

const HEAD: &str = "# Layers

Every layer that the language knows, by family: its parameters in the order of arguments without names, what it
takes and gives, and how its parameters, its multiply-accumulates (MACs) and what it keeps in memory are counted.
Names of layers are read in any letter case. Besides its own, every layer takes the parameters `name`, `trainable`,
`dtype` and `shared`; layers that share an id are one layer.

Shapes have the batch first, and counts are for one example. MACs are those of convolutions, matrix products and
einsums, without credit for padding, masks or sparsity; FLOPs are twice the MACs. *Other operations* are bias,
normalization, activation, pooling and softmax when the network answers. They are an estimate, and never part of
the MACs.

In formulas a parameter stands for its value: a tuple for the product of its numbers, `true` and a text for 1, `false`
and `None` for 0. Other names are:

";

/// The families in the order of the page.
const FAMILIES: &[(Category, &str)] = &[
    (Category::Core, "Core"),
    (Category::Activation, "Activation"),
    (Category::Convolution, "Convolution"),
    (Category::Pooling, "Pooling"),
    (Category::Recurrent, "Recurrent"),
    (Category::Wrapper, "Wrappers"),
    (Category::Normalization, "Normalization"),
    (Category::Regularization, "Dropout and noise"),
    (Category::Reshaping, "Reshaping and resizing"),
    (Category::Merging, "Merging"),
    (Category::Attention, "Attention"),
    (Category::Composite, "Transformers"),
    (Category::Special, "Names of this language"),
];

/// `docs/layers.md`.
pub fn layers_page() -> String {
    let mut page = String::from(HEAD);
    page += "| Name | Stands for |\n|---|---|\n";
    for symbol in SYMBOLS {
        let _ = writeln!(page, "| `{}` | {} |", symbol.name, symbol.doc);
    }
    for (family, title) in FAMILIES {
        let entries: Vec<&LayerEntry> =
            layers::all().filter(|entry| entry.category == *family).collect();
        let names: Vec<String> = entries
            .iter()
            .map(|entry| format!("[{}](#{})", entry.name, entry.name.to_lowercase()))
            .collect();
        let _ = write!(page, "\n## {title}\n\n{}\n", names.join(", "));
        for entry in entries {
            page += "\n";
            page += &section(entry);
        }
    }
    page
}

fn section(entry: &'static LayerEntry) -> String {
    let mut text = format!("### {}\n\n{}\n", entry.name, escaped(entry.summary));
    let mut line = |label: &str, what: String| {
        let _ = writeln!(text, "- {label}: {what}");
    };
    text_lines(entry, &mut line);
    // A list begins after an empty line.
    let text = text.replacen("\n- ", "\n\n- ", 1);
    let mut text = text;
    if !entry.params.is_empty() {
        text += "\n| Parameter | Position | Takes | Default | |\n|---|---|---|---|---|\n";
        for param in entry.params {
            text += &row(entry, param);
        }
    }
    for notes in [entry.notes, entry.torch_notes] {
        if !notes.is_empty() {
            let _ = write!(text, "\n{notes}\n");
        }
    }
    text
}

fn text_lines(entry: &'static LayerEntry, line: &mut dyn FnMut(&str, String)) {
    let code = |text: &str| format!("`{text}`");
    if !entry.aliases.is_empty() {
        let aliases: Vec<String> = entry.aliases.iter().map(|alias| code(alias)).collect();
        line("Also", aliases.join(", "));
    }
    match entry.keras {
        None => line("Keras", code(&format!("keras.layers.{}", entry.name))),
        Some("") => line("Keras", "nothing like it".to_owned()),
        Some(keras) => line("Keras", code(keras)),
    }
    match entry.torch {
        "" => line("PyTorch", "no module like it".to_owned()),
        torch => line("PyTorch", code(torch)),
    }
    match entry.operands {
        Operands::One => {}
        Operands::Several { max: Some(max) } => line("Operands", max.to_string()),
        Operands::Several { max: None } => line("Operands", "2 or more".to_owned()),
        Operands::OneOr(max) => {
            line("Operands", format!("1, which stands for all, or up to {max}"))
        }
    }
    if let Some(ranks) = input_ranks(entry) {
        line("Dimensions of the input, with the batch", ranks);
    }
    line("Output", escaped(entry.output));
    let formulas = entry.formulas;
    let formula = |text: &str| match text.starts_with("the ") {
        true => text.to_owned(),
        false => format!("`{text}`"),
    };
    line("Trainable parameters", formula(formulas.trainable));
    if formulas.non_trainable != "0" {
        line("Other parameters", formula(formulas.non_trainable));
    }
    line("MACs", formula(formulas.macs));
    line("Other operations", formula(formulas.aux));
    line("Elements kept", formula(formulas.activation));
}

fn row(entry: &LayerEntry, param: &Param) -> String {
    let position = (0..entry.max_positional())
        .find(|at| entry.positional(*at).is_some_and(|(_, other)| other.name == param.name));
    let position = position.map_or(String::new(), |at| (at + 1).to_string());
    let default = param.default.map_or("required".to_owned(), |it| format!("`{}`", it.value()));
    format!(
        "| `{}` | {position} | {} | {default} | {}{} |\n",
        param.name,
        cell(&wanted(param.kind)),
        cell(param.doc),
        in_pytorch(param)
    )
}

/// What is different of a parameter under PyTorch.
fn in_pytorch(param: &Param) -> String {
    match param.pytorch {
        InPytorch::Same | InPytorch::Nothing => String::new(),
        InPytorch::Only => " PyTorch only.".to_owned(),
        InPytorch::Other { kind, default, .. } => {
            let takes = cell(&wanted(kind));
            let default = default.map_or("required".to_owned(), |it| format!("`{}`", it.value()));
            format!(" PyTorch: {takes}, {default}.")
        }
    }
}

/// The numbers of dimensions that the layer does not refuse, found by asking it. `None` for layers whose
/// rule is another's.
fn input_ranks(entry: &'static LayerEntry) -> Option<String> {
    const RANKS: std::ops::RangeInclusive<usize> = 1..=7;
    let Rule::Pure(rule) = entry.rule else { return None };
    let given = entry.examples();
    let args = Args::new(entry, Framework::Keras, &given);
    let takes = |rank: &usize| {
        let shape = Shape::batched(vec![Dim::Known(32); rank - 1]);
        let inputs = match entry.operands {
            Operands::Several { .. } => vec![shape.clone(), shape],
            _ => vec![shape],
        };
        match rule(&RuleCx::new(&args, &inputs)) {
            Ok(_) => true,
            Err(problem) => problem.code != codes::RANK_MISMATCH || problem.blame != Blame::Layer,
        }
    };
    let ranks: Vec<usize> = RANKS.filter(takes).collect();
    let (first, last) = (*ranks.first()?, *ranks.last()?);
    Some(match (first, last == *RANKS.end()) {
        (1, true) => "any number".to_owned(),
        (first, true) => format!("{first} or more"),
        _ => ranks.iter().map(usize::to_string).collect::<Vec<_>>().join(" or "),
    })
}

/// Text in which an asterisk is an asterisk.
fn escaped(text: &str) -> String {
    text.split('`')
        .enumerate()
        .map(|(at, piece)| if at % 2 == 0 { piece.replace('*', "\\*") } else { piece.to_owned() })
        .collect::<Vec<_>>()
        .join("`")
}

fn cell(text: &str) -> String {
    escaped(text).replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_and_layer_has_its_place() {
        let page = layers_page();
        for entry in layers::all() {
            assert!(page.contains(&format!("\n### {}\n", entry.name)), "{}", entry.name);
        }
    }

    #[test]
    fn ranks_are_those_that_the_rules_take() {
        let ranks = |name: &str| layers::find(name).and_then(input_ranks);
        assert_eq!(ranks("Conv2D").as_deref(), Some("4"));
        assert_eq!(ranks("Dense").as_deref(), Some("2 or more"));
        assert_eq!(ranks("Resizing").as_deref(), Some("3 or 4"));
        assert_eq!(ranks("Dropout").as_deref(), Some("any number"));
        assert_eq!(ranks("LSTM").as_deref(), Some("3"));
        assert_eq!(ranks("TimeDistributed"), None);
    }
}
