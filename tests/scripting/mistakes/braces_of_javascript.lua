local policy = {}
function policy.act(self, world) {
  self:wander();
}
return policy
