-- expect: ok
return "\255\254"
