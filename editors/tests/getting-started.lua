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

expect.test("Neovim underlines the mistake, and the fix mends it", function()
  expect.wait("the underline", function()
    return #vim.diagnostic.get(0) == 1
  end)
  if vim.fn.has("nvim-0.11") == 1 then
    keys("]d")
  else
    vim.diagnostic.goto_next()
  end
  expect.equal(vim.api.nvim_win_get_cursor(0), { 4, 16 })
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
  vim.cmd("NeuralShapes")
  vim.bo.modified = false
end)

expect.finish()
