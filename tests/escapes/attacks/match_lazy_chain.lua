-- expect: fuel
return ("a"):rep(3e4):find((".-"):rep(8) .. "b")
