-- expect: error cannot be changed
table.sort(math)
