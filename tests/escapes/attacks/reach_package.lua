-- expect: error attempt to index
return package.loaded
