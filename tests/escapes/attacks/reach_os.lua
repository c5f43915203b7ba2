-- expect: error attempt to index
return os.execute("true")
