//! Well-known networks, held to their published numbers.
//!
//! [`ZOO`] has a row for each network of `docs/examples/zoo`. The parameters are those that papers and
//! frameworks publish; where a file leaves a part out, the row says how many parameters it has and why.
//! Four papers give sizes and no count, or not even sizes; their source says `summed by hand`. The exact
//! multiply-accumulates are sums over layers that were made without this program: over the layers of the
//! models that Keras 3.15 builds for the networks of keras.applications, by hand for the others (a
//! convolution has kernel × input channels × filters for each output position, a transposed one for each
//! input position). `gmacs` is what torchvision 0.29 or the paper publishes, where one does.
//!
//! `UPDATE_DOCS=1 cargo test --test zoo` writes the table of `docs/examples/zoo/README.md`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use neural_analyzer::ide::{FileReport, NetworkReport, analyze, shape_text};
use neural_analyzer::lang::Framework;

/// Which parameters a source counts.
#[derive(Clone, Copy, PartialEq)]
enum Counted {
    /// Keras: all.
    All,
    /// PyTorch: the trainable ones; running means and variances are buffers.
    Trainable,
}
use Counted::{All, Trainable};

struct Network {
    title: &'static str,
    /// The file without its ending, and the network in it.
    file: &'static str,
    name: &'static str,
    input: &'static str,
    output: &'static str,
    trainable: u64,
    non_trainable: u64,
    macs: u64,
    /// Published parameters.
    published: u64,
    counted: Counted,
    /// Published billions of multiply-accumulates, as the source rounds them.
    gmacs: Option<&'static str>,
    /// What the published count has beyond this file's, part by part.
    beyond: &'static [(i64, &'static str)],
    source: &'static str,
}

const IMAGENET: &str = "224×224×3";
const KERAS: &str = "keras.applications";
const TORCH: &str = "torchvision";

#[rustfmt::skip]
const ZOO: &[Network] = &[
    Network {
        title: "LeNet-5", file: "lenet5", name: "LeNet5", input: "32×32×1", output: "10",
        trainable: 61_706, non_trainable: 0, macs: 416_520,
        published: 60_000, counted: All, gmacs: None,
        beyond: &[
            (44, "a factor and an offset for each of the 6 + 16 pooled maps"),
            (-900, "the second convolution has 60 of the 6 × 16 kernels of 5 × 5"),
            (-850, "the outputs are compared with patterns drawn by hand, not weighted (84 × 10 + 10)"),
        ],
        source: "LeCun et al. 1998",
    },
    Network {
        title: "AlexNet", file: "alexnet", name: "AlexNet", input: "227×227×3", output: "1000",
        trainable: 60_965_224, non_trainable: 0, macs: 724_406_816,
        published: 60_965_224, counted: All, gmacs: None, beyond: &[],
        source: "Krizhevsky et al. 2012; summed by hand",
    },
    Network {
        title: "AlexNet (one tower)", file: "alexnet", name: "AlexNet2014", input: IMAGENET, output: "1000",
        trainable: 61_100_840, non_trainable: 0, macs: 714_188_480,
        published: 61_100_840, counted: All, gmacs: Some("0.714"), beyond: &[], source: TORCH,
    },
    Network {
        title: "VGG-11", file: "vgg", name: "VGG11", input: IMAGENET, output: "1000",
        trainable: 132_863_336, non_trainable: 0, macs: 7_609_090_048,
        published: 132_863_336, counted: All, gmacs: Some("7.609"), beyond: &[], source: TORCH,
    },
    Network {
        title: "VGG-13", file: "vgg", name: "VGG13", input: IMAGENET, output: "1000",
        trainable: 133_047_848, non_trainable: 0, macs: 11_308_466_176,
        published: 133_047_848, counted: All, gmacs: Some("11.308"), beyond: &[], source: TORCH,
    },
    Network {
        title: "VGG-16", file: "vgg", name: "VGG16", input: IMAGENET, output: "1000",
        trainable: 138_357_544, non_trainable: 0, macs: 15_470_264_320,
        published: 138_357_544, counted: All, gmacs: Some("15.470"), beyond: &[], source: KERAS,
    },
    Network {
        title: "VGG-19", file: "vgg", name: "VGG19", input: IMAGENET, output: "1000",
        trainable: 143_667_240, non_trainable: 0, macs: 19_632_062_464,
        published: 143_667_240, counted: All, gmacs: Some("19.632"), beyond: &[], source: KERAS,
    },
    Network {
        title: "GoogLeNet", file: "googlenet", name: "GoogLeNet", input: IMAGENET, output: "1000",
        trainable: 6_998_552, non_trainable: 0, macs: 1_582_671_872,
        published: 6_998_552, counted: All, gmacs: None, beyond: &[],
        source: "Szegedy et al. 2014; Caffe's `bvlc_googlenet`",
    },
    Network {
        title: "Inception v3", file: "inception_v3", name: "InceptionV3", input: "299×299×3", output: "1000",
        trainable: 23_817_352, non_trainable: 34_432, macs: 5_713_216_096,
        published: 23_851_784, counted: All, gmacs: Some("5.713"), beyond: &[], source: KERAS,
    },
    Network {
        title: "ResNet-18", file: "resnet18", name: "ResNet18", input: IMAGENET, output: "1000",
        trainable: 11_689_512, non_trainable: 9_600, macs: 1_814_073_344,
        published: 11_689_512, counted: Trainable, gmacs: Some("1.814"), beyond: &[], source: TORCH,
    },
    Network {
        title: "ResNet-34", file: "resnet18", name: "ResNet34", input: IMAGENET, output: "1000",
        trainable: 21_797_672, non_trainable: 17_024, macs: 3_663_761_408,
        published: 21_797_672, counted: Trainable, gmacs: Some("3.664"), beyond: &[], source: TORCH,
    },
    Network {
        title: "ResNet-50", file: "resnet50", name: "ResNet50", input: IMAGENET, output: "1000",
        trainable: 25_583_592, non_trainable: 53_120, macs: 3_857_973_248,
        published: 25_636_712, counted: All, gmacs: None, beyond: &[], source: KERAS,
    },
    Network {
        title: "ResNet-101", file: "resnet50", name: "ResNet101", input: IMAGENET, output: "1000",
        trainable: 44_601_832, non_trainable: 105_344, macs: 7_570_194_432,
        published: 44_707_176, counted: All, gmacs: Some("7.6"), beyond: &[], source: KERAS,
    },
    Network {
        title: "DenseNet-121", file: "densenet121", name: "DenseNet121", input: IMAGENET, output: "1000",
        trainable: 7_978_856, non_trainable: 83_648, macs: 2_834_161_664,
        published: 8_062_504, counted: All, gmacs: Some("2.834"), beyond: &[], source: KERAS,
    },
    Network {
        title: "Xception", file: "xception", name: "Xception", input: "299×299×3", output: "1000",
        trainable: 22_855_952, non_trainable: 54_528, macs: 8_357_403_496,
        published: 22_910_480, counted: All, gmacs: None, beyond: &[], source: KERAS,
    },
    Network {
        title: "SqueezeNet 1.1", file: "squeezenet", name: "SqueezeNet", input: IMAGENET, output: "1000",
        trainable: 1_235_496, non_trainable: 0, macs: 349_151_936,
        published: 1_235_496, counted: All, gmacs: Some("0.349"), beyond: &[], source: TORCH,
    },
    Network {
        title: "MobileNet", file: "mobilenet_v1", name: "MobileNet", input: IMAGENET, output: "1000",
        trainable: 4_231_976, non_trainable: 21_888, macs: 568_740_352,
        published: 4_253_864, counted: All, gmacs: Some("0.569"), beyond: &[], source: KERAS,
    },
    Network {
        title: "MobileNetV2", file: "mobilenet_v2", name: "MobileNetV2", input: IMAGENET, output: "1000",
        trainable: 3_504_872, non_trainable: 34_112, macs: 300_774_272,
        published: 3_538_984, counted: All, gmacs: Some("0.301"), beyond: &[], source: KERAS,
    },
    Network {
        title: "EfficientNet-B0", file: "efficientnet_b0", name: "EfficientNetB0", input: IMAGENET, output: "1000",
        trainable: 5_288_548, non_trainable: 42_023, macs: 385_814_752,
        published: 5_330_571, counted: All, gmacs: Some("0.386"), beyond: &[], source: KERAS,
    },
    Network {
        title: "U-Net (padded)", file: "unet", name: "UNet", input: "256×256×1", output: "256×256×1",
        trainable: 31_031_685, non_trainable: 0, macs: 54_605_774_848,
        published: 31_031_685, counted: All, gmacs: None, beyond: &[],
        source: "github.com/zhixuhao/unet",
    },
    Network {
        title: "U-Net", file: "unet", name: "UNetPaper", input: "572×572×1", output: "388×388×2",
        trainable: 31_030_658, non_trainable: 0, macs: 150_428_424_448,
        published: 31_030_658, counted: All, gmacs: None, beyond: &[],
        source: "Ronneberger et al. 2015; summed by hand",
    },
    Network {
        title: "DCGAN, generator", file: "dcgan", name: "Generator", input: "1×1×100", output: "64×64×3",
        trainable: 3_576_704, non_trainable: 1_920, macs: 104_628_224,
        published: 3_576_704, counted: Trainable, gmacs: None, beyond: &[],
        source: "PyTorch's DCGAN tutorial",
    },
    Network {
        title: "DCGAN, discriminator", file: "dcgan", name: "Discriminator", input: "64×64×3", output: "1",
        trainable: 2_765_568, non_trainable: 1_792, macs: 103_817_216,
        published: 2_765_568, counted: Trainable, gmacs: None, beyond: &[],
        source: "PyTorch's DCGAN tutorial",
    },
    Network {
        title: "Autoencoder", file: "autoencoder", name: "ConvolutionalAutoencoder", input: "28×28×1", output: "28×28×1",
        trainable: 28_353, non_trainable: 0, macs: 4_515_840,
        published: 28_353, counted: All, gmacs: None, beyond: &[],
        source: "keras.io, convolutional autoencoder",
    },
    Network {
        title: "Deep autoencoder", file: "autoencoder", name: "DeepAutoencoder", input: "28×28×1", output: "28×28×1",
        trainable: 2_837_314, non_trainable: 0, macs: 2_833_000,
        published: 2_837_314, counted: All, gmacs: None, beyond: &[],
        source: "Hinton, Salakhutdinov 2006; summed by hand",
    },
    Network {
        title: "WaveNet", file: "wavenet", name: "WaveNet", input: "16000×256", output: "16000×256",
        trainable: 283_584, non_trainable: 0, macs: 4_472_832_000,
        published: 283_584, counted: All, gmacs: None, beyond: &[],
        source: "van den Oord et al. 2016; summed by hand",
    },
    Network {
        title: "Bidirectional LSTM", file: "lstm_classifier", name: "ReviewSentiment", input: "200", output: "1",
        trainable: 2_757_761, non_trainable: 0, macs: 39_321_728,
        published: 2_757_761, counted: All, gmacs: None, beyond: &[],
        source: "keras.io, bidirectional LSTM on IMDB",
    },
    Network {
        title: "Sequence to sequence", file: "seq2seq_addition", name: "Addition", input: "7×12", output: "4×12",
        trainable: 205_324, non_trainable: 0, macs: 1_032_192,
        published: 205_324, counted: All, gmacs: None, beyond: &[],
        source: "keras.io, number addition",
    },
    Network {
        title: "Transformer", file: "transformer_translation", name: "Translation",
        input: "english 20, spanish 20", output: "20×15000",
        trainable: 19_960_216, non_trainable: 0, macs: 249_487_360,
        published: 19_960_216, counted: All, gmacs: None, beyond: &[],
        source: "keras.io, English-to-Spanish Transformer",
    },
    Network {
        title: "BERT-base", file: "bert_base", name: "BertBase",
        input: "tokens 128, segments 128", output: "768",
        trainable: 109_482_240, non_trainable: 0, macs: 11_174_215_680,
        published: 109_482_240, counted: All, gmacs: None, beyond: &[],
        source: "Devlin et al. 2018; Hugging Face's `BertModel`",
    },
    Network {
        title: "GPT-2 small", file: "gpt2_small", name: "GPT2Small", input: "1024", output: "1024×768",
        trainable: 124_439_808, non_trainable: 0, macs: 106_300_440_576,
        published: 124_439_808, counted: All, gmacs: None, beyond: &[],
        source: "Radford et al. 2019; Hugging Face's `GPT2Model`",
    },
    Network {
        title: "ViT-B/16", file: "vit_b16", name: "ViTB16", input: IMAGENET, output: "1000",
        trainable: 86_566_888, non_trainable: 0, macs: 17_563_828_224,
        published: 86_567_656, counted: All, gmacs: Some("17.564"),
        beyond: &[(768, "a learned class token, where a row of zeros gets the learned vector of its place")],
        source: TORCH,
    },
];

impl Network {
    fn all(&self) -> u64 {
        self.trainable + self.non_trainable
    }

    fn counted(&self) -> u64 {
        if self.counted == All { self.all() } else { self.trainable }
    }

    /// The parameters as the head of the file and the page have them.
    fn parameters(&self) -> String {
        let counted = thousands(self.counted());
        match (self.counted, self.non_trainable) {
            (Trainable, _) => format!("{counted} trainable parameters"),
            (All, 0) => format!("{counted} parameters"),
            (All, fixed) => format!("{counted} parameters ({} non-trainable)", thousands(fixed)),
        }
    }

    /// The multiply-accumulates as the head of the file and the page have them.
    fn work(&self) -> String {
        if self.macs < 100_000_000 {
            format!("{} MACs", thousands(self.macs))
        } else {
            format!("{} GMACs", rounded(self.macs, 3))
        }
    }
}

/// `25,636,712`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Billions, rounded half up to so many decimals.
fn rounded(macs: u64, decimals: u32) -> String {
    let unit = 10_u64.pow(9 - decimals);
    let steps = (macs + unit / 2) / unit;
    let (whole, rest) = (steps / 10_u64.pow(decimals), steps % 10_u64.pow(decimals));
    format!("{whole}.{rest:0width$}", width = decimals as usize)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples/zoo")
}

/// The files by name, each with its text and what is known of it.
fn files() -> BTreeMap<String, (String, FileReport)> {
    let entries = fs::read_dir(folder()).expect("docs/examples/zoo is a folder");
    let paths = entries.map(|entry| entry.expect("docs/examples/zoo can be read").path());
    let neural = paths.filter(|path| path.extension().is_some_and(|ending| ending == "neural"));
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("an example is UTF-8");
        let report = analyze(&text, Framework::Keras);
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        (name, (text, report))
    };
    neural.map(read).collect()
}

fn inputs(network: &NetworkReport) -> String {
    let inputs: Vec<String> = network
        .inputs
        .iter()
        .map(|input| {
            let shape = input.shape.as_ref().map_or("?".to_owned(), shape_text);
            input.name.as_ref().map_or(shape.clone(), |name| format!("{name} {shape}"))
        })
        .collect();
    inputs.join(", ")
}

fn outputs(network: &NetworkReport) -> String {
    let shapes = network.outputs.iter();
    let outputs: Vec<String> =
        shapes.map(|shape| shape.as_ref().map_or("?".to_owned(), shape_text)).collect();
    outputs.join(", ")
}

#[test]
fn networks_have_their_published_numbers() {
    let files = files();
    let mut wrong = String::new();
    for row in ZOO {
        let (_, report) = files.get(row.file).unwrap_or_else(|| panic!("no {}.neural", row.file));
        let network = report
            .networks
            .iter()
            .find(|network| network.name.as_deref() == Some(row.name))
            .unwrap_or_else(|| panic!("no {} in {}.neural", row.name, row.file));
        let totals = network.totals;
        let mut hold = |what: &str, found: String, expected: String| {
            if found != expected {
                wrong += &format!("{}: {what}: found {found}, expected {expected}\n", row.name);
            }
        };
        hold("input", inputs(network), row.input.to_owned());
        hold("output", outputs(network), row.output.to_owned());
        for (what, found, expected) in [
            ("trainable", totals.trainable, row.trainable),
            ("non-trainable", totals.non_trainable, row.non_trainable),
            ("MACs", totals.macs, row.macs),
        ] {
            hold(what, format!("{:?}", found.value()), format!("{:?}", Some(expected)));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_table_has_the_published_numbers() {
    for row in ZOO {
        let beyond: i64 = row.beyond.iter().map(|(parameters, _)| parameters).sum();
        assert_eq!(row.counted().checked_add_signed(beyond), Some(row.published), "{}", row.name);
        if let Some(gmacs) = row.gmacs {
            let decimals = gmacs.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            assert_eq!(rounded(row.macs, decimals as u32), gmacs, "{}", row.name);
        }
    }
}

#[test]
fn every_network_has_a_row() {
    for (file, (_, report)) in files() {
        for network in &report.networks {
            let name = network.name.as_deref().unwrap_or_default();
            let rows = ZOO.iter().filter(|row| row.file == file && row.name == name).count();
            assert_eq!(rows, 1, "rows of {name} of {file}.neural");
        }
    }
}

#[test]
fn nothing_is_found_and_every_shape_is_known() {
    for (file, (_, report)) in files() {
        let messages: Vec<&str> =
            report.diagnostics.iter().map(|finding| finding.message.as_str()).collect();
        assert!(messages.is_empty(), "{file}: {messages:?}");
        for row in report.networks.iter().flat_map(NetworkReport::rows) {
            assert_eq!(row.unknown_because, None, "{file}: {} at {}", row.layer, row.path);
        }
    }
}

#[test]
fn the_head_of_each_file_gives_the_numbers() {
    let files = files();
    for row in ZOO {
        let (text, _) = &files[row.file];
        let head: Vec<&str> = text.lines().take_while(|line| line.starts_with('#')).collect();
        let expected = [row.name, &row.parameters(), &row.work()].map(normalized).join(" ");
        let given = head.iter().any(|line| {
            normalized(line).strip_prefix("# ").is_some_and(|line| line.starts_with(&expected))
        });
        assert!(given, "the head of {}.neural does not say `{expected}`", row.file);
        let published = thousands(row.published);
        let given = head.iter().any(|line| line.contains(&published));
        assert!(given, "the head of {}.neural does not say {published}", row.file);
    }
}

/// The text with single spaces.
fn normalized(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_page_is_what_the_table_says() {
    let file = folder().join("README.md");
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, &page).expect("the page can be written");
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == page,
        "docs/examples/zoo/README.md is stale: run `UPDATE_DOCS=1 cargo test --test zoo`"
    );
}

fn page() -> String {
    let mut page = String::from(
        "# Well-known networks\n\
         \n\
         Networks that many people know, written in Neural DSL. `tests/zoo.rs` holds what neural-analyzer\n\
         computes for each of them to the published numbers, and this page is written from its table.\n\
         \n\
         Multiply-accumulates (MACs) are those of convolutions and matrix products, for a batch of 1.\n\
         Papers that give \"FLOPs\" mostly mean them; two operations are counted for each by those who do not.\n\
         \n\
         `neural-analyzer shapes --fold FILE` shows a network layer by layer, equal copies once.\n\
         \n\
         | Network | File | Parameters | MACs | Input | Source of the count |\n\
         |---|---|---|---|---|---|\n",
    );
    for row in ZOO {
        page += &format!(
            "| {} | [`{}`]({}.neural) | {} | {} | {} | {} |\n",
            row.title,
            row.name,
            row.file,
            row.parameters().replacen(" parameters", "", 1),
            row.work(),
            row.input,
            row.source
        );
    }
    page += "\n## Differences\n\n\
             Where a file is not quite the published network, this is what the published count has beyond it:\n\n";
    for row in ZOO {
        for (parameters, why) in row.beyond {
            let sign = if *parameters < 0 { "−" } else { "+" };
            let number = thousands(parameters.unsigned_abs());
            page += &format!("- {}: {sign}{number}: {why}.\n", row.title);
        }
    }
    page
}
