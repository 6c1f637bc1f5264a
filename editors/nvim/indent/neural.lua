-- Indentation: one step inside brackets and under `layers:`; sections stand one step inside their network.
if vim.b.did_indent then
  return
end
vim.b.did_indent = 1

vim.bo.autoindent = true
vim.bo.indentexpr = "v:lua.require'neural_analyzer.indent'.of_line(v:lnum)"
vim.bo.indentkeys = table.concat({
  "0{,0},0),0],!^F,o,O",
  "0=input:,0=layers:,0=loss:,0=optimizer:,0=metrics:",
  "0=train {,0=training {,0=execute {,0=execution {",
}, ",")

vim.b.undo_indent = "setlocal autoindent< indentexpr< indentkeys<"
