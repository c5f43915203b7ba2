"""Bytes that nobody means well with, at every door of the server: each is refused with a reason in
the server's own form, and the server is what it was."""
import asyncio
import json
import socket
import unittest

import websockets
from described import OpenApi
from served import Served, strict

# No request, command or message, whatever the door.
BODIES = {
    "a million arrays": b"[" * 1_000_000,
    "objects in objects": b'{"a":' * 10_000,
    "one level too deep": b'{"user_goal":' + b"[" * 64 + b"]" * 64 + b"}",
    "an endless integer": b'{"user_goal":"x","seed":' + b"9" * 5000 + b"}",
    "a number beyond all": b'{"user_goal":"x","live_seconds":1e99999}',
    "no number": b'{"user_goal":"x","live_seconds":NaN}',
    "below zero": b'{"user_goal":"x","seed":-1}',
    "no UTF-8": b'{"user_goal":"\xff\xfe"}',
    "UTF-8 in a roundabout way": b'{"user_goal":"\xc0\xaf"}',
    "half a pair": b'{"user_goal":"\\ud800"}',
    "a raw NUL": b'{"user_goal":"a\x00b"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "null": b"null",
    "a text": b'"reach the target"',
    "two objects": b'{"user_goal":"x"} {}',
    "cut short": b'{"user_goal":"x"',
    "a comment": b'{"user_goal":"x" /* please */}',
}
WORLDS = {
    "nested lists": "[" * 5_000,
    "nested dashes": "\n".join(" " * depth + "-" for depth in range(300)),
    "aliases of aliases": "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi")),
    "a tag": "!!python/object:os.system {}",
    "a world beyond all": "tick_rate: 10\nterrain: {generator: flat, width: 1e308, depth: 9}",
    "a world of many voxels":
        "tick_rate: 10\nterrain: {generator: flat, width: 99999, depth: 99999}",
    "many creatures": "tick_rate: 10\nterrain: {generator: flat, width: 9, depth: 9}\n"
                      "species:\n  - {name: hare}\nspawns:\n"
                      "  - {species: hare, count: 99999999999}",
    "no scenario": "just words",
    "nothing": "",
    "a path": '{"type":"world","scenario":"../../etc/passwd"}',
    "a deep object": '{"type":"world","world":' + '{"a":' * 5_000,
    "a seed beyond all": '{"type":"world","scenario":"meadow","seed":1e400}',
}


class Hostile(Served):
    config = "run_requests_per_minute: 0\n"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.openapi = OpenApi(strict(cls.send("GET", "/openapi.json")[2]))
        cls.run_id = cls.start(live_seconds=3600, candidates=2)
        cls.views = cls.address.replace("http", "ws")

    def rss_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))

    def runs(self):
        return {row["run_id"] for row in json.loads(self.send("GET", "/run")[2])["runs"]}

    def setUp(self):
        self.until(lambda: self.run_state(self.run_id) == "running")
        self.before = self.runs(), self.rss_kib()

    def tearDown(self):
        runs, rss = self.before
        self.assertEqual(self.send("GET", "/health")[0], 200)
        self.assertEqual(self.runs(), runs)
        self.assertEqual(self.run_state(self.run_id), "running")
        self.assertLess(self.rss_kib() - rss, 64 * 1024)

    def test_bodies_are_refused_as_problems(self):
        for method, path in (("POST", "/run"), ("POST", f"/run/{self.run_id}/commands"),
                             ("POST", f"/run/{self.run_id}/resume"),
                             ("PUT", f"/run/{self.run_id}/scripts/policy"),
                             ("PUT", f"/run/{self.run_id}/scripts/ability")):
            for name, body in BODIES.items():
                with self.subTest(path=path, body=name):
                    status, headers, text = self.send(method, path, body)
                    self.assertIn(status, (400, 409, 413, 422))
                    self.assertEqual(headers["Content-Type"], "application/problem+json")
                    self.openapi.check_answer(method, path, status, headers, text)

    def test_messages_are_refused_or_close_the_view(self):
        async def told(path, message):
            """What a fresh view says to it: an error, or the code it closes with."""
            async with websockets.connect(self.views + path, max_size=None) as ws:
                await ws.send(message)
                try:
                    while True:
                        text = await asyncio.wait_for(ws.recv(), 20)
                        for line in text.split("\n") if isinstance(text, str) else ():
                            answer = strict(line)
                            if "error" in (answer.get("op"), answer.get("type")):
                                return answer["detail"]
                            if answer.get("type") == "refused" or answer.get("ok") is False:
                                return answer["detail"]
                except websockets.ConnectionClosed as closed:
                    return closed.code
        for path in ("/ws", f"/ws/progress/{self.run_id}", f"/ws/render/{self.run_id}/agents",
                     "/telemetry"):
            for name, body in BODIES.items():
                if len(body) > 65536:
                    body = body[:60_000]
                with self.subTest(path=path, message=name):
                    self.assertTrue(asyncio.run(told(path, body)))
            with self.subTest(path=path, message="too long"):
                self.assertEqual(asyncio.run(told(path, "[" * 65537)), 1009)

    def test_frames_that_break_the_protocol_close_with_their_code(self):
        upgrade = (f"GET /ws/progress/{self.run_id} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                   "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode()
        text = b'{"type":"\xff\xfe"}'
        mask = bytes(4)
        frames = {
            "no UTF-8": (bytes([0x81, 0x80 | len(text)]) + mask + text, 1007),
            "not masked": (bytes([0x81, 2]) + b"{}", 1002),
            "an unknown operation": (bytes([0x83, 0x80]) + mask, 1002),
            "reserved bits": (bytes([0xF1, 0x80]) + mask, 1002),
            "a long ping": (bytes([0x89, 0xFE, 0, 200]) + mask + bytes(200), 1002),
            "a message of 2^63 bytes": (bytes([0x81, 0xFF, 0x80]) + bytes(7) + mask, 1009),
        }
        for name, (frame, code) in frames.items():
            with self.subTest(frame=name):
                with socket.create_connection(("127.0.0.1", self.port), timeout=20) as peer:
                    peer.sendall(upgrade)
                    with peer.makefile("rb") as file:
                        self.assertIn(b" 101 ", file.readline())
                        while file.readline() != b"\r\n":
                            pass
                        peer.sendall(frame)
                        told = file.read()  # to the end: the server hangs up
                self.assertTrue(told.endswith(b"\x88\x02" + code.to_bytes(2, "big")), told[-9:])

    def test_worlds_are_refused_with_their_field(self):
        async def closed_with(definition):
            async with websockets.connect(self.views + "/ws/session/new") as ws:
                await ws.recv()
                await ws.send(definition)
                try:
                    answer = await asyncio.wait_for(ws.recv(), 30)
                    self.fail(answer[:300])
                except websockets.ConnectionClosed as closed:
                    return closed.code, closed.reason
        for name, world in WORLDS.items():
            wrapped = json.dumps({"type": "world", "world": world, "seed": 1})
            for definition in (world, wrapped):
                with self.subTest(world=name, wrapped=definition is wrapped):
                    code, reason = asyncio.run(closed_with(definition))
                    self.assertEqual(code, 1003)
                    self.assertTrue(reason)


if __name__ == "__main__":
    unittest.main()
