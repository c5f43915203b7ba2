-- expect: error no table may have a key
rawset({}, "__" .. "mode", "v")
