//! Numbers as people read them.

use crate::shape::Count;

/// A number of bytes with three digits and a unit, or `?`.
pub(super) fn bytes(count: Count) -> String {
    const UNITS: &[&str] = &["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let (low, high) = match count {
        Count::Between(low, high) => (low, high),
        Count::Unknown => return "?".to_owned(),
    };
    let one = |value: u64| {
        let (number, unit) = scaled(value, 1024.0, UNITS);
        format!("{number} {unit}")
    };
    match low == high {
        true => one(low),
        false => between(one(low), one(high)),
    }
}

/// `10..20 kMACs`: the unit once where both have the same.
fn between(low: String, high: String) -> String {
    match (low.split_once(' '), high.split_once(' ')) {
        (Some((number, unit)), Some((_, other))) if unit == other => format!("{number}..{high}"),
        _ => format!("{low}..{high}"),
    }
}

/// A number of things with three digits: `888 kMACs`, `12 MACs`, `1.23 GMACs`.
pub(super) fn rounded(count: Count, of: &str) -> String {
    const UNITS: &[&str] = &["", "k", "M", "G", "T", "P", "E"];
    let one = |value: u64| {
        let (number, prefix) = scaled(value, 1000.0, UNITS);
        format!("{number} {prefix}{of}")
    };
    match count {
        Count::Between(low, high) if low == high => one(low),
        Count::Between(low, high) => between(one(low), one(high)),
        Count::Unknown => format!("? {of}"),
    }
}

/// Three digits and the unit that they are of.
fn scaled(value: u64, base: f64, units: &[&'static str]) -> (String, &'static str) {
    if (value as f64) < base {
        return (value.to_string(), units[0]);
    }
    let mut number = value as f64 / base;
    let mut unit = 1;
    while number >= base - 0.5 && unit + 1 < units.len() {
        number /= base;
        unit += 1;
    }
    let digits = match number {
        _ if number < 9.995 => 2,
        _ if number < 99.95 => 1,
        _ => 0,
    };
    (format!("{number:.digits$}"), units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        let shown: Vec<String> = [0, 999, 1000, 12_345, 887_500, 999_999, 1_234_567_890, u64::MAX]
            .into_iter()
            .map(|number| rounded(Count::known(number), "MACs"))
            .collect();
        assert_eq!(
            shown,
            [
                "0 MACs",
                "999 MACs",
                "1.00 kMACs",
                "12.3 kMACs",
                "888 kMACs",
                "1.00 MMACs",
                "1.23 GMACs",
                "18.4 EMACs",
            ]
        );
        assert_eq!(rounded(Count::Unknown, "MACs"), "? MACs");
        assert_eq!(rounded(Count::Between(10, 2000), "MACs"), "10 MACs..2.00 kMACs");
    }

    #[test]
    fn bytes_count_in_1024s() {
        let shown: Vec<String> =
            [0, 1023, 1024, 86_528, 1 << 20].map(|number| bytes(Count::known(number))).into();
        assert_eq!(shown, ["0 B", "1023 B", "1.00 KiB", "84.5 KiB", "1.00 MiB"]);
    }
}
