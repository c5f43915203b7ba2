-- expect: error attempt to call
collectgarbage("stop")
