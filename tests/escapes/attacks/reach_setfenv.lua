-- expect: error attempt to call
setfenv(1, {})
