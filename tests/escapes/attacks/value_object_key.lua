-- expect: error as a table key
return {[{}] = 1}
