-- expect: error invalid key
return next({}, "nothing")
