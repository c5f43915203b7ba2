-- What libraries expect to find while they load, for a world without modules and protected calls.
local modules = {debug = {getmetatable = getmetatable}}
local function require(name) return modules[name] end
local function pcall(f, ...) return true, f(...) end
local package = {loaded = modules}
local coroutine, os = {}, {time = function() return 0 end}
local io, load, loadstring, module
