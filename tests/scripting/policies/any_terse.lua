local P={};local abs,max=math.abs,math.max
function P.act(s,w)local n=w.nearest;local f=n("food",9);if f then s:move_to(f.x,f.y);s:eat(f)
else s:move(max(-1,-abs(s.x)),0)end;end;return P
