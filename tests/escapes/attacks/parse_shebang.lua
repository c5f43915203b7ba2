#!/usr/bin/lua
return 1
-- expect: refused
