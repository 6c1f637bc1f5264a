//! Branches that leave the layer before them without a use.
//!
//! A run of branches may begin in one piece of a network and go on in the next ones. What a piece
//! knows of runs at its ends are its [`Edges`]; [`Runs`] puts those of all pieces together.

use super::facts::Site;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::place::Place;
use crate::model::result::{Finding, Node};

/// A run of branches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    /// The first branch.
    first: Place,
    /// Whether all of them start from inputs or earlier layers.
    elsewhere: bool,
}

impl Run {
    /// The run that these statements are; `None` where there are none.
    pub fn of(nodes: &[Node]) -> Option<Run> {
        let first = nodes.first()?.place;
        Some(Run { first, elsewhere: nodes.iter().all(|node| node.start.is_some()) })
    }

    /// The finding about `before`, the layer before the run, where nothing takes what it gives.
    pub fn unused(&self, before: &Site) -> Option<Finding> {
        if !self.elsewhere {
            return None;
        }
        let layer = &before.layer;
        let message = format!(
            "nothing takes what `{}` gives: the branches after it start from inputs or other layers",
            layer.layer
        );
        let finding = Diagnostic::new(codes::UNUSED_OUTPUT, layer.place, message)
            .with_help("move it into the branch that it is meant for, or remove it")
            .with_fix(format!("Remove `{}`", layer.layer), vec![layer.place.edit("")])
            .with_related(self.first, "the first of the branches");
        Some(before.finding(finding))
    }
}

/// The runs that a piece begins and ends with, which may be longer than it shows.
#[derive(Debug, Default)]
pub(super) struct Edges {
    /// The run at its beginning, and whether there is nothing else in the piece.
    pub head: Option<(Run, bool)>,
    /// A run at its end that is not the one at its beginning, with the layer before it.
    pub tail: Option<(Option<Site>, Run)>,
    /// The layer at its end.
    pub last: Option<Site>,
}

/// The pieces of a network, looked at one after the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Runs {
    /// The run that the pieces so far end with.
    open: Option<Open>,
    /// The layer that they end with, and the number of its piece.
    last: Option<(Site, usize)>,
}

#[derive(Debug, Clone, PartialEq)]
struct Open {
    /// The layer before the run, and the number of its piece.
    before: Option<(Site, usize)>,
    run: Run,
}

impl Runs {
    /// Whether the run that the pieces so far end with goes on in a piece with these edges.
    pub fn go_on(&self, edges: &Edges) -> bool {
        self.open.is_some() && edges.head.is_some()
    }

    /// Adds piece number `piece`. Gives the finding about a layer before a run that has ended, with the
    /// number of the layer's piece.
    pub fn add(&mut self, edges: &Edges, piece: usize) -> Option<(Finding, usize)> {
        let mut found = None;
        match (&edges.head, &mut self.open) {
            (Some((head, _)), Some(open)) => open.run.elsewhere &= head.elsewhere,
            (Some((head, _)), None) => {
                self.open = Some(Open { before: self.last.take(), run: head.clone() });
            }
            (None, _) => found = self.end(),
        }
        if !matches!(edges.head, Some((_, true))) {
            found = found.or_else(|| self.end());
            self.open = edges.tail.as_ref().map(|(before, run)| Open {
                before: before.clone().map(|site| (site, piece)),
                run: run.clone(),
            });
        }
        self.last = edges.last.clone().map(|site| (site, piece));
        found
    }

    /// The finding about the layer before the run that has come to its end.
    pub fn end(&mut self) -> Option<(Finding, usize)> {
        let Open { before, run } = self.open.take()?;
        let (site, piece) = before?;
        Some((run.unused(&site)?, piece))
    }
}
