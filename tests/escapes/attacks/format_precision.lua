-- expect: error invalid option
return string.format("%.999999f", 1)
