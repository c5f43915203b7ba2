-- expect: fuel
do
  ::top::
  local x = 1
  if x then goto top end
end
