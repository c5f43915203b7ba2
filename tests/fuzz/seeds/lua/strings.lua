local words, text = {}, "the quick brown fox jumps over the lazy dog; the end"
for word in text:gmatch("%a+") do words[#words + 1] = word:upper() end
local counts = {}
text:gsub("%a", function(c) counts[c] = (counts[c] or 0) + 1 end)
local first = text:find("fox", 1, true)
local key, value = ("name = value"):match("^(%w+)%s*=%s*(%w+)$")
local swapped = ("hello world"):gsub("(%w+) (%w+)", "%2 %1")
local mapped = ("$a and $b"):gsub("%$(%w)", {a = "one", b = 2})
return table.concat(words, "-") .. counts.e .. first .. key .. value .. swapped .. mapped ..
  ("x"):rep(3, ",") .. ("abc"):reverse() .. ("abc"):byte(2) .. string.char(72, 105) .. ("%d%%"):format(50) ..
  ("  trim "):match("^%s*(.-)%s*$") .. #text .. tostring(("a"):find("b")) .. ("a,b,,c"):gsub(",", ";") ..
  ("THE (quick) fox"):find("%((%a+)%)") .. ("f(a(b)c)d"):match("%b()") .. ("THE"):gsub("%f[%a]%a+", string.lower)
