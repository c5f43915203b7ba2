LJprint
-- expect: refused
