use super::hir; use crate::syntax::ast;
pub fn lower_research(_: &ast::Research) -> hir::Research { todo!() }
pub fn lower_stmt(_: &ast::Stmt) -> hir::Stmt { todo!() }
pub fn lower_section(_: &ast::Section) -> hir::Section { todo!() }
pub fn lower_network_header(_: &ast::Network) -> hir::NetworkHeader { todo!() }
pub fn lower_macro_header(_: &ast::Macro) -> hir::MacroHeader { todo!() }
