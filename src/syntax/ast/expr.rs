//! Typed nodes of values.

use super::{AstNode, ast_nodes, child, children, token, tokens};
use crate::syntax::kind::{SyntaxKind, SyntaxNode, SyntaxToken};

ast_nodes! {
    /// A number, a string, `true`, `false` or `None`.
    Literal = LITERAL;
    /// A bare name.
    NameRef = NAME_REF;
    /// `$name`
    MacroParam = MACRO_PARAM;
    /// `(a, b)`, `(a,)` or `()`
    Tuple = TUPLE;
    /// `[a, b]`
    List = LIST;
    /// `(a)`
    ParenExpr = PAREN_EXPR;
    /// `Dense(10)`, or the name alone where a layer stands.
    CallExpr = CALL_EXPR;
    /// `HPO(choice(…))`
    HpoExpr = HPO_EXPR;
    /// `-x`
    PrefixExpr = PREFIX_EXPR;
    /// `a + b - c`
    ChainExpr = CHAIN_EXPR;
    /// `( … )` after a name.
    ArgList = ARG_LIST;
    /// `units=64` or `64`
    Arg = ARG;
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Expr {
    /// A number, a string, `true`, `false` or `None`.
    Literal(Literal),
    /// A bare name.
    NameRef(NameRef),
    /// `$name`
    MacroParam(MacroParam),
    /// `(a, b)`
    Tuple(Tuple),
    /// `[a, b]`
    List(List),
    /// `(a)`
    Paren(ParenExpr),
    /// `Dense(10)`
    Call(CallExpr),
    /// `HPO(…)`
    Hpo(HpoExpr),
    /// `-x`
    Prefix(PrefixExpr),
    /// `a + b`
    Chain(ChainExpr),
}

impl AstNode for Expr {
    fn cast(node: SyntaxNode) -> Option<Self> {
        match node.kind() {
            SyntaxKind::LITERAL => Literal::cast(node).map(Expr::Literal),
            SyntaxKind::NAME_REF => NameRef::cast(node).map(Expr::NameRef),
            SyntaxKind::MACRO_PARAM => MacroParam::cast(node).map(Expr::MacroParam),
            SyntaxKind::TUPLE => Tuple::cast(node).map(Expr::Tuple),
            SyntaxKind::LIST => List::cast(node).map(Expr::List),
            SyntaxKind::PAREN_EXPR => ParenExpr::cast(node).map(Expr::Paren),
            SyntaxKind::CALL_EXPR => CallExpr::cast(node).map(Expr::Call),
            SyntaxKind::HPO_EXPR => HpoExpr::cast(node).map(Expr::Hpo),
            SyntaxKind::PREFIX_EXPR => PrefixExpr::cast(node).map(Expr::Prefix),
            SyntaxKind::CHAIN_EXPR => ChainExpr::cast(node).map(Expr::Chain),
            _ => None,
        }
    }

    fn syntax(&self) -> &SyntaxNode {
        match self {
            Expr::Literal(it) => it.syntax(),
            Expr::NameRef(it) => it.syntax(),
            Expr::MacroParam(it) => it.syntax(),
            Expr::Tuple(it) => it.syntax(),
            Expr::List(it) => it.syntax(),
            Expr::Paren(it) => it.syntax(),
            Expr::Call(it) => it.syntax(),
            Expr::Hpo(it) => it.syntax(),
            Expr::Prefix(it) => it.syntax(),
            Expr::Chain(it) => it.syntax(),
        }
    }
}

/// What a literal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LiteralKind {
    /// A whole number.
    Int,
    /// A number with a point or an exponent.
    Float,
    /// A string in quotes.
    String,
    /// `true`
    True,
    /// `false`
    False,
    /// `None`
    None,
    /// Something that could not be read and has been reported.
    Error,
}

impl Literal {
    /// The only token.
    pub fn token(&self) -> Option<SyntaxToken> {
        self.syntax().first_token()
    }

    /// What it is.
    pub fn kind(&self) -> LiteralKind {
        let Some(token) = self.token() else { return LiteralKind::Error };
        match token.kind() {
            SyntaxKind::INT => LiteralKind::Int,
            SyntaxKind::FLOAT => LiteralKind::Float,
            SyntaxKind::STRING => LiteralKind::String,
            SyntaxKind::IDENT => match token.text() {
                text if text.eq_ignore_ascii_case("true") => LiteralKind::True,
                text if text.eq_ignore_ascii_case("false") => LiteralKind::False,
                _ => LiteralKind::None,
            },
            _ => LiteralKind::Error,
        }
    }
}

impl NameRef {
    /// The name.
    pub fn name(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::IDENT)
    }
}

impl MacroParam {
    /// The name, without the `$`.
    pub fn name(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::IDENT)
    }
}

impl Tuple {
    /// The elements.
    pub fn elements(&self) -> impl Iterator<Item = Expr> + use<> {
        children(self.syntax())
    }
}

impl List {
    /// The elements.
    pub fn elements(&self) -> impl Iterator<Item = Expr> + use<> {
        children(self.syntax())
    }
}

impl ParenExpr {
    /// What stands inside.
    pub fn inner(&self) -> Option<Expr> {
        child(self.syntax())
    }
}

impl PrefixExpr {
    /// Whether the sign is `-`.
    pub fn is_negative(&self) -> bool {
        token(self.syntax(), SyntaxKind::MINUS).is_some()
    }

    /// What stands behind the sign.
    pub fn operand(&self) -> Option<Expr> {
        child(self.syntax())
    }
}

/// An operator between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
}

impl ChainExpr {
    /// The first operand.
    pub fn first(&self) -> Option<Expr> {
        child(self.syntax())
    }

    /// The operators, each with the operand behind it if it has one.
    pub fn rest(&self) -> Vec<(BinaryOp, Option<Expr>)> {
        let mut rest: Vec<(BinaryOp, Option<Expr>)> = Vec::new();
        for element in self.syntax().children_with_tokens() {
            let operator = match element.kind() {
                SyntaxKind::PLUS => BinaryOp::Add,
                SyntaxKind::MINUS => BinaryOp::Sub,
                SyntaxKind::STAR => BinaryOp::Mul,
                SyntaxKind::SLASH => BinaryOp::Div,
                _ => {
                    if let (Some((_, operand @ None)), Some(node)) =
                        (rest.last_mut(), element.into_node())
                    {
                        *operand = Expr::cast(node);
                    }
                    continue;
                }
            };
            rest.push((operator, None));
        }
        rest
    }
}

impl CallExpr {
    /// The name: a name, or a string in `"huber"(delta=2.0)`.
    pub fn name(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::IDENT).or_else(|| child::<Literal>(self.syntax())?.token())
    }

    /// `( … )`; none where the name stands alone.
    pub fn arg_list(&self) -> Option<ArgList> {
        child(self.syntax())
    }
}

impl ArgList {
    /// The arguments.
    pub fn args(&self) -> impl Iterator<Item = Arg> + use<> {
        children(self.syntax())
    }

    /// The opening bracket.
    pub fn l_paren(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::L_PAREN)
    }

    /// The closing bracket.
    pub fn r_paren(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::R_PAREN)
    }
}

impl Arg {
    /// `units` of `units=64`.
    pub fn name(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::IDENT)
    }

    /// The value; none where it is missing.
    pub fn value(&self) -> Option<Expr> {
        child(self.syntax())
    }
}

/// How a hyperparameter says what may be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HpoForm {
    /// `choice(…)`
    Choice,
    /// `range(…)`
    Range,
    /// `log_range(…)`
    LogRange,
    /// None of these.
    Unknown,
}

impl HpoExpr {
    /// The name of the form: `choice` of `HPO(choice(…))`.
    pub fn form_name(&self) -> Option<SyntaxToken> {
        tokens(self.syntax(), SyntaxKind::IDENT)
            .find(|token| !token.text().eq_ignore_ascii_case("hpo"))
    }

    /// The form. Without one, `HPO(32, 64)`, it is read as a choice.
    pub fn form(&self) -> HpoForm {
        match self.form_name().as_ref().map(SyntaxToken::text) {
            None | Some("choice" | "categorical") => HpoForm::Choice,
            Some("range") => HpoForm::Range,
            Some("log_range") => HpoForm::LogRange,
            Some(_) => HpoForm::Unknown,
        }
    }

    /// The values and bounds.
    pub fn arg_list(&self) -> Option<ArgList> {
        child(self.syntax())
    }
}
