-- What docs/getting-started.md tells a user to do in Neovim, done with the user's keys.
local plugin = vim.fn.expand("~/.local/share/nvim/site/pack/neural/start/neural-analyzer")
package.path = plugin .. "/tests/?.lua;" .. package.path
local expect = require("expect")

local function keys(text)
  vim.api.nvim_feedkeys(vim.keycode(text), "xt", false)
end

local function line(lnum)
  return vim.api.nvim_buf_get_lines(0, lnum - 1, lnum, false)[1]
end

--- The text of the window that floats, once there is one that has the piece; it is closed again.
local function floating(piece)
  local text
  expect.wait("a window with `" .. piece .. "`", function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= "" then
        local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
        text = table.concat(lines, "\n")
        if text:find(piece, 1, true) then
          vim.api.nvim_win_close(window, true)
          return true
        end
      end
    end
  end)
  return text
end

expect.test("Neovim underlines the mistake, and the fix mends it", function()
  expect.wait("the underline", function()
    return #vim.diagnostic.get(0) == 1
  end)
  keys("]d")
  expect.equal(vim.api.nvim_win_get_cursor(0), { 4, 16 })
  keys("<C-W>d")
  floating("does not fit the 28×28 input")
  vim.ui.select = function(items, options, choose)
    for at, item in ipairs(items) do
      if options.format_item(item):find('Add `padding="same"`', 1, true) then
        choose(item, at)
        return
      end
    end
    error("the fix is not offered")
  end
  vim.lsp.buf.code_action()
  expect.wait("the fix", function()
    return line(4):find('padding="same"', 1, true)
  end)
  expect.wait("the underline to go", function()
    return #vim.diagnostic.get(0) == 0
  end)
  local shown = {}
  expect.wait("the shapes", function()
    shown = {}
    for _, hint in ipairs(vim.lsp.inlay_hint.get({ bufnr = 0 })) do
      local label = hint.inlay_hint.label
      label = type(label) == "string" and label or label[1].value
      shown[hint.inlay_hint.position.line + 1] = vim.trim(label)
    end
    return shown[4] == "→ 28×28×32"
  end)
  expect.equal({ shown[4], shown[5], shown[6] }, { "→ 28×28×32", "→ 14×14×32", "→ 6272" })
end)

expect.test("K shows the numbers of a layer, and :NeuralShapes those of all", function()
  vim.api.nvim_win_set_cursor(0, { 4, 5 })
  keys("K")
  expect.contains(floating("28×28×1 → 28×28×32"), "2,912")
  local before = #vim.api.nvim_list_wins()
  vim.cmd("NeuralShapes")
  expect.equal(#vim.api.nvim_list_wins(), before + 1)
  vim.cmd("wincmd j")
  expect.wait("the table", function()
    return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n"):find("Conv2D        28×28×32", 1, true)
  end)
  vim.cmd("wincmd k")
  vim.bo.modified = false
end)

expect.finish()
