-- expect: error no string may be a number
-- A number of 100,000 digits would be read again by every operation.
return tonumber(("1"):rep(1e5)) ~= nil
