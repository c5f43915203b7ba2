-- expect: error cannot be changed
table.insert(string, 1)
