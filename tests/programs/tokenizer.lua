-- Splits an expression into tokens by bytes, parses it by precedence, and evaluates it.
local rounds = ... or 10
local source = "(1 + 2) * 3 - 4 / (5 + 6 * -7) + 8 * (9 - 10 / 11) - x * y + (x - 3) * 2"
local variables = {x = 3.5, y = -2}
local function tokens_of(text)
  local tokens, at = {}, 1
  while at <= #text do
    local c = text:sub(at, at)
    if c >= "0" and c <= "9" then
      local from = at
      while at <= #text and text:sub(at, at):find("[%d.]") do at = at + 1 end
      tokens[#tokens + 1] = tonumber(text:sub(from, at - 1))
    else
      if c ~= " " then tokens[#tokens + 1] = c end
      at = at + 1
    end
  end
  return tokens
end
local levels = {["+"] = 1, ["-"] = 1, ["*"] = 2, ["/"] = 2}
local function evaluate(tokens)
  local at, expression = 1, nil
  local function operand()
    local token = tokens[at]
    at = at + 1
    if token == "-" then return -operand() end
    if token == "(" then
      local value = expression(1)
      at = at + 1
      return value
    end
    return type(token) == "number" and token or variables[token]
  end
  function expression(lowest)
    local left = operand()
    while true do
      local op = tokens[at]
      local level = levels[op]
      if not level or level < lowest then return left end
      at = at + 1
      local right = expression(level + 1)
      if op == "+" then left = left + right
      elseif op == "-" then left = left - right
      elseif op == "*" then left = left * right
      else left = left / right end
    end
  end
  return expression(1)
end
local sum = 0
for i = 1, rounds do
  variables.x = i / 2
  sum = sum + evaluate(tokens_of(source))
end
return ("%.9f"):format(sum)
