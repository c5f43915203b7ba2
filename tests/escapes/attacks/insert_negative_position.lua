-- expect: error
table.insert({}, -2 ^ 40, 1)
