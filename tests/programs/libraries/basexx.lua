local basexx = require("basexx")
local text = "Any carnal pleas\0\255 and more"
local out = {basexx.to_bit("ab"), basexx.to_hex(text), basexx.to_base32(text),
  basexx.to_base64(text), basexx.to_crockford(text)}
assert(basexx.from_base64(out[4]) == text and basexx.from_hex(out[2]) == text)
assert(basexx.from_bit(out[1]) == "ab")
return table.concat(out, " ") .. basexx.from_base32(out[3])
