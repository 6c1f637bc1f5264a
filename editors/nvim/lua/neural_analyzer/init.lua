--- neural-analyzer in Neovim: the client is set up and started here.
---
--- On 0.11 and later `vim.lsp.enable("neural_analyzer")` is enough; `setup` does the same there, and
--- is what Neovim 0.10 needs.
local config = require("neural_analyzer.config")

local M = {}

--- What `setup` was called with.
---@class neural_analyzer.Options
---@field cmd string[]|nil          the program and its arguments
---@field settings table|nil        settings as in neural.toml: `{ diagnostics = { mode = "onSave" } }`
---@field root_markers string[]|nil files that mark the root of a project
---@field inlay_hints boolean       whether hints are shown in buffers of this language
M.options = { inlay_hints = true }

local has_config = vim.fn.has("nvim-0.11") == 1

--- The clients that run, those of one buffer where one is given.
function M.clients(bufnr)
  return vim.lsp.get_clients({ name = "neural_analyzer", bufnr = bufnr })
end

--- Calls a method of a client: 0.11 made them real methods.
function M.call(client, method, ...)
  if has_config then
    return client[method](client, ...)
  end
  return client[method](...)
end

local function merged()
  local options = M.options
  local client = config.default()
  client.cmd = options.cmd or client.cmd
  client.root_markers = options.root_markers or client.root_markers
  client.settings[config.section] = options.settings or client.settings[config.section]
  return client
end

--- The buffers that hold networks.
local function open_networks()
  return vim.tbl_filter(function(bufnr)
    return vim.api.nvim_buf_is_loaded(bufnr) and vim.bo[bufnr].filetype == "neural"
  end, vim.api.nvim_list_bufs())
end

--- Whether a client serves a project already. Neovim 0.10 by itself would start a server for each file that is in
--- no project.
local function serves(client, wanted)
  return client.name == wanted.name
    and client.config.root_dir == wanted.root_dir
    and not M.call(client, "is_stopped")
end

--- `vim.lsp.start` for a buffer.
local function attach(client, bufnr)
  vim.lsp.start(client, { bufnr = bufnr, reuse_client = not has_config and serves or nil })
end

--- Starts the server for a buffer, or attaches the one that serves its project.
local function start(bufnr)
  local client = merged()
  if vim.fn.executable(client.cmd[1]) == 0 then
    local text = "`%s` is not on your PATH; see :help neural-analyzer-install"
    vim.notify_once("neural-analyzer: " .. text:format(client.cmd[1]), vim.log.levels.ERROR)
    return
  end
  client.root_dir = vim.fs.root(bufnr, client.root_markers)
  client.root_markers, client.filetypes = nil, nil
  attach(client, bufnr)
end

--- Starts the server for every network that is opened, and for those that are open.
---@param options neural_analyzer.Options|nil
function M.setup(options)
  M.options = vim.tbl_extend("force", M.options, options or {})
  if has_config then
    vim.lsp.config("neural_analyzer", merged())
    vim.lsp.enable("neural_analyzer")
    return
  end
  vim.api.nvim_create_autocmd("FileType", {
    group = vim.api.nvim_create_augroup("neural_analyzer_start", {}),
    pattern = "neural",
    callback = function(event)
      start(event.buf)
    end,
  })
  for _, bufnr in ipairs(open_networks()) do
    start(bufnr)
  end
end

--- Changes settings of the servers that run, and of those that start later.
---
--- `configure({ diagnostics = { mode = "onSave" } })` is seen at once.
function M.configure(settings)
  local function changed(old)
    return vim.tbl_deep_extend("force", old or {}, settings)
  end
  M.options.settings = changed(M.options.settings)
  if has_config then
    vim.lsp.config("neural_analyzer", { settings = { [config.section] = settings } })
  end
  for _, client in ipairs(M.clients()) do
    local all = client.settings or client.config.settings or {}
    all[config.section] = changed(all[config.section])
    client.settings, client.config.settings = all, all
    M.call(client, "notify", "workspace/didChangeConfiguration", { settings = all })
  end
end

--- Stops the servers and starts them again for the same buffers.
function M.restart()
  local clients = M.clients()
  if #clients == 0 then
    -- One that has crashed has left its buffers; nothing says which they were.
    local networks = open_networks()
    if #networks == 0 then
      vim.notify("neural-analyzer: no server runs, and no network is open", vim.log.levels.WARN)
    elseif has_config then
      -- This looks at every buffer anew.
      vim.lsp.enable("neural_analyzer")
    else
      for _, bufnr in ipairs(networks) do
        start(bufnr)
      end
    end
    return
  end
  for _, client in ipairs(clients) do
    local buffers = vim.tbl_keys(client.attached_buffers)
    M.call(client, "stop")
    M.after_exit(client.id, function()
      for _, bufnr in ipairs(buffers) do
        if vim.api.nvim_buf_is_loaded(bufnr) then
          attach(client.config, bufnr)
        end
      end
    end)
  end
end

--- Calls `done` once a client has gone; one that does not go within three seconds is killed.
function M.after_exit(id, done)
  local waited = 0
  local timer = assert(vim.uv.new_timer())
  timer:start(20, 20, vim.schedule_wrap(function()
    if timer:is_closing() then
      return
    end
    local client = vim.lsp.get_client_by_id(id)
    if client and not M.call(client, "is_stopped") then
      waited = waited + 20
      if waited == 3000 then
        M.call(client, "stop", true)
      end
      return
    end
    timer:close()
    done()
  end))
end

--- What is done for each buffer that a server serves.
function M.on_attach(bufnr)
  if M.options.inlay_hints then
    vim.lsp.inlay_hint.enable(true, { bufnr = bufnr })
  end
end

return M
