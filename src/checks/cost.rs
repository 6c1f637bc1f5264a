//! What the layers of a network cost: sums by hyperparameter choice, the layers that cost most, and the
//! combinations that cannot be built. Bounds are settings, so they are held against these facts when
//! findings are shown, and changing one computes no layer anew.

use std::sync::Arc;

use super::facts::{Facts, MEASURES, Site};
use super::layers::is_dense;
use super::pieces::Piece;
use crate::config::{Config, Limits};
use crate::diagnostics::{Diagnostic, codes};
use crate::lang::{LayerEntry, optimizers};
use crate::model::place::Place;
use crate::model::result::{Counts, Finding, Layer};
use crate::shape::{Count, MAX_WORLDS, Variable, Worlds, count_worlds, describe, grouped, union};

/// How many layers a finding about a whole network names, and so are kept of each piece by each measure.
const NAMED: usize = 3;

/// What layers are ranked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// Parameters, trainable or not.
    Parameters,
    /// Multiply-accumulates.
    Macs,
    /// Elements of the output.
    Activation,
}

impl Measure {
    pub fn of(self, counts: &Counts) -> Count {
        match self {
            Measure::Parameters => counts.trainable + counts.non_trainable,
            Measure::Macs => counts.macs,
            Measure::Activation => counts.activation,
        }
    }
}

/// The costs of a piece of a network.
#[derive(Debug)]
pub(super) struct Costs {
    /// The sum over the layers that cost the same for every choice.
    fixed: Counts,
    /// The others, with how many copies there are.
    varying: Vec<(u64, Arc<Worlds<Counts>>)>,
    /// Whether the layers are all there in every world: none is chosen by a hyperparameter.
    pub is_exact: bool,
    /// The layers that cost most, by [`MEASURES`], the most expensive first. Layers are known by their
    /// numbers in the order in which they are walked, for [`Facts::site`].
    heaviest: [Vec<(u64, u32)>; MEASURES.len()],
    /// The Dense layer with the most parameters.
    dense: Option<(u64, u32)>,
    /// Whether a layer that is not Dense has parameters.
    has_others: bool,
    /// The hyperparameters with finitely many values.
    variables: Vec<Arc<Variable>>,
    /// For layers that cannot be built in some worlds: in which.
    failures: Vec<Worlds<bool>>,
}

impl Default for Costs {
    fn default() -> Self {
        Costs {
            fixed: Counts::ZERO,
            varying: Vec::new(),
            is_exact: true,
            heaviest: Default::default(),
            dense: None,
            has_others: false,
            variables: Vec::new(),
            failures: Vec::new(),
        }
    }
}

impl Costs {
    /// Adds layer number `number`, of which there are `times` copies.
    pub fn add(
        &mut self,
        layer: &Layer,
        entry: Option<&'static LayerEntry>,
        number: u32,
        times: u64,
    ) {
        match &layer.counts_by_choice {
            Some(counts) => self.varying.push((times, counts.clone())),
            None if times == 1 => self.fixed = self.fixed + layer.counts,
            None => self.fixed = self.fixed + layer.counts.times(times),
        }
        for (measure, heaviest) in MEASURES.into_iter().zip(&mut self.heaviest) {
            let Some(value) = measure.of(&layer.counts).max().filter(|value| *value > 0) else {
                continue;
            };
            if heaviest.len() == NAMED && heaviest.last().is_some_and(|(least, _)| *least >= value)
            {
                continue;
            }
            let at = heaviest.partition_point(|(other, _)| *other >= value);
            heaviest.truncate(NAMED - 1);
            heaviest.insert(at, (value, number));
        }
        let parameters = Measure::Parameters.of(&layer.counts).max().unwrap_or(0);
        if parameters > 0 {
            match entry.is_some_and(is_dense) {
                true if self.dense.is_none_or(|(most, _)| parameters > most) => {
                    self.dense = Some((parameters, number));
                }
                true => {}
                false => self.has_others = true,
            }
        }
        self.add_worlds(layer);
    }

    /// What is asked of them after each edit.
    pub fn extremes(&self) -> Extremes {
        let first = |heaviest: &Vec<(u64, u32)>| heaviest.first().map_or(0, |(value, _)| *value);
        Extremes {
            heaviest: self.heaviest.each_ref().map(first),
            dense: self.dense.map(|(parameters, _)| parameters),
            has_others: self.has_others,
            has_failures: !self.failures.is_empty(),
        }
    }

    fn add_worlds(&mut self, layer: &Layer) {
        let shapes = layer.outputs.first().map(|output| &output.shape);
        let of_shapes = shapes.is_some_and(|shapes| !shapes.variables().is_empty());
        if !of_shapes && layer.args.iter().all(|(_, value)| value.variables().is_empty()) {
            return;
        }
        let args = layer.args.iter().map(|(_, value)| value.variables());
        let variables = union(args.chain(shapes.map(Worlds::variables)));
        let inputs: Vec<_> = layer.inputs.iter().map(|input| &input.shape).collect();
        let all = union(
            inputs.iter().map(|input| input.variables()).chain(shapes.map(Worlds::variables)),
        );
        let failures = shapes.and_then(|shapes| {
            Worlds::for_each(all, |world| {
                shapes.at(world).is_none() && inputs.iter().all(|input| input.at(world).is_some())
            })
        });
        if let Some(failures) = failures {
            let some = |wanted: bool| failures.values().contains(&wanted);
            if some(true) && some(false) {
                self.failures.push(failures.simplified());
            }
        }
        self.variables = union([self.variables.as_slice(), variables.as_slice()]);
    }
}

/// What of the costs of a piece is asked after each edit, of every piece.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extremes {
    /// What the heaviest layer costs, by [`MEASURES`].
    heaviest: [u64; MEASURES.len()],
    /// The parameters of the largest Dense layer; `None` without any.
    dense: Option<u64>,
    has_others: bool,
    has_failures: bool,
}

impl Piece {
    /// The layer that is known by its number.
    fn site(&self, number: u32) -> Option<Site> {
        Facts::site(self.nodes(), number)
    }

    /// The layers that are over `bound` in the measure of [`MEASURES`] number `at`.
    fn over(&self, at: usize, bound: u64) -> Vec<(u64, Site)> {
        match self.extremes.heaviest[at] > bound {
            true => Facts::over(self.nodes(), MEASURES[at], bound),
            false => Vec::new(),
        }
    }
}

/// A network whose costs are held against the settings.
pub(super) struct Network<'a> {
    /// Its name, or where it has none its keyword.
    pub place: Place,
    /// What it is called in a message.
    pub name: String,
    /// The numbers of all layers together.
    pub counts: Counts,
    /// Its pieces.
    pub pieces: &'a [Piece],
    /// The optimizer's name, where it is one.
    pub optimizer: Option<&'a str>,
}

impl<'a> Network<'a> {
    /// What is over a bound of the settings.
    pub fn check(&self, config: &Config) -> Vec<Finding> {
        let mut findings = Vec::new();
        let budget = &config.budget;
        let plain =
            |diagnostic| Finding { diagnostic, calls: Vec::new(), of_use: false, path: None };
        let bounds = [
            (budget.parameters, Quantity::Parameters),
            (budget.macs, Quantity::Macs),
            (budget.memory, self.memory(config)),
        ];
        for (bound, quantity) in bounds {
            let found = bound.and_then(|bound| self.over_budget(bound, &quantity));
            findings.extend(found.map(plain));
        }
        self.large_layers(config, &mut findings);
        findings.extend(self.dense_dominates(&config.limits));
        findings
    }

    fn memory(&self, config: &Config) -> Quantity {
        let bytes = config.dtype.bytes();
        let kept = match config.budget.training {
            // A gradient, and what the optimizer keeps; where that is not known, at least nothing.
            true => 1 + self.optimizer.and_then(optimizers::slots).unwrap_or(0),
            false => 0,
        };
        Quantity::Memory {
            parameter: bytes,
            trainable: bytes.saturating_mul(kept),
            activation: bytes.saturating_mul(config.batch),
        }
    }

    fn over_budget(&self, bound: u64, quantity: &Quantity) -> Option<Diagnostic<Place>> {
        let Count::Between(least, most) = quantity.of(&self.counts) else { return None };
        let message = if least > bound {
            let amount = match least == most {
                true => quantity.text(least),
                false => format!("{} to {}", quantity.number(least), quantity.text(most)),
            };
            format!("{} has {amount}; the budget is {}", self.name, quantity.number(bound))
        } else if most > bound {
            self.some_over(bound, quantity)?
        } else {
            return None;
        };
        let mut finding = Diagnostic::new(codes::OVER_BUDGET, self.place, message);
        let heaviest = self.heaviest(quantity.measure(&self.counts));
        let named: Vec<String> = heaviest
            .iter()
            .map(|(value, site)| format!("`{}` ({})", site.layer.layer, grouped(*value)))
            .collect();
        if !named.is_empty() {
            let unit = match quantity.measure(&self.counts) {
                Measure::Parameters => "parameters",
                Measure::Macs => "MACs",
                Measure::Activation => "numbers of output",
            };
            finding = finding.with_help(format!("most {unit}: {}", named.join(", ")));
            for (_, site) in &heaviest {
                let message = format!("the `{}`", site.layer.layer);
                let place = site.calls.first().map_or(site.layer.place, |call| call.place);
                if !finding.related.iter().any(|other| other.place == place) {
                    finding = finding.with_related(place, message);
                }
            }
        }
        Some(finding)
    }

    /// The message where some combinations of choices are over the budget; `None` where it cannot be
    /// told of each whether it is.
    fn some_over(&self, bound: u64, quantity: &Quantity) -> Option<String> {
        let costs = || self.pieces.iter().map(|piece| &piece.facts().costs);
        if !costs().all(|costs| costs.is_exact) {
            return None;
        }
        let fixed = costs().fold(Counts::ZERO, |sum, costs| sum + costs.fixed);
        let varying: Vec<_> = costs().flat_map(|costs| &costs.varying).collect();
        let variables = union(varying.iter().map(|(_, counts)| counts.variables()));
        let sums = Worlds::for_each(variables, |world| {
            let sum = varying
                .iter()
                .fold(fixed, |sum, (times, counts)| sum + counts.at(world).times(*times));
            quantity.of(&sum).value()
        })?;
        let over: Vec<_> =
            sums.iter().filter(|(_, sum)| sum.is_some_and(|sum| sum > bound)).collect();
        let (world, largest) = over.iter().max_by_key(|(_, sum)| **sum)?;
        let (count, of) = (over.len(), sums.values().len());
        let verb = if count == 1 { "is" } else { "are" };
        Some(format!(
            "{count} of {of} combinations of choices {verb} over the budget of {}: {} has up to {} ({})",
            quantity.text(bound),
            self.name,
            quantity.number((**largest)?),
            describe(world)
        ))
    }

    /// The layers that cost most.
    fn heaviest(&self, measure: Measure) -> Vec<(u64, Site)> {
        let at = MEASURES.iter().position(|other| *other == measure).unwrap_or(0);
        let of_piece = |piece: &'a Piece| {
            let heaviest = piece.facts().costs.heaviest[at].iter();
            heaviest.map(move |(value, number)| (*value, piece, *number))
        };
        let mut all: Vec<_> = self.pieces.iter().flat_map(of_piece).collect();
        all.sort_by_key(|(value, ..)| std::cmp::Reverse(*value));
        all.truncate(NAMED);
        let named = all.into_iter();
        named.filter_map(|(value, piece, number)| Some((value, piece.site(number)?))).collect()
    }

    fn large_layers(&self, config: &Config, findings: &mut Vec<Finding>) {
        let limits = &config.limits;
        let bytes = config.dtype.bytes().saturating_mul(config.batch);
        let bounds = [
            limits.parameters,
            limits.macs,
            // The bound is of bytes, and what is ranked are elements.
            Some(limits.activation.div_ceil(bytes.max(1)).saturating_sub(1)),
        ];
        for (at, (bound, measure)) in bounds.into_iter().zip(MEASURES).enumerate() {
            let Some(bound) = bound else { continue };
            let heavy = self.pieces.iter().flat_map(|piece| piece.over(at, bound));
            for (value, site) in heavy {
                let name = &site.layer.layer;
                let diagnostic = match measure {
                    Measure::Activation => Diagnostic::new(
                        codes::LARGE_ACTIVATION,
                        site.layer.place,
                        format!(
                            "the output of `{name}` takes {}; the limit is {}",
                            bytes_text(value.saturating_mul(bytes)),
                            bytes_text(limits.activation)
                        ),
                    ),
                    _ => {
                        let unit = if measure == Measure::Macs { "MACs" } else { "parameters" };
                        let message = format!(
                            "`{name}` has {} {unit}; the limit for one layer is {}",
                            grouped(value),
                            grouped(bound)
                        );
                        Diagnostic::new(codes::LARGE_LAYER, site.layer.place, message)
                    }
                };
                findings.push(site.finding(diagnostic));
            }
        }
    }

    fn dense_dominates(&self, limits: &Limits) -> Option<Finding> {
        let total = Measure::Parameters.of(&self.counts).value()?;
        if !self.pieces.iter().any(|piece| piece.extremes.has_others) {
            return None;
        }
        let dense = self.pieces.iter().filter_map(|piece| Some((piece, piece.extremes.dense?)));
        let (piece, parameters) = dense.max_by_key(|(_, parameters)| *parameters)?;
        let percent = u128::from(parameters) * 100 / u128::from(total.max(1));
        if percent <= u128::from(limits.share) {
            return None;
        }
        let (_, number) = piece.facts().costs.dense?;
        let site = piece.site(number)?;
        let message = format!(
            "`{}` holds {} of the network's {} parameters, {percent} %",
            site.layer.layer,
            grouped(parameters),
            grouped(total)
        );
        Some(site.finding(
            Diagnostic::new(codes::DENSE_DOMINATES, site.layer.place, message).with_help(
                "pooling over the positions in the place of `Flatten` mostly needs far fewer",
            ),
        ))
    }

    /// The combinations of choices that cannot be built, where there are several hyperparameters.
    pub fn unbuildable(&self) -> Option<Diagnostic<Place>> {
        if !self.pieces.iter().any(|piece| piece.extremes.has_failures) {
            return None;
        }
        let costs = || self.pieces.iter().map(|piece| &piece.facts().costs);
        let failures: Vec<&Worlds<bool>> = costs().flat_map(|costs| &costs.failures).collect();
        let variables = union(costs().map(|costs| costs.variables.as_slice()));
        if variables.len() < 2 || count_worlds(&variables)? > MAX_WORLDS {
            return None;
        }
        let fails =
            Worlds::for_each(variables, |world| failures.iter().any(|fails| *fails.at(world)))?;
        let (count, of) =
            (fails.values().iter().filter(|fails| **fails).count(), fails.values().len());
        let mut reasons: Vec<String> = Vec::new();
        for failure in failures {
            for (world, _) in failure.iter().filter(|(_, fails)| **fails) {
                let reason = describe(&world);
                if !reasons.contains(&reason) {
                    reasons.push(reason);
                }
            }
        }
        let more = reasons.len().saturating_sub(NAMED);
        reasons.truncate(NAMED);
        let mut reasons = reasons.join("; ");
        if more > 0 {
            reasons.push_str(&format!("; and {more} more"));
        }
        Some(Diagnostic::new(
            codes::UNBUILDABLE_COMBINATIONS,
            self.place,
            format!("{count} of {of} combinations of choices cannot be built: {reasons}"),
        ))
    }
}

/// What a budget bounds.
enum Quantity {
    Parameters,
    Macs,
    /// Bytes, and how many of them each kind of number takes.
    Memory {
        parameter: u64,
        trainable: u64,
        activation: u64,
    },
}

impl Quantity {
    fn of(&self, counts: &Counts) -> Count {
        match self {
            Quantity::Parameters => Measure::Parameters.of(counts),
            Quantity::Macs => counts.macs,
            Quantity::Memory { parameter, trainable, activation } => {
                Measure::Parameters.of(counts) * *parameter
                    + counts.trainable * *trainable
                    + counts.activation * *activation
            }
        }
    }

    /// The measure that says which layers cost most.
    fn measure(&self, counts: &Counts) -> Measure {
        match self {
            Quantity::Parameters => Measure::Parameters,
            Quantity::Macs => Measure::Macs,
            Quantity::Memory { parameter, trainable, activation } => {
                let weights =
                    Measure::Parameters.of(counts) * *parameter + counts.trainable * *trainable;
                let outputs = counts.activation * *activation;
                match weights.max() > outputs.max() {
                    true => Measure::Parameters,
                    false => Measure::Activation,
                }
            }
        }
    }

    fn number(&self, value: u64) -> String {
        match self {
            Quantity::Memory { .. } => bytes_text(value),
            _ => grouped(value),
        }
    }

    fn text(&self, value: u64) -> String {
        match self {
            Quantity::Parameters => format!("{} parameters", grouped(value)),
            Quantity::Macs => format!("{} MACs", grouped(value)),
            Quantity::Memory { .. } => format!("{} of memory", bytes_text(value)),
        }
    }
}

/// `2.15 GB`; decimal units, as the settings are written.
fn bytes_text(bytes: u64) -> String {
    let units =
        [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match units.iter().find(|(size, _)| bytes >= *size) {
        Some((size, unit)) => format!("{:.2} {unit}", bytes as f64 / *size as f64),
        None if bytes == 1 => "1 byte".to_owned(),
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_in_decimal_units() {
        let texts = [999, 1_000, 2_147_483_648, 3_000_000_000_000].map(bytes_text);
        assert_eq!(texts, ["999 bytes", "1.00 kB", "2.15 GB", "3.00 TB"]);
    }
}
