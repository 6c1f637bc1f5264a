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
use crate::ide::{DimView, InputView, NetworkReport, Row, ShapeView};
use crate::shape::Count;

/// The largest number of rows that the library lays out.
const DRAWN: usize = 10_000;

const HEADER: [&str; 7] = ["path", "layer", "output shape", "params", "MACs", "memory", ""];

/// The columns of numbers, which are aligned to the right.
const NUMBERS: [usize; 3] = [3, 4, 5];

/// Writes the table of `network`, which stands in `file`.
pub(super) fn write_network(
    out: &mut dyn Write,
    file: &str,
    config: &Config,
    network: &NetworkReport,
) -> io::Result<()> {
    match &network.name {
        Some(name) => writeln!(out, "{name} ({file})")?,
        None => writeln!(out, "network without a name ({file})")?,
    }
    if !network.inputs.is_empty() {
        writeln!(out, "input: {}", inputs(&network.inputs))?;
    }
    writeln!(out)?;
    write_rows(out, config, network, DRAWN)?;
    writeln!(out)?;
    write_totals(out, config, network)?;
    writeln!(out)
}

fn write_rows(
    out: &mut dyn Write,
    config: &Config,
    network: &NetworkReport,
    drawn: usize,
) -> io::Result<()> {
    let first: Vec<[String; 7]> =
        network.rows().take(drawn + 1).map(|row| cells(config, &row)).collect();
    if first.len() <= drawn {
        return write_drawn(out, first);
    }
    drop(first);
    let mut widths = HEADER.map(width);
    for row in network.rows() {
        for (width_so_far, cell) in widths.iter_mut().zip(&cells(config, &row)) {
            *width_so_far = (*width_so_far).max(width(cell));
        }
    }
    write_aligned(out, &HEADER.map(str::to_owned), &widths)?;
    for row in network.rows() {
        write_aligned(out, &cells(config, &row), &widths)?;
    }
    Ok(())
}

fn write_drawn(out: &mut dyn Write, rows: Vec<[String; 7]>) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
    table.set_content_arrangement(ContentArrangement::Disabled);
    // The last column says why a shape is unknown; without such a row there is none.
    let columns = if rows.iter().any(|row| !row[6].is_empty()) { 7 } else { 6 };
    table.set_header(&HEADER[..columns]);
    for column in NUMBERS {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for mut row in rows {
        let kept: Vec<String> = row[..columns].iter_mut().map(std::mem::take).collect();
        table.add_row(kept);
    }
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn write_aligned(out: &mut dyn Write, cells: &[String; 7], widths: &[usize; 7]) -> io::Result<()> {
    let mut line = String::new();
    for (at, (cell, column)) in cells.iter().zip(widths).enumerate() {
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

fn cells(config: &Config, row: &Row) -> [String; 7] {
    let layer = match &row.name {
        Some(name) => format!("{} ({})", row.layer, printable(name)),
        None => row.layer.to_string(),
    };
    let outputs = if row.outputs.is_empty() {
        "?".to_owned()
    } else {
        row.outputs.iter().map(shape).collect::<Vec<_>>().join(", ")
    };
    [
        row.path.clone(),
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
        let shape = input.shape.as_ref().map_or_else(|| "?".to_owned(), shape);
        match &input.name {
            Some(name) => format!("{name} {shape}"),
            None => shape,
        }
    };
    inputs.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// `26×26×32`, without the batch. A shape whose batch is not open is shown whole, in parentheses.
fn shape(view: &ShapeView) -> String {
    let (dims, open, close) = match view.split_first() {
        Some((DimView::Unknown, [])) | None => return "()".to_owned(),
        Some((DimView::Unknown, rest)) => (rest, "", ""),
        Some(_) => (view.as_slice(), "(", ")"),
    };
    let dims: Vec<String> = dims.iter().map(|dim| dimension(dim, dims.len() > 1)).collect();
    format!("{open}{}{close}", dims.join("×"))
}

fn dimension(dim: &DimView, in_product: bool) -> String {
    match dim {
        DimView::Known(size) => size.to_string(),
        DimView::Unknown => "?".to_owned(),
        DimView::Symbol(name) => name.clone(),
        // A sum inside a product of dimensions would read wrong without parentheses.
        DimView::Expr(formula) if in_product && formula.contains(['+', '-']) => {
            format!("({formula})")
        }
        DimView::Expr(formula) => formula.clone(),
        DimView::Choices(sizes) => sizes.iter().map(u64::to_string).collect::<Vec<_>>().join("|"),
        DimView::Between(min, max) => format!("{min}..{max}"),
    }
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
            |out| write_network(out, "words.neural", &config, network),
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
            |out| write_rows(out, &config, network, 3),
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

    #[test]
    fn shapes_of_every_kind() {
        let symbol = DimView::Symbol("T".to_owned());
        let formula = DimView::Expr("T-2".to_owned());
        let shapes = [
            vec![DimView::Unknown],
            vec![DimView::Unknown, formula.clone()],
            vec![DimView::Unknown, symbol, formula],
            vec![DimView::Unknown, DimView::Unknown, DimView::Between(1, 8)],
            vec![DimView::Known(4), DimView::Known(8)],
        ];
        let shapes: Vec<String> = shapes.iter().map(shape).collect();
        expect!["(), T-2, T×(T-2), ?×1..8, (4×8)"].assert_eq(&shapes.join(", "));
    }
}
