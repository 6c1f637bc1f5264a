--- A very small test runner for a headless Neovim: named checks, a line for each, an exit code.
local M = { passed = 0, failed = 0 }

--- Runs events until `what` holds. The limit is for a machine that is busy with other things.
function M.wait(name, what, ms)
  if not vim.wait(ms or 60000, what, 10) then
    error("waited in vain for " .. name, 2)
  end
end

--- Compares by structure.
function M.equal(found, expected, what)
  if not vim.deep_equal(found, expected) then
    local text = "%s\n  expected %s\n  found    %s"
    error(text:format(what or "not equal", vim.inspect(expected), vim.inspect(found)), 2)
  end
end

function M.contains(text, piece)
  if not text:find(piece, 1, true) then
    error(("`%s` is not in\n%s"):format(piece, text), 2)
  end
end

--- Runs one test.
function M.test(name, run)
  local ok, err = xpcall(run, debug.traceback)
  if ok then
    M.passed = M.passed + 1
    io.stdout:write("ok    " .. name .. "\n")
  else
    M.failed = M.failed + 1
    io.stdout:write("FAIL  " .. name .. "\n" .. err .. "\n")
  end
end

--- Ends Neovim, telling the shell whether all went well.
function M.finish()
  io.stdout:write(("%d passed, %d failed\n"):format(M.passed, M.failed))
  vim.cmd(M.failed == 0 and "qall!" or "cquit 1")
end

return M
