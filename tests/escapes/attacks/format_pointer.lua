-- expect: error invalid option
return string.format("%p", {})
