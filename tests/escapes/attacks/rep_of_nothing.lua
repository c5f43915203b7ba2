-- expect: ok
return #(""):rep(1e9)
