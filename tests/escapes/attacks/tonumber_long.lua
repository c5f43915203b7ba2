-- expect: ok
return tonumber(("1"):rep(1e5)) ~= nil
