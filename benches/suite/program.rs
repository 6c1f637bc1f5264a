//! The program from the outside: how long it takes to start, how much it keeps, and `check` over
//! many files on one core and on two.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::Suite;
use crate::generate::{self, Style};
use crate::report::Unit;
use crate::server::Session;

/// The program, built with the same profile as this one.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_neural-analyzer");

pub fn run(suite: &mut Suite) {
    start(suite);
    many_files(suite);
}

fn start(suite: &mut Suite) {
    for (row, argument) in [("process --version", "--version"), ("process --help", "--help")] {
        if suite.wants(row) {
            suite.add(row, median(50, || run_once(&[argument])), Unit::Nanoseconds);
        }
    }
    // What any program costs on this machine: the floor of the rows around it.
    if suite.wants("process that does nothing") {
        let nothing = || {
            let begin = Instant::now();
            let status = Command::new("true").stdin(Stdio::null()).status();
            status.map(|_| begin.elapsed().as_nanos() as f64).unwrap_or(f64::NAN)
        };
        suite.add("process that does nothing", median(50, nothing), Unit::Nanoseconds);
    }
    let rows = [
        "process spawn to initialize",
        "process memory after initialize",
        "process threads after initialize",
    ];
    if suite.wants_any(rows) {
        let [spawn, memory, threads] = rows;
        let mut last = None;
        let once = || {
            let begin = Instant::now();
            let session = Session::start();
            let took = begin.elapsed().as_nanos() as f64;
            last = session.status();
            session.end();
            took
        };
        suite.add(spawn, median(30, once), Unit::Nanoseconds);
        if let Some((resident, running)) = last {
            suite.add(memory, resident, Unit::Bytes);
            suite.add(threads, running, Unit::Count);
        }
    }
    if let Ok(file) = std::fs::metadata(PROGRAM) {
        suite.add("process binary", file.len() as f64, Unit::Bytes);
    }
}

fn many_files(suite: &mut Suite) {
    let rows = [
        "check 1000 files, 1 core",
        "check 1000 files, 2 cores",
        "check 1000 files, 2 cores over 1",
        "check 1000 files of one layer, a file",
    ];
    if !suite.wants_any(rows) {
        return;
    }
    let [one, two, times, small] = rows;
    let folder = folder("hundred", 100);
    // By turns, so that what else the machine does falls on both alike.
    let (mut on_one, mut on_two) = (Vec::new(), Vec::new());
    for _ in 0..7 {
        on_one.push(check(&folder, 1));
        on_two.push(check(&folder, 2));
    }
    let (on_one, on_two) = (middle(on_one), middle(on_two));
    suite.add(one, on_one, Unit::Nanoseconds);
    suite.add(two, on_two, Unit::Nanoseconds);
    suite.add(times, on_one / on_two, Unit::Times);
    let folder = self::folder("one", 1);
    suite.add(small, median(7, || check(&folder, 1)) / 1_000.0, Unit::Nanoseconds);
}

/// A folder with 1,000 files of `layers` layers.
fn folder(name: &str, layers: usize) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("suite-files").join(name);
    for file in 0..1_000 {
        let group = folder.join(format!("group{}", file / 100));
        let text = generate::network(Style::Cnn, layers);
        std::fs::create_dir_all(&group)
            .and_then(|()| std::fs::write(group.join(format!("net{file}.neural")), text))
            .expect("the target folder can be written to");
    }
    folder
}

fn check(folder: &Path, cores: usize) -> f64 {
    let begin = Instant::now();
    let status = Command::new(PROGRAM)
        .arg("check")
        .arg(folder)
        .env("RAYON_NUM_THREADS", cores.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("the program starts");
    assert!(status.success(), "generated networks have no findings");
    begin.elapsed().as_nanos() as f64
}

fn run_once(arguments: &[&str]) -> f64 {
    let begin = Instant::now();
    let output = Command::new(PROGRAM).args(arguments).stdin(Stdio::null()).output();
    let took = begin.elapsed().as_nanos() as f64;
    assert!(output.expect("the program starts").status.success());
    took
}

fn median(times: usize, once: impl FnMut() -> f64) -> f64 {
    middle(std::iter::repeat_with(once).take(times).collect())
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
