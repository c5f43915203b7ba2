return 1
-- expect: refused
