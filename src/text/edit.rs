//! A replacement of one range of a text, and the application of several of them at once.

use super::TextRange;

/// Replaces the text of `range` (byte offsets in the old text) by `new_text`.
///
/// An insertion has an empty range; a deletion has an empty `new_text`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TextEdit<R = TextRange> {
    /// What is replaced.
    pub range: R,
    /// What stands there afterwards.
    pub new_text: String,
}

impl<R> TextEdit<R> {
    /// An edit that puts `new_text` in the place of `range`.
    pub fn new(range: R, new_text: impl Into<String>) -> Self {
        TextEdit { range, new_text: new_text.into() }
    }
}

/// The text after all `edits`, whose ranges all refer to `text` as it was.
///
/// Edits may come in any order. An edit that overlaps an earlier one, or that lies outside the text
/// or inside a character, is left out.
pub fn apply_edits(text: &str, edits: &[TextEdit]) -> String {
    let mut edits: Vec<&TextEdit> = edits.iter().collect();
    edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        let (start, end) = (usize::from(edit.range.start()), usize::from(edit.range.end()));
        let fits = start >= done && text.is_char_boundary(start) && text.is_char_boundary(end);
        if !fits {
            continue;
        }
        result.push_str(&text[done..start]);
        result.push_str(&edit.new_text);
        done = end;
    }
    result.push_str(&text[done..]);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: u32, end: u32, text: &str) -> TextEdit {
        TextEdit::new(TextRange::new(start.into(), end.into()), text)
    }

    #[test]
    fn edits_are_applied_in_text_order() {
        assert_eq!(
            apply_edits("Dense(10)", &[edit(6, 8, "64"), edit(0, 5, "Output")]),
            "Output(64)"
        );
    }

    #[test]
    fn overlapping_and_impossible_edits_are_left_out() {
        assert_eq!(
            apply_edits("a→b", &[edit(0, 2, "x"), edit(0, 1, "y"), edit(90, 91, "z")]),
            "y→b"
        );
    }
}
