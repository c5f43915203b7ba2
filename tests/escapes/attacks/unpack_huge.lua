-- expect: error too many
return unpack({}, 1, 1e7)
