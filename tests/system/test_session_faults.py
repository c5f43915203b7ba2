"""Sessions (docs/SESSIONS.md) whose client is stopped, and whose server is killed."""
import asyncio
import glob
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import unittest

import websockets
from server_process import CHERUB, HERE, ServerProcess, until
from session_view import View, hares

sys.path.insert(0, os.path.join(HERE, "../../clients/python"))
import ecosystem_client

# Reads packets of a session that it begins, tells of the first one, and of all when it is over.
CLIENT = """
import asyncio, json, sys, websockets
sys.path.insert(0, sys.argv[1])
from session_view import View
async def main():
    view, ws = View(), await websockets.connect(sys.argv[2], max_size=None)
    await ws.recv()
    await ws.send(sys.argv[3])
    print(json.loads(await ws.recv())["run_id"], flush=True)
    try:
        while True:
            view.take(json.loads(await ws.recv()))
    except websockets.ConnectionClosed as closed:
        code = closed.code
    assert view.ticks == sorted(set(view.ticks)), "no packet comes twice"
    print(json.dumps({"code": code, "packets": len(view.ticks)}))
asyncio.run(main())
"""


class SessionFaults(unittest.TestCase):
    def serve(self, folder, **settings):
        server = ServerProcess(folder, settings={"session_grace_seconds": 1, **settings})
        self.addCleanup(lambda: server.process.poll() is None and server.kill())
        return server

    def folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return folder.name

    def client(self, server, name, definition):
        """A process that follows a session of its own, and the run's id."""
        process = subprocess.Popen(
            [sys.executable, "-c", CLIENT, HERE, f"{server.views}/ws/session/{name}",
             json.dumps(definition)], stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process, process.stdout.readline().strip()

    def told_of(self, server, kind, name):
        return f"/ws/session/{name}" in server.ask("GET", f"/logs?run=server&evt={kind}")[1]

    def stands_still(self, server, run):
        told = server.ask("GET", f"/logs?run={run}&evt=world")[1].splitlines()
        return bool(told) and '"paused"' in told[-1]

    def rss_kib(self, server):
        with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))

    async def joined(self, server, name):
        """Joins a world that was left; its first packet, and one more."""
        async with websockets.connect(f"{server.views}/ws/session/{name}", max_size=None) as ws:
            self.assertTrue(json.loads(await ws.recv())["resumed"])
            greeting, view = json.loads(await ws.recv()), View()
            self.assertEqual(greeting["type"], "session")
            view.take(json.loads(await asyncio.wait_for(ws.recv(), 30)))
            self.assertEqual(len(view.types), greeting["entities"])
            view.take(json.loads(await asyncio.wait_for(ws.recv(), 30)))

    def test_a_stopped_client_is_given_up_and_troubles_nobody(self):
        server = self.serve(self.folder(), idle_seconds=4)
        process, run = self.client(server, "stopped", hares(rate=60, hunger=10, count=400))
        process.send_signal(signal.SIGSTOP)

        async def healthy():
            async with websockets.connect(f"{server.views}/ws/session/well",
                                          max_size=None) as ws:
                await ws.recv()
                await ws.send(json.dumps(hares(rate=20)))
                await ws.recv()
                view = View()
                while len(view.ticks) < 100:
                    view.take(json.loads(await asyncio.wait_for(ws.recv(), 30)))
                return view.ticks
        ticks = asyncio.run(healthy())
        self.assertEqual(ticks, list(range(ticks[0], ticks[0] + 100)))
        until(lambda: self.told_of(server, "client_closed", "stopped"), 60)
        until(lambda: self.stands_still(server, run), 60)
        process.send_signal(signal.SIGCONT)
        told = json.loads(process.stdout.readline())
        self.assertEqual(told["code"], 1006)
        self.assertGreater(told["packets"], 0)
        asyncio.run(self.joined(server, "stopped"))
        self.assertEqual(server.stop()[0], 0)

    def test_who_reports_and_does_not_read_is_closed_before_memory_fills(self):
        server = self.serve(self.folder())
        before = self.rss_kib(server)

        async def flood():
            url = f"{server.views}/ws/session/deaf"
            async with websockets.connect(url, max_size=None, ping_interval=None) as ws:
                await ws.recv()
                await ws.send(json.dumps(hares(rate=60)))
                await ws.recv()
                view = View()
                view.take(json.loads(await ws.recv()))
                one, other = view.ids("hare")[:2]
                report = {"kind": "predation", "source": one, "target": other, "x": 1, "y": 1}
                heartbeat = json.dumps({"type": "heartbeat", "events": [report] * 700})
                ws.transport.pause_reading()
                while not await asyncio.to_thread(self.told_of, server, "client_slow", "deaf"):
                    try:
                        await ws.send(heartbeat)
                    except websockets.ConnectionClosed:
                        pass
                ws.transport.abort()
        asyncio.run(asyncio.wait_for(flood(), 90))
        self.assertLess(self.rss_kib(server) - before, 96 * 1024)
        until(lambda: self.told_of(server, "client_closed", "deaf"), 30)
        asyncio.run(self.joined(server, "deaf"))
        self.assertEqual(server.stop()[0], 0)

    def test_a_world_whose_server_was_killed_is_gone_on_with_from_its_folder(self):
        folder = self.folder()
        server = self.serve(folder)
        url = f"{server.views}/ws/session/mine"

        async def die_meanwhile():
            client = asyncio.ensure_future(ecosystem_client.live(
                url, {"type": "world", "scenario": "meadow", "seed": 11}, 60))
            await asyncio.to_thread(until, lambda: self.journals_a_heartbeat(folder), 60)
            server.kill()
            return await client
        state = asyncio.run(die_meanwhile())
        self.assertIn("lost", state)
        run, packets = state["greeting"]["run_id"], state["ticks"]
        self.assertGreater(packets, 5)

        server = self.serve(folder)
        self.assertEqual(server.state(run), "interrupted")
        status, refusal, _ = server.ask("POST", f"/run/{run}/resume")
        self.assertEqual(status, 409)
        self.assertIn("cherub run --load", refusal["detail"])

        async def another():
            async with websockets.connect(f"{server.views}/ws/session/mine") as ws:
                return json.loads(await ws.recv())["resumed"]
        self.assertFalse(asyncio.run(another()), "sessions are of one process of the server")
        loaded = self.cherub("run", "--load", os.path.join(folder, run), "--live", "2")
        # A packet may have come before its tick was on disk: the disk follows within 20 ms.
        tick = int(re.search(r"loaded at tick (\d+)", loaded).group(1))
        self.assertGreaterEqual(tick, packets - 2)
        self.assertIn("verified", self.cherub("replay", os.path.join(folder, run), "--verify"))
        self.assertEqual(server.stop()[0], 0)

    def journals_a_heartbeat(self, folder):
        for path in glob.glob(os.path.join(folder, "*", "live", "journal", "*.jsonl")):
            with open(path, encoding="utf-8", errors="replace") as file:
                if '"type":"heartbeat"' in file.read():
                    return True
        return False

    def cherub(self, *words):
        done = subprocess.run([CHERUB, *words], capture_output=True, text=True, timeout=120,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout + done.stderr


if __name__ == "__main__":
    unittest.main()
