return {
  on_tick = function(self, world) self:wander() end,
}
