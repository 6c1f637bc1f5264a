//! How many rows agree, layer by layer.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Agreement by layer: how many rows there are and how many of each answer are right.
#[derive(Default, Clone, Copy)]
pub struct Score {
    pub rows: u32,
    pub verdict: u32,
    pub accepted: u32,
    pub shape: u32,
    pub params: u32,
    pub counted: u32,
    pub macs: u32,
}

impl Score {
    fn add(&mut self, other: Score) {
        self.rows += other.rows;
        self.verdict += other.verdict;
        self.accepted += other.accepted;
        self.shape += other.shape;
        self.params += other.params;
        self.counted += other.counted;
        self.macs += other.macs;
    }
}

pub fn table(scores: &BTreeMap<String, Score>) -> String {
    let mut table = format!(
        "{:<28} {:>5} {:>8} {:>9} {:>9} {:>9}\n",
        "layer", "rows", "verdict", "shape", "params", "MACs"
    );
    let mut total = Score::default();
    for (layer, score) in scores {
        total.add(*score);
        line(&mut table, layer, *score);
    }
    line(&mut table, "all", total);
    table
}

fn line(table: &mut String, layer: &str, score: Score) {
    let Score { rows, verdict, accepted, shape, params, counted, macs } = score;
    let of = |right: u32, all: u32| format!("{right}/{all}");
    let _ = writeln!(
        table,
        "{layer:<28} {rows:>5} {verdict:>8} {:>9} {:>9} {:>9}",
        of(shape, accepted),
        of(params, accepted),
        of(macs, counted)
    );
}
