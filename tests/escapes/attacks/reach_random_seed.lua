-- expect: error attempt to call
math.randomseed(1)
