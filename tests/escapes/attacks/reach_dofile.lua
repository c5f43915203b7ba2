-- expect: error attempt to call
dofile("/etc/passwd")
