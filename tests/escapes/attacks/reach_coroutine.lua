-- expect: error attempt to index
coroutine.wrap(function() end)()
