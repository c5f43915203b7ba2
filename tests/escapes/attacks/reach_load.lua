-- expect: error attempt to call
return load("return 1")()
