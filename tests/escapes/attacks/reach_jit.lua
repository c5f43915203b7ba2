-- expect: error attempt to index
jit.off()
