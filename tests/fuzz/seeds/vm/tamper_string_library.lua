-- expect: error cannot be changed
string.upper = function() return "mine" end
