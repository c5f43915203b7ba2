#!/usr/bin/env python3
"""Moves the creatures of a Cherub world smoothly, and tells the world what they do.

The world says what everybody is about (state, drives, what it may do) and where it should be; this
client walks the creatures there at its own frame rate, lets them eat, hunt, pollinate and mate when
they meet what they are out for, and reports all that once a second. docs/SESSIONS.md has the
protocol. Needs Python 3.9 and the package python3-websockets.

    ecosystem_client.py ws://127.0.0.1:8088 --scenario meadow --seconds 60
"""
import argparse
import asyncio
import hashlib
import json
import math
import sys

import websockets

HEARTBEAT_S = 1.0
EAT_M, CATCH_M, FLOWER_M, FLEE_M, WANDER_M = 2.0, 1.5, 2.0, 8.0, 8.0
COOLDOWN_S = 2.0  # for the same source and target
PULL = 0.05       # of its speed: toward the world's place, always
MEANDER_M = 1.5   # farther from it than this, a creature comes back in a winding way
TURN_PER_S = 4.0  # radians


def shares(entity_id):
    """Two numbers from 0 to 1 that are its own, so that creatures do not twitch in unison."""
    digest = hashlib.sha256(str(entity_id).encode()).digest()
    return digest[0] / 255, digest[1] / 255


class Creature:
    """An entity as this client shows it: `reference` is where the world has it, x, y where it is
    drawn."""

    def __init__(self, entity_id, kind, position):
        phase, speed = shares(entity_id)
        self.id, self.type = entity_id, kind
        self.x, self.y = position[0], position[1]
        self.reference = (position[0], position[1])
        self.frame_phase = int(phase * 3.999)  # the frame of four in which it chooses anew
        self.pace = 0.4 + 0.6 * speed
        self.facing = phase * 2 * math.pi
        self.update = {}
        self.aim = None  # the creature that it goes to, or flees from
        self.place = None
        self.mode = "wander"

    def take(self, update):
        self.update = update
        self.reference = (update["position"][0], update["position"][1])
        if update.get("ack"):  # the world does not believe where it is drawn: go back at once
            self.x, self.y = self.reference

    def flag(self, name):
        return bool(self.update.get(name))

    def drive(self, name, default=0.0):
        return self.update.get("drive", {}).get(name, default)

    def distance(self, x, y):
        return math.hypot(self.x - x, self.y - y)


class Ecosystem:
    """All creatures, moved frame by frame. Knows nothing of sockets."""

    def __init__(self, greeting):
        self.width, self.depth = greeting["size"][0], greeting["size"][1]
        self.species = {entry["type"]: entry for entry in greeting["species"]}
        self.water = greeting["water_sources"]
        self.creatures = {}
        self.by_type = {name: {} for name in self.species}
        self.cooldowns = {}  # (source, target): when it may be reported again
        self.reports = []
        self.outcomes = []
        self.now = 0.0
        self.frames = 0

    def take(self, packet):
        for spawn in packet["spawns"]:
            creature = Creature(spawn["id"], spawn["type"], spawn["position"])
            self.creatures[creature.id] = self.by_type[creature.type][creature.id] = creature
        for update in packet["entities"]:
            if update["id"] in self.creatures:
                self.creatures[update["id"]].take(update)
        for gone in packet["removals"]:
            creature = self.creatures.pop(gone, None)
            if creature:
                del self.by_type[creature.type][gone]
        self.outcomes += [event for event in packet["events"] if event["type"] == "client_event"]

    def moves(self, creature):
        return self.species[creature.type]["movement_speed"] > 0

    def nearest(self, creature, types, within):
        """The nearest creature of these types, by the place where it is drawn."""
        best, best_m = None, within
        for kind in types:
            for other in self.by_type[kind].values():
                distance = other.distance(creature.x, creature.y)
                if distance < best_m and other is not creature:
                    best, best_m = other, distance
        return best

    def choose(self, creature):
        """What it is out for now: the first that applies."""
        about = self.species[creature.type]
        sense = about["sense_radius"]
        threat = self.nearest(creature, about["flee_targets"], min(FLEE_M, sense))
        diet = [food for food, _ in about["diet"]]
        prey = [food for food in diet if self.species[food]["kind"] == "agent"]
        plants = [food for food in diet if food not in prey]
        creature.place = None
        if threat:
            creature.mode, creature.aim = "flee", threat
        elif creature.drive("hydration", 1.0) < 0.3 and self.water:
            creature.mode, creature.aim = "drink", None
            pond = min(self.water, key=lambda w: creature.distance(w["x"], w["y"]))
            creature.place = (pond["x"], pond["y"])
        elif creature.flag("repro_eligible") and creature.drive("reproduction") > 0.5:
            mate = self.nearest(creature, [creature.type], sense)
            creature.mode, creature.aim = "mate", mate
        elif creature.flag("can_consume"):
            creature.mode, creature.aim = "forage", self.nearest(creature, plants, sense)
        elif creature.flag("can_predate"):
            creature.mode, creature.aim = "hunt", self.nearest(creature, prey, sense)
        elif creature.flag("can_pollinate"):
            flowers = about["pollination_targets"]
            creature.mode, creature.aim = "pollinate", self.nearest(creature, flowers, sense)
        else:
            creature.mode, creature.aim = "wander", None

    def wish(self, creature):
        """The direction that it would go, and how fast of what it can."""
        pace = creature.update.get("style", [0.3])[0]
        aim = creature.aim
        if aim is not None and aim.id in self.creatures:
            dx, dy = aim.x - creature.x, aim.y - creature.y
            if creature.mode == "flee":
                dx, dy = -dx, -dy
            return dx, dy, max(pace, 0.5)
        if creature.place is not None:
            return creature.place[0] - creature.x, creature.place[1] - creature.y, max(pace, 0.4)
        angle = creature.facing + math.sin(self.now * 0.7 + creature.frame_phase) * 0.5
        return math.cos(angle), math.sin(angle), pace * 0.5

    def steer_back(self, creature, dx, dy):
        """Mixes in the way to the world's place: a gentle pull, and a winding one when far."""
        back_x, back_y = creature.reference[0] - creature.x, creature.reference[1] - creature.y
        away = math.hypot(back_x, back_y)
        if away < 1e-6:
            return dx, dy
        length = math.hypot(dx, dy) or 1.0
        pull = PULL
        wobble = 0.0
        if away > MEANDER_M:
            pull = min(1.5, 0.3 * away)
            wobble = 0.4 * math.sin(self.now * 2.0 + creature.frame_phase)
        x = dx / length + pull * back_x / away - wobble * back_y / away
        y = dy / length + pull * back_y / away + wobble * back_x / away
        return x, y

    def step(self, creature, dt):
        dx, dy, pace = self.wish(creature)
        dx, dy = self.steer_back(creature, dx, dy)
        if math.hypot(dx, dy) < 1e-9:
            return
        # Turns no faster than a body does.
        turn = math.remainder(math.atan2(dy, dx) - creature.facing, 2 * math.pi)
        most = TURN_PER_S * dt
        creature.facing += max(-most, min(most, turn))
        way = self.species[creature.type]["movement_speed"] * creature.pace * pace * dt
        creature.x = min(self.width - 0.5, max(0.5, creature.x + way * math.cos(creature.facing)))
        creature.y = min(self.depth - 0.5, max(0.5, creature.y + way * math.sin(creature.facing)))

    def report(self, kind, source, target):
        key = (source.id, target.id)
        if self.cooldowns.get(key, 0.0) > self.now:
            return
        self.cooldowns[key] = self.now + COOLDOWN_S
        self.reports.append({"kind": kind, "source": source.id, "target": target.id,
                             "x": round(source.x, 4), "y": round(source.y, 4)})

    def meet(self, creature):
        """Reports what happens when it has come to what it was out for."""
        aim = creature.aim
        if aim is None or aim.id not in self.creatures:
            return
        distance = aim.distance(creature.x, creature.y)
        if creature.mode == "forage" and distance <= EAT_M:
            self.report("consumption", creature, aim)
        elif creature.mode == "hunt" and distance <= CATCH_M:
            self.report("predation", creature, aim)
        elif creature.mode == "pollinate" and distance <= FLOWER_M:
            self.report("pollination", creature, aim)
        elif creature.mode == "mate":
            radius = self.species[creature.type]["mating_radius"]
            if radius is None or distance <= radius:
                self.report("repro", creature, aim)

    def frame(self, dt):
        self.now += dt
        self.frames += 1
        for creature in list(self.creatures.values()):
            if not self.moves(creature) or not creature.update:
                continue
            if self.frames % 4 == creature.frame_phase:
                self.choose(creature)
            self.step(creature, dt)
            self.meet(creature)

    def heartbeat(self):
        """What is to be told of the last second."""
        moves = [{"id": c.id, "x": round(c.x, 4), "y": round(c.y, 4)}
                 for c in self.creatures.values() if self.moves(c)]
        events, self.reports = self.reports, []
        self.cooldowns = {key: at for key, at in self.cooldowns.items() if at > self.now}
        return {"type": "heartbeat", "moves": moves, "events": events}


async def receive(ws, state):
    async for text in ws:
        message = json.loads(text)
        if message["type"] == "session":
            state["greeting"] = message
            state["world"] = Ecosystem(message)
        elif message["type"] == "tick":
            state["ticks"] = state.get("ticks", 0) + 1
            state["world"].take(message)
        elif message["type"] in ("refused", "end"):
            state.setdefault("told", []).append(message)


async def live(url, definition, seconds, fps=20):
    """Joins, moves creatures for so long, and returns what came of it; `lost` says why the
    connection broke, if it did."""
    state = {}
    try:
        await move(url, definition, seconds, fps, state)
    except websockets.ConnectionClosed as closed:
        state["lost"] = str(closed)
    return state


async def move(url, definition, seconds, fps, state):
    async with websockets.connect(url, max_size=None) as ws:
        hello = json.loads(await ws.recv())
        state["session_id"] = hello["session_id"]
        if not hello["resumed"]:
            await ws.send(json.dumps(definition))
        reader = asyncio.ensure_future(receive(ws, state))
        try:
            await beat(ws, seconds, fps, state, reader)
        finally:
            reader.cancel()
            outcome, = await asyncio.gather(reader, return_exceptions=True)
        if isinstance(outcome, Exception):
            raise outcome


async def beat(ws, seconds, fps, state, reader):
    clock = asyncio.get_event_loop().time
    until, next_beat = clock() + seconds, clock() + HEARTBEAT_S
    while clock() < until and not reader.done():
        await asyncio.sleep(1 / fps)
        if "world" not in state:
            continue
        state["world"].frame(1 / fps)
        if clock() >= next_beat:
            next_beat += HEARTBEAT_S
            await ws.send(json.dumps(state["world"].heartbeat()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("server", help="ws://host:port")
    parser.add_argument("--session", default="new", help="a name; one that was left is joined")
    parser.add_argument("--scenario", default="meadow")
    parser.add_argument("--world", help="a file with a world definition, JSON or YAML")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=30)
    options = parser.parse_args()
    definition = {"type": "world", "scenario": options.scenario, "seed": options.seed}
    if options.world:
        with open(options.world, encoding="utf-8") as file:
            definition = {"type": "world", "world": file.read(), "seed": options.seed}
    url = f"{options.server}/ws/session/{options.session}"
    try:
        state = asyncio.run(live(url, definition, options.seconds))
    except (OSError, websockets.InvalidStatusCode) as refused:
        sys.exit(f"{url}: {refused}")
    world = state.get("world")
    if world is None:
        sys.exit(f"no world came: {state.get('lost') or state.get('told')}")
    counts = {}
    for event in world.outcomes:
        key = f"{event['kind']} {event['outcome']}"
        counts[key] = counts.get(key, 0) + 1
    print(json.dumps({"session_id": state["session_id"], "run_id": state["greeting"]["run_id"],
                      "packets": state.get("ticks", 0), "creatures": len(world.creatures),
                      "reported": counts}))
    if "lost" in state:
        sys.exit(f"the connection broke: {state['lost']}; --session {state['session_id']} joins "
                 "the world again while its server keeps it")


if __name__ == "__main__":
    main()
