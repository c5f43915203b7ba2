-- expect: error too many
return unpack({}, -2 ^ 31, 2 ^ 31)
