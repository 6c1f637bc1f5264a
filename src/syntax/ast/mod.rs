//! The typed view of the tree: one thin wrapper for each kind of node, with accessors for its parts.
//!
//! Every part may be missing, since the text may be wrong anywhere; accessors give options and
//! iterators and never fail. Nodes that only store things (the chunks of long lists) are not seen
//! from here.

mod expr;
mod items;
mod layers;

pub use expr::{
    Arg, ArgList, BinaryOp, CallExpr, ChainExpr, Expr, HpoExpr, HpoForm, List, Literal,
    LiteralKind, MacroParam, NameRef, ParenExpr, PrefixExpr, Tuple,
};
pub use items::{
    File, InputDecl, InputSection, Item, KeyValue, LayersSection, MacroDef, Network, Param,
    ParamList, Research, Section, SectionKind,
};
pub use layers::{Block, BranchStmt, Device, LayerStmt, Repeat, Stmt};

use super::kind::{SyntaxKind, SyntaxNode, SyntaxToken};

/// A typed node.
pub trait AstNode: Sized {
    /// The node as this type, if it is of a kind that this type wraps.
    fn cast(node: SyntaxNode) -> Option<Self>;

    /// The node itself.
    fn syntax(&self) -> &SyntaxNode;
}

/// Declares wrappers of one kind of node each.
macro_rules! ast_nodes {
    ($($(#[$doc:meta])* $name:ident = $kind:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Eq, Hash)]
            pub struct $name($crate::syntax::SyntaxNode);

            impl $crate::syntax::ast::AstNode for $name {
                fn cast(node: $crate::syntax::SyntaxNode) -> Option<Self> {
                    (node.kind() == $crate::syntax::SyntaxKind::$kind).then_some($name(node))
                }

                fn syntax(&self) -> &$crate::syntax::SyntaxNode {
                    &self.0
                }
            }
        )*
    };
}
use ast_nodes;

/// The first child of a type.
fn child<N: AstNode>(parent: &SyntaxNode) -> Option<N> {
    parent.children().find_map(N::cast)
}

/// All children of a type.
fn children<N: AstNode>(parent: &SyntaxNode) -> impl Iterator<Item = N> + use<N> {
    parent.children().filter_map(N::cast)
}

/// The first token of a kind that is a direct child.
fn token(parent: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxToken> {
    tokens(parent, kind).next()
}

/// The tokens of a kind that are direct children.
fn tokens(parent: &SyntaxNode, kind: SyntaxKind) -> impl Iterator<Item = SyntaxToken> + use<> {
    parent
        .children_with_tokens()
        .filter_map(|element| element.into_token())
        .filter(move |token| token.kind() == kind)
}
