//! The table of a network, as Keras's `summary()` has it, with MACs and memory.
//!
//! Nothing is ever cut off. A table of ordinary size is laid out by a library; one with more rows
//! than [`DRAWN`] is written row by row in aligned columns, because a million rows laid out at once
//! would need gigabytes.

use std::fmt::Write as _;
use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, presets};

use super::render::printable;
use crate::config::Config;
use crate::ide::{InputView, NetworkReport, Row, shape_text};
use crate::shape::Count;

/// What stands in the columns of a row.
type Cells = [String; 8];

/// The largest number of rows that the library lays out.
const DRAWN: usize = 10_000;

const HEADER: [&str; 8] =
    ["path", "copies", "layer", "output shape", "params", "MACs", "memory", ""];

/// The columns of numbers, which are aligned to the right.
const NUMBERS: [usize; 4] = [1, 4, 5, 6];

/// The columns that are left out where all their cells are empty: how many copies a row stands for,
/// and why a shape is unknown.
const OPTIONAL: [usize; 2] = [1, 7];

/// Writes the table of `network`, which stands in `file`; with `fold`, equal copies are one row.
pub(super) fn write_network(
    out: &mut dyn Write,
    file: &str,
    config: &Config,
    network: &NetworkReport,
    fold: bool,
) -> io::Result<()> {
    match &network.name {
        Some(name) => writeln!(out, "{name} ({file})")?,
        None => writeln!(out, "network without a name ({file})")?,
    }
    if !network.inputs.is_empty() {
        writeln!(out, "input: {}", inputs(&network.inputs))?;
    }
    writeln!(out)?;
    let rows = || rows(network, fold);
    write_rows(out, config, rows, DRAWN)?;
    writeln!(out)?;
    write_totals(out, config, network)?;
    writeln!(out)
}

fn rows(network: &NetworkReport, fold: bool) -> Box<dyn Iterator<Item = Row> + '_> {
    if fold { Box::new(network.folded_rows()) } else { Box::new(network.rows()) }
}

/// Walks the rows once for each time that they are needed: to count and draw them, and, where there are
/// more than `drawn`, to find the widths and to write.
fn write_rows<I: Iterator<Item = Row>>(
    out: &mut dyn Write,
    config: &Config,
    rows: impl Fn() -> I,
    drawn: usize,
) -> io::Result<()> {
    let first: Vec<Cells> = rows().take(drawn + 1).map(|row| cells(config, &row)).collect();
    if first.len() <= drawn {
        return write_drawn(out, first);
    }
    drop(first);
    let mut widths = HEADER.map(width);
    for column in OPTIONAL {
        widths[column] = 0;
    }
    for row in rows() {
        for (width_so_far, cell) in widths.iter_mut().zip(&cells(config, &row)) {
            *width_so_far = (*width_so_far).max(width(cell));
        }
    }
    for column in OPTIONAL {
        if widths[column] > 0 {
            widths[column] = widths[column].max(width(HEADER[column]));
        }
    }
    write_aligned(out, &HEADER.map(str::to_owned), &widths)?;
    for row in rows() {
        write_aligned(out, &cells(config, &row), &widths)?;
    }
    Ok(())
}

fn write_drawn(out: &mut dyn Write, rows: Vec<Cells>) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
    table.set_content_arrangement(ContentArrangement::Disabled);
    let shown = |column: &usize| {
        !OPTIONAL.contains(column) || rows.iter().any(|row| !row[*column].is_empty())
    };
    let columns: Vec<usize> = (0..HEADER.len()).filter(shown).collect();
    table.set_header(columns.iter().map(|column| HEADER[*column]));
    for (at, column) in columns.iter().enumerate() {
        if let Some(drawn) = table.column_mut(at)
            && NUMBERS.contains(column)
        {
            drawn.set_cell_alignment(CellAlignment::Right);
        }
    }
    for row in &rows {
        table.add_row(columns.iter().map(|column| row[*column].as_str()));
    }
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn write_aligned(out: &mut dyn Write, cells: &Cells, widths: &[usize; 8]) -> io::Result<()> {
    let mut line = String::new();
    for (at, (cell, column)) in cells.iter().zip(widths).enumerate() {
        if *column == 0 {
            continue;
        }
        let space = " ".repeat(column.saturating_sub(width(cell)));
        if at > 0 {
            line.push_str("  ");
        }
        match NUMBERS.contains(&at) {
            true => line.extend([space.as_str(), cell]),
            false => line.extend([cell, space.as_str()]),
        }
    }
    writeln!(out, "{}", line.trim_end())
}

/// The width of a cell: all characters that occur in names, numbers and shapes take one column.
fn width(cell: &str) -> usize {
    cell.chars().count()
}

fn cells(config: &Config, row: &Row) -> Cells {
    let layer = match &row.name {
        Some(name) => format!("{} ({})", row.layer, printable(name)),
        None => row.layer.to_string(),
    };
    let outputs = if row.outputs.is_empty() {
        "?".to_owned()
    } else {
        row.outputs.iter().map(shape_text).collect::<Vec<_>>().join(", ")
    };
    [
        row.path.clone(),
        if row.copies > 1 { format!("{}×", row.copies) } else { String::new() },
        layer,
        outputs,
        (row.trainable + row.non_trainable).to_string(),
        (row.macs * config.batch).to_string(),
        bytes(row.activation * config.batch * config.dtype.bytes()),
        row.unknown_because.clone().unwrap_or_default(),
    ]
}

fn write_totals(out: &mut dyn Write, config: &Config, network: &NetworkReport) -> io::Result<()> {
    let totals = &network.totals;
    let all = totals.trainable + totals.non_trainable;
    let macs = totals.macs * config.batch;
    let dtype = config.dtype;
    let batch = config.batch;
    let lines = [
        ("parameters", all.to_string(), bytes(all * dtype.bytes())),
        ("trainable", totals.trainable.to_string(), bytes(totals.trainable * dtype.bytes())),
        (
            "non-trainable",
            totals.non_trainable.to_string(),
            bytes(totals.non_trainable * dtype.bytes()),
        ),
        ("MACs", macs.to_string(), String::new()),
        ("FLOPs", (macs * 2).to_string(), String::new()),
        (
            "activations",
            (totals.activation * batch).to_string(),
            bytes(totals.activation * batch * dtype.bytes()),
        ),
    ];
    let numbers = lines.iter().map(|(_, number, _)| width(number)).max().unwrap_or(0);
    for (label, number, memory) in lines {
        let mut line = format!("{label:<14}{number:>numbers$}");
        if !memory.is_empty() {
            let _ = write!(line, "  ({memory})");
        }
        writeln!(out, "{line}")?;
    }
    writeln!(out, "for a batch of {batch}, memory as {}", dtype.as_str())
}

fn inputs(inputs: &[InputView]) -> String {
    let one = |input: &InputView| {
        let shape = input.shape.as_ref().map_or_else(|| "?".to_owned(), shape_text);
        match &input.name {
            Some(name) => format!("{name} {shape}"),
            None => shape,
        }
    };
    inputs.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A number of bytes with three digits and a unit, or `?`.
fn bytes(count: Count) -> String {
    match count {
        Count::Between(min, max) if min == max => size(min),
        Count::Between(min, max) => format!("{}..{}", size(min), size(max)),
        Count::Unknown => "?".to_owned(),
    }
}

/// A number of bytes with three digits and a unit.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1023.995 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    let digits = match value {
        _ if value < 9.995 => 2,
        _ if value < 99.95 => 1,
        _ => 0,
    };
    format!("{value:.digits$} {}", UNITS[unit])
}

#[cfg(test)]
pub(super) mod fixtures {
    //! A file with a row of every kind, for the tests of this room.

    use crate::cli::session::Checked;
    use crate::config::Config;
    use crate::ide::analyze;
    use crate::lang::Framework;
    use crate::text::LineIndex;

    const TEXT: &str = "define Step(units) {
  Dense($units)
  BatchNormalization(name=\"norm\")
}
network Words {
  input: (T, 16)
  layers:
    Conv1D(32, 3, strides=2, padding=\"same\")
    Step(HPO(choice(32, 64)))
    GRU(8, return_sequences=true, return_state=true)
    Dense(10)
}
";

    /// The file, analysed, without its findings.
    pub(in crate::cli) fn words() -> Checked {
        let networks = analyze(TEXT, Framework::Keras).networks;
        Checked {
            name: "words.neural".to_owned(),
            index: LineIndex::new(TEXT),
            text: TEXT.to_owned(),
            config: Config::default(),
            networks,
            diagnostics: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Layer;
    use crate::ide::analyze;
    use crate::lang::Framework;
    use expect_test::{Expect, expect};

    fn check(write: impl Fn(&mut Vec<u8>) -> io::Result<()>, expect: Expect) {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        expect.assert_eq(&String::from_utf8(out).unwrap());
    }

    #[test]
    fn a_network_is_a_table_with_totals() {
        let file = fixtures::words();
        let network = &file.networks[0];
        let config = Config::default();
        check(
            |out| write_network(out, "words.neural", &config, network, false),
            expect![[r#"
                Words (words.neural)
                input: T×16

                ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
                 path   layer                       output shape                     params   MACs   memory
                ══════════════════════════════════════════════════════════════════════════════════════════════════════════════════════
                 0      Conv1D                      (floor((T-1)/2)+1)×32             1,568      ?        ?
                 1.0    Dense                       (floor((T-1)/2)+1)×32|64   1,056..2,112      ?        ?
                 1.1    BatchNormalization (norm)   (floor((T-1)/2)+1)×32|64       128..256      0        ?
                 2      GRU                         (floor((T-1)/2)+1)×8, 8    1,008..1,776      ?        ?
                 3      Dense                       ?                                     ?      ?        ?   this layer has an error
                ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

                parameters    ?  (?)
                trainable     ?  (?)
                non-trainable ?  (?)
                MACs          ?
                FLOPs         ?
                activations   ?  (?)
                for a batch of 1, memory as float32

            "#]],
        );
    }

    #[test]
    fn batch_and_number_format_count() {
        let file = fixtures::words();
        let network = &file.networks[0];
        let mut layer = Layer::default();
        layer.set_count("batch", 32);
        layer.set_choice("dtype", "bfloat16");
        let config = Config::resolve([&layer]);
        check(
            |out| write_totals(out, &config, network),
            expect![[r#"
                parameters    ?  (?)
                trainable     ?  (?)
                non-trainable ?  (?)
                MACs          ?
                FLOPs         ?
                activations   ?  (?)
                for a batch of 32, memory as bfloat16
            "#]],
        );
    }

    #[test]
    fn huge_tables_are_written_row_by_row() {
        let file = fixtures::words();
        let network = &file.networks[0];
        let config = Config::default();
        check(
            |out| write_rows(out, &config, || network.rows(), 3),
            expect![[r#"
                path  layer                      output shape                    params  MACs  memory
                0     Conv1D                     (floor((T-1)/2)+1)×32            1,568     ?       ?
                1.0   Dense                      (floor((T-1)/2)+1)×32|64  1,056..2,112     ?       ?
                1.1   BatchNormalization (norm)  (floor((T-1)/2)+1)×32|64      128..256     0       ?
                2     GRU                        (floor((T-1)/2)+1)×8, 8   1,008..1,776     ?       ?
                3     Dense                      ?                                    ?     ?       ?  this layer has an error
            "#]],
        );
    }

    #[test]
    fn sizes_have_three_digits() {
        let sizes = [0, 1023, 1024, 86_528, 1_048_575, 1 << 20, 123_456_789, u64::MAX];
        let sizes: Vec<String> = sizes.into_iter().map(size).collect();
        expect!["0 B, 1023 B, 1.00 KiB, 84.5 KiB, 1.00 MiB, 1.00 MiB, 118 MiB, 16.0 EiB"]
            .assert_eq(&sizes.join(", "));
    }

    const REPEATS: &str = "define Pair(units) {
  Dense($units)
  ResidualConnection { Dense($units) * 2 } * 3
}
network Repeats {
  input: (16)
  layers:
    Pair(32) * 12
    Dense(8, name=\"h\") * 4
}
";

    #[test]
    fn equal_copies_fold_into_one_row() {
        let networks = analyze(REPEATS, Framework::Keras).networks;
        let config = Config::default();
        check(
            |out| write_network(out, "repeats.neural", &config, &networks[0], true),
            expect![[r#"
                Repeats (repeats.neural)
                input: 16

                ──────────────────────────────────────────────────────────────────────────────────────
                 path                 copies   layer           output shape   params    MACs   memory
                ══════════════════════════════════════════════════════════════════════════════════════
                 0#0.0                         Dense           32                544     512    128 B
                 0#0.1#0-2.0#0-1          6×   Dense           32              1,056   1,024    128 B
                 0#0.1#0-2.add            3×   Add             32                  0       0    128 B
                 0#1-11.0                11×   Dense           32              1,056   1,024    128 B
                 0#1-11.1#0-2.0#0-1      66×   Dense           32              1,056   1,024    128 B
                 0#1-11.1#0-2.add        33×   Add             32                  0       0    128 B
                 1#0                           Dense (h_1)     8                 264     256     32 B
                 1#1-3                    3×   Dense (h_2-4)   8                  72      64     32 B
                ──────────────────────────────────────────────────────────────────────────────────────

                parameters     88,672  (346 KiB)
                trainable      88,672  (346 KiB)
                non-trainable       0  (0 B)
                MACs           85,952
                FLOPs         171,904
                activations     3,872  (15.1 KiB)
                for a batch of 1, memory as float32

            "#]],
        );
        check(
            |out| write_rows(out, &config, || networks[0].folded_rows(), 3),
            expect![[r#"
                path                copies  layer          output shape  params   MACs  memory
                0#0.0                       Dense          32               544    512   128 B
                0#0.1#0-2.0#0-1         6×  Dense          32             1,056  1,024   128 B
                0#0.1#0-2.add           3×  Add            32                 0      0   128 B
                0#1-11.0               11×  Dense          32             1,056  1,024   128 B
                0#1-11.1#0-2.0#0-1     66×  Dense          32             1,056  1,024   128 B
                0#1-11.1#0-2.add       33×  Add            32                 0      0   128 B
                1#0                         Dense (h_1)    8                264    256    32 B
                1#1-3                   3×  Dense (h_2-4)  8                 72     64    32 B
            "#]],
        );
    }

    #[test]
    fn folded_rows_have_the_numbers_of_all_rows() {
        let networks = analyze(REPEATS, Framework::Keras).networks;
        let network = &networks[0];
        let sum = |rows: &mut dyn Iterator<Item = Row>| {
            rows.fold((Count::ZERO, Count::ZERO, 0), |(params, macs, rows), row| {
                let copies = row.copies;
                (params + row.trainable * copies, macs + row.macs * copies, rows + copies)
            })
        };
        let folded = sum(&mut network.folded_rows());
        assert_eq!(folded, sum(&mut network.rows()));
        assert_eq!((folded.0, folded.1), (network.totals.trainable, network.totals.macs));
        assert_eq!(folded.2, 12 * (1 + 3 * 3) + 4);
    }
}
