-- expect: fuel
local a, b = ("x"):rep(1e6) .. "a", ("x"):rep(1e6) .. "b"
local count = 0
while true do
  if a < b and b >= a and not (a > b) and a <= b then count = count + 1 end
end
