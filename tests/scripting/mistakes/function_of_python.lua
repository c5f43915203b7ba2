local policy = {}
def act(self, world):
    self:wander()
return policy
