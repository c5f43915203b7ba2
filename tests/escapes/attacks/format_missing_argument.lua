-- expect: error bad argument
return string.format("%d")
