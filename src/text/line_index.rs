//! Byte offsets to lines and columns, and back.
//!
//! Lines end at `\n`, `\r\n` or a lone `\r`, as the Language Server Protocol counts them. Columns
//! can be counted in bytes (utf-8), utf-16 code units, or Unicode scalar values (utf-32); the
//! command line counts scalar values, and an editor says what it counts.
//!
//! An index can follow an edit of its text: only the lines around the edit are looked at again,
//! since looking at all of them for each keystroke is what would make a large file slow.

use super::{TextRange, TextSize};

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

/// What a column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ColumnUnit {
    /// Bytes.
    Utf8,
    /// Units of 16 bits, of which characters outside of the basic plane have two.
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

impl ColumnUnit {
    /// How many units `text` has.
    pub fn len(self, text: &str) -> u32 {
        match self {
            ColumnUnit::Utf8 => text.len() as u32,
            _ if text.is_ascii() => text.len() as u32,
            ColumnUnit::Utf16 => text.chars().map(|c| c.len_utf16() as u32).sum(),
            ColumnUnit::Utf32 => text.chars().count() as u32,
        }
    }

    /// The number of bytes that the first `units` of `text` have. Inside a character it is where
    /// the character starts, past the end it is the end.
    fn bytes(self, text: &str, units: u32) -> usize {
        let wanted = units as usize;
        if text.is_ascii() {
            return wanted.min(text.len());
        }
        let mut passed = 0;
        for (at, c) in text.char_indices() {
            passed += match self {
                ColumnUnit::Utf8 => c.len_utf8(),
                ColumnUnit::Utf16 => c.len_utf16(),
                ColumnUnit::Utf32 => 1,
            };
            if passed > wanted {
                return at;
            }
        }
        text.len()
    }
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
        let mut starts = vec![TextSize::new(0)];
        starts.extend(line_ends(text, 0, text.len()));
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
        self.position(text, offset, ColumnUnit::Utf32)
    }

    /// Line and column of `offset` in `text` (the text of this index). An offset inside a character
    /// counts as the character's start, one past the end as the end.
    pub fn position(&self, text: &str, offset: TextSize, unit: ColumnUnit) -> LineCol {
        let LineCol { line, col } = self.line_col(offset);
        let start = usize::from(self.line_start(line));
        let mut end = start + col as usize;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        LineCol { line, col: unit.len(&text[start..end]) }
    }

    /// The offset of a position in `text` (the text of this index), whose column counts `unit`.
    ///
    /// A column past the end of its line is the end of the line, before the newline; a line past
    /// the last is the end of the text; a column inside a character is the character's start.
    pub fn offset(&self, text: &str, position: LineCol, unit: ColumnUnit) -> TextSize {
        if position.line >= self.line_count() {
            return self.len;
        }
        let start = self.line_start(position.line);
        let next = self.line_start(position.line.saturating_add(1));
        let line = &text[usize::from(start)..usize::from(next)];
        let line = line.trim_end_matches(['\n', '\r']);
        start + TextSize::new(unit.bytes(line, position.col) as u32)
    }

    /// Follows an edit that has put `inserted` bytes in the place of `replaced`, after which the
    /// whole text is `text`.
    pub fn edit(&mut self, replaced: TextRange, inserted: TextSize, text: &str) {
        // A `\r` before the edit ends its line or not, depending on what comes after it now.
        let from = usize::from(replaced.start()).saturating_sub(1);
        let until = usize::from(replaced.start() + inserted);
        let first = self.starts.partition_point(|&start| usize::from(start) <= from);
        // The line that starts right at the end of the edit may be gone: its newline was replaced, or
        // a `\r` now stands before its `\n`. So it is looked at again, too.
        let last = self.starts.partition_point(|&start| start <= replaced.end());
        let new = line_ends(text, from, until).filter(|&at| usize::from(at) > from);
        let new: Vec<TextSize> = new.collect();
        let (old_end, new_end) = (replaced.end(), TextSize::new(until as u32));
        for start in &mut self.starts[last..] {
            *start = *start - old_end + new_end;
        }
        self.starts.splice(first..last.max(first), new);
        self.len = TextSize::of(text);
    }
}

/// Where lines start that are ended by the bytes `from..until`.
fn line_ends(text: &str, from: usize, until: usize) -> impl Iterator<Item = TextSize> + '_ {
    let bytes = text.as_bytes();
    (from..until).filter_map(move |at| {
        let ends_line = match bytes[at] {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        ends_line.then(|| TextSize::new(at as u32 + 1))
    })
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

    #[test]
    fn positions_count_what_the_editor_counts() {
        let text = "é\r\n🦀漢x\rend";
        let index = LineIndex::new(text);
        let mut offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        offsets.push(text.len());
        for unit in [ColumnUnit::Utf8, ColumnUnit::Utf16, ColumnUnit::Utf32] {
            for &offset in &offsets {
                let offset = TextSize::new(offset as u32);
                let position = index.position(text, offset, unit);
                // Between `\r` and `\n` there is no position.
                let inside_newline = text[usize::from(offset)..].starts_with('\n');
                if !inside_newline {
                    assert_eq!(index.offset(text, position, unit), offset, "{unit:?}");
                }
            }
        }
        let x = TextSize::new(text.find('x').unwrap() as u32);
        let column = |unit| index.position(text, x, unit).col;
        assert_eq!(column(ColumnUnit::Utf8), 7);
        assert_eq!(column(ColumnUnit::Utf16), 3);
        assert_eq!(column(ColumnUnit::Utf32), 2);
    }

    #[test]
    fn positions_outside_of_the_text_are_moved_into_it() {
        let text = "a🦀\r\nb\rc";
        let index = LineIndex::new(text);
        let offset = |line, col, unit| u32::from(index.offset(text, LineCol { line, col }, unit));
        assert_eq!(offset(0, 99, ColumnUnit::Utf16), 5);
        assert_eq!(offset(0, u32::MAX, ColumnUnit::Utf8), 5);
        assert_eq!(offset(1, 5, ColumnUnit::Utf32), 8);
        assert_eq!(offset(2, 5, ColumnUnit::Utf32), 10);
        assert_eq!(offset(3, 0, ColumnUnit::Utf16), 10);
        assert_eq!(offset(u32::MAX, u32::MAX, ColumnUnit::Utf16), 10);
        // Inside the two halves, or the four bytes, of the crab.
        assert_eq!(offset(0, 2, ColumnUnit::Utf16), 1);
        assert_eq!(offset(0, 4, ColumnUnit::Utf8), 1);
        assert_eq!(
            LineIndex::new("").offset("", LineCol { line: 7, col: 7 }, ColumnUnit::Utf8),
            0.into()
        );
    }

    #[test]
    fn an_index_that_follows_edits_is_that_of_the_text() {
        // A small generator with a fixed seed, so that a failure comes again.
        let mut seed = 0x2545_f491_4f6c_dd1du64;
        let mut next = move |below: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed % below as u64) as usize
        };
        let pieces = ["", "\n", "\r", "\r\n", "x", "é", "🦀\r", "\nab\n", "\r\r\n\n"];
        let mut text = String::from("one\r\ntwo\rthree\n");
        let mut index = LineIndex::new(&text);
        for _ in 0..20_000 {
            let boundaries: Vec<usize> =
                (0..=text.len()).filter(|&at| text.is_char_boundary(at)).collect();
            let (a, b) = (next(boundaries.len()), next(boundaries.len()));
            let far = if text.len() > 60 { 9 } else { 2 };
            let (start, end) = (a.min(b), a.max(b).min(a.min(b) + far));
            let (start, end) = (boundaries[start], boundaries[end]);
            let piece = pieces[next(pieces.len())];
            text.replace_range(start..end, piece);
            let replaced = TextRange::new((start as u32).into(), (end as u32).into());
            index.edit(replaced, TextSize::of(piece), &text);
            assert_eq!(index, LineIndex::new(&text), "{text:?}");
        }
    }
}
