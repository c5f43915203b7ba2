local s = "esc: \\ \" \65 \x41 \z
           joined" .. [[
long
string]] .. [==[ with ]] inside ]==]
local f = function(...) local x, y = ... return y, x end
local t = {f(1, 2), f(3, 4), n = 5, [6] = 7; "semi"}
local r = (f(1, 2)) -- truncated to one
local v = not nil == true and 1 or 2
local chain = 2 ^ 3 ^ 2 .. -2 ^ 2 .. "" .. 1 .. 2
local lit = {f = function() return "m" end}
;(function() r = r + 1 end)()
local str = "x"
;("y"):rep(2)
local c = str .. "z"
;(f)(1)
return s .. #t .. t[1] .. t[2] .. t[3] .. r .. v .. chain .. lit.f() .. lit["f"]() .. tostring(f{1}).. c
