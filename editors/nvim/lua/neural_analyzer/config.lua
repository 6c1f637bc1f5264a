--- What the client is started with. One table for `vim.lsp.config` and `vim.lsp.start`.
local M = {}

--- The section of the settings, as the server asks for it.
M.section = "neural-analyzer"

--- The oldest server that this plugin works with.
M.oldest_server = "0.1.0"

--- The client's configuration where the user gives none.
function M.default()
  return {
    name = "neural_analyzer",
    cmd = { "neural-analyzer", "lsp" },
    filetypes = { "neural" },
    root_markers = { "neural.toml", ".git" },
    settings = { [M.section] = vim.empty_dict() },
    before_init = function(params, config)
      -- Neovim 0.12 throws findings away when a file is read anew, but asks only for what has changed
      -- since. A server that is not asked for findings sends them.
      params.capabilities.textDocument.diagnostic = nil
      -- The server has its settings before the first file is opened, so none are shown by wrong ones.
      local settings = vim.tbl_get(config, "settings", M.section)
      params.initializationOptions = settings and next(settings) and settings or vim.empty_dict()
    end,
  }
end

return M
