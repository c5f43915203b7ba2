local out = {}
for _, x in ipairs({0, 1, -1, 0.5, 1e15, 1e16, 1e100, 2 ^ 53, -0.1, 1 / 3, 100, 1e-5}) do
  out[#out + 1] = tostring(x) .. ":" .. math.floor(x) .. ":" .. math.ceil(x)
end
out[#out + 1] = tostring(10 / 0) .. tostring(-10 / 0) .. tostring(0 / 0 ~= 0 / 0)
out[#out + 1] = 7 % 3 .. " " .. -7 % 3 .. " " .. 7 % -3 .. " " .. 5.5 % 2
out[#out + 1] = tonumber("0x1F") .. tonumber("  12  ") .. tostring(tonumber("1e")) .. tonumber("77", 8)
out[#out + 1] = math.max(1, 5, 3) .. math.min(4, 2) .. math.abs(-3) .. math.fmod(7, 3)
out[#out + 1] = bit.band(0xff, 0x0f) .. bit.bor(1, 2) .. bit.lshift(1, 4) .. bit.tohex(255)
out[#out + 1] = 0xff .. " " .. 1e2 .. " " .. .5 .. " " .. 3. .. " " .. 0x.8p1
return table.concat(out, " ")
