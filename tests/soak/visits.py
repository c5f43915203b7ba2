"""Visitors of the soak beside those that follow runs: clients of telemetry, of frames over TCP, and
of worlds of their own. They end by leaving, by a shutdown, or without a word."""
import asyncio
import json

from wire_client import Stream

WORLD = """
name: hares
tick_rate: 20
terrain: {generator: flat, width: 12, depth: 12}
species:
  - {name: hare, speed: 2, sense_radius: 4, diet: [grass], hunger_rate: 0.02}
  - {name: grass, kind: plant, food_value: 0.3}
spawns:
  - {species: hare, count: 60}
  - {species: grass, count: 90}
actions: [move, eat]
"""
SESSIONS = 5  # names that sessions have; there are more clients that want one


class Visits:
    """Needs `counts`, `wrong`, `random`, `server`, `connect` and `messages`."""

    async def telemetry(self, run):
        """Every event of a run, by its number; what was dropped is told as a gap."""
        last = None
        async with self.connect(f"/telemetry?run={run}&history=all") as view:
            async for message in self.messages(view):
                event = json.loads(message)
                if event["type"] == "gap":
                    last = event["to"]
                if event["type"] != "telemetry":
                    continue
                self.counts["events"] += 1
                if last is not None and event["seq"] != last + 1:
                    self.wrong(f"telemetry {run}: {event['seq']} behind {last}")
                last = event["seq"]

    async def native(self, run):
        """A renderer over TCP; half of them leave without a word."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.frames_port)
        writer.write(f"{run}/agents\n".encode())
        stream, end = Stream(), asyncio.get_running_loop().time() + self.random.uniform(0.1, 4)
        try:
            while (left := end - asyncio.get_running_loop().time()) > 0:
                head = await asyncio.wait_for(reader.readexactly(4), left)
                if head == b"no s":  # no such run: it was forgotten
                    break
                stream.take(await reader.readexactly(int.from_bytes(head, "little")))
                self.counts["frames"] += 1
        except (asyncio.TimeoutError, asyncio.IncompleteReadError):
            pass
        if self.random.random() < 0.5:
            writer.transport.abort()
        writer.close()

    async def session(self, _):
        """A world of one's own, or one that somebody has left."""
        name = f"soak-{self.random.randrange(SESSIONS)}"
        async with self.connect(f"/ws/session/{name}?telemetry=1") as view:
            hello = json.loads(await view.recv())
            if not hello["resumed"]:
                await view.send(json.dumps({"type": "world", "world": WORLD,
                                            "seed": self.random.randrange(1 << 30)}))
            known, last = {}, None
            async for message in self.messages(view):
                packet = json.loads(message)
                if packet["type"] == "end":  # it was over when we came
                    return
                if packet["type"] == "refused":
                    self.wrong(f"session {name}: {packet}")
                if packet["type"] != "tick":
                    continue
                self.counts["packets"] += 1
                last = self.packet(name, packet, known, last)
                await view.send(json.dumps(self.heartbeat(known)))
            await self.leave(view)

    def packet(self, name, packet, known, last):
        if last is not None and packet["tick"] <= last:
            self.wrong(f"session {name}: tick {packet['tick']} behind {last}")
        for spawn in packet["spawns"]:
            if spawn["id"] in known:
                self.wrong(f"session {name}: {spawn['id']} comes twice")
            known[spawn["id"]] = spawn["position"]
        for entity in packet["entities"]:
            if entity["id"] not in known:
                self.wrong(f"session {name}: {entity['id']} has not come")
            known[entity["id"]] = entity["position"]
        for gone in packet["removals"]:
            if known.pop(gone, None) is None:
                self.wrong(f"session {name}: {gone} goes, but has not come")
        return packet["tick"]

    def heartbeat(self, known):
        """Some true, some absurd."""
        some = self.random.sample(sorted(known), min(8, len(known)))
        moves = [{"id": one, "x": known[one][0] + self.random.uniform(-3, 3),
                  "y": known[one][1] + self.random.uniform(-3, 3)} for one in some]
        events = [{"kind": "consumption", "source": some[0], "target": some[-1],
                   "x": known[some[0]][0], "y": known[some[0]][1]}] if some else []
        return {"type": "heartbeat", "moves": moves, "events": events}

    async def leave(self, view):
        way = self.random.random()
        if way < 0.4:
            await view.send(json.dumps({"type": "control", "action": "shutdown"}))
            async for _ in view:
                pass
        elif way < 0.7:
            view.transport.abort()
