-- Workers, buffers and messages as objects with inheritance: method calls and field access.
local rounds = ... or 60
local Task = {}
Task.__index = Task
function Task.new(class, name, priority)
  return setmetatable({name = name, priority = priority, inbox = {}, head = 1, done = 0}, class)
end
function Task:send(message) self.inbox[#self.inbox + 1] = message end
function Task:receive()
  local message = self.inbox[self.head]
  if message == nil then return nil end
  self.inbox[self.head] = false
  self.head = self.head + 1
  return message
end
function Task:ready() return self.inbox[self.head] ~= nil end

local Worker = setmetatable({}, {__index = Task})
Worker.__index = Worker
function Worker:step(others)
  local message = self:receive()
  self.done = self.done + message.size % 7
  message.size = (message.size * 5 + self.priority) % 101
  message.hops = message.hops + 1
  others[message.size % #others + 1]:send(message)
end

local Counter = setmetatable({}, {__index = Task})
Counter.__index = Counter
function Counter:step(others)
  local message = self:receive()
  self.done = self.done + 1
  others[(self.done + message.hops) % #others + 1]:send(message)
end

local tasks = {}
for i = 1, 8 do
  tasks[i] = Task.new(i % 3 == 0 and Counter or Worker, "task" .. i, i * 10)
end
for i = 1, 20 do tasks[i % #tasks + 1]:send({size = i, hops = 0}) end
for _ = 1, rounds do
  for i = 1, #tasks do
    local task = tasks[i]
    if task:ready() then task:step(tasks) end
  end
end
local summary = {}
for i, task in ipairs(tasks) do summary[i] = task.name .. "=" .. task.done end
return table.concat(summary, " ")
