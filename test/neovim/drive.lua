-- What somebody does in Neovim with a model that has a mistake. Writes what was seen to $SLIPWAY_SEEN as JSON.
-- The configuration is the one of docs/editors.md, loaded before this.
local seen = {}

local function await(what, condition)
  if not vim.wait(60000, condition, 20) then error('waited in vain for ' .. what) end
end

local function place(text)
  for row, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local column = line:find(text, 1, true)
    if column then
      vim.api.nvim_win_set_cursor(0, { row, column - 1 })
      return
    end
  end
  error('no ' .. text)
end

local function ask(method)
  local client = vim.lsp.get_clients({ bufnr = 0 })[1]
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local answer = client:request_sync(method, params, 30000, 0)
  return answer and answer.result
end

local function run()
  vim.cmd.edit('late.slip')
  seen.filetype = vim.bo.filetype
  await('the server', function() return #vim.lsp.get_clients({ bufnr = 0 }) > 0 end)
  local client = vim.lsp.get_clients({ bufnr = 0 })[1]
  seen.name, seen.root, seen.encoding = client.name, client.root_dir, client.offset_encoding

  await('diagnostics', function() return #vim.diagnostic.get(0) > 0 end)
  seen.diagnostics = vim.tbl_map(function(found)
    return { code = found.code, message = found.message, row = found.lnum, column = found.col }
  end, vim.diagnostic.get(0))

  place('distnce')
  vim.lsp.buf.code_action({ apply = true, filter = function(action) return action.title:find('distance') ~= nil end })
  await('the fix', function() return #vim.diagnostic.get(0) == 0 end)
  seen.fixed = vim.api.nvim_get_current_line()

  place('distance)')
  seen.hover = ask('textDocument/hover')
  local list = ask('textDocument/completion')
  seen.suggestions = vim.tbl_map(function(item) return item.label end, list.items or list)

  place('origin_delay')
  vim.lsp.buf.rename('late_before')
  await('the new name', function() return vim.fn.search('late_before', 'nw') > 0 end)
  seen.renamed = vim.fn.searchcount({ pattern = 'late_before' }).total

  place('label late')
  vim.api.nvim_set_current_line('     label    late = delay > 15')
  vim.lsp.buf.format({ timeout_ms = 30000 })
  place('label late')
  seen.formatted = vim.api.nvim_get_current_line()

  place('late_departure')
  await('colours', function() return #(vim.lsp.semantic_tokens.get_at_pos() or {}) > 0 end)
  seen.colour = vim.lsp.semantic_tokens.get_at_pos()[1].type
end

local fine, message = xpcall(run, debug.traceback)
if not fine then seen.error = message end
vim.fn.writefile({ vim.json.encode(seen) }, vim.env.SLIPWAY_SEEN)
vim.cmd('qa!')
