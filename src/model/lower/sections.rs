//! Sections and their entries to the high-level form.
//!
//! Several ways to write the same thing become one: an optimizer with a block of parameters is a
//! call, a metric alone is a list of one, and values with commas between them are a list.

use smol_str::SmolStr;

use super::values::{value, values};
use super::{Lowering, exactly, name, words};
use crate::model::hir;
use crate::syntax::SyntaxKind;
use crate::syntax::green::Node;
use crate::text::TextRange;

impl Lowering {
    pub(super) fn section(self, section: Node<'_>) -> hir::Section {
        let calls = Lowering { quoted_calls: true };
        let kind = match section.kind() {
            SyntaxKind::INPUT_SECTION => {
                let inputs = || section.children_of(SyntaxKind::INPUT_DECL);
                let count = inputs().count();
                hir::SectionKind::Input(exactly(inputs().map(|input| self.input(input)), count))
            }
            SyntaxKind::LOSS_SECTION => {
                hir::SectionKind::Loss(value(section).map(|loss| calls.expr(loss)))
            }
            SyntaxKind::OPTIMIZER_SECTION => hir::SectionKind::Optimizer(calls.optimizer(section)),
            SyntaxKind::METRICS_SECTION => {
                hir::SectionKind::Metrics(self.values(inside_brackets(section)))
            }
            SyntaxKind::TRAIN_SECTION => hir::SectionKind::Train(self.entries(section).collect()),
            SyntaxKind::EXECUTE_SECTION => {
                hir::SectionKind::Execute(self.entries(section).collect())
            }
            _ => hir::SectionKind::Unknown,
        };
        let keyword = words(section).next().map(name);
        let nothing = hir::Spanned { value: SmolStr::default(), range: TextRange::default() };
        hir::Section { kind, keyword: keyword.unwrap_or(nothing), range: section.range() }
    }

    fn input(self, input: Node<'_>) -> hir::InputDecl {
        let range = values(input)
            .map(Node::range)
            .reduce(TextRange::cover)
            .unwrap_or_else(|| TextRange::empty(input.range().end()));
        // A name stands before a colon; without one it is a dimension.
        let named = input.token(SyntaxKind::COLON).and_then(|_| words(input).next());
        hir::InputDecl { name: named.map(name), dims: self.values(inside_brackets(input)), range }
    }

    /// The optimizer; with a block of parameters behind it, it is a call with these as arguments.
    fn optimizer(self, section: Node<'_>) -> Option<hir::Expr> {
        let value = value(section)?;
        let optimizer = self.expr(value);
        let Some(brace) = section.token(SyntaxKind::L_BRACE) else { return Some(optimizer) };
        let (hir::ExprKind::Str(called) | hir::ExprKind::Name(called)) = &optimizer.kind else {
            return Some(optimizer);
        };
        let args = self.entries(section).filter_map(|entry| {
            Some(hir::Arg { name: Some(entry.key), value: entry.value?, range: entry.range })
        });
        let end = section.range().end();
        let range = TextRange::new(optimizer.range.start(), end);
        let call = hir::Call {
            name: value
                .first_token()
                .map(name)
                .unwrap_or(hir::Spanned { value: called.clone(), range: optimizer.range }),
            args: Some(hir::ArgList {
                args: args.collect(),
                range: TextRange::new(brace.range().start(), end),
                closed: false,
            }),
            plans: hir::Plans::default(),
            range,
        };
        Some(hir::Expr { kind: hir::ExprKind::Call(Box::new(call)), range })
    }

    pub(super) fn entries(self, section: Node<'_>) -> impl Iterator<Item = hir::KeyValue> {
        let entries = section.children_of(SyntaxKind::KEY_VALUE);
        entries.filter_map(move |entry| self.entry(entry))
    }

    fn entry(self, entry: Node<'_>) -> Option<hir::KeyValue> {
        let mut values = self.values(entry);
        let value = match (values.len(), values.first(), values.last()) {
            (2.., Some(first), Some(last)) => {
                let range = first.range.cover(last.range);
                Some(hir::Expr { kind: hir::ExprKind::List(values), range })
            }
            _ => values.pop(),
        };
        Some(hir::KeyValue { key: name(words(entry).next()?), value, range: entry.range() })
    }
}

/// The only value of a node if that is a tuple or a list, else the node itself: where the values are.
fn inside_brackets(node: Node<'_>) -> Node<'_> {
    let mut all = values(node);
    let only = all.next().filter(|_| all.next().is_none());
    only.filter(|it| matches!(it.kind(), SyntaxKind::TUPLE | SyntaxKind::LIST)).unwrap_or(node)
}
