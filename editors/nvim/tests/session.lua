-- One session of a real Neovim with the real server: what is read back is what a user would see.
package.path = vim.env.NEURAL_PLUGIN .. "/tests/?.lua;" .. package.path
local expect = require("expect")
local test, wait, equal, contains = expect.test, expect.wait, expect.equal, expect.contains
local neural = require("neural_analyzer")

-- Messages of Neovim's own would stand between the lines of the tests.
vim.o.showmode = false

local FOLDER = vim.env.NEURAL_FOLDER
local BROKEN = {
  "# Ziffern, 数字, 🙂",
  "network Digits {",
  "  input: (28, 28, 1)",
  "  layers:",
  '    Conv2D(32, (30, 3), "relu")',
  "    MaxPooling2D((2, 2))",
  "    Flatten()",
  '    Dense(128, "relu")',
  "    Dropout(0.5)",
  '    Output(10, "softmax")',
  '  loss: "categorical_crossentropy"',
  "  optimizer: Adam(learning_rate=0.001)",
  "}",
}

local function open(name, lines)
  local path = FOLDER .. "/" .. name
  vim.fn.writefile(lines, path)
  vim.cmd.edit({ args = { vim.fn.fnameescape(path) }, bang = true })
  local bufnr = vim.api.nvim_get_current_buf()
  wait("the server", function()
    local client = neural.clients(bufnr)[1]
    return client and client.initialized
  end)
  return bufnr
end

--- Line, columns (bytes, from 0) and code of every finding.
local function findings(bufnr)
  local found = vim.tbl_map(function(finding)
    return { finding.lnum, finding.col, finding.end_col, finding.code }
  end, vim.diagnostic.get(bufnr))
  table.sort(found, function(a, b)
    return a[1] < b[1]
  end)
  return found
end

local function wait_findings(bufnr, expected)
  local ok = vim.wait(60000, function()
    return vim.deep_equal(findings(bufnr), expected)
  end, 10)
  if not ok then
    equal(findings(bufnr), expected, "findings")
  end
end

--- What the server says of itself.
local function status(bufnr)
  local client = assert(neural.clients(bufnr)[1], "no server runs")
  local answer = neural.call(client, "request_sync", "neural-analyzer/status", nil, 60000, bufnr)
  return assert(answer and answer.result, vim.inspect(answer))
end

--- Waits until the server knows in which mode findings are shown: it asks for settings when it hears of a change.
local function wait_mode(bufnr, mode)
  wait("the mode " .. mode, function()
    return vim.iter(status(bufnr).documents):all(function(document)
      return document.diagnosticsMode == mode
    end)
  end)
end

--- The text of each hint that is drawn, by line.
local function drawn_hints(bufnr)
  vim.cmd("redraw!")
  local drawn = {}
  local marks = vim.api.nvim_buf_get_extmarks(bufnr, -1, 0, -1, { details = true })
  for _, mark in ipairs(marks) do
    if mark[4].virt_text_pos == "inline" then
      local text = ""
      for _, chunk in ipairs(mark[4].virt_text) do
        text = text .. chunk[1]
      end
      drawn[mark[2] + 1] = vim.trim((drawn[mark[2] + 1] or "") .. text)
    end
  end
  return drawn
end

local function line(bufnr, lnum)
  return vim.api.nvim_buf_get_lines(bufnr, lnum - 1, lnum, false)[1]
end

local function set_line(bufnr, lnum, text)
  vim.api.nvim_buf_set_lines(bufnr, lnum - 1, lnum, false, { text })
end

local function table_text(window)
  local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
  return table.concat(lines, "\n")
end

local function table_window()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.bo[vim.api.nvim_win_get_buf(window)].filetype == "neuralshapes" then
      return window
    end
  end
end

--- The text of the highlighted row of the table.
local function highlighted()
  local window = assert(table_window(), "no table is open")
  local buffer = vim.api.nvim_win_get_buf(window)
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buffer, -1, 0, -1, { details = true })) do
    if mark[4].line_hl_group == "NeuralShapesCurrent" then
      return line(buffer, mark[2] + 1)
    end
  end
end

local function put_cursor(lnum, column)
  vim.api.nvim_win_set_cursor(0, { lnum, column or 4 })
  vim.api.nvim_exec_autocmds("CursorMoved", {})
end

test("the three endings are networks", function()
  for _, name in ipairs({ "a.neural", "a.nr", "a.rnr" }) do
    equal(vim.filetype.match({ filename = name }), "neural", name)
  end
end)

test("a mistake is underlined at its very characters", function()
  local bufnr = open("broken.neural", BROKEN)
  equal(vim.bo[bufnr].filetype, "neural")
  equal(vim.bo[bufnr].commentstring, "# %s")
  wait_findings(bufnr, { { 4, 16, 18, "kernel-too-large" } })
  local finding = vim.diagnostic.get(bufnr)[1]
  equal(finding.severity, vim.diagnostic.severity.ERROR)
  equal(finding.source, "neural-analyzer")
  contains(finding.message, "`kernel_size` 30×3 does not fit the 28×28 input")
end)

test("the quick fix mends it, and the shapes are shown", function()
  local bufnr = open("broken.neural", BROKEN)
  wait_findings(bufnr, { { 4, 16, 18, "kernel-too-large" } })
  put_cursor(5, 16)
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      return action.title:find("(28, 3)", 1, true) ~= nil
    end,
  })
  wait("the fix", function()
    return line(bufnr, 5):find("(28, 3)", 1, true)
  end)
  equal(line(bufnr, 5), '    Conv2D(32, (28, 3), "relu")')
  wait_findings(bufnr, { { 5, 18, 19, "kernel-too-large" } })
  set_line(bufnr, 5, '    Conv2D(32, (3, 3), "relu")')
  wait_findings(bufnr, {})
  wait("hints", function()
    return (drawn_hints(bufnr)[5] or ""):find("26×26×32", 1, true)
  end)
  local hints = drawn_hints(bufnr)
  equal({ hints[5], hints[6], hints[7], hints[9] }, { "→ 26×26×32", "→ 13×13×32", "→ 5408", nil })
end)

test("hovering shows the numbers of a layer", function()
  local lines = vim.deepcopy(BROKEN)
  lines[5] = '    Conv2D(32, (3, 3), "relu")'
  local bufnr = open("hover.neural", lines)
  put_cursor(5, 5)
  vim.lsp.buf.hover()
  local window
  wait("the hover", function()
    for _, candidate in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(candidate).relative ~= "" then
        window = candidate
        return true
      end
    end
  end)
  local text = table_text(window)
  contains(text, "28×28×1 → 26×26×32")
  contains(text, "320")
  vim.api.nvim_win_close(window, true)
  equal(findings(bufnr), {})
end)

test("findings follow the typing", function()
  local bufnr = open("typing.neural", BROKEN)
  wait_findings(bufnr, { { 4, 16, 18, "kernel-too-large" } })
  put_cursor(5, 16)
  vim.api.nvim_feedkeys(vim.keycode("cw3<Esc>"), "xt", false)
  equal(line(bufnr, 5), '    Conv2D(32, (3, 3), "relu")')
  wait_findings(bufnr, {})
  vim.cmd("silent undo")
  wait_findings(bufnr, { { 4, 16, 18, "kernel-too-large" } })
end)

test("columns are right after characters of several units", function()
  local lines = vim.deepcopy(BROKEN)
  lines[5] = '    Conv2D(32, /* 🙂数 */ (30, 3), "relu")'
  local bufnr = open("wide.neural", lines)
  local column = lines[5]:find("30", 1, true) - 1
  wait_findings(bufnr, { { 4, column, column + 2, "kernel-too-large" } })
end)

test("on save, nothing new is underlined until the file is written", function()
  local lines = vim.deepcopy(BROKEN)
  lines[5] = '    Conv2D(32, (3, 3), "relu")'
  local bufnr = open("onsave.neural", lines)
  wait("hints", function()
    return (drawn_hints(bufnr)[5] or ""):find("26×26×32", 1, true)
  end)
  neural.configure({ diagnostics = { mode = "onSave" } })
  wait_mode(bufnr, "onSave")
  set_line(bufnr, 5, BROKEN[5])
  -- The hints are live, so their change shows that the server has seen the text.
  wait("hints to go", function()
    return not (drawn_hints(bufnr)[5] or ""):find("26×26×32", 1, true)
  end)
  -- What is found in a file that is opened later is shown later, so nothing is on its way any more.
  local later = open("onsave-later.neural", BROKEN)
  wait_findings(later, { { 4, 16, 18, "kernel-too-large" } })
  vim.cmd.buffer(bufnr)
  equal(findings(bufnr), {})
  vim.cmd("silent write")
  wait_findings(bufnr, { { 4, 16, 18, "kernel-too-large" } })
  set_line(bufnr, 5, lines[5])
  neural.configure({ diagnostics = { mode = "onType" } })
  wait_findings(bufnr, {})
end)

test(":NeuralShapes shows the table and follows the cursor", function()
  local lines = vim.deepcopy(BROKEN)
  lines[5] = '    Conv2D(32, (3, 3), "relu")'
  local bufnr = open("table.neural", lines)
  put_cursor(5)
  vim.cmd("NeuralShapes")
  local window = assert(table_window(), "no table is open")
  equal(vim.api.nvim_get_current_buf(), bufnr)
  wait("the table", function()
    return table_text(window):find("693,962", 1, true)
  end)
  equal(table_text(window), table.concat({
    "Digits  28×28×1, 693,962 parameters, 888,192 MACs",
    " path  layer         output shape   params     MACs    memory",
    " 0     Conv2D        26×26×32          320  194,688  84.5 KiB",
    " 1     MaxPooling2D  13×13×32            0        0  21.1 KiB",
    " 2     Flatten       5408                0        0       0 B",
    " 3     Dense         128           692,352  692,224     512 B",
    " 4     Dropout       128                 0        0     512 B",
    " 5     Output        10              1,290    1,280      40 B",
  }, "\n"))
  wait("the highlight", highlighted)
  contains(highlighted(), "Conv2D")
  put_cursor(8)
  contains(highlighted(), "Dense")
  put_cursor(11)
  equal(highlighted(), nil)
  put_cursor(5)
  set_line(bufnr, 5, '    Conv2D(64, (3, 3), "relu")')
  vim.api.nvim_exec_autocmds("TextChanged", {})
  wait("the new table", function()
    return table_text(window):find("26×26×64", 1, true)
  end)
  vim.cmd("NeuralShapes")
  equal(table_window(), nil)
end)

test(":NeuralShapes shows which layers are unknown", function()
  open("unknown.neural", BROKEN)
  vim.cmd("NeuralShapes")
  local window = assert(table_window(), "no table is open")
  wait("the table", function()
    return table_text(window):find("Conv2D", 1, true)
  end)
  contains(table_text(window), "0     Conv2D        ?")
  vim.api.nvim_win_close(window, true)
  wait("the table to be forgotten", function()
    return not pcall(vim.api.nvim_get_autocmds, { group = "neural_analyzer_shapes" })
  end)
  equal(table_window(), nil)
end)

test(":NeuralRestart brings a new server", function()
  local bufnr = open("restart.neural", BROKEN)
  wait_findings(bufnr, { { 4, 16, 18, "kernel-too-large" } })
  local old = neural.clients(bufnr)[1].id
  vim.cmd("NeuralRestart")
  wait("the new server", function()
    local client = neural.clients(bufnr)[1]
    return client and client.id ~= old and client.initialized
  end)
  wait_findings(bufnr, { { 4, 16, 18, "kernel-too-large" } })
end)

test("a server that is killed is brought back, for every network that is open", function()
  local other = open("killed-other.neural", BROKEN)
  local bufnr = open("killed.neural", BROKEN)
  wait_findings(bufnr, { { 4, 16, 18, "kernel-too-large" } })
  equal(neural.clients(bufnr)[1].id, neural.clients(other)[1].id, "one server for both")
  vim.uv.kill(status(bufnr).process, "sigkill")
  wait("the client to go", function()
    return #neural.clients() == 0
  end)
  vim.cmd("NeuralRestart")
  for _, buffer in ipairs({ bufnr, other }) do
    wait("the new server", function()
      local client = neural.clients(buffer)[1]
      return client and client.initialized
    end)
  end
  set_line(bufnr, 5, '    Conv2D(32, (3, 3), "relu")')
  wait_findings(bufnr, {})
  wait_findings(other, { { 4, 16, 18, "kernel-too-large" } })
end)

test("settings count at once, with the same server", function()
  local bufnr = open("settings.neural", BROKEN)
  wait_findings(bufnr, { { 4, 16, 18, "kernel-too-large" } })
  local before = neural.clients(bufnr)[1].id
  local function wait_severity(expected)
    wait("the severity " .. expected, function()
      local finding = vim.diagnostic.get(bufnr)[1]
      return finding and finding.severity == expected
    end)
  end
  neural.configure({ severity = { ["kernel-too-large"] = "warning" } })
  wait_severity(vim.diagnostic.severity.WARN)
  neural.configure({ severity = { ["kernel-too-large"] = "off" } })
  wait_findings(bufnr, {})
  neural.configure({ severity = { ["kernel-too-large"] = "error" } })
  wait_severity(vim.diagnostic.severity.ERROR)
  equal(neural.clients(bufnr)[1].id, before)
end)

test("two folders have settings of their own", function()
  for name, severity in pairs({ one = "warning", two = "info" }) do
    vim.fn.mkdir(FOLDER .. "/" .. name, "p")
    vim.fn.writefile({ "[severity]", ('kernel-too-large = "%s"'):format(severity) }, FOLDER .. "/" .. name .. "/neural.toml")
  end
  local one = open("one/net.neural", BROKEN)
  local two = open("two/net.neural", BROKEN)
  for bufnr, severity in pairs({ [one] = vim.diagnostic.severity.WARN, [two] = vim.diagnostic.severity.INFO }) do
    wait_findings(bufnr, { { 4, 16, 18, "kernel-too-large" } })
    equal(vim.diagnostic.get(bufnr)[1].severity, severity)
  end
  -- A change in one folder is not one in the other.
  vim.fn.writefile({ "[severity]", 'kernel-too-large = "off"' }, FOLDER .. "/one/neural.toml")
  vim.cmd.buffer(one)
  vim.cmd("silent write")
  wait_findings(one, {})
  equal(vim.diagnostic.get(two)[1].severity, vim.diagnostic.severity.INFO)
end)

test("a file of 10,000 layers can be typed into", function()
  local lines = { "network Large {", "  input: (16,)", "  layers:" }
  for at = 0, 9999 do
    table.insert(lines, ('    Dense(%d, "relu")'):format(8 + at % 7))
  end
  table.insert(lines, "}")
  local bufnr = open("large.neural", lines)
  put_cursor(5000)
  vim.cmd("normal! zz")
  wait("the hints", function()
    return (drawn_hints(bufnr)[5000] or ""):find("→", 1, true)
  end)
  local times = {}
  for round = 1, 10 do
    local begin = vim.uv.hrtime()
    -- A misspelled argument, typed and taken away again.
    if round % 2 == 1 then
      vim.api.nvim_feedkeys(vim.keycode("$i, unts=3<Esc>"), "xt", false)
    else
      vim.cmd("silent undo")
    end
    wait("the finding", function()
      return #vim.diagnostic.get(bufnr) == round % 2
    end)
    times[round] = (vim.uv.hrtime() - begin) / 1e6
  end
  table.sort(times)
  io.stdout:write(("      from typing to the finding: median %.0f ms, worst %.0f ms\n"):format(times[6], times[10]))
  -- A guard against what grows with the square of the length, on a busy machine and a program without
  -- optimization; how fast it is is measured elsewhere.
  if times[6] > 10000 then
    error(("%.0f ms"):format(times[6]))
  end
  vim.bo[bufnr].modified = false
end)

test("lines are indented by what stands above them", function()
  local bufnr = open("indent.neural", {})
  local flat = {}
  local expected = {
    "network A {",
    "  input: (8,)",
    "  layers:",
    "    Dense(8)",
    "    ResidualConnection {",
    "      Dense(",
    "        8",
    "      )",
    "    }",
    "    Output(2)",
    '  loss: "mse"',
    "  train {",
    "    epochs: 3 # {",
    "  }",
    "}",
    "network B {",
  }
  for at, text in ipairs(expected) do
    flat[at] = vim.trim(text)
  end
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, flat)
  vim.cmd("silent normal! gg=G")
  equal(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), expected)
  vim.bo[bufnr].modified = false
end)

test("words have colours without a server", function()
  local bufnr = vim.api.nvim_create_buf(true, false)
  vim.api.nvim_set_current_buf(bufnr)
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, BROKEN)
  vim.bo[bufnr].filetype = "neural"
  local function group(lnum, column)
    return vim.fn.synIDattr(vim.fn.synID(lnum, column, 1), "name")
  end
  equal(group(1, 3), "neuralComment")
  equal(group(2, 1), "neuralKeyword")
  equal(group(2, 9), "neuralName")
  equal(group(3, 3), "neuralSection")
  equal(group(5, 5), "neuralLayer")
  equal(group(5, 12), "neuralNumber")
  equal(group(5, 26), "neuralString")
  equal(group(12, 19), "neuralParameter")
end)

test(":checkhealth finds nothing wrong", function()
  open("health.neural", BROKEN)
  vim.cmd("silent checkhealth neural_analyzer")
  local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
  contains(text, "a server runs for")
  contains(text, "neural-analyzer 0.")
  if text:find("ERROR", 1, true) then
    error(text)
  end
  vim.cmd("bwipeout!")
end)

test(":make lists the findings of a folder", function()
  open("made.neural", BROKEN)
  vim.cmd("compiler neural_analyzer")
  vim.bo.makeprg = vim.bo.makeprg:gsub("neural%-analyzer", vim.env.NEURAL_ANALYZER)
  vim.cmd("silent make! " .. FOLDER .. "/made.neural")
  local list = vim.tbl_filter(function(item)
    return item.valid == 1
  end, vim.fn.getqflist())
  equal(#list, 1)
  equal({ vim.fn.bufname(list[1].bufnr):match("[^/]*$"), list[1].lnum, list[1].col }, { "made.neural", 5, 17 })
  contains(list[1].text, "`kernel_size` 30×3 does not fit the 28×28 input")
  equal(list[1].type:lower(), "e")
end)

test("the help file has its tags", function()
  vim.cmd("helptags " .. vim.env.NEURAL_PLUGIN .. "/doc")
  vim.cmd("help :NeuralShapes")
  contains(vim.api.nvim_buf_get_name(0), "neural_analyzer.txt")
  vim.cmd("helpclose")
  vim.fn.delete(vim.env.NEURAL_PLUGIN .. "/doc/tags")
end)

expect.finish()
