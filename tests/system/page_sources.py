"""What the page's tests put in: policies that must not come in, a socket that talks nonsense."""
HOSTILE = """local policy = {}
function policy.act(self, world)
  os.execute("rm -rf /")
end
return policy
"""
ENDLESS = """local n = 0 while n >= 0 do n = n + 1 end
return {act = function(self, world) return self:wander() end}
"""

# Every socket of the page hears nonsense first: a text that is no JSON, bytes that are no frame.
NONSENSE = """
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("open", () => setTimeout(() => {
      this.dispatchEvent(new MessageEvent("message", {data: "{not json"}));
      if (this.url.includes("render")) {
        this.dispatchEvent(new MessageEvent("message", {data: new ArrayBuffer(7)}));
      }
    }));
  }
};
"""
