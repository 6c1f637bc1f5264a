//! Places that survive edits elsewhere in the text.

use crate::text::{TextEdit, TextRange};

/// A piece of a text: a statement of a layers list or macro body, a section, or the head of a
/// network or macro. A piece keeps its identity while the text around it changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OwnerId(pub u32);

impl OwnerId {
    /// Stands for the piece that a value is of, where equal pieces share the value. No piece has it.
    pub const OWN: OwnerId = OwnerId(0);
}

/// A range of a piece, relative to where the piece starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// The piece.
    pub owner: OwnerId,
    /// The range in it.
    pub range: TextRange,
}

impl Place {
    /// The range `range` of `owner`.
    pub fn new(owner: OwnerId, range: TextRange) -> Place {
        Place { owner, range }
    }

    /// The place of a value that pieces share, as a place of the piece `owner`.
    pub fn in_piece(self, owner: OwnerId) -> Place {
        if self.owner == OwnerId::OWN { Place { owner, ..self } } else { self }
    }

    /// The same place for a value that pieces share, if it is one of `owner`.
    pub fn shared_by(self, owner: OwnerId) -> Place {
        if self.owner == owner { Place { owner: OwnerId::OWN, ..self } } else { self }
    }

    /// The empty range at the end.
    pub fn end(self) -> Place {
        Place { range: TextRange::empty(self.range.end()), ..self }
    }

    /// The empty range at the start.
    pub fn start(self) -> Place {
        Place { range: TextRange::empty(self.range.start()), ..self }
    }

    /// The edit that puts `text` here.
    pub fn edit(self, text: impl Into<String>) -> TextEdit<Place> {
        TextEdit::new(self, text)
    }
}
