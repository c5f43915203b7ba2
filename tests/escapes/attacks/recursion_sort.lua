-- expect: error stack overflow
local function c(a, b) table.sort({1, 2, 3}, c) return a < b end
table.sort({3, 2, 1}, c)
