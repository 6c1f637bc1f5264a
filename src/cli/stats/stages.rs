//! The stages of an analysis, and then every feature of an editor at every place of the text.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::measurements::{Measurements, Stage, Watch, median};
use crate::config::Config;
use crate::ide::{Analysis, AnalysisHost, HoverConfig, InlayHintsConfig, framework};
use crate::model::statistics::QueryStatistics;
use crate::syntax;
use crate::text::{TextRange, TextSize};

/// How long one feature is asked for at the places of one file. Some features read the whole file for
/// each place, which takes very long where there are very many.
const PATIENCE: Duration = Duration::from_secs(2);

/// A feature that is asked for at a place, and how many things it gives.
type AtPlace = fn(&Analysis, TextSize, &Config) -> usize;

const AT_PLACES: &[(&str, AtPlace)] = &[
    ("hover", |analysis, at, _| analysis.hover(at, &HoverConfig::default()).iter().count()),
    ("definition", |analysis, at, _| analysis.goto_definition(at).iter().count()),
    ("references", |analysis, at, _| analysis.references(at, true).len()),
    ("highlights", |analysis, at, _| analysis.document_highlights(at).len()),
    ("selection", |analysis, at, _| analysis.selection_ranges(at).len()),
    ("code actions", |analysis, at, config| {
        analysis.code_actions(TextRange::empty(at), config).len()
    }),
];

/// A feature that is asked for once for the whole file.
type OfFile = fn(&Analysis) -> usize;

const OF_FILES: &[(&str, OfFile)] = &[
    ("inlay hints", |analysis| {
        let whole = TextRange::up_to(TextSize::of(analysis.text()));
        analysis.inlay_hints(whole, &InlayHintsConfig::default()).len()
    }),
    ("semantic tokens", |analysis| analysis.semantic_tokens(None).len()),
    ("outline", |analysis| analysis.document_symbols().len()),
    ("folding", |analysis| analysis.folding_ranges().len()),
    ("rows", rows),
];

fn rows(analysis: &Analysis) -> usize {
    analysis.report(&Config::default()).networks.iter().map(|network| network.rows().count()).sum()
}

/// Runs everything `repeat` times. Times are medians over the repetitions.
pub(super) fn measure(text: &str, config: &Config, repeat: usize) -> Measurements {
    let mut runs: Vec<Vec<Stage>> = Vec::new();
    let statistics = Arc::new(QueryStatistics::default());
    let mut file = Measurements { files: 1, bytes: text.len(), ..Measurements::default() };
    for _ in 0..repeat.max(1) {
        let mut run = Run::default();
        let analysis = run.stages(text, config, &statistics);
        file.queries = statistics.take();
        file.findings = analysis.findings(config).len();
        run.features(&analysis, config);
        file.layers = run.stages.last().map_or(0, |rows| rows.results);
        runs.push(run.stages);
    }
    for (at, first) in runs.first().into_iter().flatten().enumerate() {
        let times = runs.iter().map(|run| run[at].time).collect();
        file.stages.push(Stage { time: median(times), ..first.clone() });
    }
    file
}

#[derive(Default)]
struct Run {
    stages: Vec<Stage>,
}

impl Run {
    fn stages(
        &mut self,
        text: &str,
        config: &Config,
        statistics: &Arc<QueryStatistics>,
    ) -> Analysis {
        self.once("lex", || syntax::lex(text), Vec::len);
        self.once("parse", || syntax::parse(text), |parse| parse.diagnostics().len());
        let mut host = AnalysisHost::with_statistics(statistics.clone());
        // The parse is part of it: an open file is never read without.
        let open = || host.open(text.to_owned(), framework(config));
        let id = self.once("parse and lower", open, |_| 0);
        let Some(analysis) = host.analysis(id) else {
            unreachable!("the file has been opened just now");
        };
        if let Some(stage) = self.stages.last_mut() {
            stage.results = analysis.lowered() as u64;
        }
        self.once("shapes", || analysis.is_cancelled(), |_| rows(&analysis));
        self.once("findings", || analysis.findings(config), Vec::len);
        analysis
    }

    fn features(&mut self, analysis: &Analysis, config: &Config) {
        let places: Vec<TextSize> = analysis
            .syntax()
            .syntax()
            .descendants_with_tokens()
            .filter_map(|element| element.into_token())
            .map(|token| token.text_range().start())
            .collect();
        for (name, feature) in AT_PLACES {
            self.at_places(name, &places, |at| feature(analysis, at, config));
        }
        for (name, feature) in OF_FILES {
            self.once(name, || feature(analysis), |count| *count);
        }
    }

    fn once<T>(
        &mut self,
        name: &'static str,
        stage: impl FnOnce() -> T,
        count: impl FnOnce(&T) -> usize,
    ) -> T {
        let span = tracing::debug_span!("stage", stage = name).entered();
        let watch = Watch::start();
        let result = black_box(stage());
        let (time, memory) = watch.stop();
        drop(span);
        let results = count(&result) as u64;
        self.stages.push(Stage { name, calls: 1, places: 1, results, time, memory });
        result
    }

    fn at_places(
        &mut self,
        name: &'static str,
        places: &[TextSize],
        feature: impl Fn(TextSize) -> usize,
    ) {
        let _span = tracing::debug_span!("feature", feature = name).entered();
        let watch = Watch::start();
        let begin = Instant::now();
        let (mut calls, mut results) = (0, 0);
        for place in places {
            results += feature(*place) as u64;
            calls += 1;
            // Asking the clock costs little beside any feature.
            if begin.elapsed() > PATIENCE {
                break;
            }
        }
        let (time, memory) = watch.stop();
        let places = places.len() as u64;
        self.stages.push(Stage { name, calls, places, results, time, memory });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_and_feature_is_run() {
        let text = "define B { Dense(4) }
network N {
  input: (8,)
  layers: B * 2 Dense(3, \"rleu\")
}";
        let file = measure(text, &Config::default(), 2);
        assert_eq!((file.files, file.bytes, file.layers, file.findings), (1, text.len(), 3, 1));
        assert_eq!(file.queries.executed.get("chunk"), Some(&1));
        let named: Vec<&str> = file.stages.iter().map(|stage| stage.name).collect();
        let features = AT_PLACES.iter().map(|it| it.0).chain(OF_FILES.iter().map(|it| it.0));
        let all = ["lex", "parse", "parse and lower", "shapes", "findings"].into_iter();
        assert_eq!(named, all.chain(features).collect::<Vec<_>>());
        for stage in &file.stages {
            assert_eq!(stage.calls, stage.places, "{}", stage.name);
            // The text has no errors of syntax, and everything else.
            assert_eq!(stage.results == 0, stage.name == "parse", "{stage:?}");
        }
    }
}
