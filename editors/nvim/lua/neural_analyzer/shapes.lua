--- `:NeuralShapes`: a window with the table of shapes, which follows the cursor and the text.
local neural = require("neural_analyzer")
local layout = require("neural_analyzer.table")

local M = {}

--- How long the text must rest before the table is asked for anew.
local REST_MS = 120
--- How many lines below its first one a layer is still taken for the one under the cursor.
local FAR = 200
local GROUP = "neural_analyzer_shapes"
local COLOURS = vim.api.nvim_create_namespace("neural_analyzer_shapes")
local CURRENT = vim.api.nvim_create_namespace("neural_analyzer_shapes_current")

--- The window with the table, and what it shows.
---@class neural_analyzer.View
---@field window integer
---@field buffer integer
---@field source integer   the buffer with the network
---@field rows table<integer, table>
---@field current integer|nil   the highlighted line
---@type neural_analyzer.View|nil
local view

vim.api.nvim_set_hl(0, "NeuralShapesCurrent", { link = "CursorLine", default = true })
vim.api.nvim_set_hl(0, "NeuralShapesTitle", { link = "Title", default = true })
vim.api.nvim_set_hl(0, "NeuralShapesUnknown", { link = "DiagnosticWarn", default = true })

local function is_open()
  return view ~= nil and vim.api.nvim_win_is_valid(view.window) and vim.api.nvim_buf_is_valid(view.buffer)
end

--- The row of the layer that the cursor's line belongs to; none on a line of another section.
local function row_under_cursor()
  local lnum = vim.api.nvim_win_get_cursor(0)[1]
  local row, line = layout.row_at(view.rows, lnum)
  if not row or lnum - line > FAR then
    return nil
  end
  for _, text in ipairs(vim.api.nvim_buf_get_lines(view.source, line, lnum, false)) do
    if text:find("^%s*[%a_][%w_]*%s*[:{]") or text:find("^%s*%l+%s+[%a_]") or text:find("^}") then
      return nil
    end
  end
  return row
end

--- Highlights that row, where the current window shows the network.
local function follow()
  if not is_open() or vim.api.nvim_get_current_buf() ~= view.source then
    return
  end
  local row = row_under_cursor()
  if row == view.current then
    return
  end
  view.current = row
  vim.api.nvim_buf_clear_namespace(view.buffer, CURRENT, 0, -1)
  if row then
    vim.api.nvim_buf_set_extmark(view.buffer, CURRENT, row - 1, 0, { line_hl_group = "NeuralShapesCurrent" })
    vim.api.nvim_win_set_cursor(view.window, { row, 0 })
  end
end

--- Colours the titles and what is not known.
local function colour(lines)
  vim.api.nvim_buf_clear_namespace(view.buffer, COLOURS, 0, -1)
  for at, line in ipairs(lines) do
    local group
    if not line:find("^ ") then
      group = "NeuralShapesTitle"
    elseif view.rows[at] and layout.shape(view.rows[at].output_shape):find("?", 1, true) then
      group = "NeuralShapesUnknown"
    end
    if group then
      vim.api.nvim_buf_set_extmark(view.buffer, COLOURS, at - 1, 0, { end_col = #line, hl_group = group })
    end
  end
end

local function show(lines, rows)
  view.rows, view.current = rows, nil
  vim.bo[view.buffer].modifiable = true
  vim.api.nvim_buf_set_lines(view.buffer, 0, -1, false, lines)
  vim.bo[view.buffer].modifiable = false
  vim.api.nvim_buf_clear_namespace(view.buffer, CURRENT, 0, -1)
  colour(lines)
  local window = vim.fn.win_findbuf(view.source)[1]
  if window then
    vim.api.nvim_win_call(window, follow)
  end
end

--- Asks the server for the shapes of the text as it is now.
function M.refresh()
  if not is_open() then
    return
  end
  local client = neural.clients(view.source)[1]
  if not client then
    show({ "No server runs for this file; `:NeuralRestart` starts one." }, {})
    return
  end
  local source = view.source
  local changed = vim.api.nvim_buf_get_changedtick(source)
  local params = { textDocument = vim.lsp.util.make_text_document_params(source) }
  neural.call(client, "request", "neural-analyzer/shapes", params, function(err, report)
    if not is_open() or view.source ~= source then
      return
    elseif vim.api.nvim_buf_get_changedtick(source) ~= changed then
      -- An answer about a text that is gone; the change has asked again.
      return
    elseif err or type(report) ~= "table" then
      show({ "The server gave no shapes: " .. (err and err.message or "it knows no such file") }, {})
    else
      show(layout.render(report))
    end
  end, source)
end

local timer

--- Refreshes once the text has rested.
local function refresh_soon()
  timer = timer or assert(vim.uv.new_timer())
  timer:start(REST_MS, 0, vim.schedule_wrap(M.refresh))
end

--- Moves to the layer of the row under the cursor.
local function jump()
  local layer = view and view.rows[vim.api.nvim_win_get_cursor(0)[1]]
  local window = view and vim.fn.win_findbuf(view.source)[1]
  if not layer or not window then
    return
  end
  vim.api.nvim_set_current_win(window)
  local line = vim.api.nvim_buf_get_lines(view.source, layer.line - 1, layer.line, false)[1] or ""
  -- Columns of the report count characters.
  local byte = vim.fn.byteidx(line, layer.column - 1)
  vim.api.nvim_win_set_cursor(window, { layer.line, math.max(byte, 0) })
end

function M.close()
  pcall(vim.api.nvim_del_augroup_by_name, GROUP)
  if timer then
    timer:stop()
  end
  if is_open() then
    vim.api.nvim_win_close(view.window, true)
  end
  view = nil
end

local function open(modifiers)
  local source, from = vim.api.nvim_get_current_buf(), vim.api.nvim_get_current_win()
  local buffer = vim.api.nvim_create_buf(false, true)
  if modifiers.split == "" and not modifiers.vertical then
    modifiers.split = "botright"
  end
  vim.cmd({ cmd = "split", mods = { split = modifiers.split, vertical = modifiers.vertical } })
  local window = vim.api.nvim_get_current_win()
  vim.api.nvim_win_set_buf(window, buffer)
  if not modifiers.vertical then
    vim.api.nvim_win_set_height(window, math.min(12, math.floor(vim.o.lines / 3)))
  end
  for option, value in pairs({
    number = false,
    relativenumber = false,
    signcolumn = "no",
    foldcolumn = "0",
    wrap = false,
    cursorline = false,
    winfixheight = true,
    list = false,
    spell = false,
  }) do
    vim.wo[window][0][option] = value
  end
  vim.bo[buffer].bufhidden = "wipe"
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].filetype = "neuralshapes"
  vim.api.nvim_buf_set_name(buffer, ("neural-shapes://%d/%s"):format(buffer, vim.fn.bufname(source)))
  vim.keymap.set("n", "<CR>", jump, { buffer = buffer, desc = "Go to this layer" })
  vim.keymap.set("n", "q", M.close, { buffer = buffer, desc = "Close the table" })
  vim.api.nvim_set_current_win(from)
  view = { window = window, buffer = buffer, source = source, rows = {} }
end

local function watch()
  local group = vim.api.nvim_create_augroup(GROUP, {})
  local function on(events, options)
    options.group = group
    vim.api.nvim_create_autocmd(events, options)
  end
  on({ "CursorMoved", "CursorMovedI" }, { callback = follow })
  on({ "TextChanged", "TextChangedI", "TextChangedP" }, {
    callback = function(event)
      if is_open() and event.buf == view.source then
        refresh_soon()
      end
    end,
  })
  -- Another network in the window: the table shows that one.
  on("BufEnter", {
    callback = function(event)
      if is_open() and event.buf ~= view.source and vim.bo[event.buf].filetype == "neural" then
        view.source = event.buf
        M.refresh()
      end
    end,
  })
  on("LspAttach", {
    callback = function(event)
      if is_open() and event.buf == view.source then
        refresh_soon()
      end
    end,
  })
  on("WinClosed", {
    callback = function(event)
      if view and tonumber(event.match) == view.window then
        view.window = -1
        vim.schedule(M.close)
      end
    end,
  })
end

--- Shows the table of the current buffer, or hides it.
---@param modifiers table of the command: `:vertical NeuralShapes`
function M.toggle(modifiers)
  if is_open() then
    M.close()
    return
  end
  if vim.bo.filetype ~= "neural" then
    vim.notify("neural-analyzer: this buffer is not a network", vim.log.levels.WARN)
    return
  end
  open(modifiers or { split = "", vertical = false })
  watch()
  M.refresh()
end

return M
