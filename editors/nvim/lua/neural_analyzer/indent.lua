--- The indent of a line, from the lines above it. Only what is indented already is looked at, so a
--- file of any length costs the same.
local M = {}

--- How far back a bracket's partner is searched for.
local FAR = 2000

local SECTIONS = {
  input = true,
  layers = true,
  loss = true,
  optimizer = true,
  metrics = true,
  train = true,
  training = true,
  execute = true,
  execution = true,
}

--- The line without strings and comments.
local function code(line)
  line = line:gsub('"[^"]*"', '""'):gsub("'[^']*'", "''"):gsub("/%*.-%*/", "")
  return (line:gsub("//.*", ""):gsub("#.*", ""))
end

--- How many brackets a line leaves open, and how many it closes of lines above.
local function brackets(text)
  local open, closed = 0, 0
  for bracket in text:gmatch("[%(%)%[%]{}]") do
    if bracket:find("[%(%[{]") then
      open = open + 1
    elseif open > 0 then
      open = open - 1
    else
      closed = closed + 1
    end
  end
  return open, closed
end

--- The line above `lnum` that leaves open the `depth`-th bracket counted outwards.
local function opener(lnum, depth)
  for above = lnum - 1, math.max(1, lnum - FAR), -1 do
    local open, closed = brackets(code(vim.fn.getline(above)))
    if open >= depth then
      return above
    end
    depth = depth - open + closed
  end
end

--- The value of `indentexpr`; -1 keeps the indent that is there.
function M.of_line(lnum)
  local previous = vim.fn.prevnonblank(lnum - 1)
  if previous == 0 then
    return 0
  end
  local step = vim.fn.shiftwidth()
  local line = code(vim.fn.getline(lnum))

  if line:find("^%s*[%)%]}]") then
    local above = opener(lnum, 1)
    return above and vim.fn.indent(above) or -1
  end
  local word, mark = line:match("^%s*([a-z]+)%s*([:{])")
  if word and SECTIONS[word] and mark then
    local above = opener(lnum, 1)
    if above and vim.fn.getline(above):find("^%s*network%f[%W]") then
      return vim.fn.indent(above) + step
    end
  end

  local text = code(vim.fn.getline(previous))
  local open, closed = brackets(text)
  if open > 0 or text:find("^%s*layers%s*:%s*$") then
    return vim.fn.indent(previous) + step
  end
  if closed > 0 and not text:find("^%s*[%)%]}]") then
    local above = opener(previous, closed)
    return above and vim.fn.indent(above) or -1
  end
  return vim.fn.indent(previous)
end

return M
