-- The configuration of the tests: what the getting-started page tells a user to write, and no more.
vim.o.swapfile = false
vim.opt.runtimepath:prepend(vim.env.NEURAL_PLUGIN)
vim.cmd("filetype plugin indent on")
vim.cmd("syntax on")
local cmd = { vim.env.NEURAL_ANALYZER, "lsp" }
if vim.env.NEURAL_SETUP == "enable" then
  vim.lsp.config("neural_analyzer", { cmd = cmd })
  vim.lsp.enable("neural_analyzer")
else
  require("neural_analyzer").setup({ cmd = cmd })
end
