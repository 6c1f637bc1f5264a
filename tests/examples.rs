//! The examples of `docs/examples`: correct networks, so nothing is found in them, and the numbers
//! that their comments and the documentation give are the ones that are computed.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use expect_test::{Expect, expect};
use neural_analyzer::ide::{FileReport, NetworkReport, ShapeView, analyze};
use neural_analyzer::lang::Framework;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples")
}

/// The examples by file name, sorted. The networks in the folder `zoo` have a test of their own.
fn examples() -> Vec<(String, FileReport)> {
    let entries = fs::read_dir(folder()).expect("docs/examples is a folder");
    let mut examples: Vec<(String, FileReport)> = entries
        .map(|entry| entry.expect("docs/examples can be read").path())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("an example is UTF-8");
            (name, analyze(&text, Framework::Keras))
        })
        .collect();
    examples.sort_by(|a, b| a.0.cmp(&b.0));
    examples
}

/// A shape without its batch.
fn shape(view: Option<&ShapeView>) -> String {
    let Some(view) = view else { return "?".to_string() };
    let dims: Vec<String> = view.iter().skip(1).map(|dim| dim.to_string()).collect();
    dims.join("×")
}

/// One line: the shapes that leave the network, parameters, multiply-accumulates.
fn summary(network: &NetworkReport) -> String {
    let outputs: Vec<String> =
        network.outputs.iter().map(|output| shape(output.as_ref())).collect();
    let totals = network.totals;
    format!(
        "{}: {}, {} + {} parameters, {} MACs",
        network.name.as_deref().unwrap_or("?"),
        outputs.join(" and "),
        totals.trainable,
        totals.non_trainable,
        totals.macs
    )
}

fn check(networks: &[&NetworkReport], expect: Expect) {
    let mut table = String::new();
    for network in networks {
        writeln!(table, "{}", summary(network)).expect("a string takes what is written");
    }
    expect.assert_eq(&table);
}

#[test]
fn no_example_has_a_finding_of_any_level() {
    let examples = examples();
    assert!(examples.len() >= 15, "{} examples", examples.len());
    for (name, report) in examples {
        let messages: Vec<&str> =
            report.diagnostics.iter().map(|finding| finding.message.as_str()).collect();
        assert!(messages.is_empty(), "{name}: {messages:?}");
    }
}

#[test]
fn every_shape_of_every_example_is_known() {
    for (name, report) in examples() {
        for network in &report.networks {
            for row in network.rows() {
                assert_eq!(row.unknown_because, None, "{name}: {} at {}", row.layer, row.path);
            }
        }
    }
}

#[test]
fn outputs_parameters_and_work_of_each_network() {
    let examples = examples();
    let networks: Vec<&NetworkReport> =
        examples.iter().flat_map(|(_, report)| &report.networks).collect();
    check(
        &networks,
        expect![[r#"
        Translator: 32×8000, 3,023,040 + 0 parameters, 41,107,456 MACs
        NextSample: 8000×256, 43,936 + 0 parameters, 344,576,000 MACs
        Denoiser: 28×28×1, 120,769 + 0 parameters, 1,822,016 MACs
        Cifar10: 10, 814,570 + 896 parameters, 39,160,320 MACs
        LoadForecast: 24, 127,681 + 0 parameters, 15,578,880 MACs
        TunedClassifier: 10, 7,850..61,002 + 0 parameters, 1,624,704..14,371,328 MACs
        SmallInception: 100, 962,756 + 0 parameters, 378,091,520 MACs
        Mnist: 10, 693,962 + 0 parameters, 888,192 MACs
        PocketNet: 50, 832,370 + 8,576 parameters, 169,984,000 MACs
        ResNet20: 10, 272,474 + 1,568 parameters, 40,813,184 MACs
        Sentiment: 1, 2,702,145 + 0 parameters, 27,854,880 MACs
        HousePrice: 1, 282,897 + 0 parameters, 5,610,752 MACs
        Teacher: 12, 2,145,804 + 0 parameters, 2,136,064 MACs
        Student: 12, 13,516 + 0 parameters, 13,056 MACs
        FaceAttributes: 1 and 7, 1,642,184 + 0 parameters, 20,445,056 MACs
        SameHand: 1, 27,650 + 0 parameters, 36,575,617 MACs
        CreditDefault: 1, 3,761 + 48 parameters, 3,616 MACs
        NewsTopics: 20, 4,855,700 + 0 parameters, 553,651,968 MACs
        UNet: 128×128×1, 1,925,601 + 0 parameters, 2,304,770,048 MACs
        SpeechCommands: 35, 238,051 + 512 parameters, ? MACs
    "#]],
    );
}

#[test]
fn the_shapes_of_the_first_example() {
    let examples = examples();
    let (_, mnist) = examples
        .iter()
        .find(|(name, _)| name == "mnist.neural")
        .expect("the first example is there");
    let network = &mnist.networks[0];
    let rows: Vec<String> = network
        .rows()
        .map(|row| {
            let parameters = row.trainable.value().unwrap_or_default();
            format!("{} {} ({parameters})\n", row.layer, shape(row.outputs.first()))
        })
        .collect();
    expect![[r#"
        Conv2D 26×26×32 (320)
        MaxPooling2D 13×13×32 (0)
        Flatten 5408 (0)
        Dense 128 (692352)
        Dropout 128 (0)
        Output 10 (1290)
    "#]]
    .assert_eq(&rows.concat());
    let total = network.totals.trainable + network.totals.non_trainable;
    assert_eq!(total.value(), Some(693_962));
}
