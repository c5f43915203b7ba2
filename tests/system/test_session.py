"""Sessions of ecosystem clients (docs/SESSIONS.md) over real sockets: how a world is defined, what
packets tell, what becomes of reports, controls, bad messages, clients that vanish and come back,
and that a session can be replayed."""
import asyncio
import json
import os
import subprocess
import sys
import unittest

import websockets
from described import AsyncApi, OpenApi
from served import CHERUB, HERE, Served, strict
from session_view import View, hares

sys.path.insert(0, os.path.join(HERE, "../../clients/python"))
import ecosystem_client

GRACE_S, KEEP_S, WORLD_S = 2, 2, 2


class Sessions(Served):
    config = (f"session_grace_seconds: {GRACE_S}\nsession_keep_seconds: {KEEP_S}\n"
              f"session_world_seconds: {WORLD_S}\nsessions_max: 6\n")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.openapi = OpenApi(strict(cls.send("GET", "/openapi.json")[2]))
        cls.asyncapi = AsyncApi(strict(cls.send("GET", "/asyncapi.json")[2]))

    def ask(self, path):
        status, headers, text = self.send("GET", path)
        self.openapi.check_answer("GET", path, status, headers, text)
        return strict(text)

    def connect(self, name="new", query=""):
        url = f"{self.address.replace('http', 'ws')}/ws/session/{name}{query}"
        return websockets.connect(url, max_size=None)

    async def next(self, ws, *types):
        while True:
            text = await asyncio.wait_for(ws.recv(), 20)
            message = self.asyncapi.check_told("openSession", text)
            if not types or message["type"] in types:
                return message

    async def begin(self, ws, definition):
        """Defines the world; the greeting, and a view that has the first packet."""
        self.assertFalse((await self.next(ws))["resumed"])
        await ws.send(json.dumps(definition))
        greeting, view = await self.next(ws), View()
        self.assertEqual(greeting["type"], "session")
        view.take(await self.next(ws))
        return greeting, view

    async def outcomes(self, ws, view, count):
        """The next so many outcomes of reports, by target."""
        told = {}
        while len(told) < count:
            packet = await self.next(ws, "tick")
            view.take(packet)
            told.update({event["target"]: event["kind"] + " " + event["outcome"]
                         for event in packet["events"] if event["type"] == "client_event"})
        return told

    async def end(self, ws):
        await ws.send(json.dumps({"type": "control", "action": "shutdown"}))
        end = await self.next(ws, "end")
        with self.assertRaises(websockets.ConnectionClosed) as closed:
            await ws.recv()
        self.assertEqual(closed.exception.code, 1000)
        return end

    async def closed_with(self, definition):
        async with self.connect() as ws:
            await ws.recv()
            await ws.send(definition)
            with self.assertRaises(websockets.ConnectionClosed) as closed:
                await asyncio.wait_for(ws.recv(), 20)
            return closed.exception.code, closed.exception.reason

    def test_definitions_that_do_not_do_are_closed_with_the_field(self):
        bad = [
            ('{"type":"world"}', "world"),
            ('{"type":"world","scenario":"atlantis"}', "scenario"),
            ('{"type":"world","scenario":"maze","seed":-1}', "seed"),
            ('{"type":"heartbeat"}', "type"),
            ('{"species":[{"name":"hare","speed":"fast"}]}', "species[0].speed"),
            ("species:\n  - {name: hare, wings: 2}\n", "species[0].wings"),
            (json.dumps(hares(rate=1000)), "tick_rate"),
            (json.dumps(hares(count=20000)), "spawns"),
            ("{}", "species"), ("species: [", ""), ("[]", ""), ("", ""), ('{"type":', ""),
            ("[" * 60000, ""),
        ]

        async def talk():
            for definition, field in bad:
                code, reason = await self.closed_with(definition)
                self.assertEqual(code, 1003, definition[:80])
                self.assertTrue(reason.startswith(field), (definition[:80], reason))
            self.assertEqual((await self.closed_with("x" * 70000))[0], 1009)
            self.assertEqual((await self.closed_with(b"\xff\xfe"))[0], 1003)
        asyncio.run(talk())

    def test_a_world_that_is_not_defined_in_time_is_not_waited_for(self):
        async def talk():
            async with self.connect("late") as ws:
                hello = await self.next(ws)
                self.assertEqual(hello["world_within_s"], WORLD_S)
                with self.assertRaises(websockets.ConnectionClosed) as closed:
                    await asyncio.wait_for(ws.recv(), 20)
                self.assertEqual(closed.exception.code, 1008)
            async with self.connect("late") as ws:  # the name is free again
                self.assertFalse((await self.next(ws))["resumed"])
        asyncio.run(talk())

    def test_names_and_queries(self):
        async def refused(name, query=""):
            with self.assertRaises(websockets.InvalidStatusCode) as status:
                async with self.connect(name, query):
                    pass
            return status.exception.status_code

        async def talk():
            self.assertEqual(await refused("a" * 41), 400)
            self.assertEqual(await refused("a%20b"), 400)
            self.assertEqual(await refused("mine", "?telemetry=maybe"), 400)
            self.assertEqual(await refused("mine", "?size=3"), 400)
            async with self.connect("mine", "?telemetry=1&every=3") as ws:
                greeting, view = await self.begin(ws, hares())
                self.assertEqual(greeting["session_id"], "mine")
                self.assertEqual(await refused("mine"), 409)
                packet = await self.next(ws, "tick")
                self.assertEqual(packet["tick"] % 3, 0)
                self.assertLessEqual(len(packet["telemetry"]), 50)
                await self.end(ws)
        asyncio.run(talk())

    def test_the_meadow_is_told_whole_and_then_what_changes(self):
        async def talk():
            async with self.connect() as ws:
                world = {"type": "world", "scenario": "meadow", "seed": 5}
                greeting, view = await self.begin(ws, world)
                self.assertEqual(len(view.types), greeting["entities"])
                species = {entry["type"]: entry for entry in greeting["species"]}
                self.assertEqual(len(species), 8)
                self.assertEqual(species["wolf"]["diet"][0], ["deer", 1])
                self.assertIn("wolf", species["deer"]["flee_targets"])
                self.assertTrue(species["butterfly"]["pollinator"])
                self.assertEqual(species["butterfly"]["pollination_targets"], ["wildflower"])
                self.assertEqual(species["songbird"]["roost_affinity"], "oak")
                self.assertGreater(species["deer"]["mating_radius"], 0)
                self.assertTrue(greeting["water_sources"])
                for update in view.entities.values():
                    for number in update["position"]:
                        self.assertEqual(number, round(number, 4))
                deer = view.entities[view.ids("deer")[0]]
                self.assertEqual(set(deer["drive"]), {"hunger", "energy", "hydration", "health",
                                                      "reproduction"})
                self.assertEqual(len(deer["style"]), 4)
                oak = view.entities[view.ids("oak")[0]]
                self.assertEqual(set(oak["drive"]), {"hydration", "health", "growth", "nutrients"})
                states, few = set(), 0
                for _ in range(60):
                    packet = await self.next(ws, "tick")
                    view.take(packet)
                    few += len(packet["entities"]) < len(view.types)
                    states |= {update["state"] for update in packet["entities"]}
                    for update in packet["entities"]:
                        if update.get("can_consume"):
                            self.assertEqual(update["state"], "FORAGING")
                            self.assertGreater(update["drive"]["hunger"], 0.19)
                        if update.get("can_predate"):
                            self.assertIn(update["state"], ("HUNTING", "FORAGING"))
                        if update.get("can_drink"):
                            self.assertLess(update["drive"]["hydration"], 0.71)
                self.assertEqual(few, 60)
                self.assertEqual(view.ticks, sorted(set(view.ticks)))
                self.assertLess({"GROWING", "FORAGING"}, states | {"GROWING"})
                await self.end(ws)
        asyncio.run(talk())

    def test_reports_are_checked_and_none_between_two_ticks_is_lost(self):
        async def talk():
            async with self.connect() as ws:
                _, view = await self.begin(ws, hares(rate=0.5))
                hunger = {one: view.entities[one]["drive"]["hunger"] for one in view.ids("hare")}
                hare = max((one for one in hunger if hunger[one] < 0.29), key=hunger.get)
                self.assertTrue(view.entities[hare]["can_consume"])
                near = list(view.near(hare, "grass", 0, 1.9))[:3]
                far = next(view.near(hare, "grass", 2.3, 9))
                stone = next(view.near(hare, "stone", 0, 9))
                self.assertEqual(len(near), 3)
                told = near + [far, stone]
                for target in told:  # each in a heartbeat of its own
                    event = {"kind": "consumption", "source": hare, "target": target}
                    await ws.send(json.dumps({"type": "heartbeat", "events": [event]}))
                outcomes = await self.outcomes(ws, view, len(told))
                self.assertEqual([outcomes[target] for target in told],
                                 ["consumption accepted"] * 3 + ["consumption out_of_reach",
                                                                 "consumption not_in_diet"])
                self.assertFalse(set(near) & set(view.types), "what is eaten is gone")
                self.assertIn(far, view.types)
                await self.end(ws)
        asyncio.run(talk())

    def test_positions_are_drawn_after_or_acknowledged_as_wrong(self):
        async def talk():
            async with self.connect() as ws:
                _, view = await self.begin(ws, hares(hunger=0))
                one, other = view.ids("hare")[:2]
                x, y, _ = view.entities[one]["position"]
                toward = x + (1.5 if x < 4 else -1.5)
                await ws.send(json.dumps({"type": "heartbeat", "moves": [
                    {"id": one, "x": toward, "y": y}, {"id": other, "x": 500, "y": 500}]}))
                while not view.entities[other].get("ack"):
                    view.take(await self.next(ws, "tick"))
                moved = view.entities[one]["position"][0]
                self.assertAlmostEqual(moved, x + 0.3 * (toward - x), delta=0.001)
                self.assertNotIn("ack", view.entities[one])
                await self.end(ws)
        asyncio.run(talk())

    def test_bad_messages_are_refused_by_field_and_lose_nothing(self):
        bad = [
            ("{", "JSON line 1, column 2"), ("[]", ""), ('{"type":"dance"}', "type"),
            ('{"type":"control"}', "action"),
            ('{"type":"control","action":"rain","intensity":2}', "intensity"),
            ('{"type":"heartbeat","moves":[{"id":1,"x":"a","y":1}]}', "moves[0].x"),
            ('{"type":"heartbeat","events":[{"kind":"theft","source":1}]}', "events[0].kind"),
            ('{"type":"heartbeat","moves":{}}', "moves"),
        ]

        async def talk():
            async with self.connect() as ws:
                _, view = await self.begin(ws, hares())
                for message, field in bad:
                    await ws.send(message)
                    refused = await self.next(ws, "refused")
                    self.assertEqual(refused.get("field", ""), field, message)
                hare = view.ids("hare")[0]
                event = {"kind": "consumption", "source": hare, "target": hare}
                await ws.send(json.dumps({"type": "heartbeat", "events": [event]}))
                view.events.clear()
                while not [e for e in view.events if e["type"] == "client_event"]:
                    packet = await self.next(ws, "tick")
                    view.events += packet["events"]
                for _ in range(17):
                    await ws.send("{")
                with self.assertRaises(websockets.ConnectionClosed) as closed:
                    while True:
                        await self.next(ws)
                self.assertEqual(closed.exception.code, 1008)
        asyncio.run(talk())

    def test_controls_and_the_run_that_stays(self):
        async def talk():
            async with self.connect() as ws:
                greeting, _ = await self.begin(ws, hares())
                run = self.ask("/run/" + greeting["run_id"])
                self.assertEqual((run["state"], run["request"]["kind"]), ("running", "session"))
                for action in ("rain", "pause"):
                    await ws.send(json.dumps({"type": "control", "action": action}))
                    answer = await self.next(ws, "control")
                    self.assertEqual((answer["action"], answer["ok"]), (action, True))
                with self.assertRaises(asyncio.TimeoutError):
                    while True:
                        last = json.loads(await asyncio.wait_for(ws.recv(), 0.5))
                await ws.send(json.dumps({"type": "control", "action": "resume"}))
                self.assertLess((await self.next(ws, "tick"))["tick"], 100)
                return await self.end(ws)
        end = asyncio.run(talk())
        run = self.ask("/run/" + end["run_id"])
        self.assertEqual((run["state"], run["results"]["hash"]), ("terminated", end["hash"]))
        self.assertIn(end["run_id"], [entry["run_id"] for entry in self.ask("/run")["runs"]])

    def test_a_client_that_vanishes_finds_its_world_again(self):
        async def come_back():
            while True:  # the server may not have seen yet that the other one is gone
                try:
                    return await self.connect("lost")
                except websockets.InvalidStatusCode as refused:
                    self.assertEqual(refused.status_code, 409)
                    await asyncio.sleep(0.05)

        async def paused_at(run_id):
            """The tick at which the run says that it stands still."""
            url = f"{self.address.replace('http', 'ws')}/ws/progress/{run_id}"
            async with websockets.connect(url, max_size=None) as progress:
                stood_at = None
                while True:  # until it is silent: it may have stood still before, and gone on
                    try:
                        patience = 30 if stood_at is None else 1
                        text = await asyncio.wait_for(progress.recv(), patience)
                    except asyncio.TimeoutError:
                        self.assertIsNotNone(stood_at)
                        return stood_at
                    record = json.loads(text)
                    if record["type"] == "live" and record["state"] in ("paused", "resumed"):
                        stood_at = record["tick"] if record["state"] == "paused" else None

        async def talk():
            ws = await self.connect("lost")
            greeting, _ = await self.begin(ws, hares())
            ws.transport.abort()
            again = await come_back()  # within the grace: it went on
            self.assertTrue((await self.next(again))["resumed"])
            second, fresh = await self.next(again), View()
            self.assertEqual((second["type"], second["run_id"]), ("session", greeting["run_id"]))
            fresh.take(await self.next(again))
            self.assertEqual(len(fresh.types), second["entities"])
            again.transport.abort()
            stood_at = await paused_at(greeting["run_id"])
            again = await come_back()  # behind it: it stood still, is shown so, and goes on
            self.assertTrue((await self.next(again))["resumed"])
            fresh = View()
            fresh.take(await self.next(again, "tick"))
            fresh.take(await self.next(again, "tick"))
            first, second = fresh.ticks  # the world as it stood, unless the next tick overtook it
            self.assertIn(first, (stood_at - 1, stood_at))
            self.assertEqual(second, first + 1)
            again.transport.abort()
            return greeting["run_id"]
        run_id = asyncio.run(talk())
        self.over(run_id)
        self.assertEqual(self.ask("/run/" + run_id)["state"], "terminated")

    def test_the_example_client_moves_a_meadow_and_all_of_it_replays(self):
        url = self.address.replace("http", "ws") + "/ws/session/example"
        definition = {"type": "world", "scenario": "meadow", "seed": 11}
        state = asyncio.run(ecosystem_client.live(url, definition, 8, fps=8))
        self.assertNotIn("told", state, "nothing was refused")
        self.assertGreater(state["ticks"], 5)
        world = state["world"]
        self.assertTrue(world.outcomes, "creatures met what they were out for")
        run_id = state["greeting"]["run_id"]
        self.over(run_id)
        folder = os.path.join(self.folder.name, "runs", run_id)
        journal = os.path.join(folder, "live", "journal")
        newest = sorted(name for name in os.listdir(journal) if name.endswith(".jsonl"))[-1]
        with open(os.path.join(journal, newest), encoding="utf-8") as file:
            self.assertIn('"type":"heartbeat"', file.read())
        for jit in ("on", "off"):
            replayed = subprocess.run([CHERUB, "replay", folder, "--verify", "--jit", jit],
                                      capture_output=True, text=True, timeout=120)
            self.assertEqual(replayed.returncode, 0, replayed.stdout + replayed.stderr)

    def test_no_more_sessions_than_allowed(self):
        async def talk():
            open_ones, refused = [], None
            while refused is None and len(open_ones) < 8:
                try:
                    open_ones.append(await self.connect())
                except websockets.InvalidStatusCode as status:
                    refused = status.status_code
            self.assertEqual(refused, 503)
            self.assertLessEqual(len(open_ones), 6)
            for ws in open_ones:
                await ws.close()
        asyncio.run(talk())


if __name__ == "__main__":
    unittest.main(verbosity=2)
