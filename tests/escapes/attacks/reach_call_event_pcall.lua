-- expect: error attempt to call
setmetatable({}, {__call = pcall})()
