-- expect: error invalid capture
return ("x"):gsub("x", "%9")
