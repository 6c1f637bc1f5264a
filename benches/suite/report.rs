//! The rows of a run, their targets, and the table at the end.
//!
//! The figures of the run before are kept beside the table, so that each run says what has changed.
//! Only rows that were measured again replace the kept ones.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value, json};

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Nanoseconds,
    Bytes,
    /// How many times faster; the larger, the better.
    Times,
    /// Things.
    Count,
}

/// The most that a row may take, or the least for [`Unit::Times`], on a machine with two cores that does
/// nothing else and with the profile that is shipped.
const TARGETS: &[(&str, f64)] = &[
    ("lex cnn 10000", 1.4 * MS),
    ("open cnn 10000", 20.0 * MS),
    ("open cnn 100000", 220.0 * MS),
    ("keystroke 10000 number, start", 0.05 * MS),
    ("keystroke 10000 number, middle", 0.05 * MS),
    ("keystroke 10000 number, end", 0.05 * MS),
    ("keystroke 10000 comment", 0.05 * MS),
    ("keystroke 10000 string", 0.8 * MS),
    ("keystroke 10000 name", 0.8 * MS),
    ("keystroke 10000 shape that dies out", 0.1 * MS),
    ("keystroke 10000 shape to the end", 0.8 * MS),
    ("keystroke 10000 bracket", 0.1 * MS),
    ("keystroke 10000 layer line", 0.1 * MS),
    ("keystroke 10000 open quote", 5.0 * MS),
    ("keystroke 10000 open comment", 5.0 * MS),
    ("keystroke 10000 header", 5.0 * MS),
    ("keystroke 100000 number, start", 0.4 * MS),
    ("keystroke 100000 number, middle", 0.4 * MS),
    ("keystroke 100000 number, end", 0.4 * MS),
    ("keystroke 100000 comment", 0.4 * MS),
    ("keystroke 100000 string", 15.0 * MS),
    ("keystroke 100000 name", 15.0 * MS),
    ("keystroke 100000 shape that dies out", 1.0 * MS),
    ("keystroke 100000 shape to the end", 15.0 * MS),
    ("keystroke 100000 bracket", 1.0 * MS),
    ("keystroke 100000 layer line", 1.0 * MS),
    ("keystroke 100000 open quote", 60.0 * MS),
    ("keystroke 100000 open comment", 60.0 * MS),
    ("keystroke 100000 header", 60.0 * MS),
    ("hints of 100 lines 10000", 0.1 * MS),
    ("hints of 100 lines 100000", 0.2 * MS),
    ("hover 10000", 0.1 * MS),
    ("hover 100000", 0.2 * MS),
    ("memory open 10000", 20.0 * MB),
    ("memory open 100000", 200.0 * MB),
    ("process --version", 3.0 * MS),
    ("process spawn to initialize", 5.0 * MS),
    ("process binary", 8.0 * MB),
    ("process memory after initialize", 8.0 * MB),
    ("check 1000 files, 2 cores over 1", 1.8),
    ("server 10000 keystroke p50", 0.5 * MS),
    ("server 10000 keystroke p99", 3.0 * MS),
    ("server 10000 paced keystroke p99", 3.0 * MS),
];

const MS: f64 = 1e6;
const MB: f64 = 1e6;

/// A figure.
pub struct Row {
    name: String,
    value: f64,
    unit: Unit,
    /// The time of lexing the same text, in nanoseconds: nothing that reads all of it can be faster.
    floor: Option<f64>,
}

/// The figures of a run.
pub struct Report {
    rows: Vec<Row>,
}

impl Report {
    pub fn new() -> Report {
        Report { rows: Vec::new() }
    }

    pub fn add(&mut self, name: &str, value: f64, unit: Unit, floor: Option<f64>) {
        println!("{name}: {}", show(value, unit));
        self.rows.push(Row { name: name.to_owned(), value, unit, floor });
    }

    /// Targets that nothing was measured for, which a whole run must not have.
    pub fn unmeasured(&self) -> Vec<&'static str> {
        let names = TARGETS.iter().map(|(name, _)| *name);
        names.filter(|name| !self.rows.iter().any(|row| row.name == *name)).collect()
    }

    /// Prints the table and writes it to `folder`. The status is 1 where a target is missed.
    pub fn finish(&self, folder: &Path, took: Duration) -> ExitCode {
        let kept_path = folder.join("figures.json");
        let mut kept = read(&kept_path);
        let table = self.table(&kept);
        println!("\n{table}");
        let missed: Vec<&str> = self
            .rows
            .iter()
            .filter(|row| row.passes() == Some(false))
            .map(|row| &*row.name)
            .collect();
        for row in &self.rows {
            kept.insert(row.name.clone(), row.value);
        }
        let written = std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(folder.join("table.md"), &table))
            .and_then(|()| std::fs::write(&kept_path, format!("{:#}\n", json!(kept))));
        println!("{} rows in {:.0} s", self.rows.len(), took.as_secs_f64());
        match written {
            Ok(()) => println!("the table is in {}", folder.join("table.md").display()),
            Err(error) => eprintln!("error: cannot write to {}: {error}", folder.display()),
        }
        if !missed.is_empty() {
            println!("over the target: {}", missed.join("; "));
            return ExitCode::FAILURE;
        }
        ExitCode::SUCCESS
    }

    fn table(&self, before: &BTreeMap<String, f64>) -> String {
        let mut table = String::from(
            "| What | Measured | Target | | Lexing × | Run before |\n|---|---:|---:|---|---:|---:|\n",
        );
        for row in &self.rows {
            let target = row.target().map_or(String::new(), |target| show(target, row.unit));
            let verdict = match row.passes() {
                Some(true) => "pass",
                Some(false) => "**fail**",
                None => "",
            };
            let floor =
                row.floor.map_or(String::new(), |floor| format!("{:.3}", row.value / floor));
            let before = before.get(&row.name).filter(|before| **before != 0.0);
            let change = before.map_or(String::new(), |before| {
                format!("{:+.0} %", 100.0 * (row.value / before - 1.0))
            });
            table.push_str(&format!(
                "| {} | {} | {target} | {verdict} | {floor} | {change} |\n",
                row.name,
                show(row.value, row.unit)
            ));
        }
        table
    }
}

impl Row {
    fn target(&self) -> Option<f64> {
        TARGETS.iter().find(|(name, _)| *name == self.name).map(|(_, target)| *target)
    }

    fn passes(&self) -> Option<bool> {
        let target = self.target()?;
        Some(if self.unit == Unit::Times { self.value >= target } else { self.value <= target })
    }
}

/// The median that Criterion has written for `row`, in nanoseconds.
pub fn criterion_median(folder: &Path, row: &str) -> Option<f64> {
    let entries = std::fs::read_dir(folder).ok()?;
    entries.flatten().find_map(|entry| {
        let newest = entry.path().join("new");
        let named = parse(&newest.join("benchmark.json"))?;
        if named["full_id"] != row {
            return None;
        }
        parse(&newest.join("estimates.json"))?["median"]["point_estimate"].as_f64()
    })
}

fn parse(path: &Path) -> Option<Value> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn read(path: &Path) -> BTreeMap<String, f64> {
    let Some(Value::Object(figures)) = parse(path) else { return BTreeMap::new() };
    figures.into_iter().filter_map(|(name, value)| Some((name, value.as_f64()?))).collect()
}

fn show(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Nanoseconds if value < 1e3 => format!("{value:.0} ns"),
        Unit::Nanoseconds if value < 1e5 => format!("{:.1} µs", value / 1e3),
        Unit::Nanoseconds if value < 1e7 => format!("{:.2} ms", value / 1e6),
        Unit::Nanoseconds => format!("{:.0} ms", value / 1e6),
        Unit::Bytes if value.abs() < 1e5 => format!("{value:.0} B"),
        Unit::Bytes => format!("{:.2} MB", value / 1e6),
        Unit::Times => format!("{value:.2} ×"),
        Unit::Count => format!("{value:.0}"),
    }
}
