//! "Did you mean": the known name that a wrong one was probably meant to be.

/// The candidate that `wrong` is closest to, if any is close enough to be meant.
///
/// A name that differs in letter case only is always meant. Otherwise the number of typing mistakes
/// (a letter added, dropped, changed, or swapped with its neighbour) may be one in a short name and
/// a third of the letters in a long one. Of equally close candidates the first wins.
pub fn did_you_mean<'a>(wrong: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wrong_folded = wrong.to_lowercase();
    let bound = allowed_mistakes(wrong.chars().count());
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        let folded = candidate.to_lowercase();
        if folded == wrong_folded {
            return Some(candidate);
        }
        // The difference in length is a lower bound of the distance and costs nothing.
        if folded.len().abs_diff(wrong_folded.len()) > bound * 4 {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&wrong_folded, &folded);
        if distance <= bound && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many typing mistakes a name of this length may hold. Names longer than any real one are not
/// compared at all, since the comparison is quadratic.
fn allowed_mistakes(len: usize) -> usize {
    match len {
        0..=2 => 0,
        3..=5 => 1,
        6..=8 => 2,
        9..=100 => len / 3,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(wrong: &str, expected: Option<&str>) {
        let known =
            ["Dense", "Dropout", "Conv2D", "Conv1D", "MaxPooling2D", "Add", "units", "kernel_size"];
        assert_eq!(did_you_mean(wrong, known.into_iter()), expected, "{wrong}");
    }

    #[test]
    fn letter_case_is_no_mistake() {
        check("dense", Some("Dense"));
        check("ADD", Some("Add"));
    }

    #[test]
    fn typing_mistakes() {
        check("Dnese", Some("Dense"));
        check("Droput", Some("Dropout"));
        check("kernal_size", Some("kernel_size"));
        check("MaxPoling2d", Some("MaxPooling2D"));
        check("Conv2", Some("Conv2D"));
    }

    #[test]
    fn names_that_are_not_close() {
        check("LSTM", None);
        check("Ad", None);
        check("", None);
        check(&"x".repeat(10_000), None);
    }
}
