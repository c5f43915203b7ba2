-- expect: error no table may have a key
local m = {}
m["__mo" .. "de"] = "k"
