-- expect: error attempt to call
return require("ffi")
