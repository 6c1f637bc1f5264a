//! The typed tree to the high-level form, piece by piece.
//!
//! A piece is a statement, a section, or the head of a network or a macro. Every range in the result
//! counts from the piece's first character, so a piece that has only moved lowers to an equal value.
//! Nothing is resolved here and nothing is reported: what could not be read has been reported by the
//! parser and becomes an error value.

use smol_str::SmolStr;

use super::hir;
use crate::syntax::ast::{self, AstNode};
use crate::syntax::{SyntaxKind, SyntaxNode, SyntaxToken, parse_value};
use crate::text::{TextRange, TextSize};

/// A statement, relative to its first character.
pub fn lower_stmt(stmt: &ast::Stmt) -> hir::Stmt {
    Lowering::of(stmt.syntax()).stmt(stmt)
}

/// A section, relative to the first character of its name.
pub fn lower_section(section: &ast::Section) -> hir::Section {
    Lowering::of(section.syntax()).section(section)
}

/// The head of a network, relative to its keyword.
pub fn lower_network_header(network: &ast::Network) -> hir::NetworkHeader {
    let lowering = Lowering::of(network.syntax());
    hir::NetworkHeader {
        name: network.name().map(|name| lowering.name(&name)),
        keyword: network
            .keyword()
            .map_or_else(TextRange::default, |keyword| lowering.range(keyword.text_range())),
    }
}

/// The head of a macro, relative to its keyword.
pub fn lower_macro_header(definition: &ast::MacroDef) -> hir::MacroHeader {
    let lowering = Lowering::of(definition.syntax());
    let start = definition.syntax().text_range().start();
    let end = (definition.param_list().map(|list| list.syntax().text_range().end()))
        .or_else(|| definition.name().map(|name| name.text_range().end()))
        .or_else(|| definition.keyword().map(|keyword| keyword.text_range().end()))
        .unwrap_or(start);
    let params = definition.params().filter_map(|param| {
        let name = lowering.name(&param.name()?);
        Some(hir::MacroParamDecl {
            name,
            default: param.default().map(|default| lowering.expr(&default)),
        })
    });
    hir::MacroHeader {
        name: definition.name().map(|name| lowering.name(&name)),
        params: params.collect(),
        range: lowering.range(TextRange::new(start, end)),
    }
}

/// A research form, relative to its keyword.
pub fn lower_research(research: &ast::Research) -> hir::Research {
    let lowering = Lowering::of(research.syntax());
    hir::Research {
        name: research.name().map(|name| lowering.name(&name)),
        metrics: research.metrics().filter_map(|entry| lowering.entry(&entry)).collect(),
        references: research.references().filter_map(|entry| lowering.entry(&entry)).collect(),
    }
}

/// How places of the tree become places of the piece.
#[derive(Clone, Copy)]
struct Lowering {
    /// Where the piece starts in the tree.
    origin: TextSize,
    /// Where the tree starts in the piece: not at 0 for the tree of a string's inside.
    offset: TextSize,
    /// Whether a string that holds a call is that call, as in `"Adam(learning_rate=0.1)"`.
    quoted_calls: bool,
}

impl Lowering {
    fn of(piece: &SyntaxNode) -> Lowering {
        Lowering {
            origin: piece.text_range().start(),
            offset: TextSize::new(0),
            quoted_calls: false,
        }
    }

    fn range(self, range: TextRange) -> TextRange {
        range - self.origin + self.offset
    }

    fn range_of(self, node: &impl AstNode) -> TextRange {
        self.range(node.syntax().text_range())
    }

    /// A name, without the quotes if it stands in quotes.
    fn name(self, token: &SyntaxToken) -> hir::Spanned<SmolStr> {
        let mut range = self.range(token.text_range());
        if token.kind() == SyntaxKind::STRING {
            range =
                TextRange::new(range.start() + TextSize::new(1), range.end() - TextSize::new(1));
        }
        hir::Spanned { value: unquoted(token), range }
    }

    fn stmt(self, stmt: &ast::Stmt) -> hir::Stmt {
        let kind = match stmt {
            ast::Stmt::Layer(layer) => match (layer.call(), layer.choice()) {
                (Some(call), _) => self.call(&call).map(hir::StmtKind::Call),
                (None, Some(choice)) => Some(hir::StmtKind::Choice(self.hpo(&choice))),
                (None, None) => None,
            },
            ast::Stmt::Branch(branch) => branch.name().zip(branch.block()).map(|(name, block)| {
                hir::StmtKind::Branch(hir::Branch {
                    name: self.name(&name),
                    block: self.block(&block),
                })
            }),
        };
        let block = match stmt {
            ast::Stmt::Layer(_) => stmt.block().map(|block| self.block(&block)),
            ast::Stmt::Branch(_) => None,
        };
        hir::Stmt {
            kind: kind.unwrap_or(hir::StmtKind::Error),
            repeats: stmt.repeats().filter_map(|repeat| self.repeat(&repeat)).collect(),
            device: stmt.device().and_then(|device| self.device(&device)),
            block,
            range: self.range_of(stmt),
        }
    }

    fn block(self, block: &ast::Block) -> hir::Block {
        hir::Block {
            stmts: block.statements().map(|stmt| self.stmt(&stmt)).collect(),
            range: self.range_of(block),
        }
    }

    fn repeat(self, repeat: &ast::Repeat) -> Option<hir::Spanned<hir::Expr>> {
        Some(hir::Spanned { value: self.expr(&repeat.count()?), range: self.range_of(repeat) })
    }

    /// The device; its range is that of the string, with the quotes.
    fn device(self, device: &ast::Device) -> Option<hir::Spanned<SmolStr>> {
        let name = device.name()?;
        Some(hir::Spanned { value: unquoted(&name), range: self.range(name.text_range()) })
    }

    fn call(self, call: &ast::CallExpr) -> Option<hir::Call> {
        Some(hir::Call {
            name: self.name(&call.name()?),
            args: call.arg_list().map(|list| self.arg_list(&list)),
            range: self.range_of(call),
        })
    }

    fn arg_list(self, list: &ast::ArgList) -> hir::ArgList {
        hir::ArgList {
            args: list.args().map(|arg| self.arg(&arg)).collect(),
            range: self.range_of(list),
            closed: list.r_paren().is_some(),
        }
    }

    fn arg(self, arg: &ast::Arg) -> hir::Arg {
        let range = self.range_of(arg);
        hir::Arg {
            name: arg.name().map(|name| self.name(&name)),
            value: match arg.value() {
                Some(value) => self.expr(&value),
                None => {
                    hir::Expr { kind: hir::ExprKind::Error, range: TextRange::empty(range.end()) }
                }
            },
            range,
        }
    }

    fn expr(self, expr: &ast::Expr) -> hir::Expr {
        hir::Expr { kind: self.expr_kind(expr), range: self.range_of(expr) }
    }

    fn expr_kind(self, expr: &ast::Expr) -> hir::ExprKind {
        let kind = match expr {
            ast::Expr::Literal(literal) => Some(self.literal(literal)),
            ast::Expr::NameRef(name) => {
                name.name().map(|name| hir::ExprKind::Name(name.text().into()))
            }
            ast::Expr::MacroParam(param) => {
                param.name().map(|name| hir::ExprKind::MacroParam(name.text().into()))
            }
            ast::Expr::Tuple(tuple) => Some(hir::ExprKind::Tuple(self.exprs(tuple.elements()))),
            ast::Expr::List(list) => Some(hir::ExprKind::List(self.exprs(list.elements()))),
            ast::Expr::Paren(paren) => paren.inner().map(|inner| self.expr_kind(&inner)),
            ast::Expr::Call(call) => {
                self.call(call).map(|call| hir::ExprKind::Call(Box::new(call)))
            }
            ast::Expr::Hpo(hpo) => Some(hir::ExprKind::Hpo(Box::new(self.hpo(hpo)))),
            ast::Expr::Prefix(prefix) => {
                prefix.operand().map(|operand| match prefix.is_negative() {
                    true => hir::ExprKind::Neg(Box::new(self.expr(&operand))),
                    false => self.expr_kind(&operand),
                })
            }
            ast::Expr::Chain(chain) => chain.first().map(|first| self.chain(&first, chain)),
        };
        kind.unwrap_or(hir::ExprKind::Error)
    }

    fn exprs(self, exprs: impl Iterator<Item = ast::Expr>) -> Vec<hir::Expr> {
        exprs.map(|expr| self.expr(&expr)).collect()
    }

    fn chain(self, first: &ast::Expr, chain: &ast::ChainExpr) -> hir::ExprKind {
        let end = TextRange::empty(self.range_of(chain).end());
        let rest = chain.rest().into_iter().map(|(operator, operand)| {
            let operator = match operator {
                ast::BinaryOp::Add => hir::BinaryOp::Add,
                ast::BinaryOp::Sub => hir::BinaryOp::Sub,
                ast::BinaryOp::Mul => hir::BinaryOp::Mul,
                ast::BinaryOp::Div => hir::BinaryOp::Div,
            };
            let missing = hir::Expr { kind: hir::ExprKind::Error, range: end };
            (operator, operand.map_or(missing, |operand| self.expr(&operand)))
        });
        hir::ExprKind::Chain(Box::new(self.expr(first)), rest.collect())
    }

    fn literal(self, literal: &ast::Literal) -> hir::ExprKind {
        let Some(token) = literal.token() else { return hir::ExprKind::Error };
        match literal.kind() {
            ast::LiteralKind::Int => {
                token.text().parse().map_or(hir::ExprKind::HugeInt, hir::ExprKind::Int)
            }
            ast::LiteralKind::Float => {
                token.text().parse().map_or(hir::ExprKind::Error, hir::ExprKind::Float)
            }
            ast::LiteralKind::String => match self.quoted_call(&token) {
                Some(call) => hir::ExprKind::Call(Box::new(call)),
                None => hir::ExprKind::Str(unquoted(&token)),
            },
            ast::LiteralKind::True => hir::ExprKind::Bool(true),
            ast::LiteralKind::False => hir::ExprKind::Bool(false),
            ast::LiteralKind::None => hir::ExprKind::None,
            ast::LiteralKind::Error => hir::ExprKind::Error,
        }
    }

    /// The call that a string holds, with places that point into the string.
    fn quoted_call(self, token: &SyntaxToken) -> Option<hir::Call> {
        let inside = &token.text()[1..token.text().len() - 1];
        if !self.quoted_calls || !inside.trim_end().ends_with(')') {
            return None;
        }
        let parse = parse_value(inside);
        let root = parse.syntax();
        let only = root.children().count() == 1 && parse.diagnostics().is_empty();
        let call = root.first_child().filter(|_| only).and_then(ast::CallExpr::cast)?;
        let offset = self.range(token.text_range()).start() + TextSize::new(1);
        Lowering { origin: TextSize::new(0), offset, quoted_calls: false }.call(&call)
    }

    fn hpo(self, hpo: &ast::HpoExpr) -> hir::Hpo {
        let args: Vec<ast::Arg> = hpo.arg_list().into_iter().flat_map(|list| list.args()).collect();
        let kind = match hpo.form() {
            _ if args.is_empty() => hir::HpoKind::Malformed,
            ast::HpoForm::Choice => {
                hir::HpoKind::Choice(args.iter().map(|arg| self.arg(arg).value).collect())
            }
            ast::HpoForm::Range => hir::HpoKind::Range {
                low: self.bound(&args, 0, &["low", "min", "start"]),
                high: self.bound(&args, 1, &["high", "max", "stop", "end"]),
                step: self.bound(&args, 2, &["step"]),
            },
            ast::HpoForm::LogRange => hir::HpoKind::LogRange {
                low: self.bound(&args, 0, &["low", "min", "start"]),
                high: self.bound(&args, 1, &["high", "max", "stop", "end"]),
            },
            ast::HpoForm::Unknown => hir::HpoKind::Malformed,
        };
        hir::Hpo { kind, range: self.range_of(hpo) }
    }

    /// A bound by one of its names, or else by its position.
    fn bound(self, args: &[ast::Arg], position: usize, names: &[&str]) -> Option<hir::Expr> {
        let named =
            args.iter().find(|arg| arg.name().is_some_and(|name| names.contains(&name.text())));
        let positional = args.iter().filter(|arg| arg.name().is_none()).nth(position);
        named.or(positional).map(|arg| self.arg(arg).value)
    }

    fn section(self, section: &ast::Section) -> hir::Section {
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

    fn entry(self, entry: &ast::KeyValue) -> Option<hir::KeyValue> {
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

/// The text of a token, without its quotes if it is a string.
fn unquoted(token: &SyntaxToken) -> SmolStr {
    match token.kind() {
        SyntaxKind::STRING => token.text()[1..token.text().len() - 1].into(),
        SyntaxKind::OPEN_STRING => token.text()[1..].into(),
        SyntaxKind::CURLY_STRING => {
            token.text().trim_matches(['“', '”', '‘', '’', '"', '\'']).into()
        }
        _ => token.text().into(),
    }
}
