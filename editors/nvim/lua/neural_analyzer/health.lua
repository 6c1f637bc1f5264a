--- `:checkhealth neural_analyzer`: what stands between a network and its shapes.
local config = require("neural_analyzer.config")
local neural = require("neural_analyzer")

local M = {}

--- The version that a program says it has.
local function version(program)
  local ok, process = pcall(vim.system, { program, "--version" }, { text = true })
  if not ok then
    return nil
  end
  local result = process:wait(5000)
  return result.code == 0 and (result.stdout or ""):match("neural%-analyzer (%d+%.%d+%.%d+%S*)") or nil
end

local function check_neovim()
  if vim.fn.has("nvim-0.10") == 0 then
    vim.health.error("Neovim 0.10 or later is needed")
  else
    vim.health.ok("Neovim " .. tostring(vim.version()))
  end
  if vim.filetype.match({ filename = "a.neural" }) == "neural" then
    vim.health.ok("files ending in .neural, .nr and .rnr are networks")
  else
    vim.health.error(
      "files ending in .neural have no filetype",
      { "Put `filetype plugin indent on` into your configuration, after this plugin is on 'runtimepath'" }
    )
  end
end

--- The program that is started, as it is configured.
local function program()
  if vim.fn.has("nvim-0.11") == 1 then
    local client = vim.lsp.config.neural_analyzer
    return client and type(client.cmd) == "table" and client.cmd[1] or "neural-analyzer"
  end
  return (neural.options.cmd or config.default().cmd)[1]
end

local function check_server()
  local name = program()
  local path = vim.fn.exepath(name)
  if path == "" then
    vim.health.error(("`%s` is not on your PATH"):format(name), {
      "Install it with `cargo install --locked --path .` in the neural-analyzer sources",
      'or name it: require("neural_analyzer").setup({ cmd = { "/path/to/neural-analyzer", "lsp" } })',
    })
    return
  end
  local found = version(path)
  if not found then
    vim.health.error(("`%s --version` does not say that it is neural-analyzer"):format(path))
  elseif vim.version.lt(found, config.oldest_server) then
    local text = "%s is version %s; this plugin needs %s or later"
    vim.health.error(text:format(path, found, config.oldest_server), { "Install a newer neural-analyzer" })
  else
    vim.health.ok(("neural-analyzer %s at %s"):format(found, path))
  end
end

local function check_clients()
  local clients = neural.clients()
  if #clients == 0 then
    vim.health.info("no server runs; one is started when a network is opened")
  end
  for _, client in ipairs(clients) do
    local buffers = vim.tbl_count(client.attached_buffers)
    local text = "a server runs for %d buffer(s), root folder %s"
    vim.health.ok(text:format(buffers, client.config.root_dir or "none"))
    local settings = client.settings or client.config.settings or {}
    vim.health.info("settings: " .. vim.inspect(settings[config.section] or {}, { newline = " ", indent = "" }))
  end
  if not neural.options.inlay_hints then
    vim.health.info("inlay hints are turned off by `inlay_hints = false`")
  end
end

function M.check()
  vim.health.start("neural-analyzer: Neovim")
  check_neovim()
  vim.health.start("neural-analyzer: the program")
  check_server()
  vim.health.start("neural-analyzer: this session")
  check_clients()
end

return M
