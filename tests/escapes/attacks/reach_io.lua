-- expect: error attempt to index
return io.open("/etc/passwd")
