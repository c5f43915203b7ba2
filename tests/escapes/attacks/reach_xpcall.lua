-- expect: error attempt to call
xpcall(print, print)
