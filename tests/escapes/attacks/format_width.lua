-- expect: error invalid option
return string.format("%999999d", 1)
