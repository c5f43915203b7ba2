-- expect: ok
local _, state = pairs(string)
local function spoil(t)
  for key, value in pairs(t) do
    if type(value) == "table" then spoil(value) end
    t[key] = function() return "spoilt" end
  end
end
spoil(state)
for i = 1, 40 do state[i] = nil end
local upper = ("x"):upper()
assert(upper == "X" and string.upper("y") == "Y")
local names = {}
for name in pairs(string) do names[#names + 1] = name end
assert(names[1] == "byte" and #names >= 13, table.concat(names, " "))
return #names
