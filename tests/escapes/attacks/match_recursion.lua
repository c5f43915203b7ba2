-- expect: ok|error|fuel
return ("x"):rep(1e5):match("(.-)" .. (".?"):rep(1000) .. "$") ~= nil
