local policy = {}
function policy.init(self, config)
  self.memory.score = function(food) return -food.distance end
end
function policy.act(self, world)
  self:wander()
end
return policy
