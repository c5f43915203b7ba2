local function act(agent, env)
  local crowd = env.count("any", 3)
  if crowd > 4 then
    agent:say("crowded at " .. string.format("%.1f %.1f", agent.x, agent.y))
    return agent:move(math.random() - 0.5, math.random() - 0.5)
  end
  agent:idle()
end

return {
  act = act,
  init = function(agent, config)
    agent.memory = {steps = 0, home = {x = agent.x, y = agent.y}}
  end,
  finalize = function(episode)
    return {seen = episode}
  end,
}
