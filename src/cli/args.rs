//! The arguments, as clap reads them.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::Layer;

/// Tensor shapes, parameters and mistakes of Neural DSL networks.
#[derive(Debug, Parser)]
#[command(name = "neural-analyzer", version, disable_help_subcommand = true)]
#[command(after_help = "Without a command it is the language server, as with `lsp`.")]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) bare: LspArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Say what is wrong with networks, where, and what to write instead.
    Check(CheckArgs),
    /// Show the output shape, parameters, MACs and memory of every layer.
    Shapes(ShapesArgs),
    /// Measure the analysis of files, and what keystrokes in them recompute.
    Stats(StatsArgs),
    /// Show how a file is read.
    Parse(ParseArgs),
    /// Explain a diagnostic code, or list them all.
    Explain(ExplainArgs),
    /// Serve an editor over standard input and output (the Language Server Protocol).
    Lsp(LspArgs),
}

#[derive(Debug, Args)]
pub(super) struct LspArgs {
    /// Use standard input and output, which is the only way there is. Editors pass it by habit.
    #[arg(long, hide = true)]
    pub(super) stdio: bool,
    /// The process of the editor, as some editors pass it; the session ends when it ends.
    #[arg(long = "clientProcessId", value_name = "ID", hide = true)]
    pub(super) client_process: Option<i64>,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// How to write the findings.
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub(super) format: CheckFormat,
    /// Exit with status 1 for warnings as well.
    #[arg(long)]
    pub(super) deny_warnings: bool,
}

#[derive(Debug, Args)]
pub(super) struct ShapesArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Show only the networks of this name.
    #[arg(long, value_name = "NAME")]
    pub(super) network: Option<String>,
    /// How many examples one pass takes.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) batch: Option<u64>,
    /// The number format that memory is computed for.
    #[arg(long, value_enum)]
    pub(super) dtype: Option<DtypeArg>,
    /// Write equal copies of a repeat as one row, in a table.
    #[arg(long)]
    pub(super) fold: bool,
    /// How to write the shapes.
    #[arg(long, value_enum, default_value_t = ShapesFormat::Table)]
    pub(super) format: ShapesFormat,
}

#[derive(Debug, Args)]
pub(super) struct StatsArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// How often everything is run; times are medians.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) repeat: usize,
    /// At how many places of a file each kind of keystroke is typed and taken back.
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(super) edits: usize,
    /// Write the figures as one JSON document.
    #[arg(long)]
    pub(super) json: bool,
    /// Write what ran when, as Chrome's trace format, for Perfetto or `chrome://tracing`.
    #[arg(long, value_name = "FILE")]
    pub(super) trace: Option<PathBuf>,
}

/// What the commands that read networks have in common.
#[derive(Debug, Args)]
pub(super) struct InputArgs {
    /// Files, folders, or patterns such as `nets/*.neural`; `-` is standard input. Without one, the
    /// current folder.
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Whose rules hold where the frameworks differ.
    #[arg(long, value_enum)]
    pub(super) framework: Option<FrameworkArg>,
}

#[derive(Debug, Args)]
pub(super) struct ParseArgs {
    /// Print the syntax tree.
    #[arg(long, required = true)]
    pub(super) tree: bool,
    /// The file; `-` is standard input.
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The code, for example `unknown-layer`.
    #[arg(value_name = "CODE")]
    pub(super) code: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// Excerpts of the text.
    Text,
    /// One JSON document for each file, each on one line.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ShapesFormat {
    /// A table for each network.
    Table,
    /// One JSON document for each file, each on one line.
    Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum FrameworkArg {
    Keras,
    Pytorch,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum DtypeArg {
    Float32,
    Float16,
    Bfloat16,
    Float64,
    Int8,
}

impl CheckArgs {
    /// The flags as a layer of settings.
    pub(super) fn settings(&self) -> Layer {
        let mut layer = self.input.settings();
        if self.deny_warnings {
            layer.set_bool("check.deny-warnings", true);
        }
        layer
    }
}

impl ShapesArgs {
    /// The flags as a layer of settings.
    pub(super) fn settings(&self) -> Layer {
        let mut layer = self.input.settings();
        if let Some(batch) = self.batch {
            layer.set_count("batch", batch);
        }
        if let Some(dtype) = self.dtype {
            layer.set_choice("dtype", &spelled(dtype));
        }
        layer
    }
}

impl InputArgs {
    /// The flags as a layer of settings.
    pub(super) fn settings(&self) -> Layer {
        let mut layer = Layer::default();
        if let Some(framework) = self.framework {
            layer.set_choice("framework", &spelled(framework));
        }
        layer
    }
}

/// The value as the command line and the settings spell it.
fn spelled(value: impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Dtype, Framework};

    #[test]
    fn flags_become_settings() {
        let line = "neural-analyzer shapes --batch 8 --dtype bfloat16 --framework pytorch net";
        let cli = Cli::try_parse_from(line.split(' ')).unwrap();
        let Some(Command::Shapes(args)) = cli.command else { panic!("not the subcommand") };
        let config = Config::resolve([&args.settings()]);
        assert_eq!(config.batch, 8);
        assert_eq!(config.dtype, Dtype::Bfloat16);
        assert_eq!(config.framework, Framework::Pytorch);
    }

    #[test]
    fn every_choice_of_a_setting_is_a_choice_of_its_flag() {
        use crate::config::{Setting, SettingKind};
        let flag = |values: Vec<String>, key| {
            let kind = Setting::find(key).map(|setting| setting.kind);
            let Some(SettingKind::Choice(choices)) = kind else { panic!("{key} is no choice") };
            assert_eq!(values, choices);
        };
        let spelled_all = |values: &[DtypeArg]| values.iter().copied().map(spelled).collect();
        flag(spelled_all(DtypeArg::value_variants()), "dtype");
        let frameworks = FrameworkArg::value_variants().iter().copied().map(spelled).collect();
        flag(frameworks, "framework");
    }

    #[test]
    fn a_bare_call_is_the_server() {
        for line in ["neural-analyzer", "neural-analyzer --stdio"] {
            assert!(Cli::try_parse_from(line.split(' ')).unwrap().command.is_none());
        }
        for line in ["neural-analyzer lsp", "neural-analyzer lsp --stdio --clientProcessId=7"] {
            let command = Cli::try_parse_from(line.split(' ')).unwrap().command;
            assert!(matches!(command, Some(Command::Lsp(_))));
        }
        assert!(Cli::try_parse_from(["neural-analyzer", "--stdio", "check"]).is_err());
    }
}
