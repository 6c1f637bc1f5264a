-- The commands, and what every buffer with a server gets. Nothing is started here.
if vim.g.loaded_neural_analyzer then
  return
end
vim.g.loaded_neural_analyzer = true

if vim.fn.has("nvim-0.10") == 0 then
  vim.notify_once("neural-analyzer: Neovim 0.10 or later is needed", vim.log.levels.ERROR)
  return
end

vim.api.nvim_create_user_command("NeuralShapes", function(command)
  require("neural_analyzer.shapes").toggle(command.smods)
end, { desc = "Show or hide the table of shapes of this file's networks" })

vim.api.nvim_create_user_command("NeuralRestart", function()
  require("neural_analyzer").restart()
end, { desc = "Restart the neural-analyzer server" })

vim.api.nvim_create_autocmd("LspAttach", {
  group = vim.api.nvim_create_augroup("neural_analyzer", {}),
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and client.name == "neural_analyzer" then
      require("neural_analyzer").on_attach(event.buf)
    end
  end,
})
