"""The console from outside: lines through a pipe, commands over HTTP and WebSocket."""
import asyncio
import json
import os
import pty
import re
import select
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

import websockets

CHERUB = os.environ["CHERUB_BINARY"]
POLICY = """local policy = {}
function policy.act(self, world)
  self.memory.acts = (self.memory.acts or 0) + 1
  self:wander()
end
return policy
"""
FLAGS = ["--scenario", "pasture", "--episodes", "1", "--duration", "1", "--console"]


class Pipe(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.policy = os.path.join(self.folder.name, "policy.lua")
        with open(self.policy, "w", encoding="utf-8") as out:
            out.write(POLICY)

    def command(self, *flags):
        return [CHERUB, "run", "--policy", self.policy, *FLAGS, *flags]

    def script(self, lines, *flags, timeout=60):
        done = subprocess.run(self.command(*flags), input="\n".join(lines), capture_output=True,
                              text=True, timeout=timeout, cwd=self.folder.name)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def replies(self, lines, *flags):
        records = [json.loads(line) for line in self.script(lines, "--json", *flags).splitlines()]
        return records, [record for record in records if record["type"] == "reply"]

    def test_a_script_begins_at_tick_0_and_each_line_follows_the_one_before(self):
        records, replies = self.replies(
            ["pause", "# nothing", "", "spawn rabbit 2 5 5", "step 3", "dump", "until 10", "set",
             "dump kept", "profile", "quit"])
        ticks = [reply["data"].get("tick") for reply in replies]
        self.assertEqual(ticks, [0, 0, 3, 3, 10, 10, 10, 10, None])
        state = replies[3]["data"]["state"]
        self.assertEqual(len(state["columns"]["x"]), len(state["columns"]["alive"]))
        self.assertEqual(replies[3]["line"], "dump")
        self.assertEqual(replies[7]["data"]["window_ticks"], 10)
        done = records[-1]
        self.assertEqual((done["type"], done["ticks"]), ("terminated", 10))
        kept = os.path.join(self.folder.name, done["dir"], "dump", "kept.json")
        with open(kept, encoding="utf-8") as text:
            self.assertEqual(json.load(text)["tick"], 10)
        verify = subprocess.run([CHERUB, "replay", done["dir"], "--verify"], timeout=60,
                                capture_output=True, text=True, cwd=self.folder.name)
        self.assertEqual(verify.returncode, 0, verify.stdout + verify.stderr)

    def test_steering_does_not_change_the_world(self):
        plain, _ = self.replies(["pause", "until 60", "quit"])
        steered, _ = self.replies(
            ["pause", "step 7", *(f"debug {row}" for row in range(500)), "profile", "rate 400",
             "until 30", "rate max", "step 20", "follow 5", "until 60", "quit"])
        self.assertEqual(plain[-1]["ticks"], 60)
        self.assertEqual(steered[-1]["hash"], plain[-1]["hash"])

    def test_mistakes_are_told_and_the_run_goes_on(self):
        out = self.script(["pause", "puase", "step none", "spawn dragon 1 2", "debug 99999999",
                           "dump ../../escape", "x" * 9000, "save", "step 2", "quit"])
        for told in ('did you mean "pause"?', 'whole number from 1 to 10000, not "none"',
                     'no species "dragon"', "There is no row", "not a path", "at most 4096 bytes",
                     "Stands still at tick 2."):
            self.assertIn(told, out)
        self.assertFalse(os.path.exists(os.path.join(self.folder.name, "escape.json")))

    def test_the_end_of_the_input_does_not_end_the_run(self):
        records, _ = self.replies(["set rate max"], "--live", "20")
        self.assertEqual((records[-1]["type"], records[-1]["ticks"]), ("done", 200))

    def test_a_long_script_goes_through_a_paced_world_without_growing(self):
        lines = ["rate 50", "follow 5"] + ["debug 5"] * 20_000 + ["quit"]
        process = subprocess.Popen(
            ["/bin/sh", "-c", 'ulimit -v 4000000; exec "$@"', "sh", *self.command("--json")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=self.folder.name)
        feeder = threading.Thread(
            target=lambda: (process.stdin.write("\n".join(lines)), process.stdin.close()))
        feeder.start()
        answered, ticks = 0, []
        for line in process.stdout:
            record = json.loads(line)
            answered += record["type"] == "reply"
            if record["type"] == "live":
                ticks.append(record["tick"])
        feeder.join()
        self.assertEqual(process.wait(30), 0)
        process.stdout.close()
        self.assertEqual(answered, len(lines))
        self.assertGreater(ticks[-1], 2)

    def test_a_terminal_has_a_prompt_and_takes_lines_while_it_waits(self):
        leader, follower = pty.openpty()
        process = subprocess.Popen(self.command(), stdin=follower, stdout=follower,
                                   stderr=follower, cwd=self.folder.name)
        os.close(follower)
        seen = ""

        def read_until(pattern):
            nonlocal seen
            end = time.monotonic() + 30
            while not re.search(pattern, seen) and time.monotonic() < end:
                if select.select([leader], [], [], 0.2)[0]:
                    seen += os.read(leader, 4096).decode("utf-8", "replace")
            self.assertRegex(seen, pattern)
            seen = seen[re.search(pattern, seen).end():]

        read_until(r"live world started.*\r\n.*cherub> ")
        os.write(leader, b"run until 1000000\n")
        time.sleep(0.1)
        os.write(leader, b"pause\n")
        read_until(r"was not waited for")
        read_until(r"Paused at tick \d+")
        read_until(r"cherub> ")
        os.write(leader, b"quit\n")
        read_until(r"the best so far is kept")
        self.assertEqual(process.wait(30), 0)
        os.close(leader)

    def test_the_table_is_printed(self):
        out = subprocess.run([CHERUB, "console-help"], capture_output=True, text=True, timeout=20)
        self.assertIn("spawn SPECIES [COUNT] X Y [Z]", out.stdout)
        bad = subprocess.run([CHERUB, "console-help", "spwan"], capture_output=True, text=True,
                             timeout=20)
        self.assertEqual(bad.returncode, 2)
        self.assertIn('"spawn"', bad.stderr)


class Wire(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.process = subprocess.Popen(
            [CHERUB, "serve", "--port", "0", "--runs-dir", self.folder.name],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(self.stop)
        self.address = re.search(r"http://\S+", self.process.stdout.readline()).group()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(15)
        self.process.stdout.close()

    def ask(self, method, path, body=None):
        data = body and json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data=data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return reply.status, json.loads(reply.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"{}")

    def start(self, **fields):
        body = {"policy_code": POLICY, "scenario": "pasture", "episodes": 1, "max_steps": 5,
                "live_seconds": 86_400, **fields}
        status, answer = self.ask("POST", "/run", body)
        self.assertEqual(status, 202, answer)
        return answer["run_id"]

    def wait_until_live(self, run):
        end = time.monotonic() + 30
        while self.ask("POST", f"/run/{run}/commands", {"line": "set"})[0] != 200:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def test_commands_over_http(self):
        run = self.start()
        self.wait_until_live(run)
        path = f"/run/{run}/commands"
        status, paused = self.ask("POST", path, {"type": "pause"})
        self.assertEqual((status, paused["ok"]), (200, True))
        tick = paused["data"]["tick"]
        status, stepped = self.ask("POST", path, {"line": "step 3"})
        self.assertEqual((status, stepped["data"]["tick"]), (200, tick + 3))
        status, spawned = self.ask("POST", path, {"type": "spawn", "species": "rabbit", "x": 10,
                                                  "y": 12, "count": 3})
        self.assertEqual((status, spawned["data"]["tick"]), (200, tick + 3))
        self.assertEqual(self.ask("POST", path, {"line": "step"})[0], 200)
        status, dump = self.ask("POST", path, {"type": "dump"})
        state = dump["data"]["state"]
        self.assertEqual(state["tick"], tick + 4)
        rabbit = state["columns"]["script"].index(0)
        name = f'{rabbit}:{state["columns"]["generation"][rabbit]}'
        status, debugged = self.ask("POST", path, {"type": "debug", "id": name})
        self.assertEqual(status, 200)
        self.assertEqual(debugged["data"]["memory"]["acts"], tick + 4)
        for body, code, field in (({"line": "step none"}, 400, "ticks"),
                                  ({"type": "spawn", "species": "rabbit"}, 400, "x"),
                                  ({"line": "spawn dragon 1 1"}, 404, "species"),
                                  ({"line": "debug 99999999"}, 404, "id"),
                                  ({"line": "dump ../x"}, 400, "file"),
                                  ({"line": "load noon"}, 404, "name"),
                                  ({"type": "fly"}, 400, "type")):
            status, problem = self.ask("POST", path, body)
            self.assertEqual((status, problem.get("field")), (code, field), problem)
        status, profile = self.ask("GET", f"/run/{run}/profile")
        self.assertEqual(status, 200)
        self.assertEqual([phase["phase"] for phase in profile["phases"]],
                         ["commands", "sense", "decide", "resolve", "live", "publish"])
        self.assertEqual(profile["scripts"][0]["faults"]["error"], 0)
        self.assertEqual(self.ask("POST", path, {"line": "quit"})[0], 200)
        end = time.monotonic() + 20
        while self.ask("GET", f"/run/{run}")[1]["state"] == "running":
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)
        self.assertIn(self.ask("POST", path, {"line": "pause"})[0], (404, 409))

    def test_commands_over_a_websocket_and_what_they_make(self):
        run = self.start()
        self.wait_until_live(run)

        async def talk():
            uri = self.address.replace("http", "ws") + "/ws/progress/" + run
            async with websockets.connect(uri) as socket:
                async def until(wanted):
                    while True:
                        record = json.loads(await asyncio.wait_for(socket.recv(), 30))
                        if wanted(record):
                            return record

                async def asked(ref, **command):
                    await socket.send(json.dumps({**command, "ref": ref}))
                    return await until(lambda record: record.get("ref") == ref)

                paused = await asked("a", type="pause")
                self.assertEqual((paused["type"], paused["ok"]), ("reply", True))
                tick = paused["data"]["tick"]
                stepped = await asked(2, line="step 5")
                self.assertEqual(stepped["data"]["tick"], tick + 5)
                refused = await asked("c", line="step x")
                self.assertEqual((refused["type"], refused["field"]), ("refused", "ticks"))
                failed = await asked("d", line="debug 99999999")
                self.assertEqual((failed["type"], failed["ok"]), ("reply", False))
                await asked("e", line="follow 0")
                await asked("f", line="set budget_ms 0.000001")
                await asked("g", line="remove 0")
                await socket.send(json.dumps({"line": "step 2", "ref": "h"}))
                died = await until(lambda record: record["type"] == "follow"
                                   and record["state"] == "died")
                self.assertEqual(died["cause"], "removed")
                await socket.send(json.dumps({"line": "resume"}))
                warning = await until(lambda record: record["type"] == "warning")
                self.assertEqual(warning["about"], "budget")
        asyncio.run(talk())

    def test_a_flood_is_refused_clearly_and_the_world_goes_on(self):
        run = self.start()
        self.wait_until_live(run)

        async def flood():
            uri = self.address.replace("http", "ws") + "/ws/progress/" + run
            async with websockets.connect(uri) as socket:
                for _ in range(10_000):
                    await socket.send('{"line":"debug 0"}')
                answered = 0
                while answered < 10_000:
                    record = json.loads(await asyncio.wait_for(socket.recv(), 30))
                    answered += record["type"] == "reply"
                    if record["type"] == "reply" and not record["ok"]:
                        self.assertIn("Too many commands wait", record["detail"])
        try:
            asyncio.run(flood())
        except websockets.ConnectionClosed as closed:  # it did not read as fast as it asked
            self.assertEqual(closed.code, 4008)
        first = self.ask("POST", f"/run/{run}/commands", {"line": "set"})[1]["data"]["tick"]
        time.sleep(0.5)
        second = self.ask("POST", f"/run/{run}/commands", {"line": "set"})[1]["data"]["tick"]
        self.assertGreater(second, first)


if __name__ == "__main__":
    unittest.main()
