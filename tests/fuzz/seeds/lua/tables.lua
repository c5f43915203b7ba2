local t = {5, 2, 8, 1, 9, 3}
table.sort(t)
local sorted = table.concat(t, " ")
table.sort(t, function(a, b) return a > b end)
table.insert(t, 1, 100)
table.insert(t, 7)
local removed = table.remove(t, 2) .. "," .. table.remove(t)
local nested = {a = {b = {c = 42}}, ["key with space"] = 1, [10] = "ten", [2.5] = "half"}
local matrix = {}
for i = 1, 5 do
  matrix[i] = {}
  for j = 1, 5 do matrix[i][j] = i * j end
end
local n = 0
for _, row in ipairs(matrix) do for _, v in ipairs(row) do n = n + v end end
return sorted .. "|" .. table.concat(t, " ") .. "|" .. removed .. "|" .. nested.a.b.c .. nested[10] ..
  nested[2.5] .. "|" .. n .. "|" .. #t .. "|" .. select(2, unpack({1, 2, 3})) .. tostring(next({})) ..
  tostring(rawget(setmetatable({}, {__index = function() return 1 end}), "x")) .. table.maxn({1, 2, [9] = 3})
