-- expect: error no table may have a key
local k = "__mode"
return {[k] = "k"}
