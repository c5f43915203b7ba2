class Policy:
    def act(self, world):
        self.wander()
