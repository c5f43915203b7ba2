-- expect: ok
return getmetatable("") == "locked"
