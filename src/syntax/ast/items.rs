//! Typed nodes from the file down to the sections of a network.

use super::{AstNode, Block, Expr, Stmt, ast_nodes, child, children, layers, token};
use crate::syntax::kind::{SyntaxKind, SyntaxNode, SyntaxToken};

ast_nodes! {
    /// The whole text.
    File = FILE;
    /// `network Name { … }`
    Network = NETWORK;
    /// `define Name(…) { … }`
    MacroDef = MACRO_DEF;
    /// `(a, b=3)` of a macro.
    ParamList = PARAM_LIST;
    /// `b=3` of a macro.
    Param = PARAM;
    /// `research Name { … }`
    Research = RESEARCH;
    /// `layers: …`
    LayersSection = LAYERS_SECTION;
    /// `input: …`
    InputSection = INPUT_SECTION;
    /// One shape of an input section.
    InputDecl = INPUT_DECL;
    /// `epochs: 5`
    KeyValue = KEY_VALUE;
}

/// One form of a file's level.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Item {
    /// A network.
    Network(Network),
    /// A macro.
    MacroDef(MacroDef),
    /// A research form.
    Research(Research),
}

impl AstNode for Item {
    fn cast(node: SyntaxNode) -> Option<Self> {
        match node.kind() {
            SyntaxKind::NETWORK => Network::cast(node).map(Item::Network),
            SyntaxKind::MACRO_DEF => MacroDef::cast(node).map(Item::MacroDef),
            SyntaxKind::RESEARCH => Research::cast(node).map(Item::Research),
            _ => None,
        }
    }

    fn syntax(&self) -> &SyntaxNode {
        match self {
            Item::Network(it) => it.syntax(),
            Item::MacroDef(it) => it.syntax(),
            Item::Research(it) => it.syntax(),
        }
    }
}

impl File {
    /// The typed root of a tree, whose root is always a file.
    pub(in crate::syntax) fn of_root(root: SyntaxNode) -> File {
        File(root)
    }

    /// Networks, macros and research forms in the order of the text.
    pub fn items(&self) -> impl Iterator<Item = Item> + use<> {
        children(self.syntax())
    }

    /// The networks in the order of the text.
    pub fn networks(&self) -> impl Iterator<Item = Network> + use<> {
        children(self.syntax())
    }

    /// The macros in the order of the text. One that stands in a network, which has been reported,
    /// counts as if it stood outside.
    pub fn macros(&self) -> impl Iterator<Item = MacroDef> + use<> {
        self.syntax().children().flat_map(|node| {
            let nested = (node.kind() == SyntaxKind::NETWORK).then(|| children(&node));
            nested.into_iter().flatten().chain(MacroDef::cast(node))
        })
    }

    /// The research forms in the order of the text.
    pub fn research(&self) -> impl Iterator<Item = Research> + use<> {
        children(self.syntax())
    }
}

/// The name behind a keyword.
fn name_after_keyword(node: &SyntaxNode) -> Option<SyntaxToken> {
    super::tokens(node, SyntaxKind::IDENT).nth(1)
}

impl Network {
    /// `network`, or what the author wrote for it.
    pub fn keyword(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::IDENT)
    }

    /// The name.
    pub fn name(&self) -> Option<SyntaxToken> {
        name_after_keyword(self.syntax())
    }

    /// The `{`.
    pub fn l_brace(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::L_BRACE)
    }

    /// The `}`.
    pub fn r_brace(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::R_BRACE)
    }

    /// The sections other than the layers list, in the order of the text.
    pub fn sections(&self) -> impl Iterator<Item = Section> + use<> {
        children(self.syntax())
    }

    /// The layers sections in the order of the text: one, if the network is right.
    pub fn layers_sections(&self) -> impl Iterator<Item = LayersSection> + use<> {
        children(self.syntax())
    }

    /// The statements of all layers sections in the order of the text.
    pub fn statements(&self) -> impl Iterator<Item = Stmt> + use<> {
        self.layers_sections().flat_map(|section| section.statements())
    }
}

impl LayersSection {
    /// `layers`, or what the author wrote for it. `None` where layers stand in the network without
    /// it, which has been reported: such a section continues the one before it.
    pub fn keyword(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::IDENT)
    }

    /// The node that holds the statements; none where there are none.
    pub fn list(&self) -> Option<SyntaxNode> {
        self.syntax().children().find(|node| node.kind() == SyntaxKind::LAYER_LIST)
    }

    /// The statements.
    pub fn statements(&self) -> impl Iterator<Item = Stmt> + use<> {
        self.list().into_iter().flat_map(|list| layers::statements(&list))
    }
}

impl MacroDef {
    /// `define`, or what the author wrote for it.
    pub fn keyword(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::IDENT)
    }

    /// The name.
    pub fn name(&self) -> Option<SyntaxToken> {
        name_after_keyword(self.syntax())
    }

    /// `( … )`.
    pub fn param_list(&self) -> Option<ParamList> {
        child(self.syntax())
    }

    /// The parameters; none without a list of them.
    pub fn params(&self) -> impl Iterator<Item = Param> + use<> {
        self.param_list().into_iter().flat_map(|list| children(list.syntax()))
    }

    /// `{ … }`.
    pub fn body(&self) -> Option<Block> {
        child(self.syntax())
    }

    /// The statements of the body.
    pub fn statements(&self) -> impl Iterator<Item = Stmt> + use<> {
        self.body().into_iter().flat_map(|body| body.statements())
    }
}

impl Param {
    /// The name, without a `$`.
    pub fn name(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::IDENT)
    }

    /// The value where a use gives none.
    pub fn default(&self) -> Option<Expr> {
        child(self.syntax())
    }
}

impl Research {
    /// The name.
    pub fn name(&self) -> Option<SyntaxToken> {
        name_after_keyword(self.syntax())
    }

    /// The entries of all `metrics` blocks.
    pub fn metrics(&self) -> impl Iterator<Item = KeyValue> + use<> {
        self.entries(SyntaxKind::METRICS_SECTION)
    }

    /// The entries of all `references` blocks.
    pub fn references(&self) -> impl Iterator<Item = KeyValue> + use<> {
        self.entries(SyntaxKind::REFERENCES_SECTION)
    }

    fn entries(&self, kind: SyntaxKind) -> impl Iterator<Item = KeyValue> + use<> {
        self.syntax()
            .children()
            .filter(move |block| block.kind() == kind)
            .flat_map(|block| children::<KeyValue>(&block))
    }
}

/// What a section is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SectionKind {
    /// `input`
    Input,
    /// `loss`
    Loss,
    /// `optimizer`
    Optimizer,
    /// `metrics`
    Metrics,
    /// `train` or `training`
    Train,
    /// `execute` or `execution`
    Execute,
    /// A section that the language does not have.
    Unknown,
}

/// A section of a network other than its layers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Section {
    kind: SectionKind,
    node: SyntaxNode,
}

impl AstNode for Section {
    fn cast(node: SyntaxNode) -> Option<Self> {
        let kind = match node.kind() {
            SyntaxKind::INPUT_SECTION => SectionKind::Input,
            SyntaxKind::LOSS_SECTION => SectionKind::Loss,
            SyntaxKind::OPTIMIZER_SECTION => SectionKind::Optimizer,
            SyntaxKind::METRICS_SECTION => SectionKind::Metrics,
            SyntaxKind::TRAIN_SECTION => SectionKind::Train,
            SyntaxKind::EXECUTE_SECTION => SectionKind::Execute,
            SyntaxKind::UNKNOWN_SECTION => SectionKind::Unknown,
            _ => return None,
        };
        Some(Section { kind, node })
    }

    fn syntax(&self) -> &SyntaxNode {
        &self.node
    }
}

impl Section {
    /// What it is about.
    pub fn kind(&self) -> SectionKind {
        self.kind
    }

    /// The name as written.
    pub fn keyword(&self) -> Option<SyntaxToken> {
        token(&self.node, SyntaxKind::IDENT)
    }

    /// The value, or the values of a list without brackets.
    pub fn values(&self) -> impl Iterator<Item = Expr> + use<> {
        children(&self.node)
    }

    /// The shapes of an input section.
    pub fn inputs(&self) -> impl Iterator<Item = InputDecl> + use<> {
        children(&self.node)
    }

    /// The entries of a block.
    pub fn entries(&self) -> impl Iterator<Item = KeyValue> + use<> {
        children(&self.node)
    }

    /// The `{` of a block.
    pub fn l_brace(&self) -> Option<SyntaxToken> {
        token(&self.node, SyntaxKind::L_BRACE)
    }
}

impl InputSection {
    /// The shapes.
    pub fn inputs(&self) -> impl Iterator<Item = InputDecl> + use<> {
        children(self.syntax())
    }
}

impl InputDecl {
    /// The name of a named input.
    pub fn name(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::COLON)?;
        token(self.syntax(), SyntaxKind::IDENT)
    }

    /// The shape as it is written: a tuple, a list, a number; several where the parentheses around
    /// the dimensions are missing, which has been reported.
    pub fn shape(&self) -> impl Iterator<Item = Expr> + use<> {
        children(self.syntax())
    }
}

impl KeyValue {
    /// The key.
    pub fn key(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::IDENT)
    }

    /// The value, or the values of a list without brackets.
    pub fn values(&self) -> impl Iterator<Item = Expr> + use<> {
        children(self.syntax())
    }
}
