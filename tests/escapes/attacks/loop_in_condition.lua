-- expect: fuel
local function spin() while true do end end
if spin() then return 1 end
