-- expect: refused
return [==[ abc ]=]
