//! Byte offsets to lines and columns, and back.
//!
//! Lines end at `\n`, `\r\n` or a lone `\r`, as the Language Server Protocol counts them. Columns
//! can be counted in bytes (utf-8), utf-16 code units, or Unicode scalar values (utf-32); the
//! command line counts scalar values.

use super::TextSize;

/// A position as a zero-based line and a zero-based column.
///
/// The unit of the column is that of the call that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineCol {
    /// Zero-based line.
    pub line: u32,
    /// Zero-based column.
    pub col: u32,
}

/// Where each line of a text starts. It does not keep the text: the calls that count characters
/// take it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<TextSize>,
    len: TextSize,
}

impl LineIndex {
    /// The index of `text`.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![TextSize::new(0)];
        for (at, byte) in bytes.iter().enumerate() {
            let ends_line = match byte {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends_line {
                starts.push(TextSize::new(at as u32 + 1));
            }
        }
        LineIndex { starts, len: TextSize::of(text) }
    }

    /// How many lines there are; an empty text has one.
    pub fn line_count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// Where line `line` starts, or the end of the text past the last line.
    pub fn line_start(&self, line: u32) -> TextSize {
        self.starts.get(line as usize).copied().unwrap_or(self.len)
    }

    /// The zero-based line that `offset` is on.
    pub fn line(&self, offset: TextSize) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32 - 1
    }

    /// Line and column of `offset`, the column in bytes. Offsets past the end count as the end.
    pub fn line_col(&self, offset: TextSize) -> LineCol {
        let offset = offset.min(self.len);
        let line = self.line(offset);
        LineCol { line, col: (offset - self.line_start(line)).into() }
    }

    /// Line and column of `offset` in `text` (the text of this index), the column in Unicode scalar
    /// values.
    pub fn line_col_chars(&self, text: &str, offset: TextSize) -> LineCol {
        let LineCol { line, col } = self.line_col(offset);
        let start = usize::from(self.line_start(line));
        let mut end = start + col as usize;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        LineCol { line, col: text[start..end].chars().count() as u32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_newline_style_ends_a_line() {
        let text = "a\nb\r\nc\rd";
        let index = LineIndex::new(text);
        assert_eq!(index.line_count(), 4);
        let lines: Vec<u32> = (0..=text.len() as u32).map(|at| index.line(at.into())).collect();
        assert_eq!(lines, [0, 0, 1, 1, 1, 2, 2, 3, 3]);
    }

    #[test]
    fn columns_count_scalar_values() {
        let text = "x\n🦀é(";
        let index = LineIndex::new(text);
        assert_eq!(index.line_col_chars(text, TextSize::of(text)), LineCol { line: 1, col: 3 });
        assert_eq!(index.line_col(TextSize::of(text)), LineCol { line: 1, col: 7 });
        // An offset inside a character counts as the character's start.
        assert_eq!(index.line_col_chars(text, 4.into()), LineCol { line: 1, col: 0 });
    }

    #[test]
    fn offsets_past_the_end_are_the_end() {
        assert_eq!(LineIndex::new("ab").line_col(90.into()), LineCol { line: 0, col: 2 });
        assert_eq!(LineIndex::new("").line_count(), 1);
    }
}
