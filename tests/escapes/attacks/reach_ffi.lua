-- expect: error attempt to index
return ffi.C
