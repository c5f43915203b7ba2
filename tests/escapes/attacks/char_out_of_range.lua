-- expect: error
return string.char(256)
