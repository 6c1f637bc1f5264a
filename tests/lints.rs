//! Networks that can be built and are not what is meant: each is found on its line, and its mended
//! version is silent. The families are written in the form of [`family`].

mod family;

use std::fmt::Write as _;

use family::{check, describe, findings, fix_complaints, settings};
use neural_analyzer::config::Config;
use neural_analyzer::diagnostics::{Diagnostic, Severity, codes};
use neural_analyzer::ide::{AnalysisHost, analyze_with};
use neural_analyzer::lang::Framework;
use neural_analyzer::text::LineIndex;

#[test]
fn the_end_of_a_network() {
    check(include_str!("fixtures/lints/output.txt"));
}

#[test]
fn training() {
    check(include_str!("fixtures/lints/training.txt"));
}

#[test]
fn portability() {
    check(include_str!("fixtures/lints/portability.txt"));
}

#[test]
fn structure() {
    check(include_str!("fixtures/lints/structure.txt"));
}

#[test]
fn hyperparameters() {
    check(include_str!("fixtures/lints/hpo.txt"));
}

#[test]
fn what_only_strict_settings_report() {
    check(include_str!("fixtures/lints/strict.txt"));
}

#[test]
fn suppressions() {
    check(include_str!("fixtures/lints/suppressions.txt"));
}

/// The example of each code has the finding, and the mended text has it no more.
#[test]
fn the_example_of_each_code_shows_it() {
    let mut report = String::new();
    for code in codes::all().filter(|code| !code.info().wrong.is_empty()) {
        let info = code.info();
        let level = info.severity;
        let config = settings(&format!("severity.{code} = \"{level}\"\n{}", info.settings));
        let found = findings(info.wrong, &config);
        if !found.iter().any(|finding| finding.code == code) {
            let said: Vec<String> =
                found.iter().map(|finding| describe(info.wrong, finding)).collect();
            writeln!(report, "{code} is not found: {said:?}").expect("a string takes it");
        }
        for left in findings(info.mended, &config) {
            let left = describe(info.mended, &left);
            writeln!(report, "{code}: mended, and still {left}").expect("a string takes it");
        }
        for finding in found.iter().filter(|finding| finding.code == code) {
            for complaint in fix_complaints(info.wrong, finding, &config) {
                writeln!(report, "{code}: {complaint}").expect("a string takes it");
            }
        }
    }
    assert!(report.is_empty(), "{report}");
}

/// Wherever a network is cut into pieces, the same is found in it.
#[test]
fn pairs_are_seen_where_pieces_meet() {
    let config = settings("profile = \"strict\"");
    for before in 60..70 {
        let filler = "    Dense(16)\n".repeat(before);
        let pair = "    Dense(16, \"relu\")\n    ReLU()\n";
        let text = format!("network N {{\n  input: (16)\n  layers:\n{filler}{pair}{filler}}}\n");
        let found: Vec<String> =
            findings(&text, &config).iter().map(|finding| describe(&text, finding)).collect();
        let line = before + 5;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(&format!("{line}:5: hint[consecutive-activations]")));
        let path = findings(&text, &config)[0].path.clone();
        assert_eq!(path, Some((before + 1).to_string()));
    }
}

/// A run of branches and the layer before it are seen together, wherever a network is cut into pieces; so
/// are branches that are outputs.
#[test]
fn branches_are_seen_where_pieces_meet() {
    let inputs = "input: { a: (8), b: (8) }\n  layers:\n    a: { Dense(8) }\n    b: { Dense(8) }\n    Add()\n";
    let lines_of = |middle: &str, last: &str, code: &str| -> Vec<Vec<u32>> {
        (50..80)
            .map(|before| {
                let filler = "    Dense(8)\n".repeat(before);
                let text = format!("network N {{\n  {inputs}{filler}{middle}{last}}}\n");
                let first = before as u32 + 7;
                lines_of(&text, code).iter().map(|line| line - first).collect()
            })
            .collect()
    };
    let run = |first: &str, count: usize| {
        let more: String = (0..count).map(|_| "    b: { Dense(8) }\n").collect();
        format!("    Dense(8)\n    {first}: {{ Dense(8) }}\n{more}    Add()\n")
    };
    let all = |lines: &[u32]| vec![lines.to_vec(); 30];
    assert_eq!(lines_of(&run("a", 40), "", "unused-output"), all(&[0]));
    // A branch with a name of its own starts from the layer.
    assert_eq!(lines_of(&run("c", 40), "", "unused-output"), all(&[]));
    let late = run("a", 100).replace("    Add()", "    c: { Dense(8) }\n    Add()");
    assert_eq!(lines_of(&late, "", "unused-output"), all(&[]));
    let outputs = run("a", 40).replace("    Add()", "    b: { Dense(8, \"softmax\") }");
    let loss = "  loss: \"categorical_crossentropy\"\n";
    let each: Vec<u32> = (1..42).collect();
    assert_eq!(lines_of(&outputs, loss, "loss-mismatch"), all(&each));
}

/// An edit leaves nothing of what was said before it, also where only one piece is made anew.
#[test]
fn findings_follow_edits() {
    let config = settings("profile = \"strict\"");
    let filler = "    Dense(16)\n".repeat(200);
    let text = |middle: &str| {
        format!("network N {{\n  input: (16)\n  layers:\n{filler}{middle}{filler}}}\n")
    };
    let mut host = AnalysisHost::new();
    let file = host.open(text(""), Framework::Keras);
    for middle in ["    Dense(16, \"relu\")\n    ReLU()\n", "    Dense(1, \"softmax\")\n", ""] {
        host.set_text(file, text(middle));
        let analysis = host.analysis(file).expect("the file is open");
        assert_eq!(analysis.findings(&config), findings(&text(middle), &config), "{middle}");
    }
}

/// The same for branches, whose run is told from its ends in several pieces.
#[test]
fn findings_about_branches_follow_edits() {
    let config = Config::default();
    let branch =
        |name: &str, activation: &str| format!("    {name}: {{ Dense(8, \"{activation}\") }}\n");
    let text = |activation: &str, name: &str| {
        let many = branch("a", "sigmoid").repeat(100);
        format!(
            "network N {{\n  input: {{ a: (8), b: (8) }}\n  layers:\n    Dense(8)\n{many}{}{}{many}  loss: \"binary_crossentropy\"\n}}\n",
            branch("a", activation),
            branch(name, "sigmoid")
        )
    };
    let mut host = AnalysisHost::new();
    let file = host.open(text("sigmoid", "a"), Framework::Keras);
    let edits = [
        ("relu", "a", 2),
        ("relu", "c", 1),
        ("sigmoid", "c", 0),
        ("tanh", "b", 2),
        ("sigmoid", "a", 1),
    ];
    for (activation, name, count) in edits {
        host.set_text(file, text(activation, name));
        let found = host.analysis(file).expect("the file is open").findings(&config);
        assert_eq!(found, findings(&text(activation, name), &config), "{activation} {name}");
        let of_end = [codes::LOSS_MISMATCH, codes::UNUSED_OUTPUT];
        let own = found.iter().filter(|finding| of_end.contains(&finding.code)).count();
        assert_eq!(own, count, "{activation} {name}: {found:#?}");
    }
}

/// Networks that Keras builds have no error and no warning, but for what they say themselves: the
/// fixture gives every network the same loss, whatever its last layer is, and some have a Dense layer
/// over a map at their end.
#[test]
fn networks_that_keras_builds_are_silent() {
    let rows = include_str!("fixtures/oracle/keras_networks.jsonl");
    let (mut report, mut count) = (String::new(), 0);
    for row in rows.lines().skip(1) {
        let row: serde_json::Value = serde_json::from_str(row).expect("a row is JSON");
        let text = row["text"].as_str().expect("a row has a text");
        if row["ok"] != true {
            continue;
        }
        count += 1;
        let expected = [codes::LOSS_MISMATCH, codes::DENSE_ON_FEATURE_MAP];
        for finding in findings(text, &Config::default()) {
            if finding.severity >= Severity::Warning && !expected.contains(&finding.code) {
                writeln!(report, "{}: {}", row["name"], describe(text, &finding))
                    .expect("a string takes what is written");
            }
        }
    }
    assert!(count > 30, "{count} networks");
    assert!(report.is_empty(), "{report}");
}

/// Where each finding of the code stands, at the default settings.
fn lines_of(text: &str, code: &str) -> Vec<u32> {
    let index = LineIndex::new(text);
    let found = findings(text, &Config::default()).into_iter();
    let of_code = found.filter(|finding| finding.code.name() == code);
    of_code.map(|finding| index.line(finding.place.start()) + 1).collect()
}

#[test]
fn a_mistake_of_a_macro_stands_in_the_body_or_at_the_uses_that_make_it() {
    let text = |uses: &str| {
        format!(
            "define Gate(units) {{\n  Dense($units, \"softmax\")\n}}\nnetwork N {{\n  input: (16)\n  layers:\n{uses}\n  Dense(2)\n}}\n"
        )
    };
    let lines = |uses: &str| lines_of(&text(uses), "softmax-one-unit");
    assert_eq!(lines("  Gate(1)\n  Gate(1)"), [2]);
    assert_eq!(lines("  Gate(1)\n  Gate(8)\n  Gate(1)"), [7, 9]);
    assert_eq!(lines("  Gate(8) * 3\n  Gate(1)"), [8]);
    assert!(lines("  Gate(8)\n  Gate(4)").is_empty());
    // Many more than a piece of a network holds.
    assert_eq!(lines(&"  Gate(1)\n".repeat(300)), [2]);
}

#[test]
fn choices_of_a_search_are_judged_together() {
    let text = |units: &str| {
        format!(
            "network N {{\n  input: (16)\n  layers:\n    Dense({units}, \"softmax\")\n  loss: \"categorical_crossentropy\"\n}}\n"
        )
    };
    // What only some choices make is not known to be meant or not, so nothing is said.
    assert!(lines_of(&text("HPO(choice(1, 2))"), "softmax-one-unit").is_empty());
    assert_eq!(lines_of(&text("1"), "softmax-one-unit"), [4]);
}

/// A deep text does not cost a check its stack, and a wide one not its time.
#[test]
fn checks_bear_any_network() {
    let config = settings("profile = \"strict\"\nbudget.parameters = 1");
    let deep = "ResidualConnection { ".repeat(200) + "Dense(8)" + &" }".repeat(200);
    let wide = "a: { Dense(8) }\n".repeat(500) + "Add()";
    let copies = "Dense(8, \"relu\") * 1000000".to_owned();
    let nested = "define A { Dense(8) * 9 }\ndefine B { A * 9 }\ndefine C { B * 9 }\n";
    for (before, layers) in [("", &deep), ("", &wide), ("", &copies), (nested, &"C * 9".to_owned())]
    {
        let text = format!("{before}network N {{\n  input: (8)\n  layers:\n{layers}\n}}\n");
        let found = findings(&text, &config);
        assert!(found.iter().any(|finding| finding.code == codes::OVER_BUDGET), "{layers:.40}");
    }
}

/// What is right, or may be meant: nothing is said at the default settings.
#[test]
fn what_may_be_meant_is_silent() {
    let cases = [
        // Two exclusive classes are two labels as well.
        ("Dense(2, \"softmax\")", "loss: \"binary_crossentropy\""),
        ("Dense(1, \"hard_sigmoid\")", "loss: \"binary_crossentropy\""),
        ("Dense(1)", "loss: BinaryCrossentropy(from_logits=true)"),
        ("Dense(10)", "loss: SparseCategoricalCrossentropy(true)"),
        ("Dense(10, \"sparsemax\")", "loss: \"categorical_crossentropy\""),
        ("Dense(10, activation=my_activation)", ""),
        // PyTorch's name, whose loss takes scores.
        ("Dense(10)", "loss: \"cross_entropy\"\n  metrics: [\"sparse_categorical_accuracy\"]"),
        // An output without an activation for a loss that takes scores, and for one of numbers.
        ("Output(10)", "loss: CategoricalCrossentropy(from_logits=true)"),
        ("Output(10)", "loss: \"cross_entropy\""),
        ("Output(10)", "loss: my_own_loss"),
        ("Output(10)", "loss: \"mse\"\n  metrics: [\"accuracy\"]"),
        ("Output(10)", "loss: \"hinge\""),
        ("Dense(10)\n    Softmax()", "loss: \"categorical_crossentropy\""),
        ("Dense(1)\n    Activation(\"sigmoid\")", "loss: \"binary_crossentropy\""),
        ("ReLU(max_value=1)", "loss: \"binary_crossentropy\""),
        // Squared error of probabilities.
        ("Dense(10, \"softmax\")", "loss: \"mse\"\n  metrics: [\"accuracy\"]"),
        ("Dense(1, \"tanh\")", "loss: \"mse\"\n  metrics: [\"binary_accuracy\"]"),
        ("Dense(1)", "loss: \"mse\"\n  metrics: [\"mae\", \"r2_score\"]"),
        // Losses of one's own, losses of a search, several losses.
        ("Dense(1, \"relu\")", "loss: HPO(choice(\"mse\", \"binary_crossentropy\"))"),
        // Several outputs, each right for its loss, and lists that are not one for each.
        (
            "a: { Output(3) }\n    b: { Output(2, \"sigmoid\") }",
            "loss: [\"mse\", \"binary_crossentropy\"]\n  metrics: [\"mae\", \"accuracy\"]",
        ),
        ("a: { Output(3, \"relu\") }\n    b: { }", "loss: \"mse\""),
        ("a: { Dense(3) }\n    b: { Dense(2) }", "loss: [\"binary_crossentropy\"]"),
        ("a: { Dense(3) }\n    b: { Dense(2) }", "loss: [None, \"mse\"]"),
        ("Dense(1, \"sigmoid\")", "loss: [\"binary_crossentropy\"]"),
        // Losses of one output add up.
        ("Dense(1)", "loss: [\"mse\", \"mae\"]\n  metrics: [\"mae\", \"mse\"]"),
        // Layers whose output is not an activation of theirs.
        ("Dense(8)\n    Reshape((2, 4))\n    LSTM(4)", "loss: \"categorical_crossentropy\""),
        ("Dense(16, name=\"a\")\n    Dense(16)\n    Add(\"a\")", "loss: \"binary_crossentropy\""),
        ("Dense(10, HPO(choice(\"relu\", \"softmax\")))", "loss: \"categorical_crossentropy\""),
        // A network without a loss may end in anything.
        ("Dense(16)\n    LayerNormalization()\n    Dropout(0.1)", ""),
        ("Reshape((4, 4))\n    Softmax(axis=1)", ""),
        // Attention to more than one position, or with an unknown number of them.
        ("Reshape((4, 4))\n    MultiHeadAttention(2, 2)\n    Flatten()", ""),
        // A residual block that pools or scales is no identity.
        (
            "Reshape((4, 4))\n    ResidualConnection { AveragePooling1D(3, strides=1, padding=\"same\") }",
            "",
        ),
        ("ResidualConnection { ReLU() }", ""),
        ("ResidualConnection { LayerNormalization() }", ""),
        // A layer before branches that start from it by its name.
        ("Dense(8, name=\"a\")\n    a: { Dense(4) }\n    b: { Dense(4) }\n    Add()", ""),
        // A search that is described elsewhere.
        ("Dense(HPO(choice(8, 16)))", ""),
        ("Dense(8)", "train { batch_size: 16, 32  search_method: \"grid\" }"),
        (
            "Dense(8)",
            "optimizer: Adam(learning_rate=HPO(log_range(1e-4, 1e-2)))\n  train { search_method: \"random\" }",
        ),
        ("Dropout(HPO(choice(0.1, 0.2)))", "train { epochs: 1  search_method: \"grid\" }"),
    ];
    let mut report = String::new();
    for (layers, sections) in cases {
        let text =
            format!("network N {{\n  input: (16)\n  layers:\n    {layers}\n  {sections}\n}}\n");
        for finding in findings(&text, &Config::default()) {
            // An activation or a loss of one's own is a finding of another kind.
            let is_own = text.contains("my_") && finding.message.contains("my_");
            if finding.severity > Severity::Hint && !is_own {
                writeln!(report, "{text}{}", describe(&text, &finding)).expect("a string takes it");
            }
        }
    }
    assert!(report.is_empty(), "{report}");
}

/// A layer that a fix would bring into the same position as another, or that others refer to, stays.
#[test]
fn what_cannot_be_moved_has_no_fix() {
    let config = settings("profile = \"strict\"");
    let fixes = |layers: &str| -> usize {
        let text = format!("network N {{\n  input: (16)\n  layers:\n    {layers}\n}}\n");
        let of_code = |it: &&Diagnostic| it.code == codes::DROPOUT_BEFORE_NORMALIZATION;
        let found = findings(&text, &config);
        let found: Vec<_> = found.iter().filter(of_code).collect();
        assert_eq!(found.len(), 1, "{layers}");
        found[0].fixes.len()
    };
    assert_eq!(fixes("Dense(8)\n    Dropout(0.5)\n    BatchNormalization()\n    Dense(8)"), 1);
    assert_eq!(fixes("Dropout(0.5)\n    BatchNormalization()\n    Dense(8)"), 1);
    for layers in [
        "Dense(8)\n    Dropout(0.5)\n    BatchNormalization(name=\"n\")\n    Dense(8)\n    Add(\"n\")",
        "Dense(8)\n    Dropout(0.5) * 2\n    BatchNormalization()",
        "Dense(8)\n    Dropout(0.5)\n    BatchNormalization() @ \"cpu\"",
        "Dense(8)\n    Dropout(0.5)\n    BatchNormalization(), Dense(8)",
        "Dense(8)\n    Dropout(0.1)\n    Dropout(0.5)\n    BatchNormalization()",
        "Dense(8)\n    Dropout(0.5)\n    BatchNormalization()\n    BatchNormalization()",
        "Dense(8)\n    a: { Dropout(0.5)\n    BatchNormalization() }\n    b: { }\n    Add()",
    ] {
        assert_eq!(fixes(layers), 0, "{layers}");
    }
}

/// PyTorch's losses take scores, so its networks are not judged by activations.
#[test]
fn activations_are_judged_by_kerass_losses_only() {
    let text = "network N {\n  input: (16)\n  layers:\n    Dense(10)\n  loss: \"categorical_crossentropy\"\n}\n";
    let found = |framework| analyze_with(text, framework, &Config::default()).diagnostics;
    assert_eq!(found(Framework::Pytorch), []);
    assert_eq!(found(Framework::Keras).len(), 1);
}

/// 100 × 100 weights and 100 biases make 10,100 parameters; with 100 numbers of output, 4 bytes each.
#[test]
fn memory_is_counted_as_the_settings_say() {
    let text = |optimizer: &str| {
        format!("network N {{\n  input: (100)\n  layers:\n    Dense(100)\n  {optimizer}\n}}\n")
    };
    let is_over = |optimizer: &str, bytes: u64, more: &str| {
        let config = settings(&format!("budget.memory = {bytes}\n{more}"));
        findings(&text(optimizer), &config).iter().any(|it| it.code == codes::OVER_BUDGET)
    };
    let exactly = |optimizer: &str, bytes: u64, more: &str| {
        assert!(!is_over(optimizer, bytes, more), "{optimizer} {more} takes more than {bytes}");
        assert!(is_over(optimizer, bytes - 1, more), "{optimizer} {more} takes less than {bytes}");
    };
    let (weights, output) = (10_100 * 4, 100 * 4);
    exactly("", weights + output, "");
    exactly("", weights + 32 * output, "batch = 32");
    exactly("", (weights + output) / 2, "dtype = \"float16\"");
    let training = "budget.pass = \"training\"";
    exactly("optimizer: \"sgd\"", 2 * weights + output, training);
    exactly("optimizer: RMSprop(0.001)", 3 * weights + output, training);
    exactly("optimizer: adam", 4 * weights + output, training);
    // Of an optimizer that is not known nothing is assumed.
    exactly("", 2 * weights + output, training);
}
