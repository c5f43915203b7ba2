local Account = {}
Account.__index = Account
function Account.new(balance) return setmetatable({balance = balance}, Account) end
function Account:deposit(amount) self.balance = self.balance + amount return self end
local Savings = setmetatable({}, {__index = Account})
Savings.__index = Savings
function Savings.new(balance) return setmetatable(Account.new(balance), Savings) end
function Savings:interest(rate) return self:deposit(self.balance * rate) end
Account.__add = function(a, b) return Account.new(a.balance + b.balance) end
Account.__tostring = function(a) return "balance " .. a.balance end
Account.__eq = function(a, b) return a.balance == b.balance end
Account.__lt = function(a, b) return a.balance < b.balance end
Account.__le = function(a, b) return a.balance <= b.balance end
Account.__concat = function(a, b) return tostring(a) .. "|" .. tostring(b) end
Account.__unm = function(a) return Account.new(-a.balance) end
Account.__call = function(self, x) return self.balance * x end
local s = Savings.new(100):interest(0.5)
local a, b = Account.new(1), Account.new(2)
return s.balance .. " " .. tostring(a + b) .. " " .. tostring(a < b) .. tostring(a <= b) ..
  tostring(a == Account.new(1)) .. " " .. (a .. b) .. " " .. tostring(-a) .. " " .. a(7)
