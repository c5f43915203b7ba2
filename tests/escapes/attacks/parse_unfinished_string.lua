-- expect: refused
return "abc
