-- expect: error attempt to index
return debug.getregistry()
