-- How a network is edited: comments, brackets, and the width of an indent.
if vim.b.did_ftplugin then
  return
end
vim.b.did_ftplugin = 1

vim.bo.commentstring = "# %s"
vim.bo.comments = "s1:/*,mb:*,ex:*/,://,b:#"
vim.opt_local.formatoptions:remove("t")
vim.opt_local.formatoptions:append("croql")
vim.bo.shiftwidth = 2
vim.bo.softtabstop = 2
vim.bo.expandtab = true
vim.opt_local.matchpairs = "(:),{:},[:]"
vim.opt_local.suffixesadd = ".neural,.nr"

vim.b.undo_ftplugin =
  "setlocal commentstring< comments< formatoptions< shiftwidth< softtabstop< expandtab< matchpairs< suffixesadd<"
