-- expect: error
return ("x"):find(("("):rep(40) .. "x" .. (")"):rep(40))
