-- expect: error attempt to call
return string.dump(function() end)
