-- expect: error attempt to call
newproxy(true)
