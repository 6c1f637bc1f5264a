//! The program as a terminal sees it: exit statuses, streams, and what is written to them.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use neural_analyzer::diagnostics::codes;
use serde_json::Value;

const MNIST: &str = r#"network Digits {
  input: (28, 28, 1)
  layers:
    Conv2D(32, (3,3), "relu")
    MaxPooling2D((2,2))
    Flatten()
    Dense(128, "relu")
    Dropout(0.5)
    Output(10, "softmax")
  loss: "categorical_crossentropy"
  optimizer: Adam(learning_rate=0.001)
}
"#;

/// A folder that is removed when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str, files: &[(&str, &[u8])]) -> Folder {
        let root = std::env::temp_dir().join(format!("neural-cli-{test}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&root);
        std::fs::create_dir_all(&root).unwrap();
        for (name, text) in files {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Folder(root)
    }

    fn run(&self, args: &[&str]) -> Run {
        run_in(&self.0, args, "")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Run {
    out: String,
    err: String,
    status: i32,
}

impl Run {
    fn documents(&self) -> Vec<Value> {
        let documents = self.out.lines().map(|line| serde_json::from_str(line).unwrap());
        documents.collect()
    }
}

fn program(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_neural-analyzer"));
    command.current_dir(folder).args(args).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run_in(folder: &Path, args: &[&str], input: &str) -> Run {
    let mut child = program(folder, args).spawn().unwrap();
    // A program that does not read its input closes it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    Run {
        out: String::from_utf8(stdout).unwrap(),
        err: String::from_utf8(stderr).unwrap(),
        status: status.code().unwrap(),
    }
}

fn run(args: &[&str], input: &str) -> Run {
    run_in(Path::new("."), args, input)
}

#[test]
fn usage_errors_are_status_2_and_help_is_not() {
    // A bare call is the server; a session whose input ends before it is shut down is a failure.
    let bare = run(&[], "");
    assert_eq!((bare.status, bare.out.as_str()), (1, ""));
    let unknown = run(&["chekc"], "");
    assert_eq!((unknown.status, unknown.out.as_str()), (2, ""));
    assert!(unknown.err.contains("Usage: neural-analyzer"), "{}", unknown.err);
    assert_eq!(run(&["check", "--colour"], "").status, 2);
    assert_eq!(run(&["shapes", "--batch", "0"], "").status, 2);
    assert_eq!(run(&["parse", "x.neural"], "").status, 2);
    let help = run(&["--help"], "");
    assert_eq!((help.status, help.err.as_str()), (0, ""));
    for subcommand in ["check", "shapes", "stats", "parse", "explain", "lsp"] {
        assert!(help.out.contains(subcommand), "{}", help.out);
    }
    let version = run(&["--version"], "");
    assert_eq!(version.out, format!("neural-analyzer {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn files_that_cannot_be_read_are_named_and_the_others_checked() {
    let files: &[(&str, &[u8])] =
        &[("good.neural", MNIST.as_bytes()), ("bad.neural", b"network \xff{}")];
    let folder = Folder::new("unreadable", files);
    let args = ["check", "--format", "json", "gone.neural", "bad.neural", "good.neural"];
    let run = folder.run(&args);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("`gone.neural`"), "{}", run.err);
    assert!(run.err.contains("`bad.neural` is not UTF-8"), "{}", run.err);
    assert!(run.err.contains("offset 8"), "{}", run.err);
    let documents = run.documents();
    assert_eq!(documents.len(), 1);
    assert_eq!(documents[0]["file"], "good.neural");
    assert_eq!(folder.run(&["parse", "--tree", "gone.neural"]).status, 2);
}

#[test]
fn standard_input_is_a_file() {
    let run = run(&["check", "--format", "json", "-"], MNIST);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert_eq!(run.documents()[0]["file"], "-");
}

#[test]
fn folders_and_patterns_are_searched_in_order() {
    let text = MNIST.as_bytes();
    let files: &[(&str, &[u8])] = &[
        ("b.neural", text),
        ("a/c.nr", text),
        ("a/b.neural", text),
        ("a/notes.txt", b"notes"),
        ("skipped/x.neural", text),
        (".gitignore", b"skipped/\n"),
    ];
    let folder = Folder::new("search", files);
    let names = |args: &[&str]| -> Vec<String> {
        let args: Vec<&str> = ["check", "--format", "json"].iter().chain(args).copied().collect();
        let documents = folder.run(&args).documents();
        documents.iter().map(|document| document["file"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&[]), ["a/b.neural", "a/c.nr", "b.neural"]);
    assert_eq!(names(&["*.neural", "a"]), ["b.neural", "a/b.neural", "a/c.nr"]);
    assert_eq!(names(&["**/b.neural"]), ["a/b.neural", "b.neural"]);
    let nothing = folder.run(&["check", "*.onnx"]);
    assert_eq!(nothing.status, 2);
    assert!(nothing.err.contains("no file matches `*.onnx`"), "{}", nothing.err);
}

#[test]
fn settings_are_found_above_the_file_and_reported_once() {
    let text = MNIST.as_bytes();
    let files: &[(&str, &[u8])] =
        &[("neural.toml", b"batsch = 2\n"), ("nets/a.neural", text), ("nets/deep/b.neural", text)];
    let folder = Folder::new("settings", files);
    let run = folder.run(&["check"]);
    assert_eq!(run.status, 0, "{}", run.err);
    assert_eq!(run.err.matches("did you mean `batch`?").count(), 1, "{}", run.err);
    std::fs::write(folder.0.join("neural.toml"), "batch = \"many\"\n").unwrap();
    let run = folder.run(&["check"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("bad-setting"), "{}", run.err);
}

#[test]
fn codes_are_explained() {
    let page = run(&["explain", "unknown-layer"], "");
    assert_eq!(page.status, 0);
    assert!(page.out.starts_with("# unknown-layer\n"), "{}", page.out);
    let list = run(&["explain"], "");
    assert!(list.out.contains("unknown-optimizer"), "{}", list.out);
    let unknown = run(&["explain", "unknown-lyer"], "");
    assert_eq!(unknown.status, 2);
    assert!(unknown.err.contains("did you mean `unknown-layer`?"), "{}", unknown.err);
}

#[test]
fn a_reader_that_goes_away_is_no_crash() {
    let text = MNIST.replace("Dropout(0.5)", "Dense(8) * 20000");
    let mut child = program(Path::new("."), &["shapes", "-"]).spawn().unwrap();
    drop(child.stdout.take());
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(!err.contains("panicked"), "{err}");
    assert!(output.status.code().is_some_and(|code| code <= 2), "{:?}", output.status);
}

#[test]
fn shapes_of_the_digits_network() {
    let table = run(&["shapes", "-"], MNIST);
    assert_eq!((table.status, table.err.as_str()), (0, ""));
    for piece in ["Digits", "26×26×32", "13×13×32", "5408", "693,962", "194,688"] {
        assert!(table.out.contains(piece), "{piece} is not in\n{}", table.out);
    }
    let json = run(&["shapes", "--format", "json", "-"], MNIST);
    assert_eq!(json.status, 0);
    let document = &json.documents()[0];
    let network = &document["networks"][0];
    assert_eq!(network["name"], "Digits");
    assert_eq!(network["inputs"][0]["shape"], serde_json::json!([null, 28, 28, 1]));
    let conv = &network["layers"][0];
    assert_eq!(
        *conv,
        serde_json::json!({
            "path": "0", "layer": "Conv2D", "name": null, "line": 4, "column": 5,
            "input_shapes": [[null, 28, 28, 1]], "output_shape": [null, 26, 26, 32],
            "params": { "trainable": 320, "non_trainable": 0 },
            "macs": 194688, "flops": 389376, "aux_flops": 43264, "activation_bytes": 86528,
        })
    );
    assert_eq!(network["outputs"], serde_json::json!([[null, 10]]));
    assert_eq!(network["totals"]["trainable"], 693_962);
    assert_eq!(document["diagnostics"], serde_json::json!([]));
}

#[test]
fn batch_and_number_format_scale_memory() {
    let args = ["shapes", "--batch", "2", "--dtype", "float16", "--format", "json", "-"];
    let conv = run(&args, MNIST).documents()[0]["networks"][0]["layers"][0].clone();
    assert_eq!(conv["macs"], 2 * 194_688);
    assert_eq!(conv["activation_bytes"], 86_528);
}

#[test]
fn one_network_can_be_chosen() {
    let two = format!("{MNIST}{}", MNIST.replace("Digits", "Letters"));
    let json = run(&["shapes", "--network", "Letters", "--format", "json", "-"], &two);
    let networks = json.documents()[0]["networks"].clone();
    assert_eq!(networks.as_array().unwrap().len(), 1);
    assert_eq!(networks[0]["name"], "Letters");
    let unknown = run(&["shapes", "--network", "Leters", "-"], &two);
    assert_eq!(unknown.status, 2);
    assert!(unknown.err.contains("did you mean `Letters`?"), "{}", unknown.err);
}

#[test]
fn findings_set_the_status() {
    let error = MNIST.replace("Flatten", "Flaten");
    let found = run(&["check", "-"], &error);
    assert_eq!(found.status, 1);
    assert!(found.out.contains("error[unknown-layer]"), "{}", found.out);
    assert!(found.out.contains("--> -:6:5"), "{}", found.out);
    assert!(!found.out.contains('\u{1b}'), "a pipe gets no colours");
    assert_eq!(found.err, "1 error in 1 file\n");
    let warning = MNIST.replace("categorical_crossentropy", "categorical_crosentropy");
    assert_eq!(run(&["check", "-"], &warning).status, 0);
    assert_eq!(run(&["check", "--deny-warnings", "-"], &warning).status, 1);
    assert_eq!(run(&["shapes", "-"], &error).status, 1);
}

#[test]
fn severities_come_from_the_settings() {
    let error = MNIST.replace("Flatten", "Flaten");
    let files: &[(&str, &[u8])] = &[
        ("neural.toml", b"[severity]\nunknown-layer = \"warning\"\n"),
        ("net.neural", error.as_bytes()),
    ];
    let folder = Folder::new("severity", files);
    let found = folder.run(&["check", "--format", "json"]);
    assert_eq!(found.status, 0);
    assert_eq!(found.documents()[0]["diagnostics"][0]["severity"], "warning");
    let toml = "[severity]\nunknown-layer = \"off\"\n[check]\ndeny-warnings = true\n";
    std::fs::write(folder.0.join("neural.toml"), toml).unwrap();
    let off = folder.run(&["check"]);
    assert_eq!((off.status, off.err.as_str()), (0, "no findings in 1 file\n"));
}

#[test]
fn columns_count_characters() {
    let text = "network N { input: (8,) layers: /* é🦀 */ Dens(3) }\n";
    let document = run(&["check", "--format", "json", "-"], text).documents().remove(0);
    let finding = &document["diagnostics"][0];
    assert_eq!(finding["code"], "unknown-layer");
    assert_eq!((&finding["line"], &finding["column"]), (&1.into(), &42.into()));
    assert_eq!((&finding["end_line"], &finding["end_column"]), (&1.into(), &46.into()));
    assert_eq!(finding["fixes"][0]["edits"][0]["text"], "Dense");
}

#[test]
fn colours_come_only_where_they_are_wanted() {
    let error = MNIST.replace("Flatten", "Flaten");
    let folder = Folder::new("colours", &[("net.neural", error.as_bytes())]);
    let colours = |variables: &[(&str, &str)]| {
        let mut command = program(&folder.0, &["check"]);
        command.envs(variables.iter().copied());
        String::from_utf8(command.output().unwrap().stdout).unwrap().contains('\u{1b}')
    };
    assert!(!colours(&[]));
    assert!(colours(&[("CLICOLOR_FORCE", "1")]));
    assert!(!colours(&[("NO_COLOR", "1")]));
}

#[test]
fn trees_are_shown() {
    let tree = run(&["parse", "--tree", "-"], MNIST);
    assert_eq!((tree.status, tree.err.as_str()), (0, ""));
    assert!(tree.out.contains("NETWORK"), "{}", tree.out);
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let command = "$ neural-analyzer shapes docs/examples/mnist.neural\n";
    let (_, shown) = readme.split_once(command).unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    let printed = run_in(root, &["shapes", "docs/examples/mnist.neural"], "").out;
    assert_eq!(shown.trim_end(), printed.trim_end());
}

#[test]
fn the_example_of_a_code_shows_it_and_nothing_else() {
    let folder = Folder::new("examples", &[]);
    let mut expected = Vec::new();
    for code in codes::all() {
        let info = code.info();
        let of_code = folder.0.join(info.name);
        std::fs::create_dir(&of_code).unwrap();
        let mut toml = format!("{}\n", info.settings);
        if !info.enabled {
            toml += &format!("[severity]\n{code} = \"{}\"\n", info.severity);
        }
        std::fs::write(of_code.join("neural.toml"), toml).unwrap();
        for (name, text, codes) in
            [("mended", info.mended, vec![]), ("wrong", info.wrong, vec![info.name])]
        {
            if !text.is_empty() {
                std::fs::write(of_code.join(name).with_extension("neural"), text).unwrap();
                expected.push((format!("{code}/{name}.neural"), codes));
            }
        }
    }
    let documents = folder.run(&["check", "--format", "json"]).documents();
    assert_eq!(documents.len(), expected.len());
    let mut wrong = Vec::new();
    for document in documents {
        let file = document["file"].as_str().unwrap();
        let findings = document["diagnostics"].as_array().unwrap();
        let found: Vec<&str> =
            findings.iter().map(|finding| finding["code"].as_str().unwrap()).collect();
        let (_, codes) = expected.iter().find(|(name, _)| name == file).unwrap();
        if found != *codes {
            wrong.push(format!("{file} has the findings {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Files of different lengths, every third with a mistake and one that cannot be read.
#[test]
fn many_files_are_written_in_order_on_any_number_of_cores() {
    let text = |file: usize| {
        let mistake = if file.is_multiple_of(3) { "Dense(4, unit=3)" } else { "Dense(4)" };
        let layers = "Dense(8)\n".repeat(1 + file * 7 % 90);
        format!("network N{file} {{ input: (4,) layers: {layers} {mistake} }}")
    };
    let texts: Vec<(String, String)> =
        (0..300).map(|file| (format!("net{file:03}.neural"), text(file))).collect();
    let mut files: Vec<(&str, &[u8])> =
        texts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    files.push(("net150.nr", b"\xff"));
    let folder = Folder::new("many", &files);
    let on = |cores: &str, format: &str| {
        let mut command = program(&folder.0, &["check", "--format", format]);
        let output = command.env("RAYON_NUM_THREADS", cores).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), output.stderr)
    };
    let (status, out, err) = on("1", "text");
    assert_eq!(status, Some(2), "a file cannot be read");
    assert_eq!(out.matches("unknown-parameter").count(), 100);
    let err_text = String::from_utf8(err.clone()).unwrap();
    assert!(err_text.ends_with("100 errors in 300 files\n"), "{err_text}");
    for cores in ["2", "7"] {
        assert_eq!(on(cores, "text"), (status, out.clone(), err.clone()), "{cores} cores");
    }
    let (_, out, _) = on("2", "json");
    let read: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names: Vec<&str> = read.iter().filter_map(|file| file["file"].as_str()).collect();
    assert_eq!(names, texts.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>());
}

#[test]
fn the_examples_are_measured_with_every_feature() {
    let folder = Folder::new("stats", &[]);
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples");
    let pattern = examples.join("*.neural");
    let pattern = pattern.to_str().unwrap();
    let run = folder.run(&["stats", "--json", "--edits", "1", "--trace", "trace.json", pattern]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    let figures = &run.documents()[0];
    let names = std::fs::read_dir(examples).unwrap().map(|entry| entry.unwrap().file_name());
    let files = names.filter(|name| name.to_str().unwrap().ends_with(".neural")).count() as u64;
    assert_eq!(figures["files"].as_u64(), Some(files));
    assert_eq!(figures["findings"], 0, "the examples have no mistakes");
    for stage in figures["stages"].as_array().unwrap() {
        assert!(stage["calls"].as_u64() >= Some(files), "{stage}");
        let is_silent = ["parse", "findings", "code actions"].map(Value::from);
        let gives = stage["results"].as_u64() > Some(0);
        assert_eq!(gives, !is_silent.contains(&stage["name"]), "{stage}");
    }
    // A comment costs the shapes nothing, unless it stands inside of a statement.
    let ran = |name: &str| {
        let all = figures["keystrokes"].as_array().unwrap();
        let kind = all.iter().find(|it| it["name"] == name).unwrap();
        assert!(kind["edits"].as_u64() > Some(0), "{kind}");
        let queries = kind["queries"]["executed"].as_object().unwrap();
        let ran: u64 = queries.values().filter_map(Value::as_u64).sum();
        ran as f64 / kind["edits"].as_f64().unwrap()
    };
    let (comment, number) = (ran("letter of a comment"), ran("digit of a number"));
    assert!(comment < number / 2.0, "{comment} queries for a comment, {number} for a number");
    let trace = std::fs::read_to_string(folder.0.join("trace.json")).unwrap();
    let trace: Vec<Value> = serde_json::from_str(&trace).unwrap();
    for span in ["file", "parse", "chunk", "analyze", "keystroke"] {
        assert!(trace.iter().any(|event| event["name"] == span), "{span}");
    }
}

#[test]
fn stats_of_nothing_is_a_failure() {
    let folder = Folder::new("stats-none", &[]);
    let run = folder.run(&["stats"]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert_eq!(run.err, "error: there is no file to measure\n");
    let run = folder.run(&["stats", "--trace", "no/such/trace.json"]);
    assert_eq!(run.status, 2);
    assert!(run.err.starts_with("error: cannot write `no/such/trace.json`"), "{}", run.err);
}
