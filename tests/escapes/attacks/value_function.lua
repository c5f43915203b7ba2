-- expect: error cannot leave
return print
