//! A file at one moment, with everything that a feature needs to answer in the client's terms.

use std::sync::Arc;

use tower_lsp::lsp_types::{
    Hover, HoverContents, Location, MarkupContent, MarkupKind, Position, Range, TextEdit, Url,
};

use super::capabilities::ClientCapabilities;
use super::convert;
use crate::config::Config;
use crate::ide::{Analysis, HoverConfig};
use crate::text::{self, TextRange, TextSize};

/// A file at one moment.
#[derive(Clone)]
pub(super) struct Snapshot {
    pub(super) analysis: Analysis,
    pub(super) uri: Url,
    pub(super) version: i32,
    pub(super) revision: u64,
    pub(super) config: Arc<Config>,
    pub(super) client: Arc<ClientCapabilities>,
}

impl Snapshot {
    /// The position of an offset.
    pub(super) fn position(&self, offset: TextSize) -> Position {
        let (text, index) = (self.analysis.text(), self.analysis.line_index());
        convert::position(text, index, offset, self.client.unit)
    }

    /// The range of the protocol that a range of the text is.
    pub(super) fn range(&self, range: TextRange) -> Range {
        let (text, index) = (self.analysis.text(), self.analysis.line_index());
        convert::range(text, index, range, self.client.unit)
    }

    /// The offset of a position.
    pub(super) fn offset(&self, position: Position) -> TextSize {
        let (text, index) = (self.analysis.text(), self.analysis.line_index());
        convert::offset(text, index, position, self.client.unit)
    }

    /// The range of the text that a range of the protocol is.
    pub(super) fn text_range(&self, range: Range) -> TextRange {
        let (text, index) = (self.analysis.text(), self.analysis.line_index());
        convert::text_range(text, index, range, self.client.unit)
    }

    /// A place in this file.
    pub(super) fn location(&self, range: TextRange) -> Location {
        Location { uri: self.uri.clone(), range: self.range(range) }
    }

    /// Edits of this file.
    pub(super) fn edits(&self, edits: &[text::TextEdit]) -> Vec<TextEdit> {
        let edit = |edit: &text::TextEdit| TextEdit {
            range: self.range(edit.range),
            new_text: edit.new_text.clone(),
        };
        edits.iter().map(edit).collect()
    }

    /// How numbers are shown.
    pub(super) fn hover_config(&self) -> HoverConfig {
        HoverConfig {
            batch: self.config.batch,
            dtype_bytes: self.config.dtype.bytes(),
            documentation: self.config.hover_documentation,
            other_layout: self.config.hover_other_layout,
        }
    }

    /// A text as the client can show it.
    pub(super) fn markup(&self, markdown: String) -> MarkupContent {
        match self.client.markdown {
            true => MarkupContent { kind: MarkupKind::Markdown, value: markdown },
            false => MarkupContent { kind: MarkupKind::PlainText, value: plain(&markdown) },
        }
    }

    /// A hover over `range`.
    pub(super) fn hover(&self, range: TextRange, markdown: String) -> Hover {
        Hover {
            contents: HoverContents::Markup(self.markup(markdown)),
            range: Some(self.range(range)),
        }
    }
}

/// Markdown without its marks, for clients that show them as they are.
fn plain(markdown: &str) -> String {
    let is_mark = |line: &&str| {
        let line = line.trim();
        !line.starts_with("```") && line != "---"
    };
    let lines: Vec<String> = markdown
        .lines()
        .filter(is_mark)
        .map(|line| line.trim_start_matches('#').replace("**", "").replace('`', ""))
        .collect();
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_left_out_for_clients_that_show_them() {
        let markdown = "```neural\nDense(4)\n```\n---\n**Dense** of `units`\n\n* one\n";
        assert_eq!(plain(markdown), "Dense(4)\nDense of units\n\n* one");
    }
}
