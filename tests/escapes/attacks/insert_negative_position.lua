-- expect: fuel
table.insert({}, -2 ^ 40, 1)
