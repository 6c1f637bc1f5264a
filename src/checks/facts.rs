//! What the checks have to know of a piece of a network: the findings inside of it, and the little
//! that matters outside.
//!
//! A piece is a chunk of a layers list. Its facts are made once from its layers and kept with it
//! ([`super::pieces`]), so an edit costs the facts of the pieces that it changes; what is said of a
//! network as a whole is put together from the facts of its pieces, never from all layers. Pairs of
//! neighbours that stand in two pieces are seen through [`Segment`]s, which say what a piece begins and
//! ends with.

use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashSet, FxHasher};
use smol_str::SmolStr;

use super::branches::{Edges, Run};
use super::cost::{Costs, Measure};
use super::field::Field;
use super::layers::{self, View, single};
use super::pairs::{Which, pair};
use super::portability;
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::lang::{LayerEntry, find_layer};
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

/// The layer of a result that has not changed is the same object.
impl PartialEq for Site {
    fn eq(&self, other: &Site) -> bool {
        Arc::ptr_eq(&self.layer, &other.layer)
            && self.calls == other.calls
            && self.path == other.path
    }
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

/// What flows out of a piece; the layers in it as [`Site`]s, or as the walk knows them.
#[derive(Debug, Clone, Default)]
pub(super) enum End<S = Site> {
    /// What has flowed in: there is no layer.
    #[default]
    Nothing,
    /// The output of this layer.
    One(S),
    /// The outputs of branches, in their order: for each the layer that gives it, where it is one.
    Branches(Vec<Option<S>>),
    /// Several tensors, or one that cannot be told.
    Many,
}

/// What a piece begins and ends with.
#[derive(Debug, Clone)]
pub(super) struct Segment<S = Site> {
    /// The only layer that takes what flows in, if there is just one and it takes nothing else.
    pub first: Option<S>,
    /// What flows out.
    pub end: End<S>,
}

impl<S> Default for Segment<S> {
    fn default() -> Self {
        Segment { first: None, end: End::Nothing }
    }
}

impl<S: Clone> Segment<S> {
    fn many() -> Segment<S> {
        Segment { first: None, end: End::Many }
    }

    /// Adds the piece that follows; gives the layers that meet.
    pub fn join(&mut self, next: Segment<S>) -> Option<(S, S)> {
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

    fn map<T>(self, f: impl Fn(S) -> T) -> Segment<T> {
        let end = match self.end {
            End::Nothing => End::Nothing,
            End::One(layer) => End::One(f(layer)),
            End::Branches(ends) => {
                End::Branches(ends.into_iter().map(|layer| layer.map(&f)).collect())
            }
            End::Many => End::Many,
        };
        Segment { first: self.first.map(f), end }
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
    /// The runs of branches that it may share with its neighbours.
    pub edges: Edges,
    /// How far its positions see, once somebody has asked.
    field: OnceLock<Field>,
    /// Where the frameworks differ, likewise.
    differences: OnceLock<Vec<Finding>>,
}

impl Facts {
    /// The facts of these statements.
    pub fn of(nodes: &[Node]) -> Facts {
        let mut walk = Walk::new(Wanted::All);
        let segment = walk.nodes(nodes);
        let segment = segment.map(|spot| walk.site(spot));
        Facts {
            findings: walk.findings,
            segment,
            costs: walk.costs,
            edges: walk.edges,
            field: OnceLock::new(),
            differences: OnceLock::new(),
        }
    }

    /// How far the positions of these statements see, whose facts these are.
    pub fn field(&self, nodes: &[Node]) -> &Field {
        self.field.get_or_init(|| Field::of_nodes(nodes))
    }

    /// What the two frameworks do not answer alike in these statements, whose facts these are.
    pub fn differences(&self, nodes: &[Node]) -> &[Finding] {
        self.differences.get_or_init(|| {
            let mut walk = Walk::new(Wanted::By(portability::differences));
            walk.nodes(nodes);
            walk.findings
        })
    }

    /// The layer with this number: see [`Costs`].
    pub fn site(nodes: &[Node], number: u32) -> Option<Site> {
        let mut walk = Walk::new(Wanted::Site(number, None));
        walk.nodes(nodes);
        match walk.wanted {
            Wanted::Site(_, site) => site,
            Wanted::All | Wanted::By(_) | Wanted::Over(..) => None,
        }
    }

    /// The layers that are over `bound` in a measure, with what they measure.
    pub fn over(nodes: &[Node], measure: Measure, bound: u64) -> Vec<(u64, Site)> {
        let mut walk = Walk::new(Wanted::Over(measure, bound, Vec::new()));
        walk.nodes(nodes);
        match walk.wanted {
            Wanted::Over(_, _, sites) => sites,
            Wanted::All | Wanted::By(_) | Wanted::Site(..) => Vec::new(),
        }
    }
}

/// What a walk is for.
enum Wanted {
    /// All facts.
    All,
    /// The findings of one check.
    By(Check),
    /// The site of the layer that the walk comes to as the first, second and so on, by this number.
    Site(u32, Option<Site>),
    /// The layers that are over a bound in a measure.
    Over(Measure, u64, Vec<(u64, Site)>),
}

/// Walks the layers in their order. Evaluation bounds how deep they nest.
///
/// Nearly no layer has anything wrong with it, so where a layer stands is kept as a number of a frame,
/// and its site, with paths and calls, is only made for a finding.
struct Walk<'a> {
    findings: Vec<Finding>,
    costs: Costs,
    /// The steps that lead to layers, each with the frame that it was made in. The first frame is
    /// outside of all statements.
    frames: Vec<(u32, Step<'a>)>,
    /// The frame of what is walked.
    frame: u32,
    /// How many macros are around what is walked.
    in_macros: u32,
    /// How many layers the walk has come to.
    number: u32,
    /// How many copies of what is walked there are.
    times: u64,
    seen: FxHashSet<(Code, Place, u64)>,
    edges: Edges,
    wanted: Wanted,
}

/// A check of one layer.
type Check = fn(&Layer) -> Vec<Diagnostic<Place>>;

/// A layer that a walk has come to.
#[derive(Clone, Copy)]
struct Spot<'a> {
    layer: &'a Arc<Layer>,
    entry: Option<&'static LayerEntry>,
    frame: u32,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Outside,
    Index(u32),
    Branch(&'a str),
    Copy(u64),
    Alternative(usize),
    /// The call of a macro, and which expansion that is.
    Call(&'a SmolStr, Place, u64),
}

impl<'a> Walk<'a> {
    fn new(wanted: Wanted) -> Walk<'a> {
        Walk {
            findings: Vec::new(),
            costs: Costs::default(),
            frames: vec![(0, Step::Outside)],
            frame: 0,
            in_macros: 0,
            number: 0,
            times: 1,
            seen: FxHashSet::default(),
            edges: Edges::default(),
            wanted,
        }
    }

    fn nodes(&mut self, nodes: &'a [Node]) -> Segment<Spot<'a>> {
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
        if self.frame == 0 {
            self.edges.last = self.alone(before);
        }
        all
    }

    /// The layer that gives the output of a branch, where it is one.
    fn branch(&mut self, node: &'a Node) -> Option<Spot<'a>> {
        let name = node.branch.as_deref().unwrap_or_default();
        let segment = self.at(Step::Index(node.index), |walk| {
            walk.at(Step::Branch(name), |walk| walk.parts(&node.parts))
        });
        match segment.end {
            End::One(spot) => Some(spot),
            _ => None,
        }
    }

    /// A run of branches after the statement `before`. At an end of a piece the run may go on in the
    /// piece before or the next one.
    fn run(&mut self, before: Option<&'a Node>, nodes: &[Node], is_first: bool, is_last: bool) {
        let Some(run) = Run::of(nodes) else { return };
        let before = self.alone(before);
        if self.frame == 0 && is_first {
            self.edges.head = Some((run, is_last));
        } else if self.frame == 0 && is_last {
            self.edges.tail = Some((before, run));
        } else if let Some(finding) = before.and_then(|site| run.unused(&site)) {
            self.emit(finding);
        }
    }

    /// The layer at the end of a statement, where it may be told whether its output has a use.
    ///
    /// Only a layer that stands there by itself is judged: the last block of many equal ones often gives
    /// something that is not used.
    fn alone(&mut self, node: Option<&'a Node>) -> Option<Site> {
        let node = node?;
        let Some(Part::Layer(layer)) = node.parts.last() else { return None };
        // A layer with a name may be used by it further down.
        let is_judged = layer.name.is_none() && self.in_macros == 0 && layers::is_certain(layer);
        is_judged.then(|| self.at(Step::Index(node.index), |walk| walk.site(walk.spot(layer))))
    }

    fn parts(&mut self, parts: &'a [Part]) -> Segment<Spot<'a>> {
        // Nesting is bounded, but a stack frame of each level adds up to more than a thread has.
        stacker::maybe_grow(128 * 1024, 1024 * 1024, || self.parts_here(parts))
    }

    fn parts_here(&mut self, parts: &'a [Part]) -> Segment<Spot<'a>> {
        let mut all = Segment::default();
        for (at, part) in parts.iter().enumerate() {
            let segment = match part {
                Part::Layer(layer) => self.layer(layer),
                Part::Add(layer) => {
                    let spot = self.spot(layer);
                    self.count(&spot);
                    Segment { first: None, end: End::One(spot) }
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
                    let instance = self.instance(expansion.call);
                    let step = Step::Call(&expansion.name, expansion.call, instance);
                    self.in_macros += 1;
                    let segment = self.at(step, |walk| walk.nodes(&expansion.body));
                    self.in_macros -= 1;
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

    fn copies(&mut self, runs: &'a [Copies]) -> Segment<Spot<'a>> {
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

    fn layer(&mut self, layer: &'a Arc<Layer>) -> Segment<Spot<'a>> {
        let spot = self.spot(layer);
        self.count(&spot);
        match self.wanted {
            Wanted::All if layers::is_certain(layer) => {
                if let Some(view) = spot.view() {
                    single(&view, |diagnostic| self.report(spot, diagnostic));
                }
            }
            Wanted::By(check) if layers::is_certain(layer) => {
                check(layer).into_iter().for_each(|diagnostic| self.report(spot, diagnostic));
            }
            _ => {}
        }
        let first = (layer.inputs.len() == 1).then_some(spot);
        Segment { first, end: if layer.several_outputs { End::Many } else { End::One(spot) } }
    }

    /// Counts a layer that the walk has come to.
    fn count(&mut self, spot: &Spot<'a>) {
        match &self.wanted {
            Wanted::All => self.costs.add(spot.layer, spot.entry, self.number, self.times),
            Wanted::Site(number, _) if *number == self.number => {
                self.wanted = Wanted::Site(*number, Some(self.site(*spot)));
            }
            Wanted::Over(measure, bound, _) => {
                if let Some(value) = measure.of(&spot.layer.counts).max()
                    && value > *bound
                {
                    let site = self.site(*spot);
                    if let Wanted::Over(_, _, found) = &mut self.wanted {
                        found.push((value, site));
                    }
                }
            }
            Wanted::Site(..) | Wanted::By(_) => {}
        }
        self.number += 1;
    }

    /// A residual connection whose block only passes on what it takes.
    fn residual(&mut self, nodes: &[Node], add: &'a Arc<Layer>) {
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
        let finding = Diagnostic::new(
            codes::IDENTITY_RESIDUAL,
            add.place,
            format!("a residual block of nothing but `{inside}` adds its input to itself, so nothing is learned"),
        )
        .with_help("put the layers that learn the difference into the block, as in `ResidualConnection { Dense(64, \"relu\") }`");
        let site = self.site(self.spot(add));
        self.emit(site.finding(finding));
    }

    fn join(&mut self, all: &mut Segment<Spot<'a>>, next: Segment<Spot<'a>>) {
        let Some((before, after)) = all.join(next) else { return };
        if let (Wanted::All, Some(first), Some(second)) =
            (&self.wanted, before.view(), after.view())
        {
            pair(&first, &second, |which, diagnostic| {
                let spot = match which {
                    Which::First => before,
                    Which::Second => after,
                };
                self.report(spot, diagnostic);
            });
        }
    }

    fn at<T>(&mut self, step: Step<'a>, f: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.frame;
        self.frames.push((outer, step));
        self.frame = self.frames.len() as u32 - 1;
        let result = f(self);
        self.frame = outer;
        result
    }

    /// The steps to a frame, the innermost first.
    fn steps(&self, from: u32) -> impl Iterator<Item = Step<'a>> {
        let frame = |at: u32| self.frames.get(at as usize).copied();
        let all = std::iter::successors(frame(from), move |(outer, _)| frame(*outer));
        all.map(|(_, step)| step).take_while(|step| !matches!(step, Step::Outside))
    }

    /// A number that tells expansions of macros apart.
    fn instance(&self, call: Place) -> u64 {
        let mut hasher = FxHasher::default();
        let steps: Vec<Step<'_>> = self.steps(self.frame).collect();
        let outer = steps.iter().find_map(|step| match step {
            Step::Call(_, _, instance) => Some(*instance),
            _ => None,
        });
        outer.hash(&mut hasher);
        call.hash(&mut hasher);
        for step in steps.iter().rev() {
            match step {
                Step::Copy(number) => (0u8, *number).hash(&mut hasher),
                Step::Alternative(number) => (1u8, *number).hash(&mut hasher),
                Step::Outside | Step::Index(_) | Step::Branch(_) | Step::Call(..) => {}
            }
        }
        hasher.finish() | 1
    }

    fn spot(&self, layer: &'a Arc<Layer>) -> Spot<'a> {
        Spot { layer, entry: find_layer(&layer.layer), frame: self.frame }
    }

    fn site(&self, spot: Spot<'a>) -> Site {
        let mut steps: Vec<Step<'_>> = self.steps(spot.frame).collect();
        steps.reverse();
        let mut calls = Vec::new();
        let mut path: Option<(u32, String)> = None;
        for step in steps {
            let rest = path.as_mut().map(|(_, rest)| rest);
            match (step, rest) {
                (Step::Index(index), None) => path = Some((index, String::new())),
                (Step::Index(index), Some(rest)) => rest.push_str(&format!(".{index}")),
                (Step::Branch(name), Some(rest)) => rest.push_str(&format!(".{name}")),
                (Step::Copy(number), Some(rest)) => rest.push_str(&format!("#{number}")),
                (Step::Alternative(number), Some(rest)) => rest.push_str(&format!("|{number}")),
                (Step::Call(name, place, instance), _) => {
                    calls.push(MacroCall { name: name.clone(), place, instance });
                }
                (Step::Outside | Step::Branch(_) | Step::Copy(_) | Step::Alternative(_), _) => {}
            }
        }
        let path = path.map(|(first, rest)| (first, SmolStr::from(rest)));
        Site { layer: spot.layer.clone(), calls, path }
    }

    /// Reports something that no single check has found.
    fn emit(&mut self, finding: Finding) {
        if matches!(self.wanted, Wanted::All) {
            self.add(finding);
        }
    }

    fn report(&mut self, spot: Spot<'a>, diagnostic: Diagnostic<Place>) {
        let finding = self.site(spot).finding(diagnostic);
        self.add(finding);
    }

    fn add(&mut self, finding: Finding) {
        let instance = finding.calls.last().map_or(0, |call| call.instance);
        let key = (finding.diagnostic.code, finding.diagnostic.place, instance);
        if self.seen.insert(key) {
            self.findings.push(finding);
        }
    }
}

impl<'a> Spot<'a> {
    fn view(&self) -> Option<View<'a>> {
        Some(View::new(self.layer, self.entry?))
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
