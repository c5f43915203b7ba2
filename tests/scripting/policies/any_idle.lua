-- Does nothing, on purpose, and takes no second parameter.
return {act = function(self) self:idle() end}
