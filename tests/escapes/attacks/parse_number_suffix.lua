-- expect: refused
return 1LL
