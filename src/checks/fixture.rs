//! Pieces of the high-level form made by hand, for the tests of this room.
//!
//! The text of a piece is written by the same functions that make it, so that places and fixes can
//! be shown: every value is rendered, then located in the rendering.

use expect_test::Expect;
use smol_str::SmolStr;

use crate::diagnostics::Diagnostic;
use crate::model::hir::{
    Arg, ArgList, Call, Expr, ExprKind, Hpo, HpoKind, KeyValue, Plans, Section, SectionKind,
    Spanned,
};
use crate::text::{TextRange, TextSize, apply_edits};

fn unplaced(kind: ExprKind) -> Expr {
    Expr { kind, range: TextRange::default() }
}

pub(super) fn int(value: i64) -> Expr {
    unplaced(ExprKind::Int(value))
}

pub(super) fn float(value: f64) -> Expr {
    unplaced(ExprKind::Float(value))
}

pub(super) fn string(text: &str) -> Expr {
    unplaced(ExprKind::Str(text.into()))
}

pub(super) fn bare(text: &str) -> Expr {
    unplaced(ExprKind::Name(text.into()))
}

pub(super) fn boolean(flag: bool) -> Expr {
    unplaced(ExprKind::Bool(flag))
}

pub(super) fn list(elements: Vec<Expr>) -> Expr {
    unplaced(ExprKind::List(elements))
}

pub(super) fn minus(inner: Expr) -> Expr {
    unplaced(ExprKind::Neg(Box::new(inner)))
}

pub(super) fn hpo(kind: HpoKind) -> Expr {
    unplaced(ExprKind::Hpo(Box::new(Hpo { kind, range: TextRange::default() })))
}

pub(super) fn choice(values: Vec<Expr>) -> Expr {
    hpo(HpoKind::Choice(values))
}

/// A call; arguments with an empty name are positional.
pub(super) fn call(name: &str, args: Vec<(&str, Expr)>) -> Expr {
    let args = args
        .into_iter()
        .map(|(name, value)| Arg {
            name: (!name.is_empty()).then(|| spanned(name)),
            value,
            range: TextRange::default(),
        })
        .collect();
    unplaced(ExprKind::Call(Box::new(Call {
        name: spanned(name),
        args: Some(ArgList { args, range: TextRange::default(), closed: true }),
        range: TextRange::default(),
        plans: Plans::default(),
    })))
}

pub(super) fn spanned(text: &str) -> Spanned<SmolStr> {
    Spanned { value: text.into(), range: TextRange::default() }
}

pub(super) fn key(name: &str, value: Expr) -> KeyValue {
    KeyValue { key: spanned(name), value: Some(value), range: TextRange::default() }
}

/// A text that grows, and the places of what is written into it.
#[derive(Default)]
struct Writer {
    text: String,
}

impl Writer {
    fn here(&self) -> TextSize {
        TextSize::of(self.text.as_str())
    }

    fn put(&mut self, text: &str) -> TextRange {
        let start = self.here();
        self.text.push_str(text);
        TextRange::new(start, self.here())
    }

    fn list(&mut self, open: &str, elements: &mut [Expr], close: &str) {
        self.put(open);
        for (at, element) in elements.iter_mut().enumerate() {
            if at > 0 {
                self.put(", ");
            }
            self.expr(element);
        }
        self.put(close);
    }

    fn expr(&mut self, expr: &mut Expr) {
        let start = self.here();
        match &mut expr.kind {
            ExprKind::Int(value) => drop(self.put(&value.to_string())),
            ExprKind::Float(value) => drop(self.put(&format!("{value:?}"))),
            ExprKind::Str(text) => drop(self.put(&format!("\"{text}\""))),
            ExprKind::Name(text) => drop(self.put(text)),
            ExprKind::Bool(flag) => drop(self.put(&flag.to_string())),
            ExprKind::Tuple(elements) => self.list("(", elements, ")"),
            ExprKind::List(elements) => self.list("[", elements, "]"),
            ExprKind::Neg(inner) => {
                self.put("-");
                self.expr(inner);
            }
            ExprKind::Call(call) => self.call(call),
            ExprKind::Hpo(hpo) => {
                let start = self.here();
                self.hpo(&mut hpo.kind);
                hpo.range = TextRange::new(start, self.here());
            }
            _ => drop(self.put("?")),
        }
        expr.range = TextRange::new(start, self.here());
    }

    fn call(&mut self, call: &mut Call) {
        call.name.range = self.put(&call.name.value);
        let start = self.put("(").start();
        for (at, arg) in call.args.iter_mut().flat_map(|args| &mut args.args).enumerate() {
            if at > 0 {
                self.put(", ");
            }
            let start = self.here();
            if let Some(name) = &mut arg.name {
                name.range = self.put(&name.value);
                self.put("=");
            }
            self.expr(&mut arg.value);
            arg.range = TextRange::new(start, self.here());
        }
        self.put(")");
        if let Some(args) = &mut call.args {
            args.range = TextRange::new(start, self.here());
        }
        call.range = TextRange::new(call.name.range.start(), self.here());
    }

    fn hpo(&mut self, kind: &mut HpoKind) {
        match kind {
            HpoKind::Choice(values) => self.list("HPO(choice(", values, "))"),
            HpoKind::Range { low, high, step } => {
                self.bounds("HPO(range(", [low, high, step]);
            }
            HpoKind::LogRange { low, high } => {
                self.bounds("HPO(log_range(", [low, high, &mut None]);
            }
            HpoKind::Malformed => drop(self.put("HPO()")),
        }
    }

    fn bounds(&mut self, open: &str, bounds: [&mut Option<Expr>; 3]) {
        self.put(open);
        for (at, bound) in bounds.into_iter().enumerate() {
            if let Some(bound) = bound {
                self.put(["", ", ", ", step="][at]);
                self.expr(bound);
            }
        }
        self.put("))");
    }

    fn keys(&mut self, keys: &mut [KeyValue]) {
        for pair in keys {
            self.put(" ");
            pair.key.range = self.put(&pair.key.value);
            self.put(": ");
            if let Some(value) = &mut pair.value {
                self.expr(value);
            }
            pair.range = TextRange::new(pair.key.range.start(), self.here());
        }
    }

    fn section(&mut self, keyword: &str, kind: &mut SectionKind) {
        self.put(keyword);
        match kind {
            SectionKind::Loss(Some(expr)) | SectionKind::Optimizer(Some(expr)) => {
                self.put(": ");
                self.expr(expr);
            }
            SectionKind::Metrics(metrics) => self.list(": [", metrics, "]"),
            SectionKind::Train(keys) | SectionKind::Execute(keys) => {
                self.put(" {");
                self.keys(keys);
                self.put(" }");
            }
            _ => {}
        }
    }
}

/// Checks an expression and compares the findings.
pub(super) fn check_expr(
    mut expr: Expr,
    check: impl Fn(&Expr, &mut Vec<Diagnostic>),
    expect: Expect,
) {
    let mut writer = Writer::default();
    writer.expr(&mut expr);
    let mut findings = Vec::new();
    check(&expr, &mut findings);
    expect.assert_eq(&show(&writer.text, findings));
}

/// Checks a section and compares the findings.
pub(super) fn check_section(
    keyword: &str,
    mut kind: SectionKind,
    check: impl Fn(&Section) -> Vec<Diagnostic>,
    expect: Expect,
) {
    let mut writer = Writer::default();
    writer.section(keyword, &mut kind);
    let range = TextRange::up_to(writer.here());
    let section = Section { kind, keyword: spanned(keyword), range };
    expect.assert_eq(&show(&writer.text, check(&section)));
}

/// Places key-value pairs of a research file and gives the text.
pub(super) fn place_keys(keys: &mut [KeyValue]) -> String {
    let mut writer = Writer::default();
    writer.keys(keys);
    writer.text
}

/// Findings as lines: severity, code, the piece of text, the message; help, related places, and what
/// the text is after each fix.
pub(super) fn show(text: &str, findings: Vec<Diagnostic>) -> String {
    let mut shown = String::new();
    for finding in findings {
        let Diagnostic { code, severity, place, message, help, related, fixes, .. } = finding;
        shown += &format!("{severity} {code} `{}`: {message}\n", &text[place]);
        if let Some(help) = help {
            shown += &format!("  help: {help}\n");
        }
        for related in related {
            shown += &format!("  see `{}`: {}\n", &text[related.place], related.message);
        }
        for fix in fixes {
            shown += &format!("  {}: {}\n", fix.title, apply_edits(text, &fix.edits));
        }
    }
    shown
}
