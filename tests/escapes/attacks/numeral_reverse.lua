-- expect: error no string may be a number
return -(("1-e" .. ("0"):rep(70000)):reverse())
