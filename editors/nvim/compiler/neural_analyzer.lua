-- `:compiler neural_analyzer`, then `:make` or `:make nets/`: a whole folder's findings in the quickfix list.
vim.b.current_compiler = "neural_analyzer"
vim.bo.makeprg = "neural-analyzer check $*"
-- A finding begins with its severity and ends with its place; the excerpt in between and after is left out.
vim.bo.errorformat = [=[%A%t%*[a-z]\[%*[a-z0-9-]]: %m,%Z %#--> %f:%l:%c,%-G%.%#]=]
