"""Telemetry of the real server with clients that are not ours: queries, statistics, downloads and
streams, of runs that go on and of runs of earlier processes, also of one that was killed."""
import asyncio
import json
import os
import re
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

import websockets

CHERUB = os.environ["CHERUB_BINARY"]
HERE = os.path.dirname(os.path.abspath(__file__))
POLICY = open(os.path.join(HERE, "maze_policy.lua"), encoding="utf-8").read()
WANDERER = "return {act = function(self, world) return self:wander() end}"
BREEDER = "return {act = function(self, world) return self:reproduce() end}"
MEMBERS = ["seq", "ts", "tick", "level", "src", "evt", "run", "entity_id", "detail"]


def wait_for(condition, what, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("never happened: " + what)


class Telemetry(unittest.TestCase):
    config = "telemetry_file_mib: 1\ntelemetry_files: 100\n"

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="cherub-telemetry-")
        self.addCleanup(self.folder.cleanup)
        self.runs = os.path.join(self.folder.name, "runs")
        self.begin()
        self.addCleanup(lambda: self.end(signal.SIGKILL))

    def begin(self, config=None):
        path = os.path.join(self.folder.name, "cherub.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(config or self.config)
        self.process = subprocess.Popen(
            [CHERUB, "--config", path, "serve", "--port", "0", "--runs-dir", self.runs],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = re.search(r"http://\S+", self.process.stdout.readline()).group()

    def end(self, how):
        self.process.send_signal(how)
        self.process.wait(30)
        self.process.stdout.close()

    def get(self, path):
        with urllib.request.urlopen(self.address + path, timeout=30) as answer:
            return answer.read().decode()

    def events(self, run, more=""):
        return [json.loads(line) for line in self.get(f"/logs?run={run}{more}").splitlines()]

    def kinds(self, run, more=""):
        return {event["evt"] for event in self.events(run, more)}

    def post(self, path, body):
        request = urllib.request.Request(self.address + path, json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def start(self, **more):
        body = {"policy_code": POLICY, "scenario": "maze", "iterations": 1, "episodes": 2,
                "live_seconds": 3600, **more}
        return self.post("/run", body)["run_id"]

    def start_live(self, **more):
        run = self.start(**more)
        wait_for(lambda: "world" in self.kinds(run, "&evt=world"), "the live world begins")
        return run

    def end_run(self, run):
        request = urllib.request.Request(f"{self.address}/run/{run}", method="DELETE")
        urllib.request.urlopen(request, timeout=30).close()
        wait_for(lambda: self.kinds(run, "&evt=session_end"), "the run's end is told")

    def refusal(self, path):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.get(path)
        with refused.exception as answer:
            return answer.code, json.loads(answer.read()).get("field")

    def test_a_run_is_told_from_its_queue_to_its_end(self):
        run = self.start_live(scenario="pasture", policy_code=WANDERER, max_steps=5)
        self.post(f"/run/{run}/commands", {"line": "spawn rabbit 1 5 5"})
        wait_for(lambda: {"command", "spawn"} <= self.kinds(run), "the command is told, and done")
        self.end_run(run)
        events = self.events(run)
        self.assertEqual([list(event) for event in events], [MEMBERS] * len(events))
        self.assertEqual([event["seq"] for event in events], list(range(1, len(events) + 1)))
        self.assertTrue({"run_queued", "session_init", "best", "world", "command", "spawn",
                         "script_installed", "session_end"} <= {e["evt"] for e in events})
        self.assertEqual({event["run"] for event in events}, {run})
        spawn = next(event for event in events if event["evt"] == "spawn")
        self.assertIsInstance(spawn["tick"], int)
        self.assertIsInstance(spawn["entity_id"], int)
        self.assertIn(spawn["detail"]["kind"], ("spawn", "birth"))
        scripts = self.events(run, "&src=script")
        self.assertEqual({event["src"] for event in scripts}, {"script"})
        numbers = json.loads(self.get(f"/logs/stats?run={run}"))
        self.assertEqual(numbers["events"], len(events))
        self.assertEqual(sum(numbers["by_evt"].values()), len(events))
        server = self.get("/logs?run=server")
        self.assertIn('"evt":"server_started"', server)
        self.assertEqual(self.refusal(f"/logs?run={run}&level=LOUD"), (400, "level"))
        self.assertEqual(self.refusal("/logs?run=nobody"), (404, "run"))

    def test_what_a_server_has_told_is_there_after_a_restart_and_after_a_kill(self):
        ended = self.start_live()
        self.end_run(ended)
        before = self.get(f"/logs?run={ended}")
        going_on = self.start_live()
        wait_for(lambda: os.path.exists(os.path.join(self.runs, going_on, "telemetry.jsonl")),
                 "it is on disk")
        known = self.get(f"/logs?run={going_on}")
        self.end(signal.SIGKILL)
        path = os.path.join(self.runs, going_on, "telemetry.jsonl")
        with open(path, "a", encoding="utf-8") as file:
            file.write('{"seq":999999,"ts":1,"tick":nul')
        self.begin()
        self.assertEqual(self.get(f"/logs?run={ended}"), before)
        after = self.get(f"/logs?run={going_on}")
        self.assertTrue(after.startswith(known))
        self.assertNotIn("999999", after)
        self.assertEqual(self.get(f"/logs/download?run={ended}"), before)

    def test_streams_are_filtered_and_numbered_as_the_log_is(self):
        run = self.start_live()
        web = self.address.replace("http", "ws")

        async def watch():
            path = f"{web}/telemetry?run={run}&src=client&level=INFO"
            async with websockets.connect(path) as some, \
                    websockets.connect(f"{web}/telemetry?history=all&run={run}") as every:
                hello = json.loads(await some.recv())
                self.assertEqual((hello["type"], hello["run_id"]), ("connected", run))
                await asyncio.to_thread(self.post, f"/run/{run}/commands", {"line": "pause"})
                event = json.loads(await asyncio.wait_for(some.recv(), 20))
                self.assertEqual((event["type"], event["evt"]), ("telemetry", "command"))
                self.assertEqual(event["detail"], {"line": "pause"})
                heard = []
                while not heard or heard[-1]["seq"] < event["seq"]:
                    message = json.loads(await asyncio.wait_for(every.recv(), 20))
                    if message["type"] == "telemetry":
                        heard.append(message)
            return heard

        heard = asyncio.run(watch())
        past = self.events(run)[:len(heard)]
        self.assertEqual([event["seq"] for event in heard], [event["seq"] for event in past])
        for told, kept in zip(heard, past):
            self.assertEqual({key: told[key] for key in MEMBERS}, kept)
        wait_for(lambda: "client_closed" in self.kinds("server"), "the server tells of clients")
        self.assertEqual(self.refused_view(f"{web}/telemetry?run=nobody"), 404)
        self.assertEqual(self.refused_view(f"{web}/telemetry?src=nobody"), 400)

    def test_views_and_files_outlive_long_silences(self):
        """The loop of a system that Cherub follows ended at its first idle moment."""
        self.end(signal.SIGTERM)
        self.begin(self.config + "idle_seconds: 2\n")
        run = self.start_live()
        self.post(f"/run/{run}/commands", {"line": "pause"})
        wait_for(lambda: "command" in self.kinds(run, "&src=client"), "the pause is told")
        web = self.address.replace("http", "ws")

        async def watch():
            async with websockets.connect(f"{web}/telemetry?run={run}&src=client") as one, \
                    websockets.connect(f"{web}/telemetry?src=client") as every:
                for view in (one, every):
                    self.assertEqual(json.loads(await view.recv())["type"], "connected")
                for ticks in (1, 2):
                    for view in (one, every):
                        with self.assertRaises(asyncio.TimeoutError):
                            await asyncio.wait_for(view.recv(), 3)
                    line = f"step {ticks}"
                    await asyncio.to_thread(self.post, f"/run/{run}/commands", {"line": line})
                    for view in (one, every):
                        event = json.loads(await asyncio.wait_for(view.recv(), 20))
                        self.assertEqual((event["evt"], event["detail"]),
                                         ("command", {"line": line}))
        asyncio.run(watch())
        path = os.path.join(self.runs, run, "telemetry.jsonl")
        with open(path, encoding="utf-8") as file:
            self.assertIn('"line":"step 2"', file.read())

    def refused_view(self, path):
        async def knock():
            async with websockets.connect(path):
                return 101
        try:
            return asyncio.run(knock())
        except websockets.InvalidStatusCode as refused:
            return refused.status_code

    def test_the_multiplexed_stream_has_telemetry_of_all_runs(self):
        web = self.address.replace("http", "ws")

        async def watch():
            async with websockets.connect(web + "/ws") as ws:
                await ws.send(json.dumps({"op": "subscribe", "ch": "telemetry"}))
                run = await asyncio.to_thread(self.start)
                seen = set()
                while ("session_init", run) not in seen:
                    for line in (await asyncio.wait_for(ws.recv(), 30)).split("\n"):
                        record = json.loads(line)
                        if record.get("ch") == "telemetry" and "data" in record:
                            data = record["data"]
                            seen.add((data["evt"], data["run"]))
                self.assertIn(("run_queued", run), seen)

        asyncio.run(watch())

    def test_full_files_are_packed_and_downloads_are_whole(self):
        self.end(signal.SIGTERM)
        self.begin(self.config + "telemetry_level: DEBUG\ntelemetry_ring: 100\n")
        run = self.start(policy_code=BREEDER, scenario="pasture", render=False,
                         live_seconds=400, episodes=1, max_steps=5)
        folder = os.path.join(self.runs, run)
        packed = wait_for(
            lambda: [name for name in sorted(os.listdir(folder)) if name.endswith(".jsonl.zst")],
            "a file is full")
        wait_for(lambda: self.kinds(run, "&evt=session_end"), "the run ends", 120)
        whole = subprocess.run(["curl", "-sf", f"{self.address}/logs/download?run={run}"],
                               stdout=subprocess.PIPE, check=True).stdout.decode()
        numbers = [json.loads(line)["seq"] for line in whole.splitlines()]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        self.assertGreater(len(whole), 1 << 20)
        kinds = json.loads(self.get(f"/logs/stats?run={run}"))["by_evt"]
        self.assertGreater(kinds.get("intent_refused", 0) + kinds.get("intent_emit", 0), 100)
        unpacked = subprocess.run(["zstd", "-dc", os.path.join(folder, packed[0])],
                                  stdout=subprocess.PIPE, check=True).stdout.decode()
        self.assertTrue(whole.startswith(unpacked))
        last = self.events(run, f"&since_seq={numbers[-1] - 3}")
        self.assertEqual([event["seq"] for event in last], numbers[-3:])
        first = self.events(run, "&since_seq=0&limit=5")
        self.assertEqual([event["seq"] for event in first], [1, 2, 3, 4, 5])


if __name__ == "__main__":
    unittest.main()
