//! Where a short word occurs in a text.
//!
//! What is only of interest where some word stands, such as a comment that begins with one, should cost
//! nothing where it does not. Looking for the word in all of a long text after each keystroke is what
//! would cost; an index follows an edit by a look at the text around it.

use super::{TextRange, TextSize};

/// The places where a word starts in a text, also such that overlap. It does not keep the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrences {
    word: &'static str,
    starts: Vec<TextSize>,
}

impl Occurrences {
    /// Those of `word` in `text`.
    pub fn new(word: &'static str, text: &str) -> Occurrences {
        Occurrences { word, starts: starts(word, text, 0, text.len()) }
    }

    /// The word.
    pub fn word(&self) -> &'static str {
        self.word
    }

    /// Where the word starts, in the order of the text.
    pub fn starts(&self) -> &[TextSize] {
        &self.starts
    }

    /// Follows an edit that has put `inserted` bytes in the place of `replaced`, after which the whole
    /// text is `text`.
    pub fn edit(&mut self, replaced: TextRange, inserted: TextSize, text: &str) {
        let (old_end, new_end) = (replaced.end(), replaced.start() + inserted);
        // An occurrence in front of the edit may reach into it.
        let reach = TextSize::of(self.word) - TextSize::new(u32::from(!self.word.is_empty()));
        let from = replaced.start().checked_sub(reach).unwrap_or_default();
        let first = self.starts.partition_point(|start| *start < from);
        let last = self.starts.partition_point(|start| *start < old_end).max(first);
        for start in &mut self.starts[last..] {
            *start = *start - old_end + new_end;
        }
        let new = starts(self.word, text, usize::from(from), usize::from(new_end));
        self.starts.splice(first..last, new);
    }
}

/// Where `word` starts in `text` at one of the offsets from `from` to before `until`.
fn starts(word: &str, text: &str, from: usize, until: usize) -> Vec<TextSize> {
    let end = (until + word.len()).saturating_sub(1).min(text.len());
    let finder = memchr::memmem::Finder::new(word);
    let mut found = Vec::new();
    let mut at = from;
    while let Some(next) = text.as_bytes().get(at..end).and_then(|rest| finder.find(rest)) {
        found.push(TextSize::new((at + next) as u32));
        at += next + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn occurrences_may_overlap() {
        let starts = |text| Occurrences::new("//", text).starts().to_vec();
        assert_eq!(starts("/// a /b//"), [0.into(), 1.into(), 8.into()]);
        assert_eq!(starts("/"), []);
        assert_eq!(starts(""), []);
    }

    proptest! {
        #[test]
        fn an_index_that_follows_edits_is_that_of_the_text(
            text in "[/ab*é]{0,40}",
            edits in prop::collection::vec((0usize..40, 0usize..8, "[/ab*é]{0,6}"), 1..8),
        ) {
            let mut text = text;
            let mut indexes = ["//", "/*", "aba", "/"].map(|word| Occurrences::new(word, &text));
            for (at, removed, new) in edits {
                let boundary = |mut at: usize, text: &str| {
                    at = at.min(text.len());
                    while !text.is_char_boundary(at) {
                        at -= 1;
                    }
                    at
                };
                let start = boundary(at, &text);
                let end = boundary(start + removed, &text).max(start);
                text.replace_range(start..end, &new);
                let replaced = TextRange::new((start as u32).into(), (end as u32).into());
                for index in &mut indexes {
                    index.edit(replaced, TextSize::of(&*new), &text);
                    prop_assert_eq!(&*index, &Occurrences::new(index.word(), &text), "{}", text);
                }
            }
        }
    }
}
