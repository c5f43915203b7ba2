local json = require("dkjson")
local text = json.encode({list = {1, 2.5, -3e20, true, json.null}, text = "q\"\\/\n\u{e4}", e = {}},
  {keyorder = {"text", "list", "e"}, indent = true})
local value, position, problem = json.decode('{"a":[1,2,{"b":null}],"c":"\\u00e4\\n","d":1.5e3} ')
local bad = select(3, json.decode('{"a":[1,2,'))
return text .. value.a[2] .. value.c .. value.d .. position .. tostring(problem) .. tostring(bad) ..
  json.quotestring("\1\127")
