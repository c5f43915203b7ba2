local limit, flags, count = 20000, {}, 0
for i = 2, limit do flags[i] = true end
for i = 2, limit do
  if flags[i] then
    count = count + 1
    for k = i * i, limit, i do flags[k] = false end
  end
end
return tostring(count)
