-- expect: error
return ("x"):find("%b")
