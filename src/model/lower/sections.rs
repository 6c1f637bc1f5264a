//! Sections and their entries to the high-level form.
//!
//! Several ways to write the same thing become one: an optimizer with a block of parameters is a
//! call, a metric alone is a list of one, and values with commas between them are a list.

use smol_str::SmolStr;

use super::Lowering;
use crate::model::hir;
use crate::syntax::ast::{self, AstNode};
use crate::text::TextRange;

impl Lowering {
    pub(super) fn section(self, section: &ast::Section) -> hir::Section {
        let calls = Lowering { quoted_calls: true, ..self };
        let kind = match section.kind() {
            ast::SectionKind::Input => {
                hir::SectionKind::Input(section.inputs().map(|input| self.input(&input)).collect())
            }
            ast::SectionKind::Loss => {
                hir::SectionKind::Loss(section.values().next().map(|loss| calls.expr(&loss)))
            }
            ast::SectionKind::Optimizer => hir::SectionKind::Optimizer(calls.optimizer(section)),
            ast::SectionKind::Metrics => hir::SectionKind::Metrics(self.metrics(section)),
            ast::SectionKind::Train => hir::SectionKind::Train(self.entries(section)),
            ast::SectionKind::Execute => hir::SectionKind::Execute(self.entries(section)),
            ast::SectionKind::Unknown => hir::SectionKind::Unknown,
        };
        let keyword = section.keyword().map(|keyword| self.name(&keyword));
        let nothing = hir::Spanned { value: SmolStr::default(), range: TextRange::default() };
        hir::Section { kind, keyword: keyword.unwrap_or(nothing), range: self.range_of(section) }
    }

    fn input(self, input: &ast::InputDecl) -> hir::InputDecl {
        let shape: Vec<ast::Expr> = input.shape().collect();
        let dims = match shape.as_slice() {
            [ast::Expr::Tuple(tuple)] => self.exprs(tuple.elements()),
            [ast::Expr::List(list)] => self.exprs(list.elements()),
            dims => self.exprs(dims.iter().cloned()),
        };
        let range = shape
            .iter()
            .map(|expr| self.range_of(expr))
            .reduce(TextRange::cover)
            .unwrap_or_else(|| TextRange::empty(self.range_of(input).end()));
        hir::InputDecl { name: input.name().map(|name| self.name(&name)), dims, range }
    }

    /// The optimizer; with a block of parameters behind it, it is a call with these as arguments.
    fn optimizer(self, section: &ast::Section) -> Option<hir::Expr> {
        let value = section.values().next()?;
        let optimizer = self.expr(&value);
        let Some(brace) = section.l_brace() else { return Some(optimizer) };
        let (hir::ExprKind::Str(name) | hir::ExprKind::Name(name)) = &optimizer.kind else {
            return Some(optimizer);
        };
        let args = self.entries(section).into_iter().filter_map(|entry| {
            Some(hir::Arg { name: Some(entry.key), value: entry.value?, range: entry.range })
        });
        let end = self.range_of(section).end();
        let range = TextRange::new(optimizer.range.start(), end);
        let call = hir::Call {
            name: value
                .syntax()
                .first_token()
                .map(|token| self.name(&token))
                .unwrap_or(hir::Spanned { value: name.clone(), range: optimizer.range }),
            args: Some(hir::ArgList {
                args: args.collect(),
                range: TextRange::new(self.range(brace.text_range()).start(), end),
                closed: false,
            }),
            plans: hir::Plans::default(),
            range,
        };
        Some(hir::Expr { kind: hir::ExprKind::Call(Box::new(call)), range })
    }

    fn metrics(self, section: &ast::Section) -> Vec<hir::Expr> {
        let values: Vec<ast::Expr> = section.values().collect();
        match values.as_slice() {
            [ast::Expr::List(list)] => self.exprs(list.elements()),
            [ast::Expr::Tuple(tuple)] => self.exprs(tuple.elements()),
            values => self.exprs(values.iter().cloned()),
        }
    }

    fn entries(self, section: &ast::Section) -> Vec<hir::KeyValue> {
        section.entries().filter_map(|entry| self.entry(&entry)).collect()
    }

    pub(super) fn entry(self, entry: &ast::KeyValue) -> Option<hir::KeyValue> {
        let mut values = self.exprs(entry.values());
        let value = match (values.len(), values.first(), values.last()) {
            (2.., Some(first), Some(last)) => {
                let range = first.range.cover(last.range);
                Some(hir::Expr { kind: hir::ExprKind::List(values), range })
            }
            _ => values.pop(),
        };
        Some(hir::KeyValue { key: self.name(&entry.key()?), value, range: self.range_of(entry) })
    }
}
