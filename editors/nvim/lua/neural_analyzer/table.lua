--- The answer of `neural-analyzer/shapes` as lines of text. No windows here: text in, text out.
local M = {}

--- Rows of one file that are laid out; a network of more says so.
M.limit = 20000

local function dimension(dim)
  if type(dim) == "number" then
    return ("%d"):format(dim)
  elseif type(dim) ~= "table" then
    return "?"
  elseif dim.choices then
    local sizes = vim.tbl_map(tostring, dim.choices)
    return table.concat(sizes, "|")
  elseif dim.min and dim.max then
    return ("%d..%d"):format(dim.min, dim.max)
  end
  return dim.symbol or dim.expr or "?"
end

--- `26×26×32`: the batch, which comes first, is left out.
function M.shape(shape)
  if type(shape) ~= "table" or #shape == 0 then
    return "?"
  end
  if type(shape[1]) == "table" and vim.islist(shape[1]) then
    local outputs = vim.tbl_map(M.shape, shape)
    return table.concat(outputs, ", ")
  end
  local dims = {}
  for at = 2, #shape do
    dims[#dims + 1] = dimension(shape[at])
  end
  return #dims == 0 and "scalar" or table.concat(dims, "×")
end

--- `693,962`.
function M.count(count)
  if type(count) == "table" and count.min then
    return M.count(count.min) .. ".." .. M.count(count.max)
  elseif type(count) ~= "number" then
    return "?"
  end
  local digits = ("%d"):format(count):reverse():gsub("(%d%d%d)", "%1,"):reverse()
  return (digits:gsub("^,", ""))
end

--- `84.5 KiB`.
function M.bytes(bytes)
  if type(bytes) == "table" and bytes.min then
    return M.bytes(bytes.min) .. ".." .. M.bytes(bytes.max)
  elseif type(bytes) ~= "number" then
    return "?"
  end
  local unit = 1
  local units = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" }
  while bytes >= 1024 and unit < #units do
    bytes, unit = bytes / 1024, unit + 1
  end
  if unit == 1 then
    return ("%d B"):format(bytes)
  end
  -- Three digits that count.
  local digits = bytes < 9.995 and 2 or bytes < 99.95 and 1 or 0
  return ("%." .. digits .. "f %s"):format(bytes, units[unit])
end

local function sum(a, b)
  if type(a) == "number" and type(b) == "number" then
    return a + b
  end
  local function bounds(count)
    if type(count) == "table" then
      return count.min, count.max
    end
    return count, count
  end
  if type(a) == "userdata" or type(b) == "userdata" or a == nil or b == nil then
    return nil
  end
  local a_min, a_max = bounds(a)
  local b_min, b_max = bounds(b)
  return { min = a_min + b_min, max = a_max + b_max }
end

local function pad(text, width, right)
  local space = (" "):rep(width - vim.fn.strdisplaywidth(text))
  return right and space .. text or text .. space
end

local HEAD = { "path", "layer", "output shape", "params", "MACs", "memory" }
local RIGHT = { false, false, false, true, true, true }

local function cells(layer)
  local params = layer.params or {}
  local name = type(layer.name) == "string" and (" " .. layer.name) or ""
  return {
    layer.path,
    layer.layer .. name,
    M.shape(layer.output_shape),
    M.count(sum(params.trainable, params.non_trainable)),
    M.count(layer.macs),
    M.bytes(layer.activation_bytes),
  }
end

local function summary(network)
  local inputs = vim.tbl_map(function(input)
    local name = type(input.name) == "string" and (input.name .. " ") or ""
    return name .. M.shape(input.shape)
  end, network.inputs or {})
  local totals = network.totals or {}
  local name = type(network.name) == "string" and network.name or "network"
  return ("%s  %s, %s parameters, %s MACs"):format(
    name,
    table.concat(inputs, ", "),
    M.count(sum(totals.trainable, totals.non_trainable)),
    M.count(totals.macs)
  )
end

--- The lines of a report, and for each line the layer that it shows.
---@return string[] lines, table<integer, table> rows
function M.render(report)
  local lines, rows = {}, {}
  for _, network in ipairs(report.networks or {}) do
    if #lines > 0 then
      lines[#lines + 1] = ""
    end
    lines[#lines + 1] = summary(network)
    local table_rows, widths = { HEAD }, {}
    for at, layer in ipairs(network.layers or {}) do
      if at > M.limit then
        break
      end
      table_rows[#table_rows + 1] = cells(layer)
    end
    for _, row in ipairs(table_rows) do
      for column, text in ipairs(row) do
        widths[column] = math.max(widths[column] or 0, vim.fn.strdisplaywidth(text))
      end
    end
    for at, row in ipairs(table_rows) do
      local padded = {}
      for column, text in ipairs(row) do
        padded[column] = pad(text, widths[column], RIGHT[column])
      end
      lines[#lines + 1] = " " .. (table.concat(padded, "  "):gsub("%s+$", ""))
      if at > 1 then
        rows[#lines] = network.layers[at - 1]
      end
    end
    local hidden = #(network.layers or {}) - M.limit
    if hidden > 0 then
      lines[#lines + 1] = (" … and %s more layers"):format(M.count(hidden))
    end
  end
  if #lines == 0 then
    lines[1] = "There is no network in this file."
  end
  return lines, rows
end

--- The line of the table for a line of the text: the first layer that is written there or that a
--- macro call there makes, or else the nearest one above.
---@param rows table<integer, table>
---@param lnum integer counted from 1
---@return integer|nil row, integer|nil line  where that layer stands
function M.row_at(rows, lnum)
  local row, line
  for at, layer in pairs(rows) do
    local call = type(layer.expanded_from) == "table" and layer.expanded_from.line or layer.line
    local here = layer.line == lnum and lnum or call
    local nearer = not row or here > line or (here == line and at < row)
    if here <= lnum and nearer then
      row, line = at, here
    end
  end
  return row, line
end

return M
