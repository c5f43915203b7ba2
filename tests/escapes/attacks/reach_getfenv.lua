-- expect: error attempt to call
return getfenv(print)
