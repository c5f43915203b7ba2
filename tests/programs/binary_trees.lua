-- Builds and counts complete binary trees: much garbage, deep recursion.
local depth = ... or 8
local function build(levels)
  if levels == 0 then return {} end
  return {left = build(levels - 1), right = build(levels - 1)}
end
local function count(tree)
  if not tree.left then return 1 end
  return 1 + count(tree.left) + count(tree.right)
end
local kept, total = build(depth), 0
for levels = 4, depth, 2 do
  for _ = 1, 2 ^ (depth - levels) do total = total + count(build(levels)) end
end
return total .. " " .. count(kept)
