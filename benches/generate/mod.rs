//! Networks of any length, for measurements and for tests of growth.
//!
//! The texts look like what people write, so that tokens, names and shapes have their usual
//! proportions: [`Style::Cnn`] has about 57 bytes a layer. Every text is free of findings, whatever
//! its length. The same arguments always give the same text.

// Each program that includes this module uses a part of it.
#![allow(dead_code)]

use std::fmt::Write as _;

/// How a generated network is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// A plain list of convolutions, normalizations and activations, with comments.
    Cnn,
    /// Residual blocks of attention and feed-forward layers.
    Transformer,
    /// Calls of ten macros with arguments, five layers each.
    Macros,
    /// Runs of three branches that a concatenation merges.
    Branches,
    /// One `Dense` a line: a change of the first one reaches no further than the second.
    Dense,
    /// Convolutions that each have a name and a width of their own: no statement stands there twice.
    Named,
}

impl Style {
    /// Every style.
    pub const ALL: [Style; 6] = [
        Style::Cnn,
        Style::Transformer,
        Style::Macros,
        Style::Branches,
        Style::Dense,
        Style::Named,
    ];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Style::Cnn => "cnn",
            Style::Transformer => "transformer",
            Style::Macros => "macros",
            Style::Branches => "branches",
            Style::Dense => "dense",
            Style::Named => "named",
        }
    }
}

/// A network of `layers` layers and a few more.
pub fn network(style: Style, layers: usize) -> String {
    let mut text = String::with_capacity(layers * 64 + 1024);
    let body: fn(&mut String, usize) = match style {
        Style::Cnn => cnn,
        Style::Transformer => transformer,
        Style::Macros => macros,
        Style::Branches => branches,
        Style::Dense => dense,
        Style::Named => named,
    };
    if style == Style::Macros {
        for number in 0..10 {
            let _ = write!(
                text,
                "define Unit{number}(filters, rate=0.{}) {{\n  Conv2D($filters, (3, 3), padding=\"same\", use_bias=false)\n  BatchNormalization()\n  ReLU()\n  DepthwiseConv2D((3, 3), padding=\"same\")\n  Dropout($rate)\n}}\n\n",
                number % 5 + 1
            );
        }
    }
    let input = match style {
        Style::Transformer => "(128)",
        Style::Dense => "(64,)",
        _ => "(32, 32, 3)",
    };
    let _ = write!(text, "network Generated {{\n  input: {input}\n\n  layers:\n");
    body(&mut text, layers);
    text.push_str(match style {
        Style::Dense => "",
        Style::Transformer => "    GlobalAveragePooling1D()\n",
        _ => "    GlobalAveragePooling2D()\n",
    });
    text.push_str(END);
    text
}

const END: &str = "    Output(10, \"softmax\")\n
  loss: \"sparse_categorical_crossentropy\"
  optimizer: Adam(learning_rate=0.001)
  metrics: [\"accuracy\"]

  train {
    epochs: 20
    batch_size: 64
    validation_split: 0.1
  }
}
";

fn cnn(text: &mut String, layers: usize) {
    for layer in 0..layers {
        let _ = match layer % 8 {
            0 => writeln!(
                text,
                "    # Block {}: the resolution stays.\n    Conv2D(32, (3, 3), padding=\"same\", use_bias=false)",
                layer / 8
            ),
            1 | 4 => {
                writeln!(text, "    BatchNormalization(momentum=0.99, epsilon=0.001)")
            }
            2 => writeln!(text, "    Activation(\"relu\")"),
            3 => writeln!(
                text,
                "    Conv2D(filters=64, kernel_size=(1, 1), strides=1, activation=\"relu\")"
            ),
            5 => writeln!(
                text,
                "    SeparableConv2D(32, (3, 3), padding=\"same\", activation=\"relu\")"
            ),
            6 => writeln!(text, "    SpatialDropout2D(0.1)"),
            _ => writeln!(text, "    MaxPooling2D(pool_size=(2, 2), strides=1, padding=\"same\")"),
        };
    }
}

fn named(text: &mut String, layers: usize) {
    for layer in 0..layers {
        let (number, width) = (layer / 4, 16 + layer * 7 % 113);
        let _ = match layer % 4 {
            0 => writeln!(
                text,
                "    Conv2D({width}, (3, 3), padding=\"same\", use_bias=false, name=\"conv_{number}\")"
            ),
            1 => writeln!(text, "    BatchNormalization(momentum=0.99, name=\"bn_{number}\")"),
            2 => writeln!(text, "    ReLU(name=\"relu_{number}\")"),
            _ => writeln!(text, "    SpatialDropout2D(0.1, name=\"drop_{number}\")"),
        };
    }
}

fn transformer(text: &mut String, layers: usize) {
    text.push_str("    Embedding(input_dim=30000, output_dim=256)\n    PositionalEncoding()\n");
    for _ in 0..layers.div_ceil(8) {
        text.push_str(
            "    ResidualConnection() {
      LayerNormalization(epsilon=0.000001)
      MultiHeadAttention(num_heads=8, key_dim=32)
      Dropout(0.1)
    }
    ResidualConnection() {
      LayerNormalization(epsilon=0.000001)
      Dense(1024, activation=\"gelu\")
      Dropout(0.1)
      Dense(256)
      Dropout(0.1)
    }
",
        );
    }
}

fn macros(text: &mut String, layers: usize) {
    for call in 0..layers.div_ceil(5) {
        let _ = writeln!(text, "    Unit{}({}, rate=0.1)", call % 10, 16 + 8 * (call % 3));
    }
}

fn branches(text: &mut String, layers: usize) {
    for block in 0..layers.div_ceil(7) {
        let _ = write!(
            text,
            "    ones{block}: {{ Conv2D(16, (1, 1), activation=\"relu\") }}
    threes{block}: {{
      Conv2D(8, (1, 1), activation=\"relu\")
      Conv2D(16, (3, 3), padding=\"same\", activation=\"relu\")
    }}
    pooled{block}: {{
      MaxPooling2D((3, 3), strides=1, padding=\"same\")
      Conv2D(16, (1, 1), activation=\"relu\")
    }}
    Concatenate()
    BatchNormalization()
"
        );
    }
}

fn dense(text: &mut String, layers: usize) {
    for layer in 0..layers {
        let _ = writeln!(text, "    Dense({}, activation=\"relu\")", 64 + layer % 7);
    }
}

/// A network whose macro is called once for each of `calls` lines, every call alike.
pub fn one_macro(calls: usize) -> String {
    let mut text = String::from(
        "define Block(units) {\n  Dense($units, activation=\"relu\")\n  Dropout(0.1)\n}\n\nnetwork Calls {\n  input: (64,)\n\n  layers:\n",
    );
    for _ in 0..calls {
        text.push_str("    Block(64)\n");
    }
    text.push_str(END);
    text
}
