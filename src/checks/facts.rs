//! What the checks have to know of a piece of a network: the findings inside of it, and the little
//! that matters outside.
//!
//! A piece is a chunk of a layers list. Its facts are made once from its layers and kept with its
//! result, so an edit costs the facts of the pieces that it changes; what is said of a network as a
//! whole is put together from the facts of its pieces, never from all layers. Pairs of neighbours
//! that stand in two pieces are seen through [`Segment`]s, which say what a piece begins and ends with.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::{FxHashSet, FxHasher};
use smol_str::SmolStr;

use super::branches::{Edges, Run};
use super::cost::{Costs, Measure};
use super::field::Field;
use super::layers::{self, single};
use super::pairs::pair;
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::model::place::Place;
use crate::model::result::{Copies, Finding, Layer, MacroCall, Node, Part};

/// A layer, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub layer: Arc<Layer>,
    /// The macro calls around it, the outermost first.
    pub calls: Vec<MacroCall>,
    /// The number of its statement, relative to the piece, and the rest of its path.
    pub path: Option<(u32, SmolStr)>,
}

impl Site {
    /// The finding of something about this layer.
    pub fn finding(&self, diagnostic: Diagnostic<Place>) -> Finding {
        Finding { diagnostic, calls: self.calls.clone(), of_use: false, path: self.path.clone() }
    }

    /// Whether it is one of several copies, which a change of its text would change as well.
    pub fn is_copy(&self) -> bool {
        self.path.as_ref().is_some_and(|(_, rest)| rest.contains('#'))
    }
}

/// What flows out of a piece.
#[derive(Debug, Clone, Default)]
pub(super) enum End {
    /// What has flowed in: there is no layer.
    #[default]
    Nothing,
    /// The output of this layer.
    One(Site),
    /// The outputs of branches, in their order: for each the layer that gives it, where it is one.
    Branches(Vec<Option<Site>>),
    /// Several tensors, or one that cannot be told.
    Many,
}

/// What a piece begins and ends with.
#[derive(Debug, Clone, Default)]
pub(super) struct Segment {
    /// The only layer that takes what flows in, if there is just one and it takes nothing else.
    pub first: Option<Site>,
    /// What flows out.
    pub end: End,
}

impl Segment {
    fn many() -> Segment {
        Segment { first: None, end: End::Many }
    }

    /// Adds the piece that follows; gives the layers that meet.
    pub fn join(&mut self, next: Segment) -> Option<(Site, Site)> {
        let met = match (&self.end, &next.first) {
            (End::One(before), Some(after)) => Some((before.clone(), after.clone())),
            _ => None,
        };
        if matches!(self.end, End::Nothing) {
            self.first = next.first;
        }
        if !matches!(next.end, End::Nothing) {
            self.end = next.end;
        }
        met
    }

    /// Adds a piece of more branches of the run that this one ends with. `after` is how far the numbers of
    /// its statements are behind those of this one.
    pub fn go_on(&mut self, next: Segment, after: u32) {
        let (End::Branches(ends), End::Branches(more)) = (&mut self.end, next.end) else {
            self.end = End::Many;
            return;
        };
        ends.extend(more.into_iter().map(|site| {
            let mut site = site?;
            if let Some((number, _)) = &mut site.path {
                *number += after;
            }
            Some(site)
        }));
    }
}

/// The facts of a piece.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// What was found inside.
    pub findings: Vec<Finding>,
    /// What it begins and ends with.
    pub segment: Segment,
    /// What its layers cost.
    pub costs: Costs,
    /// How far its positions see.
    pub field: Field,
    /// The runs of branches that it may share with its neighbours.
    pub edges: Edges,
}

impl Facts {
    /// The facts of these statements.
    pub fn of(nodes: &[Node]) -> Facts {
        let mut walk = Walk { times: 1, ..Walk::default() };
        let segment = walk.nodes(nodes);
        Facts {
            findings: walk.findings,
            segment,
            costs: walk.costs,
            field: Field::of_nodes(nodes),
            edges: walk.edges,
        }
    }

    /// What `check` finds about each of the layers, and nothing else.
    pub fn found_by(nodes: &[Node], check: Check) -> Vec<Finding> {
        let mut walk = Walk { times: 1, only: Some(check), ..Walk::default() };
        walk.nodes(nodes);
        walk.findings
    }
}

/// Walks the layers in their order. Evaluation bounds how deep they nest.
#[derive(Default)]
struct Walk {
    findings: Vec<Finding>,
    costs: Costs,
    calls: Vec<MacroCall>,
    path: Vec<Step>,
    /// How many copies of what is walked there are.
    times: u64,
    seen: FxHashSet<(Code, Place, u64)>,
    edges: Edges,
    /// The only check to make, where it is not all of them.
    only: Option<Check>,
}

/// A check of one layer.
pub(super) type Check = fn(&Layer) -> Vec<Diagnostic<Place>>;

#[derive(Clone)]
enum Step {
    Index(u32),
    Branch(SmolStr),
    Copy(u64),
    Alternative(usize),
}

impl Walk {
    fn nodes(&mut self, nodes: &[Node]) -> Segment {
        let mut all = Segment::default();
        let mut rest = nodes;
        let mut before: Option<&Node> = None;
        while let Some(first) = rest.first() {
            if first.branch.is_some() {
                let of_run = |node: &Node| node.branch.is_some() && node.index == first.index;
                let end = rest.iter().position(|node| !of_run(node)).unwrap_or(rest.len());
                let (run, after) = rest.split_at(end);
                let ends = run.iter().map(|node| self.branch(node)).collect();
                self.run(before, run, rest.len() == nodes.len(), after.is_empty());
                all.join(Segment { first: None, end: End::Branches(ends) });
                before = None;
                rest = after;
                continue;
            }
            let segment = self.at(Step::Index(first.index), |walk| walk.parts(&first.parts));
            self.join(&mut all, segment);
            before = Some(first);
            rest = &rest[1..];
        }
        if self.path.is_empty() {
            self.edges.last = self.alone(before);
        }
        all
    }

    /// The layer that gives the output of a branch, where it is one.
    fn branch(&mut self, node: &Node) -> Option<Site> {
        let name = node.branch.clone().unwrap_or_default();
        let segment = self.at(Step::Index(node.index), |walk| {
            walk.at(Step::Branch(name), |walk| walk.parts(&node.parts))
        });
        match segment.end {
            End::One(site) => Some(site),
            _ => None,
        }
    }

    /// A run of branches after the statement `before`. At an end of a piece the run may go on in the
    /// piece before or the next one.
    fn run(&mut self, before: Option<&Node>, nodes: &[Node], is_first: bool, is_last: bool) {
        let Some(run) = Run::of(nodes) else { return };
        let before = self.alone(before);
        if self.path.is_empty() && is_first {
            self.edges.head = Some((run, is_last));
        } else if self.path.is_empty() && is_last {
            self.edges.tail = Some((before, run));
        } else if let Some(finding) = before.and_then(|site| run.unused(&site)) {
            self.emit(finding);
        }
    }

    /// The layer at the end of a statement, where it may be told whether its output has a use.
    ///
    /// Only a layer that stands there by itself is judged: the last block of many equal ones often gives
    /// something that is not used.
    fn alone(&mut self, node: Option<&Node>) -> Option<Site> {
        let node = node?;
        let Some(Part::Layer(layer)) = node.parts.last() else { return None };
        // A layer with a name may be used by it further down.
        let is_judged = layer.name.is_none() && self.calls.is_empty() && layers::is_certain(layer);
        is_judged.then(|| self.at(Step::Index(node.index), |walk| walk.site(layer)))
    }

    fn parts(&mut self, parts: &Arc<[Part]>) -> Segment {
        // Nesting is bounded, but a stack frame of each level adds up to more than a thread has.
        stacker::maybe_grow(128 * 1024, 1024 * 1024, || self.parts_here(parts))
    }

    fn parts_here(&mut self, parts: &[Part]) -> Segment {
        let mut all = Segment::default();
        for (at, part) in parts.iter().enumerate() {
            let segment = match part {
                Part::Layer(layer) => self.layer(layer),
                Part::Add(layer) => {
                    let site = self.site(layer);
                    self.costs.add(&site, self.times);
                    Segment { first: None, end: End::One(site) }
                }
                Part::Inner(nodes) => match parts.get(at + 1) {
                    // The input of a residual connection goes into its block and past it.
                    Some(Part::Add(add)) => {
                        self.nodes(nodes);
                        self.residual(nodes, add);
                        Segment::many()
                    }
                    _ => self.nodes(nodes),
                },
                Part::Macro(expansion) => {
                    let (name, place) = (expansion.name.clone(), expansion.call);
                    let instance = self.instance(place);
                    self.calls.push(MacroCall { name, place, instance });
                    let segment = self.nodes(&expansion.body);
                    self.calls.pop();
                    segment
                }
                Part::Copies(runs) => self.copies(runs),
                Part::Alternatives(alternatives) => {
                    self.costs.is_exact = false;
                    for (number, parts) in alternatives.iter().enumerate() {
                        self.at(Step::Alternative(number), |walk| walk.parts(parts));
                    }
                    Segment::many()
                }
            };
            self.join(&mut all, segment);
        }
        all
    }

    fn copies(&mut self, runs: &[Copies]) -> Segment {
        let mut all = Segment::default();
        for run in runs {
            let outer = self.times;
            self.times = outer.saturating_mul(run.count);
            let segment = self.at(Step::Copy(run.first), |walk| walk.parts(&run.parts));
            self.times = outer;
            if run.count > 1 {
                // A copy follows another.
                let mut twice = segment.clone();
                self.join(&mut twice, segment.clone());
            }
            self.join(&mut all, segment);
        }
        all
    }

    fn layer(&mut self, layer: &Arc<Layer>) -> Segment {
        let site = self.site(layer);
        self.costs.add(&site, self.times);
        if layers::is_certain(layer) {
            for diagnostic in self.only.unwrap_or(single)(layer) {
                self.report(site.finding(diagnostic));
            }
        }
        let first = (layer.inputs.len() == 1).then(|| site.clone());
        Segment { first, end: if layer.several_outputs { End::Many } else { End::One(site) } }
    }

    /// A residual connection whose block only passes on what it takes.
    fn residual(&mut self, nodes: &[Node], add: &Arc<Layer>) {
        let is_shortcut = |node: &Node| node.branch.as_deref() == Some("shortcut");
        let plain = nodes.iter().filter(|node| !is_shortcut(node));
        let passes_on = plain.clone().all(|node| passes_on(&node.parts))
            && !nodes.iter().any(|node| is_shortcut(node) && !passes_on(&node.parts));
        if !passes_on || !layers::is_certain(add) {
            return;
        }
        // A block without any layer is a finding of its own.
        let Some(inside) = plain.flat_map(|node| node.parts.iter()).find_map(|part| match part {
            Part::Layer(layer) => Some(&layer.layer),
            _ => None,
        }) else {
            return;
        };
        let site = self.site(add);
        let finding = Diagnostic::new(
            codes::IDENTITY_RESIDUAL,
            add.place,
            format!("a residual block of nothing but `{inside}` adds its input to itself, so nothing is learned"),
        )
        .with_help("put the layers that learn the difference into the block, as in `ResidualConnection { Dense(64, \"relu\") }`");
        self.emit(site.finding(finding));
    }

    fn join(&mut self, all: &mut Segment, next: Segment) {
        if let Some((before, after)) = all.join(next) {
            for finding in pair(&before, &after) {
                self.emit(finding);
            }
        }
    }

    fn at<T>(&mut self, step: Step, f: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step);
        let result = f(self);
        self.path.pop();
        result
    }

    /// A number that tells expansions of macros apart.
    fn instance(&self, call: Place) -> u64 {
        let mut hasher = FxHasher::default();
        self.calls.last().map(|call| call.instance).hash(&mut hasher);
        call.hash(&mut hasher);
        for step in &self.path {
            match step {
                Step::Copy(number) => (0u8, *number).hash(&mut hasher),
                Step::Alternative(number) => (1u8, *number).hash(&mut hasher),
                Step::Index(_) | Step::Branch(_) => {}
            }
        }
        hasher.finish() | 1
    }

    fn site(&self, layer: &Arc<Layer>) -> Site {
        let mut steps = self.path.iter();
        let path = match steps.next() {
            Some(Step::Index(first)) => {
                let mut rest = String::new();
                for step in steps {
                    match step {
                        Step::Index(index) => rest.push_str(&format!(".{index}")),
                        Step::Branch(name) => rest.push_str(&format!(".{name}")),
                        Step::Copy(number) => rest.push_str(&format!("#{number}")),
                        Step::Alternative(number) => rest.push_str(&format!("|{number}")),
                    }
                }
                Some((*first, SmolStr::from(rest)))
            }
            _ => None,
        };
        Site { layer: layer.clone(), calls: self.calls.clone(), path }
    }

    fn emit(&mut self, finding: Finding) {
        if self.only.is_none() {
            self.report(finding);
        }
    }

    fn report(&mut self, finding: Finding) {
        let instance = finding.calls.last().map_or(0, |call| call.instance);
        let key = (finding.diagnostic.code, finding.diagnostic.place, instance);
        if self.seen.insert(key) {
            self.findings.push(finding);
        }
    }
}

/// Whether the parts give just what they take once a network is trained.
fn passes_on(parts: &[Part]) -> bool {
    parts.iter().all(|part| match part {
        Part::Layer(layer) => layers::is_identity(layer),
        Part::Inner(nodes) => nodes.iter().all(|node| passes_on(&node.parts)),
        Part::Macro(expansion) => expansion.body.iter().all(|node| passes_on(&node.parts)),
        Part::Copies(runs) => runs.iter().all(|run| passes_on(&run.parts)),
        Part::Add(_) | Part::Alternatives(_) => false,
    })
}

/// The measures by which [`Costs`] ranks layers.
pub(super) const MEASURES: [Measure; 3] = [Measure::Parameters, Measure::Macs, Measure::Activation];
