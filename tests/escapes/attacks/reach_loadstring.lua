-- expect: error attempt to call
return loadstring("return 1")()
