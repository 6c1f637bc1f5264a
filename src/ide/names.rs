//! What names of the text mean: the macros of the file, and what a call calls.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::lang::signature::Signature;
use crate::lang::{LayerEntry, LayerName, losses, optimizers, resolve_layer, schedules};
use crate::syntax::ast::{self, AstNode, CallExpr};
use crate::syntax::{SyntaxKind, SyntaxToken};
use crate::text::TextRange;

/// The names that a file defines for all of itself.
pub(super) struct Names {
    /// The macros in the order of the text.
    pub macros: Vec<Macro>,
    exact: FxHashMap<SmolStr, usize>,
    /// Macros with a layer's name, in lower case: they hide the layer in every spelling.
    hiding: FxHashMap<SmolStr, usize>,
}

/// A macro.
pub(super) struct Macro {
    pub name: SmolStr,
    /// All of its text.
    pub range: TextRange,
    pub name_range: TextRange,
    /// `define Block(n, rate=0.5)`
    pub head: String,
    pub params: Vec<MacroParam>,
}

/// A parameter of a macro.
pub(super) struct MacroParam {
    pub name: SmolStr,
    pub range: TextRange,
    /// The default as it is written.
    pub default: Option<String>,
}

/// What a call calls.
#[derive(Clone, Copy)]
pub(super) enum Callee<'a> {
    /// A macro of the file.
    Macro(&'a Macro),
    /// A layer of the table.
    Layer(&'static LayerEntry),
    /// A class of the author's own.
    Custom,
    /// An optimizer.
    Optimizer(&'static Signature),
    /// A learning-rate schedule.
    Schedule(&'static Signature),
    /// A loss.
    Loss(&'static Signature),
    /// Nothing that is known.
    Unknown,
}

impl Names {
    pub fn of(file: &ast::File) -> Names {
        let mut names =
            Names { macros: Vec::new(), exact: FxHashMap::default(), hiding: FxHashMap::default() };
        for definition in file.macros() {
            let Some(name) = definition.name() else { continue };
            let at = names.macros.len();
            let text = SmolStr::from(name.text());
            names.exact.entry(text.clone()).or_insert(at);
            if crate::lang::find_layer(&text).is_some() {
                names.hiding.entry(text.to_ascii_lowercase().into()).or_insert(at);
            }
            let params: Vec<MacroParam> = definition
                .params()
                .filter_map(|param| {
                    let name = param.name()?;
                    Some(MacroParam {
                        name: name.text().into(),
                        range: name.text_range(),
                        default: param.default().map(|value| value.syntax().text().to_string()),
                    })
                })
                .collect();
            let written: Vec<String> = params
                .iter()
                .map(|param| match &param.default {
                    Some(default) => format!("{}={default}", param.name),
                    None => param.name.to_string(),
                })
                .collect();
            let list = match definition.param_list() {
                Some(_) => format!("({})", written.join(", ")),
                None => String::new(),
            };
            names.macros.push(Macro {
                head: format!("define {text}{list}"),
                name: text,
                range: definition.syntax().text_range(),
                name_range: name.text_range(),
                params,
            });
        }
        names
    }

    /// The macro that `name` means where something is called.
    pub fn find_macro(&self, name: &str) -> Option<&Macro> {
        let at = match self.exact.get(name) {
            Some(at) => *at,
            None if self.hiding.is_empty() => return None,
            None => *self.hiding.get(name.to_ascii_lowercase().as_str())?,
        };
        self.macros.get(at)
    }

    /// The macro whose text `range` is part of.
    pub fn macro_around(&self, range: TextRange) -> Option<&Macro> {
        let at = self.macros.partition_point(|it| it.range.end() < range.end());
        self.macros.get(at).filter(|it| it.range.contains_range(range))
    }

    /// What `call` calls, where it stands.
    pub fn callee(&self, call: &CallExpr) -> Callee<'_> {
        let Some(name) = call.name() else { return Callee::Unknown };
        self.callee_named(&name, call.syntax().kind())
    }

    /// The same for the name of a call, or for a bare name or string in its place.
    pub fn callee_named(&self, name: &SyntaxToken, node: SyntaxKind) -> Callee<'_> {
        let text = unquoted(name.text());
        // The string of `"Adam(0.1)"` is a call as well.
        let word = text.split('(').next().unwrap_or(text).trim();
        let mut depth = 0;
        for ancestor in name.parent_ancestors() {
            match ancestor.kind() {
                SyntaxKind::LAYER_STMT if node == SyntaxKind::CALL_EXPR => {
                    if let Some(found) = self.find_macro(text).filter(|_| depth == 0) {
                        return Callee::Macro(found);
                    }
                    return match resolve_layer(text) {
                        LayerName::Entry(entry) => Callee::Layer(entry),
                        LayerName::Custom => Callee::Custom,
                        LayerName::Unknown { .. } => Callee::Unknown,
                    };
                }
                SyntaxKind::OPTIMIZER_SECTION if depth == 0 => {
                    return optimizers::find(word).map_or(Callee::Unknown, Callee::Optimizer);
                }
                SyntaxKind::OPTIMIZER_SECTION => {
                    return schedules::find(word).map_or(Callee::Unknown, Callee::Schedule);
                }
                SyntaxKind::LOSS_SECTION if depth == 0 => {
                    return losses::find(word).map_or(Callee::Unknown, Callee::Loss);
                }
                SyntaxKind::ARG | SyntaxKind::KEY_VALUE
                    if !ancestor.parent().is_some_and(|it| is_choice(&it)) =>
                {
                    depth += 1;
                }
                SyntaxKind::NETWORK | SyntaxKind::MACRO_DEF | SyntaxKind::FILE => break,
                _ => {}
            }
        }
        Callee::Unknown
    }
}

/// Whether `node` is the argument list of a choice, whose alternatives stand for the whole.
fn is_choice(node: &crate::syntax::SyntaxNode) -> bool {
    node.kind() == SyntaxKind::ARG_LIST
        && node.parent().is_some_and(|parent| parent.kind() == SyntaxKind::HPO_EXPR)
}

impl<'a> Callee<'a> {
    /// The signature of an optimizer, schedule or loss.
    pub fn signature(self) -> Option<&'static Signature> {
        match self {
            Callee::Optimizer(it) | Callee::Schedule(it) | Callee::Loss(it) => Some(it),
            _ => None,
        }
    }
}

/// The text of a string without its quotes.
pub(super) fn unquoted(text: &str) -> &str {
    let open = text.strip_prefix(['"', '\'']).unwrap_or(text);
    if open.len() < text.len() { open.strip_suffix(['"', '\'']).unwrap_or(open) } else { text }
}
