-- expect: error
error(("x"):rep(1e6))
