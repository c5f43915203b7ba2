-- expect: ok
return #("x"):rep(-5) + #("x"):rep(0 / 0)
