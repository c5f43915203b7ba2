local policy = {}
function policy.init(agent)
  agent.memory.best = 0
end
function policy.act(agent, place)
  local memory = agent.memory
  if agent.hunger < (memory.best or 1) then memory.best = agent.hunger end
  if place.tick % 2 == 0 then agent:wander() else agent:rest() end
end
function policy.collect(step)
  local agent = step.self
  return {best = agent.memory.best, at = {agent.x, agent.y}, time = step.time}
end
function policy.finalize(episode)
  local names = {}
  for name in pairs(episode) do names[#names + 1] = tostring(name) end
  return {names = table.concat(names, " ")}
end
function policy.migrate(old)
  if type(old.best) ~= "number" then old.best = 0 end
  return {best = old.best}
end
return policy
