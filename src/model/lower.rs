//! The tree to the high-level form, piece by piece.
//!
//! A piece is a statement, a section, or the head of a network or a macro. Every range in the result
//! counts from the piece's first character, so a piece that has only moved lowers to an equal value.
//! Nothing is resolved here and nothing is reported: what could not be read has been reported by the
//! parser and becomes an error value.
//!
//! Every statement of a file passes through here when it is opened, so the tree is walked without
//! rowan's nodes, and what a list has is counted before there is room made for it.

mod sections;
mod values;

use smol_str::SmolStr;

use self::values::value;
use super::hir;
use crate::syntax::ast::{self, AstNode};
use crate::syntax::green::{Node, Token};
use crate::syntax::{GreenNodeData, SyntaxKind};
use crate::text::{TextRange, TextSize};

/// A statement, relative to its first character.
pub fn lower_stmt(stmt: &GreenNodeData) -> hir::Stmt {
    VALUES.stmt(Node::new(stmt, TextSize::new(0)))
}

/// A section, relative to the first character of its name.
pub fn lower_section(section: &ast::Section) -> hir::Section {
    let green = section.syntax().green();
    VALUES.section(Node::new(&green, TextSize::new(0)))
}

/// The head of a network, relative to its keyword.
pub fn lower_network_header(network: &ast::Network) -> hir::NetworkHeader {
    let green = network.syntax().green();
    let mut words = words(Node::new(&green, TextSize::new(0)));
    let keyword = words.next().map_or_else(TextRange::default, Token::range);
    hir::NetworkHeader { name: words.next().map(name), keyword }
}

/// The head of a macro, relative to its keyword.
pub fn lower_macro_header(definition: &ast::MacroDef) -> hir::MacroHeader {
    let green = definition.syntax().green();
    let node = Node::new(&green, TextSize::new(0));
    let list = node.child(SyntaxKind::PARAM_LIST);
    let mut words = words(node);
    let (keyword, called) = (words.next(), words.next());
    let end = (list.map(|list| list.range().end()))
        .or_else(|| called.or(keyword).map(|word| word.range().end()))
        .unwrap_or_default();
    let params = list.into_iter().flat_map(|list| list.children_of(SyntaxKind::PARAM));
    let params = params.filter_map(|param| {
        Some(hir::MacroParamDecl {
            name: name(param.token(SyntaxKind::IDENT)?),
            default: value(param).map(|default| VALUES.expr(default)),
        })
    });
    hir::MacroHeader {
        name: called.map(name),
        params: params.collect(),
        range: TextRange::up_to(end),
    }
}

/// A research form, relative to its keyword.
pub fn lower_research(research: &ast::Research) -> hir::Research {
    let green = research.syntax().green();
    let node = Node::new(&green, TextSize::new(0));
    let entries = |kind| node.children_of(kind).flat_map(|block| VALUES.entries(block)).collect();
    hir::Research {
        name: words(node).nth(1).map(name),
        metrics: entries(SyntaxKind::METRICS_SECTION),
        references: entries(SyntaxKind::REFERENCES_SECTION),
    }
}

/// How values are read.
#[derive(Clone, Copy)]
struct Lowering {
    /// Whether a string that holds a call is that call, as in `"Adam(learning_rate=0.1)"`.
    quoted_calls: bool,
}

const VALUES: Lowering = Lowering { quoted_calls: false };

/// The names and keywords that are children of a node.
fn words(node: Node<'_>) -> impl Iterator<Item = Token<'_>> {
    node.tokens().filter(|token| token.kind() == SyntaxKind::IDENT)
}

/// The elements of an iterator that can be walked twice, without room for more.
fn exactly<T>(items: impl Iterator<Item = T>, count: usize) -> Vec<T> {
    let mut all = Vec::with_capacity(count);
    all.extend(items);
    all
}

/// A name, without the quotes if it stands in quotes.
fn name(token: Token<'_>) -> hir::Spanned<SmolStr> {
    let mut range = token.range();
    if token.kind() == SyntaxKind::STRING {
        range = TextRange::new(range.start() + TextSize::new(1), range.end() - TextSize::new(1));
    }
    hir::Spanned { value: unquoted(token), range }
}

/// The device; its range is that of the string, with the quotes.
fn device(node: Node<'_>) -> Option<hir::Spanned<SmolStr>> {
    let name =
        node.tokens().find(|token| !token.kind().is_trivia() && token.kind() != SyntaxKind::AT)?;
    Some(hir::Spanned { value: unquoted(name), range: name.range() })
}

impl Lowering {
    fn stmt(self, node: Node<'_>) -> hir::Stmt {
        let block = node.child(SyntaxKind::BLOCK).map(|block| self.block(block));
        let (kind, block) = match node.kind() {
            SyntaxKind::BRANCH_STMT => {
                let branch = words(node).next().zip(block);
                let branch = branch.map(|(word, block)| hir::Branch { name: name(word), block });
                (branch.map(hir::StmtKind::Branch), None)
            }
            _ => (self.stmt_kind(node), block),
        };
        let repeats = || node.children_of(SyntaxKind::REPEAT);
        hir::Stmt {
            kind: kind.unwrap_or(hir::StmtKind::Error),
            repeats: exactly(repeats().filter_map(|repeat| self.repeat(repeat)), repeats().count()),
            device: node.child(SyntaxKind::DEVICE).and_then(device),
            block,
            broken: false,
            range: node.range(),
        }
    }

    /// What a layer is: a call, or else a choice of layers.
    fn stmt_kind(self, node: Node<'_>) -> Option<hir::StmtKind> {
        match node.child(SyntaxKind::CALL_EXPR) {
            Some(call) => self.call(call).map(hir::StmtKind::Call),
            None => {
                let choice = node.child(SyntaxKind::HPO_EXPR)?;
                Some(hir::StmtKind::Choice(Box::new(self.hpo(choice))))
            }
        }
    }

    fn block(self, block: Node<'_>) -> hir::Block {
        let is_stmt = |node: &Node<'_>| {
            matches!(node.kind(), SyntaxKind::LAYER_STMT | SyntaxKind::BRANCH_STMT)
        };
        let stmts = || block.children().filter(is_stmt);
        hir::Block {
            stmts: exactly(stmts().map(|stmt| self.stmt(stmt)), stmts().count()),
            range: block.range(),
        }
    }

    fn repeat(self, repeat: Node<'_>) -> Option<hir::Spanned<hir::Expr>> {
        Some(hir::Spanned { value: self.expr(value(repeat)?), range: repeat.range() })
    }

    fn call(self, call: Node<'_>) -> Option<hir::Call> {
        let quoted = || call.child(SyntaxKind::LITERAL)?.first_token();
        Some(hir::Call {
            name: name(words(call).next().or_else(quoted)?),
            args: call.child(SyntaxKind::ARG_LIST).map(|list| self.arg_list(list)),
            range: call.range(),
            plans: hir::Plans::default(),
        })
    }

    fn arg_list(self, list: Node<'_>) -> hir::ArgList {
        let args = || list.children_of(SyntaxKind::ARG);
        hir::ArgList {
            args: exactly(args().map(|arg| self.arg(arg)), args().count()),
            range: list.range(),
            closed: list.token(SyntaxKind::R_PAREN).is_some(),
        }
    }

    fn arg(self, arg: Node<'_>) -> hir::Arg {
        let range = arg.range();
        let missing =
            || hir::Expr { kind: hir::ExprKind::Error, range: TextRange::empty(range.end()) };
        hir::Arg {
            name: words(arg).next().map(name),
            value: value(arg).map_or_else(missing, |value| self.expr(value)),
            range,
        }
    }
}

/// The text of a token, without its quotes if it is a string.
fn unquoted(token: Token<'_>) -> SmolStr {
    match token.kind() {
        SyntaxKind::STRING => token.text()[1..token.text().len() - 1].into(),
        SyntaxKind::OPEN_STRING => token.text()[1..].into(),
        SyntaxKind::CURLY_STRING => {
            token.text().trim_matches(['“', '”', '‘', '’', '"', '\'']).into()
        }
        _ => token.text().into(),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use expect_test::{Expect, expect};

    use super::*;
    use crate::syntax::parse;

    /// The lowered statements of a list of layers, as text. `[a..b]` are places.
    fn check_layers(layers: &str, expect: Expect) {
        let file = parse(&format!("network N {{ layers:\n{layers}\n}}")).file();
        let mut dump = String::new();
        let stmts = file.networks().flat_map(|network| network.statements());
        stmts.for_each(|stmt| show_stmt(&mut dump, &lower_stmt(&stmt.syntax().green()), 0));
        expect.assert_eq(&dump);
    }

    /// The lowered sections of a network, as text.
    fn check_sections(sections: &str, expect: Expect) {
        let file = parse(&format!("network N {{\n{sections}\n}}")).file();
        let mut dump = String::new();
        let sections = file.networks().flat_map(|network| network.sections());
        sections.for_each(|section| show_section(&mut dump, &lower_section(&section)));
        expect.assert_eq(&dump);
    }

    fn at(range: TextRange) -> String {
        format!("[{range:?}]")
    }

    fn show_stmt(out: &mut String, stmt: &hir::Stmt, depth: usize) {
        let indent = "  ".repeat(depth);
        let _ = write!(out, "{indent}{} ", at(stmt.range));
        let inner = match &stmt.kind {
            hir::StmtKind::Branch(branch) => {
                let _ = write!(out, "branch {}{}", branch.name.value, at(branch.name.range));
                Some(&branch.block)
            }
            kind => {
                out.push_str(&match kind {
                    hir::StmtKind::Call(call) => call_text(call),
                    hir::StmtKind::Choice(hpo) => hpo_text(hpo),
                    _ => "error".to_owned(),
                });
                stmt.block.as_ref()
            }
        };
        for repeat in &stmt.repeats {
            let _ = write!(out, " * {}{}", text(&repeat.value), at(repeat.range));
        }
        if let Some(device) = &stmt.device {
            let _ = write!(out, " @ {}{}", device.value, at(device.range));
        }
        out.push('\n');
        if let Some(block) = inner {
            let _ = writeln!(out, "{indent}  block {}", at(block.range));
            for stmt in &block.stmts {
                show_stmt(out, stmt, depth + 2);
            }
        }
    }

    fn show_section(out: &mut String, section: &hir::Section) {
        let _ = write!(
            out,
            "{} {}{}",
            at(section.range),
            section.keyword.value,
            at(section.keyword.range)
        );
        match &section.kind {
            hir::SectionKind::Input(inputs) => {
                for input in inputs {
                    let name = input.name.as_ref().map(|name| name.value.as_str());
                    let _ = write!(out, " {name:?} {}{}", list(&input.dims), at(input.range));
                }
            }
            hir::SectionKind::Loss(value) | hir::SectionKind::Optimizer(value) => {
                let _ = write!(out, " {}", value.as_ref().map(text).unwrap_or_default());
            }
            hir::SectionKind::Metrics(metrics) => {
                let _ = write!(out, " {}", list(metrics));
            }
            hir::SectionKind::Train(entries) | hir::SectionKind::Execute(entries) => {
                for entry in entries {
                    let value = entry.value.as_ref().map(text).unwrap_or_default();
                    let _ = write!(out, " {}{}={value}", entry.key.value, at(entry.range));
                }
            }
            hir::SectionKind::Unknown => *out += " unknown",
        }
        out.push('\n');
    }

    fn call_text(call: &hir::Call) -> String {
        let name = format!("{}{}", call.name.value, at(call.name.range));
        let Some(list) = &call.args else { return name };
        let args: Vec<String> = list
            .args
            .iter()
            .map(|arg| match &arg.name {
                Some(name) => format!("{}={}", name.value, text(&arg.value)),
                None => text(&arg.value),
            })
            .collect();
        format!("{name}({}{}", args.join(", "), if list.closed { ")" } else { "" })
    }

    fn hpo_text(hpo: &hir::Hpo) -> String {
        let bound = |bound: &Option<hir::Expr>| bound.as_ref().map(text).unwrap_or("?".into());
        match &hpo.kind {
            hir::HpoKind::Choice(values) => format!("choice{}", list(values)),
            hir::HpoKind::Range { low, high, step } => {
                format!("range({}, {}, {})", bound(low), bound(high), bound(step))
            }
            hir::HpoKind::LogRange { low, high } => {
                format!("log_range({}, {})", bound(low), bound(high))
            }
            hir::HpoKind::Malformed => "malformed".into(),
        }
    }

    fn list(exprs: &[hir::Expr]) -> String {
        format!("[{}]", exprs.iter().map(text).collect::<Vec<_>>().join(", "))
    }

    fn text(expr: &hir::Expr) -> String {
        match &expr.kind {
            hir::ExprKind::Tuple(items) => format!("tuple{}", list(items)),
            hir::ExprKind::List(items) => format!("list{}", list(items)),
            hir::ExprKind::Call(call) => call_text(call),
            hir::ExprKind::Hpo(hpo) => hpo_text(hpo),
            hir::ExprKind::Neg(inner) => format!("-({})", text(inner)),
            hir::ExprKind::Chain(first, rest) => {
                let rest: Vec<String> = rest
                    .iter()
                    .map(|(operator, operand)| format!("{operator:?} {}", text(operand)))
                    .collect();
                format!("({} {})", text(first), rest.join(" "))
            }
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn values() {
        check_layers(
            "A(1, 5., .5, 1e-4, 99999999999999999999, \"s\", 's', TRUE, False, none, relu, $n)",
            expect![[r#"
                [0..79] A[0..1](Int(1), Float(5.0), Float(0.5), Float(0.0001), HugeInt, Str("s"), Str("s"), Bool(true), Bool(false), None, Name("relu"), MacroParam("n"))
            "#]],
        );
        check_layers(
            "A((3), (3,), (), [1, (2, 3)], -1, +2, 1 + 2 * n - $m, x=B(C))",
            expect![[r#"
                [0..61] A[0..1](Int(3), tuple[Int(3)], tuple[], list[Int(1), tuple[Int(2), Int(3)]], -(Int(1)), Int(2), (Int(1) Add (Int(2) Mul Name("n")) Sub MacroParam("m")), x=B[56..57](Name("C")))
            "#]],
        );
    }

    #[test]
    fn statements() {
        check_layers(
            "Flatten\n  Dense(64) * 2 * (n) @ \"cpu\" { Dropout(0.5) }\na: { A } @ 'gpu'\n...\nA(b=,",
            expect![[r#"
                [0..7] Flatten[0..7]
                [0..44] Dense[0..5](Int(64)) * Int(2)[10..13] * Name("n")[14..19] @ cpu[22..27]
                  block [28..44]
                    [30..42] Dropout[30..37](Float(0.5))
                [0..16] branch a[0..1] @ gpu[11..16]
                  block [3..8]
                    [5..6] A[5..6]
                [0..3] error
                [0..5] A[0..1](b=Error
            "#]],
        );
    }

    #[test]
    fn a_statement_that_has_moved_lowers_to_an_equal_value() {
        let lowered = |text: &str| -> Vec<hir::Stmt> {
            let file = parse(text).file();
            file.networks()
                .flat_map(|it| it.statements())
                .map(|it| lower_stmt(&it.syntax().green()))
                .collect()
        };
        let here = lowered("network N { layers: Dense(10, \"relu\") { A } }");
        let there = lowered("# a\nnetwork N { layers:\n\n Dense(10, \"relu\") { A } # b\n}");
        assert_eq!(here, there);
    }

    #[test]
    fn hyperparameters() {
        check_layers(
            "A(HPO(choice(1, (2, 3))), choice(4), HPO(categorical(5)), HPO(6))
A(HPO(range(1, 2, step=3)), HPO(range(high=2, low=1)), HPO(range(1, 9, 2)), range(1))
A(HPO(log_range(min=1, max=2)), HPO(log_range(1, high=2)), HPO(), HPO(uniform(1)), \"HPO(choice(1))\")
A(hpo(categorical: [1, 2]), hpo(range: [1, 2, step=3]))
HPO(choice(Dense(64), Dropout(0.5))) * 2",
            expect![[r#"
                [0..65] A[0..1](choice[Int(1), tuple[Int(2), Int(3)]], choice[Int(4)], choice[Int(5)], choice[Int(6)])
                [0..85] A[0..1](range(Int(1), Int(2), Int(3)), range(Int(1), Int(2), ?), range(Int(1), Int(9), Int(2)), range(Int(1), ?, ?))
                [0..100] A[0..1](log_range(Int(1), Int(2)), log_range(Int(1), Int(2)), choice[], malformed, Str("HPO(choice(1))"))
                [0..55] A[0..1](choice[Int(1), Int(2)], range(Int(1), Int(2), Int(3)))
                [0..40] choice[Dense[11..16](Int(64)), Dropout[22..29](Float(0.5))] * Int(2)[37..40]
            "#]],
        );
    }

    #[test]
    fn sections() {
        check_sections(
            "input: (None, T, 3), (10), 784
loss: \"huber\"(delta=2.0)
metrics: [\"accuracy\", auc]
train { epochs: 5 batch_size: 16, 32 patience: }
execution { device: \"cpu\" }
foo: 5",
            expect![[r#"
                [0..30] input[0..5] None [None, Name("T"), Int(3)][7..19] None [Int(10)][21..25] None [Int(784)][27..30]
                [0..24] loss[0..4] huber[7..12](delta=Float(2.0))
                [0..26] metrics[0..7] [Str("accuracy"), Name("auc")]
                [0..48] train[0..5] epochs[8..17]=Int(5) batch_size[18..36]=list[Int(16), Int(32)] patience[37..46]=
                [0..27] execution[0..9] device[12..25]=Str("cpu")
                [0..6] foo[0..3] unknown
            "#]],
        );
        check_sections(
            "input: { a: shape(1, 2), b: [3] }
optimizer: \"Adam\" { learning_rate: 0.1 }
metrics: accuracy, auc
lost: mse",
            expect![[r#"
                [0..33] input[0..5] Some("a") [Int(1), Int(2)][17..23] Some("b") [Int(3)][28..31]
                [0..40] optimizer[0..9] Adam[12..16](learning_rate=Float(0.1)
                [0..22] metrics[0..7] [Name("accuracy"), Name("auc")]
                [0..9] lost[0..4] Name("mse")
            "#]],
        );
    }

    #[test]
    fn quoted_calls() {
        check_sections(
            "optimizer: \"Adam(learning_rate=0.1)\"
loss: 'huber(delta=2)'",
            expect![[r#"
                [0..36] optimizer[0..9] Adam[12..16](learning_rate=Float(0.1))
                [0..22] loss[0..4] huber[7..12](delta=Int(2))
            "#]],
        );
        check_sections(
            "optimizer: SGD(learning_rate=\"ExponentialDecay(HPO(choice(0.1)), 1000)\")
loss: \"no call (\"",
            expect![[r#"
                [0..72] optimizer[0..9] SGD[11..14](learning_rate=ExponentialDecay[30..46](choice[Float(0.1)], Int(1000)))
                [0..17] loss[0..4] Str("no call (")
            "#]],
        );
        check_sections(
            "optimizer: \"HPO(choice(1))\" loss: \"f(1) g(2)\"",
            expect![[r#"
            [0..27] optimizer[0..9] Str("HPO(choice(1))")
            [0..17] loss[0..4] Str("f(1) g(2)")
        "#]],
        );
        let text = "network N { optimizer: \"Adam(0.1)\" }";
        for section in parse(text).file().networks().flat_map(|it| it.sections()) {
            let start = section.syntax().text_range().start();
            let hir::SectionKind::Optimizer(Some(optimizer)) = lower_section(&section).kind else {
                continue;
            };
            let hir::ExprKind::Call(call) = optimizer.kind else { panic!("{optimizer:?}") };
            assert_eq!(&text[call.name.range + start], "Adam");
            assert_eq!(&text[call.range + start], "Adam(0.1)");
        }
    }

    #[test]
    fn heads() {
        let file =
            parse("network N { }\n define A(n, $m=2) { }\n research R { metrics { loss: 1 } }")
                .file();
        let networks: Vec<_> = file.networks().map(|it| lower_network_header(&it)).collect();
        expect![[
            r#"[NetworkHeader { name: Some(Spanned { value: "N", range: 8..9 }), keyword: 0..7 }]"#
        ]]
        .assert_eq(&format!("{networks:?}"));
        let macros: Vec<_> = file.macros().map(|it| lower_macro_header(&it)).collect();
        expect![[r#"[MacroHeader { name: Some(Spanned { value: "A", range: 7..8 }), params: [MacroParamDecl { name: Spanned { value: "n", range: 9..10 }, default: None }, MacroParamDecl { name: Spanned { value: "m", range: 13..14 }, default: Some(Expr { kind: Int(2), range: 15..16 }) }], range: 0..17 }]"#]].assert_eq(&format!("{macros:?}"));
        let research: Vec<_> = file.research().map(|it| lower_research(&it)).collect();
        expect![[r#"[Research { name: Some(Spanned { value: "R", range: 9..10 }), metrics: [KeyValue { key: Spanned { value: "loss", range: 23..27 }, value: Some(Expr { kind: Int(1), range: 29..30 }), range: 23..30 }], references: [] }]"#]].assert_eq(&format!("{research:?}"));
    }

    #[test]
    fn the_deepest_nesting_fits_the_stack() {
        for (open, close) in
            [("A(B(", "))"), ("A(HPO(choice(", ")))"), ("A((1, ", "))"), ("A(-", ")"), ("A {", "}")]
        {
            let text =
                format!("network N {{ layers: {}1{} }}", open.repeat(300), close.repeat(300));
            for stmt in parse(&text).file().networks().flat_map(|it| it.statements()) {
                lower_stmt(&stmt.syntax().green());
            }
        }
    }
}
