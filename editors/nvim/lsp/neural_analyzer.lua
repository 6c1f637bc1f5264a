-- For Neovim 0.11 and later, which reads this file at `vim.lsp.enable("neural_analyzer")`.
return require("neural_analyzer.config").default()
