-- expect: error
error("[cherub.core]:1: mine", 0)
