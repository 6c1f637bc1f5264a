//! What the grammar has done to a text, before it is a tree.

use rowan::Language;

use crate::syntax::kind::{NeuralLanguage, SyntaxKind};
use crate::text::{TextEdit, TextRange};

/// What the grammar did, in the order it did it. It is one number, so that comparing and hashing what
/// it did to a statement costs little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::syntax) struct Event(u64);

/// What an event says.
pub(in crate::syntax) enum Action {
    /// A node starts. `None` where the marker was given up.
    Start {
        kind: Option<SyntaxKind>,
        /// How many events further on the node that starts around this one is; 0 for none.
        forward_parent: usize,
    },
    /// A node starts that has started already, around one before it.
    Started,
    /// The innermost open node ends.
    Finish,
    /// The next token.
    Token,
    /// A hidden list.
    Hidden,
}

impl Event {
    pub(super) const FINISH: Event = Event(1 << 16);
    pub(super) const TOKEN: Event = Event(1 << 17);
    pub(super) const HIDDEN: Event = Event(1 << 18);
    const STARTED: u64 = 1 << 19;
    pub(super) const GIVEN_UP: Event = Event(SyntaxKind::EOF as u64);

    /// What it says.
    pub(in crate::syntax) fn action(self) -> Action {
        match self {
            Event::FINISH => Action::Finish,
            Event::TOKEN => Action::Token,
            Event::HIDDEN => Action::Hidden,
            Event(bits) if bits & Event::STARTED != 0 => Action::Started,
            _ => Action::Start { kind: self.kind(), forward_parent: self.forward_parent() },
        }
    }

    /// The kind of the node that starts.
    pub(in crate::syntax) fn kind(self) -> Option<SyntaxKind> {
        let kind = NeuralLanguage::kind_from_raw(rowan::SyntaxKind(self.0 as u16));
        (kind != SyntaxKind::EOF).then_some(kind)
    }

    /// See [`Action::Start`].
    pub(in crate::syntax) fn forward_parent(self) -> usize {
        (self.0 >> 32) as usize
    }

    pub(super) fn set_kind(&mut self, kind: SyntaxKind) {
        self.0 |= kind as u64;
    }

    /// The node that starts around this one is so many events further on.
    pub(super) fn set_forward_parent(&mut self, distance: u32) {
        self.0 |= u64::from(distance) << 32;
    }

    pub(super) fn set_started(&mut self) {
        self.0 |= Event::STARTED;
    }

    /// A number that no other event has.
    pub(in crate::syntax) fn bits(self) -> u64 {
        self.0
    }
}

/// A comma or a semicolon between statements, as the edit that takes it away.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::syntax) enum Separator {
    Comma(TextEdit),
    Semicolon(TextEdit),
}

impl Separator {
    pub(in crate::syntax) fn comma(&self) -> Option<&TextEdit> {
        match self {
            Separator::Comma(edit) => Some(edit),
            Separator::Semicolon(_) => None,
        }
    }

    pub(in crate::syntax) fn semicolon(self) -> Option<TextEdit> {
        match self {
            Separator::Comma(_) => None,
            Separator::Semicolon(edit) => Some(edit),
        }
    }

    /// The same with its place moved.
    pub(in crate::syntax) fn map_place(
        self,
        map: impl FnOnce(TextRange) -> TextRange,
    ) -> Separator {
        let moved = |edit: TextEdit| TextEdit { range: map(edit.range), ..edit };
        match self {
            Separator::Comma(edit) => Separator::Comma(moved(edit)),
            Separator::Semicolon(edit) => Separator::Semicolon(moved(edit)),
        }
    }
}
