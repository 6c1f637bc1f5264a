//! The figures as tables for people, or as one JSON document.

use std::io::{self, Write};
use std::time::Duration;

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, presets};
use serde_json::{Map, Value, json};

use super::measurements::{Keystroke, Measurements, Stage, resident};
use crate::cli::table::size;
use crate::model::statistics::QueryCounts;
use crate::shape::grouped;

/// The stages that make an open file, in sum the cold start that keystrokes are compared with.
const OPENING: [&str; 3] = ["parse and lower", "shapes", "findings"];

/// The tables.
pub(super) fn write_tables(out: &mut dyn Write, sum: &Measurements) -> io::Result<()> {
    let files = if sum.files == 1 { "file" } else { "files" };
    writeln!(
        out,
        "{} {files}, {}, {} layers, {} findings",
        grouped(sum.files as u64),
        size(sum.bytes as u64),
        grouped(sum.layers),
        grouped(sum.findings as u64)
    )?;
    writeln!(out, "memory of the process: {}\n", size(resident() as u64))?;
    let mut table = new_table(&["stage or feature", "calls", "gives", "time", "a call", "memory"]);
    for stage in &sum.stages {
        table.add_row(stage_cells(stage));
    }
    write_table(out, &table)?;
    writeln!(out, "queries of the first analysis: {}", queries(&sum.queries))?;
    if sum.keystrokes.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let mut table = new_table(&[
        "from the edit to the findings",
        "median",
        "longest",
        "read anew",
        "run",
        "reused",
    ]);
    let files = sum.files.max(1) as u64;
    table.add_row([
        "a file opened (mean)".to_owned(),
        duration(opening(sum) / sum.files.max(1) as u32),
        String::new(),
        "1.0".to_owned(),
        mean(sum.stage(OPENING[0]).map_or(0, |stage| stage.results), files),
        mean(sum.queries.executed(), files),
        mean(sum.queries.reused, files),
    ]);
    for keystroke in sum.keystrokes.iter().filter(|it| !it.times.is_empty()) {
        table.add_row(keystroke_cells(keystroke));
    }
    write_table(out, &table)?;
    writeln!(
        out,
        "whole text: parsed anew; read anew: statements and sections; run, reused: queries; each a mean for one edit"
    )
}

fn opening(sum: &Measurements) -> Duration {
    OPENING.iter().filter_map(|name| sum.stage(name)).map(|stage| stage.time).sum()
}

fn stage_cells(stage: &Stage) -> [String; 6] {
    let calls = if stage.calls < stage.places {
        format!("{} of {}", grouped(stage.calls), grouped(stage.places))
    } else {
        grouped(stage.calls)
    };
    let a_call = stage.time.checked_div(u32::try_from(stage.calls).unwrap_or(u32::MAX));
    [
        stage.name.to_owned(),
        calls,
        grouped(stage.results),
        duration(stage.time),
        a_call.map_or_else(String::new, duration),
        size(stage.memory as u64),
    ]
}

fn keystroke_cells(keystroke: &Keystroke) -> [String; 7] {
    let (median, longest) = keystroke.median_and_max();
    let edits = keystroke.times.len() as u64;
    [
        keystroke.name.to_owned(),
        duration(median),
        duration(longest),
        mean(keystroke.whole, edits),
        mean(keystroke.lowered, edits),
        mean(keystroke.queries.executed(), edits),
        mean(keystroke.queries.reused, edits),
    ]
}

/// `chunk 12, inputs 3; 0 reused`
fn queries(counts: &QueryCounts) -> String {
    let executed: Vec<String> = counts
        .executed
        .iter()
        .map(|(query, count)| format!("{query} {}", grouped(*count)))
        .collect();
    format!("{}; {} reused", executed.join(", "), grouped(counts.reused))
}

fn mean(sum: u64, count: u64) -> String {
    format!("{:.1}", sum as f64 / count.max(1) as f64)
}

fn new_table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn write_table(out: &mut dyn Write, table: &Table) -> io::Result<()> {
    table.lines().try_for_each(|line| writeln!(out, "{}", line.trim_end()))
}

/// A time with three digits and a unit.
fn duration(time: Duration) -> String {
    let nanoseconds = time.as_nanos() as f64;
    let (value, unit) = match nanoseconds {
        _ if nanoseconds < 1e3 => return format!("{nanoseconds:.0} ns"),
        _ if nanoseconds < 999.5e3 => (nanoseconds / 1e3, "µs"),
        _ if nanoseconds < 999.5e6 => (nanoseconds / 1e6, "ms"),
        _ => (nanoseconds / 1e9, "s"),
    };
    let digits = match value {
        _ if value < 9.995 => 2,
        _ if value < 99.95 => 1,
        _ => 0,
    };
    format!("{value:.digits$} {unit}")
}

/// The same for programs: times in nanoseconds, sizes in bytes, counts as sums.
pub(super) fn write_json(out: &mut dyn Write, sum: &Measurements) -> io::Result<()> {
    let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    let stage = |stage: &Stage| {
        json!({
            "name": stage.name,
            "calls": stage.calls,
            "places": stage.places,
            "results": stage.results,
            "nanoseconds": nanoseconds(stage.time),
            "memory": stage.memory,
        })
    };
    let counts = |counts: &QueryCounts| {
        let executed: Map<String, Value> =
            counts.executed.iter().map(|(query, count)| (query.clone(), json!(count))).collect();
        json!({ "executed": executed, "reused": counts.reused, "interned": counts.interned })
    };
    let keystroke = |keystroke: &Keystroke| {
        let (median, longest) = keystroke.median_and_max();
        json!({
            "name": keystroke.name,
            "edits": keystroke.times.len(),
            "median_nanoseconds": nanoseconds(median),
            "longest_nanoseconds": nanoseconds(longest),
            "whole_texts": keystroke.whole,
            "lowered": keystroke.lowered,
            "queries": counts(&keystroke.queries),
        })
    };
    let document = json!({
        "files": sum.files,
        "bytes": sum.bytes,
        "layers": sum.layers,
        "findings": sum.findings,
        "memory": resident(),
        "open_nanoseconds": nanoseconds(opening(sum)),
        "stages": sum.stages.iter().map(stage).collect::<Vec<_>>(),
        "queries": counts(&sum.queries),
        "keystrokes": sum.keystrokes.iter().map(keystroke).collect::<Vec<_>>(),
    });
    writeln!(out, "{document}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::stats::{keystrokes, stages};
    use crate::config::Config;

    fn sample() -> Measurements {
        let text = "network N { input: (8,) layers: Dense(4, \"relu\") Dense(3) }";
        let mut file = stages::measure(text, &Config::default(), 1);
        file.keystrokes = keystrokes::measure(text, &Config::default(), 2);
        file
    }

    #[test]
    fn tables_have_every_stage_and_keystroke() {
        let sum = sample();
        let mut out = Vec::new();
        write_tables(&mut out, &sum).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(out.starts_with("1 file, 59 B, 2 layers, 0 findings\n"), "{out}");
        for name in sum.stages.iter().map(|stage| stage.name) {
            assert!(out.contains(&format!(" {name} ")), "{name} in {out}");
        }
        for keystroke in &sum.keystrokes {
            let is_there = out.contains(&format!(" {} ", keystroke.name));
            assert_eq!(is_there, !keystroke.times.is_empty(), "{} in {out}", keystroke.name);
        }
        assert!(out.contains("queries of the first analysis: chunk 1,"), "{out}");
    }

    #[test]
    fn programs_read_the_same_figures() {
        let sum = sample();
        let mut out = Vec::new();
        write_json(&mut out, &sum).unwrap();
        let read: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!((&read["files"], &read["layers"]), (&json!(1), &json!(2)));
        assert_eq!(read["queries"]["executed"]["chunk"], 1);
        assert_eq!(read["stages"].as_array().map(Vec::len), Some(sum.stages.len()));
        assert_eq!(read["keystrokes"].as_array().map(Vec::len), Some(sum.keystrokes.len()));
        assert!(read["open_nanoseconds"].as_u64() > Some(0));
    }

    #[test]
    fn times_have_three_digits() {
        let times = [0, 999, 1_000, 12_345, 999_499, 999_500, 123_456_789, 1_500_000_000];
        let times = times.map(|nanoseconds| duration(Duration::from_nanos(nanoseconds)));
        expect_test::expect!["0 ns, 999 ns, 1.00 µs, 12.3 µs, 999 µs, 1.00 ms, 123 ms, 1.50 s"]
            .assert_eq(&times.join(", "));
    }
}
