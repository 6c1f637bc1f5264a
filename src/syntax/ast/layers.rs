//! Typed nodes of statements.

use super::{AstNode, CallExpr, Expr, HpoExpr, ast_nodes, child, children, token};
use crate::syntax::kind::{SyntaxKind, SyntaxNode, SyntaxToken};

ast_nodes! {
    /// A layer or a macro call with what follows it.
    LayerStmt = LAYER_STMT;
    /// `name: { … }`
    BranchStmt = BRANCH_STMT;
    /// `{ … }` with statements.
    Block = BLOCK;
    /// `* N`
    Repeat = REPEAT;
    /// `@ "device"`
    Device = DEVICE;
}

/// A statement of a layers list, a block, a branch or a macro.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Stmt {
    /// A layer, a macro call or a choice of layers.
    Layer(LayerStmt),
    /// A branch.
    Branch(BranchStmt),
}

impl AstNode for Stmt {
    fn cast(node: SyntaxNode) -> Option<Self> {
        match node.kind() {
            SyntaxKind::LAYER_STMT => LayerStmt::cast(node).map(Stmt::Layer),
            SyntaxKind::BRANCH_STMT => BranchStmt::cast(node).map(Stmt::Branch),
            _ => None,
        }
    }

    fn syntax(&self) -> &SyntaxNode {
        match self {
            Stmt::Layer(it) => it.syntax(),
            Stmt::Branch(it) => it.syntax(),
        }
    }
}

impl Stmt {
    /// `* N`, as often as it is written.
    pub fn repeats(&self) -> impl Iterator<Item = Repeat> + use<> {
        children(self.syntax())
    }

    /// `@ "device"`.
    pub fn device(&self) -> Option<Device> {
        child(self.syntax())
    }

    /// `{ … }`: the block after a layer, or the layers of a branch.
    pub fn block(&self) -> Option<Block> {
        child(self.syntax())
    }
}

/// The statements that stand directly in a node, or in the chunks that it stores them in.
pub(super) fn statements(parent: &SyntaxNode) -> impl Iterator<Item = Stmt> + use<> {
    parent.children().flat_map(|node| {
        let chunk = node.kind() == SyntaxKind::CHUNK;
        let inside = chunk.then(|| children(&node));
        let itself = if chunk { None } else { Stmt::cast(node) };
        inside.into_iter().flatten().chain(itself)
    })
}

impl LayerStmt {
    /// The call; none where a choice stands in its place, or something that could not be read.
    pub fn call(&self) -> Option<CallExpr> {
        child(self.syntax())
    }

    /// A choice of layers in the place of a layer.
    pub fn choice(&self) -> Option<HpoExpr> {
        child(self.syntax())
    }
}

impl BranchStmt {
    /// The name.
    pub fn name(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::IDENT)
    }

    /// The layers.
    pub fn block(&self) -> Option<Block> {
        child(self.syntax())
    }
}

impl Block {
    /// The statements.
    pub fn statements(&self) -> impl Iterator<Item = Stmt> + use<> {
        statements(self.syntax())
    }

    /// The `{`; none where a branch lacks its braces.
    pub fn l_brace(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::L_BRACE)
    }

    /// The `}`.
    pub fn r_brace(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::R_BRACE)
    }
}

impl Repeat {
    /// The number of copies.
    pub fn count(&self) -> Option<Expr> {
        child(self.syntax())
    }
}

impl Device {
    /// The name of the device: a string, or a bare name where the quotes are missing.
    pub fn name(&self) -> Option<SyntaxToken> {
        self.syntax()
            .children_with_tokens()
            .filter_map(|element| element.into_token())
            .find(|token| !token.kind().is_trivia() && token.kind() != SyntaxKind::AT)
    }
}
