-- expect: fuel
-- The only charge is the one of the loop.
local function add(a, b) return a + b end
local sum = 0
while true do sum = add(sum, add(1, 2)) end
