"""The multiplexed WebSocket, frames and their deltas, with a client that is not ours and a decoder
written from the description: resume, storms of reconnects, clients that stall, vanish or say
nothing, a thousand connections, native renderers."""
import asyncio
import base64
import json
import os
import random
import re
import resource
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

import websockets
from wire_client import AGENTS, POV_WORLD, WORLD, Header, Stream

CHERUB = os.environ["CHERUB_BINARY"]
HERE = os.path.dirname(os.path.abspath(__file__))
POLICY = open(os.path.join(HERE, "maze_policy.lua"), encoding="utf-8").read()
STALLER = """
import asyncio, sys, websockets
async def main():
    async with websockets.connect(sys.argv[1]) as ws:
        print(len(await ws.recv()), flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""


def picture(stream):
    return json.dumps(stream.state, sort_keys=True)


class Wire(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        config = os.path.join(cls.folder.name, "cherub.yaml")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            cls.frames_port = free.getsockname()[1]
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"frames_port: {cls.frames_port}\n")
        cls.process = subprocess.Popen(
            [CHERUB, "--config", config, "serve", "--port", "0", "--runs-dir", cls.folder.name],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        cls.address = re.search(r"http://\S+", cls.process.stdout.readline()).group()
        cls.run_id = cls.start(live_seconds=3600, scenario="maze")

    @classmethod
    def tearDownClass(cls):
        cls.process.terminate()
        cls.process.wait(15)
        cls.process.stdout.close()
        cls.folder.cleanup()

    @classmethod
    def ask(cls, method, path, body=None):
        request = urllib.request.Request(
            cls.address + path, data=json.dumps(body).encode() if body else None, method=method)
        with urllib.request.urlopen(request, timeout=20) as reply:
            return json.loads(reply.read())

    @classmethod
    def start(cls, **fields):
        body = {"user_goal": "reach the target", "iterations": 1, "episodes": 1,
                "policy_code": POLICY, **fields}
        return cls.ask("POST", "/run", body)["run_id"]

    def connect(self, path="/ws", **options):
        return websockets.connect(self.address.replace("http", "ws") + path, **options)

    async def next(self, ws, lines):
        """The next record or frame; `lines` keeps what a message carries beyond it."""
        while not lines:
            message = await asyncio.wait_for(ws.recv(), 20)
            if isinstance(message, bytes):
                return message
            self.assertLessEqual(len(message.encode()), 65536)
            lines.extend(message.split("\n"))
            self.assertLessEqual(len(lines), 64)
        return json.loads(lines.pop(0))

    def test_hello_subscriptions_commands_and_refusals(self):
        async def talk():
            async with self.connect() as ws:
                lines = []
                hello = await self.next(ws, lines)
                self.assertEqual((hello["op"], hello["protocol"]), ("hello", "cherub.v1"))
                name = "progress/" + self.run_id
                await ws.send(json.dumps({"op": "subscribe", "ch": name, "history": "all"}))
                told = await self.next(ws, lines)
                self.assertEqual((told["op"], told["epoch"]), ("subscribed", hello["epoch"]))
                record = await self.next(ws, lines)
                self.assertEqual((record["ch"], record["seq"]), (name, told["from"]))
                self.assertEqual(record["data"]["type"], record["type"])
                await ws.send(json.dumps({"op": "command", "run": self.run_id, "ref": 5,
                                          "command": {"line": "scenario"}}))
                while record.get("op") != "reply":
                    record = await self.next(ws, lines)
                self.assertEqual((record["ref"], record["ok"]), (5, True))
                for hostile, field in (({"op": "subscribe", "ch": name}, "ch"),
                                       ({"op": "subscribe", "ch": "x", "filter": 3}, "filter"),
                                       ({"op": "command", "run": "x", "command": {}}, "run")):
                    await ws.send(json.dumps(hostile))
                    while record.get("op") != "error":
                        record = await self.next(ws, lines)
                    self.assertEqual(record["field"], field)
                    record = {}
                await ws.send("x" * 65537)
                with self.assertRaises(websockets.ConnectionClosed) as closed:
                    while True:
                        await self.next(ws, lines)
                self.assertEqual(closed.exception.rcvd.code, 1009)
        asyncio.run(talk())

    def test_who_asks_for_it_gets_long_records_and_frames_compressed(self):
        def unpacked(message):
            header, payload = message[:32], message[32:]
            return header, subprocess.run(["zstd", "-dc"], input=payload, capture_output=True,
                                          check=True).stdout

        async def records(**more):
            async with self.connect(max_size=None) as ws:
                lines, told = [], {}
                await self.next(ws, lines)
                name = "progress/" + self.run_id
                await ws.send(json.dumps({"op": "subscribe", "ch": name, "history": "all",
                                          "filter": {"type": ["best", "iteration"]}, **more}))
                newest = (await self.next(ws, lines))["seq"]
                await ws.send(json.dumps({"op": "unsubscribe", "ch": name}))
                binary = 0
                while True:
                    message = await self.next(ws, lines)
                    if isinstance(message, bytes):
                        binary += 1
                        self.assertEqual(message[:8], bytes([1, 2, 1, 0, 0, 0, 0, 0]))
                        header, text = unpacked(message)
                        message = json.loads(text)
                        self.assertEqual(struct.unpack_from("<I", header, 8)[0], message["seq"])
                        self.assertGreaterEqual(len(text), 512)
                    if message.get("op") == "unsubscribed":
                        return told, binary, newest
                    told[message["seq"]] = message

        async def frames(run):
            async with self.connect(max_size=None) as ws:
                lines = []
                await self.next(ws, lines)
                streams = []
                for more in ({}, {"compress": "zstd"}):
                    name = f"render/{run}/world"
                    await ws.send(json.dumps({"op": "subscribe", "ch": name, **more}))
                    while not isinstance(message := await self.next(ws, lines), bytes):
                        pass
                    streams.append(message)
                    await ws.send(json.dumps({"op": "unsubscribe", "ch": name}))
                return streams
        end = time.monotonic() + 60
        while not self.ask("GET", "/run/" + self.run_id)["best"]:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)
        plain, none, newest = asyncio.run(records())
        packed, some, _ = asyncio.run(records(compress="zstd"))
        self.assertEqual(none, 0)
        self.assertGreater(some, 0)
        self.assertGreater(newest, 0)
        self.assertEqual(packed, plain)
        caves = self.start(live_seconds=3600, scenario="caves")
        whole, small = asyncio.run(frames(caves))
        self.ask("DELETE", "/run/" + caves)
        self.assertEqual(whole[2:4], bytes(2))
        self.assertEqual(small[2:4], bytes([1, 0]))
        self.assertLess(len(small), len(whole) / 2)
        self.assertEqual(unpacked(small)[1], whole[32:])

    def test_a_storm_of_reconnects_loses_and_repeats_nothing(self):
        name = "progress/" + self.run_id

        async def reader(number, stop):
            chance, seen, epoch, connects = random.Random(number), 0, "none", 0
            while not stop.is_set() or connects < 20:
                async with self.connect() as ws:
                    connects += 1
                    lines = []
                    hello = await self.next(ws, lines)
                    wish = {"op": "subscribe", "ch": name}
                    wish.update({"epoch": epoch, "after": seen} if seen else {"history": "all"})
                    await ws.send(json.dumps(wish))
                    told = await self.next(ws, lines)
                    if seen:
                        self.assertTrue(told["recovered"], told)
                        self.assertEqual(told["from"], seen + 1)
                    else:
                        seen = told["from"] - 1
                    epoch = hello["epoch"]
                    for _ in range(chance.randrange(4)):
                        record = await self.next(ws, lines)
                        if record["type"] == "gap":
                            self.assertEqual(record["data"]["from"], seen + 1)
                            seen = record["data"]["to"]
                            continue
                        self.assertEqual(record["seq"], seen + 1)
                        seen = record["seq"]
                    if chance.random() < 0.5:
                        ws.transport.abort()  # gone without a word
            return seen

        async def storm():
            stop = asyncio.Event()
            readers = [asyncio.create_task(reader(i, stop)) for i in range(12)]
            for _ in range(40):  # every command makes records
                for kind in ("pause", "resume"):
                    await asyncio.to_thread(self.ask, "POST", f"/run/{self.run_id}/commands",
                                            {"type": kind})
            stop.set()
            return await asyncio.gather(*readers)
        self.assertGreater(min(asyncio.run(storm())), 0)

    def test_deltas_show_what_key_frames_show(self):
        run = self.start(scenario="pasture", policy_code="", user_goal="eat well", candidates=2,
                         live_seconds=3600)
        views = {"agents": AGENTS, "world": WORLD, "pov_world_0": POV_WORLD}

        async def follow():
            async with self.connect() as by_delta, self.connect() as by_key:
                streams, numbers, images = {}, {}, {}
                for ws in (by_delta, by_key):
                    await self.next(ws, [])
                    for view in views:
                        await ws.send(json.dumps(
                            {"op": "subscribe", "ch": f"render/{run}/{view}",
                             **({"encoding": "json"} if ws is by_key else {})}))
                compared, end = 0, time.monotonic() + 60
                while compared < 30 and time.monotonic() < end:
                    message = await self.next(by_delta, [])
                    if isinstance(message, dict):
                        numbers[message["stream"]] = message["ch"]
                        streams[message["ch"]] = Stream()
                        continue
                    header = Header(message)
                    name = numbers[header.stream]
                    self.assertEqual(header.channel, views[name.rsplit("/", 1)[1]])
                    streams[name].take(message)
                    if not name.endswith("agents"):
                        continue
                    images[header.seq] = picture(streams[name])
                    while True:
                        try:
                            text = await asyncio.wait_for(by_key.recv(), 0.001)
                        except asyncio.TimeoutError:
                            break
                        for line in text.split("\n"):
                            record = json.loads(line)
                            if record.get("type") != "frame" or not record["ch"].endswith("agents"):
                                continue
                            data = record["data"]
                            payload = base64.b64decode(data["payload_b64"])
                            self.assertEqual(len(payload), data["len"])
                            key = Stream()
                            key.take(struct.pack("<BBHIIIQII", 1, 0, 0, AGENTS, data["seq"], 0,
                                                 data["tick"], len(payload), 0) + payload)
                            if data["seq"] in images:
                                self.assertEqual(images[data["seq"]], picture(key))
                                compared += 1
                agents = streams[f"render/{run}/agents"]
                return compared, agents.deltas, streams[f"render/{run}/pov_world_0"].keys
        compared, deltas, pov_keys = asyncio.run(follow())
        self.ask("DELETE", "/run/" + run)
        self.assertGreaterEqual(compared, 30)
        self.assertGreater(deltas, 20)
        self.assertGreater(pov_keys, 0)

    def test_native_renderers_get_the_same_frames_behind_their_length(self):
        with socket.create_connection(("127.0.0.1", self.frames_port), timeout=20) as renderer:
            renderer.sendall(f"{self.run_id}/agents\n".encode())
            stream, data = Stream(), b""
            while stream.deltas < 5:
                data += renderer.recv(65536)
                while len(data) >= 4 and len(data) >= 4 + int.from_bytes(data[:4], "little"):
                    length = int.from_bytes(data[:4], "little")
                    stream.take(data[4:4 + length])
                    data = data[4 + length:]
            self.assertEqual(stream.keys, 1)
        with socket.create_connection(("127.0.0.1", self.frames_port), timeout=20) as renderer:
            renderer.sendall(b"nobody/agents\n")
            self.assertIn(b"no such run", renderer.recv(1000))

    def test_stalled_and_vanished_clients_do_not_trouble_the_others(self):
        uri = self.address.replace("http", "ws") + f"/ws/progress/{self.run_id}"
        stalled = [subprocess.Popen([sys.executable, "-c", STALLER, uri], stdout=subprocess.PIPE)
                   for _ in range(3)]
        half_open = []
        try:
            for process in stalled:
                self.assertTrue(process.stdout.readline())
                process.send_signal(signal.SIGSTOP)
            for _ in range(20):  # who began to speak and says nothing more
                quiet = socket.create_connection(self.address[7:].split(":"), timeout=20)
                quiet.sendall(b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgr")
                half_open.append(quiet)

            async def healthy():
                async with self.connect() as ws:
                    lines, waits = [], []
                    await self.next(ws, lines)
                    for ref in range(100):
                        begin = time.monotonic()
                        await ws.send(json.dumps({"op": "command", "run": self.run_id, "ref": ref,
                                                  "command": {"line": "scenario"}}))
                        self.assertEqual((await self.next(ws, lines))["ref"], ref)
                        waits.append(time.monotonic() - begin)
                    return max(waits)
            self.assertLess(asyncio.run(healthy()), 10)
        finally:
            for quiet in half_open:
                quiet.close()
            for process in stalled:
                process.kill()
                process.wait()
                process.stdout.close()
        self.assertEqual(self.ask("GET", "/health")["status"], "ok")

    async def paused_record(self, ws):
        while True:
            for line in (await asyncio.wait_for(ws.recv(), 30)).split("\n"):
                if json.loads(line)["data"].get("state") == "paused":
                    return line

    def test_a_thousand_connections_are_served_and_their_places_come_free(self):
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))

        def descriptors():
            return len(os.listdir(f"/proc/{self.process.pid}/fd"))
        before = descriptors()

        async def crowd():
            name = "progress/" + self.run_id
            async def one():
                ws = await self.connect(open_timeout=60, ping_interval=None)
                await ws.recv()
                await ws.send(json.dumps({"op": "subscribe", "ch": name}))
                told = (await ws.recv()).split("\n")[0]
                self.assertEqual(json.loads(told)["op"], "subscribed")
                return ws
            clients = []
            for _ in range(10):
                clients += await asyncio.gather(*[one() for _ in range(100)])
            self.assertGreaterEqual(descriptors(), before + 1000)
            await asyncio.to_thread(self.ask, "POST", f"/run/{self.run_id}/commands",
                                    {"type": "pause"})
            try:
                told = await asyncio.gather(*[self.paused_record(ws) for ws in clients])
                self.assertEqual(len(set(told)), 1)
            finally:
                await asyncio.to_thread(self.ask, "POST", f"/run/{self.run_id}/commands",
                                        {"type": "resume"})
            for ws in clients:
                ws.transport.abort()
        asyncio.run(crowd())
        end = time.monotonic() + 20
        while descriptors() > before + 20 and time.monotonic() < end:
            time.sleep(0.1)
        self.assertLessEqual(descriptors(), before + 20)


    def test_the_ws_package_of_npm_understands_us(self):
        modules = os.path.join(HERE, "..", "..", "build", "node", "node_modules")
        if not os.path.isdir(os.path.join(modules, "ws")):
            subprocess.run(["npm", "install", "--prefix", os.path.dirname(modules), "--silent",
                            "--no-audit", "--no-fund", "ws@8"], check=True, timeout=120)
        told = json.loads(subprocess.run(
            ["node", os.path.join(HERE, "ws_client.js"), self.address.replace("http", "ws"),
             self.run_id], check=True, timeout=60, capture_output=True, text=True,
            env={**os.environ, "NODE_PATH": modules}).stdout)
        self.assertTrue(told["hello"])
        self.assertEqual(told["keys"], 1)
        steps = [b - a for a, b in zip(told["seqs"], told["seqs"][1:])]
        self.assertEqual(set(steps), {1})


if __name__ == "__main__":
    unittest.main()
