//! Snapshots of one file: what every feature of this room reads.
//!
//! A snapshot holds a handle on the database until the model has been computed, once and lazily; from
//! then on everything is immutable data, and edits do not wait for it. An edit that comes before
//! takes the handle away (see [`Analysis::is_cancelled`]). This is the only file of the room that
//! knows of salsa.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use smol_str::SmolStr;

use super::code_actions::{self, CodeAction};
use super::diagnostics;
use super::folding::{self, FoldingRange};
use super::goto_definition::{self, Navigation};
use super::hover::{self, Hover, HoverConfig};
use super::index::{Index, Statement, Use};
use super::inlay_hints::{self, InlayHint, InlayHintsConfig};
use super::names::Names;
use super::references::{self, DocumentHighlight};
use super::report::{FileReport, NetworkReport, Totals};
use super::selection;
use super::semantic_tokens::{self, SemanticToken};
use super::symbols::{self, DocumentSymbol};
use crate::checks;
use crate::config::{self, Config};
use crate::diagnostics::Diagnostic;
use crate::lang::Framework;
use crate::model::analysis as model;
use crate::model::db::Database;
use crate::model::document::Document;
use crate::model::place::Place;
use crate::model::result::Part;
use crate::syntax::Parse;
use crate::text::{LineIndex, TextRange, TextSize};

/// Everything that is known of `text`, by the rules of `framework` and otherwise with the default
/// settings.
pub fn analyze(text: &str, framework: Framework) -> FileReport {
    analyze_with(text, framework, &Config::default())
}

/// The same with the findings that `config` shows.
pub fn analyze_with(text: &str, framework: Framework, config: &Config) -> FileReport {
    let mut db = Database::default();
    let document = Arc::new(Document::new(&mut db, text, framework));
    Analysis::new(Arc::new(Snapshot::new(document, framework, db, Arc::default()))).report(config)
}

/// The framework that the settings name.
pub fn framework(config: &Config) -> Framework {
    match config.framework {
        config::Framework::Keras => Framework::Keras,
        config::Framework::Pytorch => Framework::Pytorch,
    }
}

/// An immutable snapshot of one file. Clones share what is computed.
#[derive(Clone)]
pub struct Analysis {
    snapshot: Arc<Snapshot>,
}

/// A file at one moment.
pub(super) struct Snapshot {
    document: Arc<Document>,
    framework: Framework,
    /// Taken by whoever computes the model, or by an edit.
    db: Mutex<Option<Database>>,
    /// The file has been edited since.
    is_superseded: AtomicBool,
    computed: OnceLock<Option<Computed>>,
    /// What was computed for the file last, and will be for this state of it.
    last: Arc<LastComputed>,
    diagnostics: OnceLock<Vec<Diagnostic>>,
    names: OnceLock<Names>,
    macro_results: OnceLock<Index>,
}

/// What is computed for a state of a file. A clone shares it.
#[derive(Clone)]
struct Computed {
    model: Arc<model::Analysis>,
    /// What the checks know of the layers.
    summary: Arc<checks::Summary>,
    /// What the model and the checks have found, whatever the settings are.
    found: Arc<Vec<Diagnostic<Place>>>,
}

impl Computed {
    fn of(
        db: &Database,
        document: &Document,
        framework: Framework,
        last: Option<Computed>,
    ) -> Computed {
        if let Some(last) = last.as_ref().filter(|last| last.model.is_of(document)) {
            return last.clone();
        }
        let last = last.as_ref();
        let model = model::analyze_after(db, document, last.map(|last| &*last.model));
        let _span = tracing::debug_span!("findings").entered();
        let summary = checks::Summary::of(&model, last.map(|last| &*last.summary));
        let mut found = model.findings.clone();
        found.extend(checks::check(document, &model, &summary, framework));
        let (model, summary, found) = (Arc::new(model), Arc::new(summary), Arc::new(found));
        Computed { model, summary, found }
    }
}

/// What was computed last for a file. The states of a file share it: what an edit does not change is
/// taken from there, and compared by address, so it does not matter of which state it is.
#[derive(Default)]
pub(super) struct LastComputed(Mutex<Option<Computed>>);

impl LastComputed {
    fn get(&self) -> Option<Computed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, computed: &Computed) {
        let before = {
            let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            last.replace(computed.clone())
        };
        // What is not shared any more is freed without the lock.
        drop(before);
    }
}

/// What was computed for a range of the text.
#[derive(Default)]
pub(super) struct Results<'a> {
    networks: Index,
    macros: Option<&'a Index>,
}

impl Results<'_> {
    /// The results of the statement that starts at `offset`.
    pub(super) fn statement(&self, offset: TextSize) -> &[Use<Statement>] {
        match self.networks.statement(offset) {
            [] => self.macros.map_or(&[], |macros| macros.statement(offset)),
            found => found,
        }
    }

    /// The results of the call that starts at `offset`.
    pub(super) fn call(&self, offset: TextSize) -> &[Use<Part>] {
        match self.networks.call(offset) {
            [] => self.macros.map_or(&[], |macros| macros.call(offset)),
            found => found,
        }
    }
}

impl Snapshot {
    pub(super) fn new(
        document: Arc<Document>,
        framework: Framework,
        db: Database,
        last: Arc<LastComputed>,
    ) -> Snapshot {
        Snapshot {
            document,
            framework,
            db: Mutex::new(Some(db)),
            is_superseded: AtomicBool::new(false),
            computed: OnceLock::new(),
            last,
            diagnostics: OnceLock::new(),
            names: OnceLock::new(),
            macro_results: OnceLock::new(),
        }
    }

    /// Tells that the file is edited: lets go of the database if nothing is being computed with it,
    /// and stops what takes long.
    pub(super) fn supersede(&self) {
        self.is_superseded.store(true, Ordering::Relaxed);
        self.take();
    }

    fn take(&self) -> Option<Database> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn computed(&self) -> Option<&Computed> {
        let compute = || {
            let db = self.take()?;
            let last = self.last.get();
            let compute = || Computed::of(&db, &self.document, self.framework, last);
            // What unwinds otherwise than by an edit is a defect, and goes on to whoever contains it.
            let computed = salsa::Cancelled::catch(std::panic::AssertUnwindSafe(compute)).ok()?;
            self.last.set(&computed);
            Some(computed)
        };
        self.computed.get_or_init(compute).as_ref()
    }
}

impl Analysis {
    pub(super) fn new(snapshot: Arc<Snapshot>) -> Analysis {
        Analysis { snapshot }
    }

    /// Whose rules hold.
    pub(super) fn framework(&self) -> Framework {
        self.snapshot.framework
    }

    pub(super) fn document(&self) -> &Document {
        &self.snapshot.document
    }

    /// The networks and findings; `None` for a snapshot that has been cancelled.
    pub(super) fn model(&self) -> Option<&model::Analysis> {
        self.snapshot.computed().map(|computed| &*computed.model)
    }

    /// What the checks know of the layers, with the model that it is of.
    pub(super) fn summary(&self) -> Option<(&model::Analysis, &checks::Summary)> {
        self.snapshot.computed().map(|computed| (&*computed.model, &*computed.summary))
    }

    /// The names that the file defines.
    pub(super) fn names(&self) -> &Names {
        self.snapshot.names.get_or_init(|| Names::of(&self.syntax().file()))
    }

    /// The results for the text that touches `range`.
    pub(super) fn results(&self, range: TextRange) -> Results<'_> {
        let Some(model) = self.model() else { return Results::default() };
        let macros = self.names().macros.iter().any(|it| it.range.intersect(range).is_some());
        let in_macros = || Index::of_macros(self.document(), model);
        Results {
            networks: Index::of_networks(self.document(), model, range),
            macros: macros.then(|| self.snapshot.macro_results.get_or_init(in_macros)),
        }
    }

    /// Whether the file was edited before this snapshot had computed its model. Answers about shapes
    /// and findings are then empty and say nothing; the caller drops them and asks a new snapshot.
    pub fn is_cancelled(&self) -> bool {
        self.model().is_none()
    }

    /// How many statements and sections the last change has read anew.
    pub fn lowered(&self) -> usize {
        self.document().lowered()
    }

    /// How many statements the last change has made the parser read again; `None` where it read the whole
    /// text.
    pub fn reread(&self) -> Option<usize> {
        self.document().reread()
    }

    /// Whether the file has been edited since. Nobody waits for the outline or the tokens of such a
    /// snapshot any more, and those that are being made are cut short.
    pub fn is_superseded(&self) -> bool {
        self.snapshot.is_superseded.load(Ordering::Relaxed)
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.document().text()
    }

    /// Where the lines of the text start.
    pub fn line_index(&self) -> &LineIndex {
        self.document().line_index()
    }

    /// The tree.
    pub fn syntax(&self) -> &Parse {
        self.document().parse()
    }

    /// All findings that do not depend on settings, in the order of the text, with the severities of
    /// their codes; also those that are off by default.
    pub(super) fn diagnostics(&self) -> &[Diagnostic] {
        self.snapshot.diagnostics.get_or_init(|| {
            let computed = self.snapshot.computed();
            computed.map_or_else(Vec::new, |it| diagnostics::all(self.document(), &it.found))
        })
    }

    /// The findings to show in the order of the text, severities applied: those that `config` leaves
    /// on and the text does not switch off.
    pub fn findings(&self, config: &Config) -> Vec<Diagnostic> {
        config.apply(self.findings_of_any_severity(config))
    }

    /// The same before severities are applied: [`Config::apply`] makes of them what is shown, also by
    /// settings whose severities have changed.
    pub fn findings_of_any_severity(&self, config: &Config) -> Vec<Diagnostic> {
        diagnostics::of_settings(self, config)
    }

    /// What there is to say about the place `offset`.
    pub fn hover(&self, offset: TextSize, config: &HoverConfig) -> Option<Hover> {
        hover::hover(self, offset, config)
    }

    /// The hints to show inside `range`, in the order of the text.
    pub fn inlay_hints(&self, range: TextRange, config: &InlayHintsConfig) -> Vec<InlayHint> {
        inlay_hints::inlay_hints(self, range, config)
    }

    /// The explanation of a hint that [`Analysis::inlay_hints`] of the same state has given, in
    /// Markdown.
    pub fn inlay_hint_tooltip(&self, hint: &InlayHint, config: &HoverConfig) -> Option<String> {
        inlay_hints::tooltip(self, hint, config)
    }

    /// The outline of the file.
    pub fn document_symbols(&self) -> Vec<DocumentSymbol> {
        symbols::document_symbols(self)
    }

    /// Where what stands at `offset` is defined.
    pub fn goto_definition(&self, offset: TextSize) -> Option<Navigation> {
        goto_definition::goto_definition(self, offset)
    }

    /// Where what stands at `offset` is used, in the order of the text.
    pub fn references(&self, offset: TextSize, include_definition: bool) -> Vec<TextRange> {
        references::references(self, offset, include_definition)
    }

    /// The places to mark with the one at `offset`.
    pub fn document_highlights(&self, offset: TextSize) -> Vec<DocumentHighlight> {
        references::document_highlights(self, offset)
    }

    /// The changes on offer for `range`.
    pub fn code_actions(&self, range: TextRange, config: &Config) -> Vec<CodeAction> {
        code_actions::code_actions(self, range, config)
    }

    /// The meaning of each token inside `range`, or of the whole file.
    pub fn semantic_tokens(&self, range: Option<TextRange>) -> Vec<SemanticToken> {
        semantic_tokens::semantic_tokens(self, range)
    }

    /// What an editor may fold, in the order of the text.
    pub fn folding_ranges(&self) -> Vec<FoldingRange> {
        folding::folding_ranges(self)
    }

    /// The ranges that growing a selection at `offset` takes one after another, the innermost first.
    pub fn selection_ranges(&self, offset: TextSize) -> Vec<TextRange> {
        selection::selection_ranges(self, offset)
    }

    /// The sums of each network, with its name.
    pub fn totals(&self) -> Vec<(Option<SmolStr>, Totals)> {
        let networks = self.model().map_or(&[][..], |model| &model.networks);
        networks.iter().map(|network| (network.name.clone(), Totals::of(network))).collect()
    }

    /// The tables of the networks, and the findings to show.
    pub fn report(&self, config: &Config) -> FileReport {
        let networks = self.model().map_or(&[][..], |model| &model.networks);
        FileReport {
            networks: networks
                .iter()
                .map(|network| NetworkReport::new(self.snapshot.document.clone(), network))
                .collect(),
            diagnostics: self.findings(config),
        }
    }
}
