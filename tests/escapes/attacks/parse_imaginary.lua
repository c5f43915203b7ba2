-- expect: refused
return 1i
