"""The real server over HTTP and WebSocket, driven by clients that are not ours."""
import asyncio
import json
import os
import re
import struct
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
HOSTILE = "local p = {}\nfunction p.act(self, world)\n  %s\nend\nreturn p\n"


class Server(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.process = subprocess.Popen(
            [CHERUB, "serve", "--port", "0", "--runs-dir", self.folder.name],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(self.stop)
        self.address = re.search(r"http://\S+", self.process.stdout.readline()).group()

    def stop(self):
        self.process.terminate()
        self.process.wait(15)
        self.process.stdout.close()

    def ask(self, method, path, body=None):
        data = body.encode() if isinstance(body, str) else body and json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data=data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as reply:
                text = reply.read()
                return reply.status, json.loads(text) if text.startswith(b"{") else text
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"{}")

    def start(self, **fields):
        body = {"user_goal": "reach the target", "scenario": "maze", "iterations": 1, "episodes": 1,
                "policy_code": POLICY, **fields}
        status, answer = self.ask("POST", "/run", body)
        self.assertEqual(status, 202, answer)
        return answer["run_id"]

    def until(self, wanted, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = wanted()
            if value:
                return value
            time.sleep(0.05)
        self.fail("the awaited state did not come")

    def progress(self, run, stop_at, send=None):
        async def listen():
            uri = self.address.replace("http", "ws") + "/ws/progress/" + run
            records = []
            async with websockets.connect(uri) as socket:
                if send:
                    await socket.send(json.dumps(send))
                while not records or records[-1]["type"] not in stop_at:
                    records.append(json.loads(await asyncio.wait_for(socket.recv(), 30)))
            return records
        return asyncio.run(listen())

    def test_a_goal_becomes_a_policy_and_a_late_subscriber_gets_its_end(self):
        run = self.start(policy_code="", candidates=8, render=False)
        records = self.progress(run, {"done", "error"})
        types = [record["type"] for record in records]
        self.assertEqual((types[0], types[-1]), ("connected", "done"))
        self.assertIn("episode_summary", types)
        self.assertIn("critique", types)
        self.assertEqual(self.progress(run, {"done"})[-1]["hash"], records[-1]["hash"])
        self.assertIn("function policy.act", self.ask("GET", "/code/" + run)[1]["code"])

    def test_a_script_is_reloaded_into_the_running_world_and_a_bad_one_refused(self):
        run = self.start(live_seconds=600)
        self.progress(run, {"live"})
        path = "/run/" + run + "/scripts/policy"
        status, answer = self.ask("PUT", path, POLICY + "\n-- again\n")
        self.assertEqual(status, 200, answer)
        status, refused = self.ask("PUT", path, "return 1 +")
        self.assertEqual(status, 422)
        self.assertEqual(refused["diagnostics"][0]["line"], 1)
        record = self.progress(run, {"reload"})[-1]
        self.assertEqual(record["new_sha256"], answer["sha256"])
        shown = self.ask("GET", "/run/" + run)[1]["reload"]
        self.assertEqual((shown["state"], shown["type"]), ("refused", "reload"))
        self.assertEqual(self.ask("GET", "/code/" + run)[1]["sha256"], answer["sha256"])
        status, forced = self.ask("PUT", path + "?force=1", POLICY + "\n-- by force\n")
        self.assertEqual((status, forced["accepted"]), (200, True), forced)
        self.assertEqual(self.ask("PUT", path + "?force=2", POLICY)[0], 400)
        for command in ({"type": "pause"}, {"type": "step", "ticks": 3}, {"type": "resume"}):
            self.assertLess(self.ask("POST", "/run/" + run + "/commands", command)[0], 300)
        self.assertEqual(self.progress(run, {"terminated"}, {"type": "terminate"})[-1]["type"],
                         "terminated")

    def test_frames_of_world_and_agents_parse(self):
        run = self.start(live_seconds=600)

        async def first_binary(view):
            uri = self.address.replace("http", "ws") + "/ws/render/" + run + "/" + view
            async with websockets.connect(uri) as socket:
                while True:
                    message = await asyncio.wait_for(socket.recv(), 30)
                    if isinstance(message, bytes):
                        return message
        world = asyncio.run(first_binary("world"))
        self.assertEqual(world[0], 1)
        width, depth, height = struct.unpack_from("<III", world, 32)
        self.assertEqual(len(world), 32 + 12 + width * depth * height)
        agents = asyncio.run(first_binary("agents"))
        count = struct.unpack_from("<I", agents, 32)[0]
        self.assertEqual(len(agents), 32 + 4 + 16 * count)
        self.assertGreaterEqual(count, 1)
        self.assertLess(self.ask("DELETE", "/run/" + run)[0], 300)

    def test_hostile_policies_end_in_a_clear_error_and_the_server_goes_on(self):
        table = [("local n = 0 while n >= 0 do n = n + 1 end", "out of fuel"),
                 ("local s = ('x'):rep(1e9) self:say(s)", "memory"),
                 ("local s = 'x' while #s > 0 do s = s .. s end", "out of fuel"),
                 ("return os.execute('true')", "os")]
        for act, word in table:
            with self.subTest(act=act):
                run = self.start(policy_code=HOSTILE % act)
                self.assertIn(word, json.dumps(self.progress(run, {"error"})))
                state = self.until(lambda: self.finished(run))
                self.assertIn(word, json.dumps(state))
        self.assertEqual(self.ask("GET", "/health")[0], 200)

    def finished(self, run):
        state = self.ask("GET", "/run/" + run)[1]
        return state if state["state"] in ("failed", "done", "terminated") else None

    def test_bad_requests_are_told_what_is_wrong(self):
        self.assertEqual(self.ask("POST", "/run", "{bad")[0], 400)
        self.assertEqual(self.ask("POST", "/run", "[" * 100_000)[0], 400)
        misspelt = {"user_goal": "reach the target", "itterations": 1}
        status, answer = self.ask("POST", "/run", misspelt)
        self.assertEqual(status, 400)
        self.assertIn("itterations", json.dumps(answer))
        self.assertEqual(self.ask("GET", "/run/nothing")[0], 404)
        self.assertEqual(self.ask("GET", "/../../etc/passwd")[0], 404)
        self.assertEqual(self.ask("GET", "/health")[0], 200)


if __name__ == "__main__":
    unittest.main()
