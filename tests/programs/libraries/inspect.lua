local inspect = require("inspect")
local nested = {1, 2, {"a", "b"}, name = "x y", [3.5] = true, deep = {deeper = {deepest = {}}}}
nested.again = nested[3]
local shown = inspect(nested, {depth = 3}) .. inspect("quote'\"\n\tend\0") ..
  inspect(setmetatable({1}, {kind = "meta"}))
return shown .. inspect({a = 1, b = 2}, {newline = "", indent = "", process = function(item, path)
  return type(item) == "number" and item * #path or item
end})
