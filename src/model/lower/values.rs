//! Values to the high-level form: numbers and strings, tuples, calls, hyperparameters, arithmetic.

use rowan::NodeOrToken;

use super::{Lowering, VALUES, exactly, unquoted, words};
use crate::model::hir;
use crate::syntax::green::{Node, Token};
use crate::syntax::{SyntaxKind, parse_value};
use crate::text::{TextRange, TextSize};

/// The values that are children of a node.
pub(super) fn values(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    node.children().filter(|child| is_value(child.kind()))
}

/// The first of them.
pub(super) fn value(node: Node<'_>) -> Option<Node<'_>> {
    values(node).next()
}

fn is_value(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::LITERAL
            | SyntaxKind::NAME_REF
            | SyntaxKind::MACRO_PARAM
            | SyntaxKind::TUPLE
            | SyntaxKind::LIST
            | SyntaxKind::PAREN_EXPR
            | SyntaxKind::CALL_EXPR
            | SyntaxKind::HPO_EXPR
            | SyntaxKind::PREFIX_EXPR
            | SyntaxKind::CHAIN_EXPR
    )
}

impl Lowering {
    pub(super) fn expr(self, expr: Node<'_>) -> hir::Expr {
        hir::Expr { kind: self.expr_kind(expr), range: expr.range() }
    }

    fn expr_kind(self, expr: Node<'_>) -> hir::ExprKind {
        let word = || words(expr).next().map(|name| name.text().into());
        let kind = match expr.kind() {
            SyntaxKind::LITERAL => Some(self.literal(expr)),
            SyntaxKind::NAME_REF => word().map(hir::ExprKind::Name),
            SyntaxKind::MACRO_PARAM => word().map(hir::ExprKind::MacroParam),
            SyntaxKind::TUPLE => Some(hir::ExprKind::Tuple(self.values(expr))),
            SyntaxKind::LIST => Some(hir::ExprKind::List(self.values(expr))),
            SyntaxKind::PAREN_EXPR => value(expr).map(|inner| self.expr_kind(inner)),
            SyntaxKind::CALL_EXPR => {
                self.call(expr).map(|call| hir::ExprKind::Call(Box::new(call)))
            }
            SyntaxKind::HPO_EXPR => Some(hir::ExprKind::Hpo(Box::new(self.hpo(expr)))),
            SyntaxKind::PREFIX_EXPR => {
                value(expr).map(|operand| match expr.token(SyntaxKind::MINUS) {
                    Some(_) => hir::ExprKind::Neg(Box::new(self.expr(operand))),
                    None => self.expr_kind(operand),
                })
            }
            SyntaxKind::CHAIN_EXPR => self.chain(expr),
            _ => None,
        };
        kind.unwrap_or(hir::ExprKind::Error)
    }

    /// The values that are children of a node.
    pub(super) fn values(self, node: Node<'_>) -> Vec<hir::Expr> {
        exactly(values(node).map(|value| self.expr(value)), values(node).count())
    }

    fn chain(self, chain: Node<'_>) -> Option<hir::ExprKind> {
        let first = value(chain)?;
        let missing =
            hir::Expr { kind: hir::ExprKind::Error, range: TextRange::empty(chain.range().end()) };
        // An operator, and what stands behind it if that is there.
        let mut rest: Vec<(hir::BinaryOp, Option<hir::Expr>)> = Vec::new();
        for element in chain.elements() {
            match element {
                NodeOrToken::Token(token) => {
                    let operator = match token.kind() {
                        SyntaxKind::PLUS => hir::BinaryOp::Add,
                        SyntaxKind::MINUS => hir::BinaryOp::Sub,
                        SyntaxKind::STAR => hir::BinaryOp::Mul,
                        SyntaxKind::SLASH => hir::BinaryOp::Div,
                        _ => continue,
                    };
                    rest.push((operator, None));
                }
                NodeOrToken::Node(node) => {
                    if let Some((_, operand @ None)) = rest.last_mut()
                        && is_value(node.kind())
                    {
                        *operand = Some(self.expr(node));
                    }
                }
            }
        }
        let rest = rest.into_iter();
        let rest = rest.map(|(operator, operand)| (operator, operand.unwrap_or(missing.clone())));
        Some(hir::ExprKind::Chain(Box::new(self.expr(first)), rest.collect()))
    }

    fn literal(self, literal: Node<'_>) -> hir::ExprKind {
        let Some(token) = literal.first_token() else { return hir::ExprKind::Error };
        let text = token.text();
        match token.kind() {
            SyntaxKind::INT => text.parse().map_or(hir::ExprKind::HugeInt, hir::ExprKind::Int),
            SyntaxKind::FLOAT => text.parse().map_or(hir::ExprKind::Error, hir::ExprKind::Float),
            SyntaxKind::STRING => match self.quoted_call(token) {
                Some(call) => hir::ExprKind::Call(Box::new(call)),
                None => hir::ExprKind::Str(unquoted(token)),
            },
            SyntaxKind::IDENT if text.eq_ignore_ascii_case("true") => hir::ExprKind::Bool(true),
            SyntaxKind::IDENT if text.eq_ignore_ascii_case("false") => hir::ExprKind::Bool(false),
            SyntaxKind::IDENT => hir::ExprKind::None,
            _ => hir::ExprKind::Error,
        }
    }

    /// The call that a string holds, with places that point into the string.
    fn quoted_call(self, token: Token<'_>) -> Option<hir::Call> {
        if !self.quoted_calls {
            return None;
        }
        let inside = &token.text()[1..token.text().len() - 1];
        if !inside.trim_end().ends_with(')') {
            return None;
        }
        let parse = parse_value(inside);
        let root = Node::new(parse.green(), token.range().start() + TextSize::new(1));
        let mut children = root.children();
        let only = children.next().filter(|_| children.next().is_none());
        let call = only.filter(|call| call.kind() == SyntaxKind::CALL_EXPR)?;
        if parse.diagnostics().is_empty() { VALUES.call(call) } else { None }
    }

    pub(super) fn hpo(self, hpo: Node<'_>) -> hir::Hpo {
        let list = hpo.child(SyntaxKind::ARG_LIST);
        let args: Vec<Node<'_>> =
            list.into_iter().flat_map(|list| list.children_of(SyntaxKind::ARG)).collect();
        // Without the name of a form, `HPO(32, 64)`, it is read as a choice.
        let form = words(hpo).find(|word| !word.text().eq_ignore_ascii_case("hpo"));
        let kind = match form.map_or("choice", Token::text) {
            _ if list.is_none() => hir::HpoKind::Malformed,
            "choice" | "categorical" => hir::HpoKind::Choice(exactly(
                args.iter().map(|arg| self.arg(*arg).value),
                args.len(),
            )),
            "range" => hir::HpoKind::Range {
                low: self.bound(&args, 0, &["low", "min", "start"]),
                high: self.bound(&args, 1, &["high", "max", "stop", "end"]),
                step: self.bound(&args, 2, &["step"]),
            },
            "log_range" => hir::HpoKind::LogRange {
                low: self.bound(&args, 0, &["low", "min", "start"]),
                high: self.bound(&args, 1, &["high", "max", "stop", "end"]),
            },
            _ => hir::HpoKind::Malformed,
        };
        hir::Hpo { kind, range: hpo.range() }
    }

    /// A bound by one of its names, or else by its position.
    fn bound(self, args: &[Node<'_>], position: usize, names: &[&str]) -> Option<hir::Expr> {
        let has_name = |arg: &&Node<'_>| words(**arg).next().is_some();
        let is_bound = |name: Token<'_>| names.contains(&name.text());
        let named = args.iter().find(|arg| words(**arg).next().is_some_and(is_bound));
        let positional = args.iter().filter(|arg| !has_name(arg)).nth(position);
        named.or(positional).map(|arg| self.arg(*arg).value)
    }
}
