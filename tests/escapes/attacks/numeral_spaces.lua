-- expect: error no string may be a number
return -((" "):rep(70000) .. "1")
