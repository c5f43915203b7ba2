-- expect: ok
return 1 -- no newline behind this
