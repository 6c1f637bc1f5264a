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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    const TEXT: &str = r#"
define Block(n, rate=0.5) { Dense($n) Dropout(rate) }
network N {
  input: { a: (1,), b: 784 }
  layers:
    a: { Block(3) * 2 @ "cpu" }
    b: { }
    Add
  loss: "huber"(delta=2 + 3 * n)
  train { batch_size: 16, 32 }
}
research R { metrics { loss: 1 } references { paper: "p" } }
"#;

    fn text(token: Option<SyntaxToken>) -> String {
        token.map(|token| token.text().to_owned()).unwrap_or_default()
    }

    #[test]
    fn items_of_a_file() {
        let file = parse(TEXT).file();
        let kinds: Vec<SyntaxKind> = file.items().map(|item| item.syntax().kind()).collect();
        assert_eq!(kinds, [SyntaxKind::MACRO_DEF, SyntaxKind::NETWORK, SyntaxKind::RESEARCH]);
        for definition in file.macros() {
            assert_eq!(
                (text(definition.name()), definition.statements().count()),
                ("Block".into(), 2)
            );
            let params: Vec<_> =
                definition.params().map(|it| (text(it.name()), it.default().is_some())).collect();
            assert_eq!(params, [("n".into(), false), ("rate".into(), true)]);
        }
        for research in file.research() {
            assert_eq!(text(research.name()), "R");
            assert_eq!((research.metrics().count(), research.references().count()), (1, 1));
        }
    }

    #[test]
    fn parts_of_a_network() {
        for network in parse(TEXT).file().networks() {
            assert_eq!(
                (text(network.keyword()), text(network.name())),
                ("network".into(), "N".into())
            );
            assert!(network.l_brace().is_some() && network.r_brace().is_some());
            let sections: Vec<_> =
                network.sections().map(|it| (it.kind(), text(it.keyword()))).collect();
            assert_eq!(
                sections,
                [
                    (SectionKind::Input, "input".to_owned()),
                    (SectionKind::Loss, "loss".to_owned()),
                    (SectionKind::Train, "train".to_owned()),
                ]
            );
            let inputs = network.sections().flat_map(|it| it.inputs());
            let names: Vec<_> = inputs.map(|it| (text(it.name()), it.shape().count())).collect();
            assert_eq!(names, [("a".into(), 1), ("b".into(), 1)]);
            let entries = network.sections().flat_map(|it| it.entries());
            let keys: Vec<_> = entries.map(|it| (text(it.key()), it.values().count())).collect();
            assert_eq!(keys, [("batch_size".into(), 2)]);
        }
    }

    #[test]
    fn statements_and_values() {
        let file = parse(TEXT).file();
        let statements: Vec<Stmt> = file.networks().flat_map(|it| it.statements()).collect();
        let [Stmt::Branch(a), Stmt::Branch(b), Stmt::Layer(add)] = statements.as_slice() else {
            panic!("{statements:?}");
        };
        assert_eq!((text(a.name()), text(b.name())), ("a".into(), "b".into()));
        let inner: Vec<Stmt> = a.block().into_iter().flat_map(|it| it.statements()).collect();
        assert_eq!(text(inner[0].device().and_then(|it| it.name())), "\"cpu\"");
        assert_eq!(inner[0].repeats().filter_map(|it| it.count()).count(), 1);
        assert_eq!(text(add.call().and_then(|it| it.name())), "Add");
        assert!(add.call().is_some_and(|it| it.arg_list().is_none()) && add.choice().is_none());

        let loss =
            file.networks().flat_map(|it| it.sections()).flat_map(|it| it.values()).find_map(
                |it| match it {
                    Expr::Call(call) => Some(call),
                    _ => None,
                },
            );
        assert_eq!(text(loss.as_ref().and_then(CallExpr::name)), "\"huber\"");
        let delta = loss.and_then(|it| it.arg_list()?.args().next()?.value());
        let Some(Expr::Chain(sum)) = delta else { panic!("{delta:?}") };
        assert!(matches!(sum.rest().as_slice(), [(BinaryOp::Add, Some(Expr::Chain(_)))]));
    }
}
