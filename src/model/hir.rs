//! What a text says, without its white space: the high-level form that lowering makes of the tree.
//!
//! Each statement of a layers list, each section, each macro and each network header is lowered by
//! itself, and every range inside it is relative to where that piece starts. So a piece that was not
//! edited lowers to an equal value wherever it has moved to. Nothing is resolved here: names,
//! aliases, macro parameters and defaults are as the author wrote them.

use smol_str::SmolStr;

pub use super::eval::Plans;
use crate::text::TextRange;

/// A value and the place where it stands, relative to its piece.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Spanned<T> {
    /// What stands there.
    pub value: T,
    /// Where.
    pub range: TextRange,
}

/// A statement of a layers list, a block, a branch or a macro body.
#[derive(Debug, Clone, PartialEq)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// `* N`, one entry for each time it is written.
    pub repeats: Vec<Spanned<Expr>>,
    /// `@ "device"`.
    pub device: Option<Spanned<SmolStr>>,
    /// `{ … }` after a call. A branch keeps its block in [`Branch`].
    pub block: Option<Block>,
    /// Whether the parser has found an error in it (not in its block): what it says is a guess.
    pub broken: bool,
    /// The whole statement, without the white space around it.
    pub range: TextRange,
}

/// The kinds of statement.
#[derive(Debug, Clone, PartialEq)]
pub enum StmtKind {
    /// A layer or a macro: `Dense(10)`, `Flatten`.
    Call(Call),
    /// `name: { … }`.
    Branch(Branch),
    /// `HPO(choice(Dense(64), Dropout(0.5)))` in the place of a layer.
    Choice(Box<Hpo>),
    /// Something that the parser could not read and has reported.
    Error,
}

/// A name with or without arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The name as written.
    pub name: Spanned<SmolStr>,
    /// `None` where there are no parentheses.
    pub args: Option<ArgList>,
    /// Name and arguments.
    pub range: TextRange,
    /// What evaluation has made of it.
    pub plans: Plans,
}

/// `( … )` after a name.
#[derive(Debug, Clone, PartialEq)]
pub struct ArgList {
    /// The arguments in the order of the text.
    pub args: Vec<Arg>,
    /// With the parentheses.
    pub range: TextRange,
    /// Whether the closing parenthesis is there (a fix that adds an argument needs it).
    pub closed: bool,
}

/// One argument.
#[derive(Debug, Clone, PartialEq)]
pub struct Arg {
    /// `units` of `units=64`; `None` for a positional argument.
    pub name: Option<Spanned<SmolStr>>,
    /// The value.
    pub value: Expr,
    /// Name and value.
    pub range: TextRange,
}

/// `{ … }` with statements.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The statements in the order of the text.
    pub stmts: Vec<Stmt>,
    /// With the braces.
    pub range: TextRange,
}

/// `name: { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// The name as written.
    pub name: Spanned<SmolStr>,
    /// Its layers.
    pub block: Block,
}

/// An expression of an argument, a section or a macro default.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub range: TextRange,
}

/// The kinds of expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A whole number that fits 64 bits.
    Int(i64),
    /// A whole number that does not fit 64 bits.
    HugeInt,
    /// A number with a point or an exponent.
    Float(f64),
    /// A string, without its quotes.
    Str(SmolStr),
    /// `true` or `false`.
    Bool(bool),
    /// `None`.
    None,
    /// A bare name: a string in most places, a macro parameter inside its macro, a dimension.
    Name(SmolStr),
    /// `$name`; the text is without the `$`.
    MacroParam(SmolStr),
    /// `(a, b)`, `(a,)` and `()`. `(a)` is the expression inside.
    Tuple(Vec<Expr>),
    /// `[a, b]`.
    List(Vec<Expr>),
    /// A nested layer or a learning-rate schedule.
    Call(Box<Call>),
    /// A hyperparameter to search.
    Hpo(Box<Hpo>),
    /// `-x`.
    Neg(Box<Expr>),
    /// `a + b - c`: operators of one precedence, applied from left to right.
    Chain(Box<Expr>, Box<[(BinaryOp, Expr)]>),
    /// Something that the parser could not read and has reported.
    Error,
}

/// Arithmetic of macro bodies and repeat counts.
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

/// `HPO(choice(…))` and its kin.
#[derive(Debug, Clone, PartialEq)]
pub struct Hpo {
    /// Which values may be chosen.
    pub kind: HpoKind,
    /// The whole expression.
    pub range: TextRange,
}

/// The values of a hyperparameter.
#[derive(Debug, Clone, PartialEq)]
pub enum HpoKind {
    /// `choice(a, b, …)`; the alternatives may be layers (as [`ExprKind::Call`]).
    Choice(Vec<Expr>),
    /// `range(low, high, step=s)`.
    Range {
        /// The first value.
        low: Option<Expr>,
        /// The last value, inclusive for whole numbers.
        high: Option<Expr>,
        /// The distance of neighbouring values.
        step: Option<Expr>,
    },
    /// `log_range(low, high)`.
    LogRange {
        /// The first value.
        low: Option<Expr>,
        /// The last value.
        high: Option<Expr>,
    },
    /// Something that the parser could not read and has reported.
    Malformed,
}

/// A section of a network other than its layers list.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// What it says.
    pub kind: SectionKind,
    /// The keyword: `input`, `train`, or whatever the author wrote.
    pub keyword: Spanned<SmolStr>,
    /// The whole section.
    pub range: TextRange,
}

/// The kinds of section.
#[derive(Debug, Clone, PartialEq)]
pub enum SectionKind {
    /// `input: …`
    Input(Vec<InputDecl>),
    /// `loss: …`
    Loss(Option<Expr>),
    /// `optimizer: …`; `"Adam" { … }` is lowered as a call with the block's entries as arguments.
    Optimizer(Option<Expr>),
    /// `metrics: […]`
    Metrics(Vec<Expr>),
    /// `train { … }` and `training { … }`
    Train(Vec<KeyValue>),
    /// `execute { … }` and `execution { … }`
    Execute(Vec<KeyValue>),
    /// A section that the language does not have.
    Unknown,
}

/// One input of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct InputDecl {
    /// `image` of `{ image: (28, 28, 1) }`.
    pub name: Option<Spanned<SmolStr>>,
    /// The dimensions as written, with a leading batch dimension if the author wrote one. A bare
    /// integer and `(10)` are one dimension.
    pub dims: Vec<Expr>,
    /// The shape.
    pub range: TextRange,
}

/// `key: value` of a block section. A value with commas (`batch_size: 16, 32`) is a list.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyValue {
    /// The key as written.
    pub key: Spanned<SmolStr>,
    /// The value; `None` where it is missing and has been reported.
    pub value: Option<Expr>,
    /// Key and value.
    pub range: TextRange,
}

/// The head of a network: everything of it but its sections.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkHeader {
    /// The name; `None` where it is missing and has been reported.
    pub name: Option<Spanned<SmolStr>>,
    /// The `network` keyword.
    pub keyword: TextRange,
}

/// The head of a macro: everything of it but its body.
#[derive(Debug, Clone, PartialEq)]
pub struct MacroHeader {
    /// The name; `None` where it is missing and has been reported.
    pub name: Option<Spanned<SmolStr>>,
    /// The parameters in order.
    pub params: Vec<MacroParamDecl>,
    /// The `define` keyword to the end of the parameter list.
    pub range: TextRange,
}

/// A parameter of a macro.
#[derive(Debug, Clone, PartialEq)]
pub struct MacroParamDecl {
    /// The name, without a `$`.
    pub name: Spanned<SmolStr>,
    /// The value where a use gives none.
    pub default: Option<Expr>,
}

/// A `research` form: what is checked of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Research {
    /// The name, which may be missing.
    pub name: Option<Spanned<SmolStr>>,
    /// Entries of the `metrics` blocks.
    pub metrics: Vec<KeyValue>,
    /// Entries of the `references` blocks.
    pub references: Vec<KeyValue>,
}

impl Stmt {
    /// Marks the statement, and those inside it, that one of the ranges of `errors` stands in.
    pub fn mark_broken(&mut self, errors: &[TextRange]) {
        let block = match &self.kind {
            StmtKind::Branch(branch) => Some(branch.block.range),
            _ => self.block.as_ref().map(|block| block.range),
        };
        let inside = |error: &TextRange| {
            self.range.contains_range(*error)
                && !block.is_some_and(|block| block.contains_range(*error) && block != *error)
        };
        self.broken = errors.iter().any(inside);
        let branch = match &mut self.kind {
            StmtKind::Branch(branch) => Some(&mut branch.block),
            _ => None,
        };
        for stmt in branch.into_iter().chain(&mut self.block).flat_map(|block| &mut block.stmts) {
            stmt.mark_broken(errors);
        }
    }

    /// The devices of the statement and of those inside it. The parser bounds how deep they nest.
    pub fn devices(&self) -> Vec<&Spanned<SmolStr>> {
        let branch = match &self.kind {
            StmtKind::Branch(branch) => Some(&branch.block),
            _ => None,
        };
        let inside = branch.into_iter().chain(&self.block).flat_map(|block| &block.stmts);
        self.device.iter().chain(inside.flat_map(Stmt::devices)).collect()
    }

    /// Whether it is `name: { … }`.
    pub fn is_branch(&self) -> bool {
        matches!(self.kind, StmtKind::Branch(_))
    }
}
