-- expect: fuel
::again:: goto again
