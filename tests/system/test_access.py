"""Who may talk to the real server, and how much: over real sockets, with clients not ours."""
import asyncio
import base64
import http.client
import json
import socket
import subprocess
import tempfile
import time
import unittest

import websockets
from server_process import CHERUB, ServerProcess, until


def encoded(token):
    return "cherub.bearer." + base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")


class Access(unittest.TestCase):
    def serve(self, *flags, **options):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        server = ServerProcess(folder.name, *flags, **options)
        self.addCleanup(server.stop)
        return server

    def upgrade(self, server, path="/ws", **options):
        """101, or the status of the refusal."""
        async def connect():
            try:
                async with websockets.connect(server.views + path, **options):
                    return 101
            except websockets.InvalidStatusCode as refused:
                return refused.status_code
        return asyncio.run(connect())

    def test_a_token_is_asked_of_everybody_who_is_not_on_this_machine(self):
        refused = subprocess.run([CHERUB, "serve", "--host", "0.0.0.0", "--port", "0"],
                                 capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("--token-env", refused.stderr)
        server = self.serve("--host", "0.0.0.0", "--token-env", "TEST_TOKEN", token="s3cret/+=")
        self.assertEqual(server.ask("GET", "/run")[0], 200)
        self.assertEqual(server.ask("GET", "/health", headers={"Authorization": ""})[0], 200)
        for wrong in ("", "Bearer", "Bearer s3cret/+", "Bearer s3cret/+= x", "Basic s3cret/+=",
                      "Bearer " + "x" * 5000):
            status, answer, headers = server.ask("GET", "/run", headers={"Authorization": wrong})
            self.assertEqual((status, headers["WWW-Authenticate"]), (401, "Bearer"), wrong)
            self.assertNotIn("s3cret", json.dumps(answer))
        for method, path in (("POST", "/run"), ("DELETE", "/run/x"), ("GET", "/run/x/events"),
                             ("PUT", "/run/x/scripts/policy"), ("POST", "/run/x/resume")):
            self.assertEqual(server.ask(method, path, headers={"Authorization": "no"})[0], 401)
        status, answer, _ = server.ask("GET", "/run?token=s3cret/%2B%3D")
        self.assertEqual((status, answer["field"]), (400, "token"))

        self.assertEqual(self.upgrade(server), 401)
        self.assertEqual(self.upgrade(server, subprotocols=[encoded("s3cret")]), 401)
        self.assertEqual(self.upgrade(server, subprotocols=["cherub.bearer.%%"]), 401)
        self.assertEqual(self.upgrade(server, path="/ws?access_token=s3cret"), 400)
        right = ["cherub.v1", encoded("s3cret/+=")]
        self.assertEqual(self.upgrade(server, subprotocols=right), 101)

    def test_pages_of_other_origins_are_refused_unless_they_are_listed(self):
        server = self.serve("--origins", "https://garden.example, http://127.0.0.1:1")
        own = server.address
        table = [(own, 101), ("https://garden.example", 101), ("http://127.0.0.1:1", 101),
                 ("http://garden.example", 403), ("https://garden.example.evil", 403),
                 ("null", 403), ("http://127.0.0.1:2", 403)]
        for origin, expected in table:
            with self.subTest(origin=origin):
                self.assertEqual(self.upgrade(server, origin=origin), expected)
                status = server.ask("POST", "/run", "{", headers={"Origin": origin})[0]
                self.assertEqual(status, 400 if expected == 101 else 403)
        self.assertEqual(server.ask("GET", "/run", headers={"Host": "evil.example"})[0], 421)
        bad = subprocess.run([CHERUB, "serve", "--port", "0", "--origins", "garden.example"],
                             capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(bad.returncode, 2)
        self.assertIn("garden.example", bad.stderr)

    def test_limits_are_as_configured(self):
        server = self.serve(settings={
            "header_bytes_max": 2000, "body_bytes_max": 2000, "message_bytes_max": 600,
            "subscriptions_max": 1, "connections_max": 5, "idle_seconds": 2, "header_seconds": 1,
            "body_seconds": 1, "run_requests_per_minute": 1, "run_requests_at_once": 2})
        self.assertEqual(server.ask("GET", "/health", headers={"X": "x" * 3000})[0], 431)
        status, answer, _ = server.ask("POST", "/run", "x" * 3000)
        self.assertEqual((status, answer["field"]), (413, "body"))
        statuses = [server.ask("POST", "/run", "{}")[0] for _ in range(3)]
        self.assertEqual(statuses, [400, 400, 429])
        self.assertGreater(int(server.ask("POST", "/run", "{}")[2]["Retry-After"]), 0)
        self.assertEqual(server.ask("POST", "/run/x/resume")[0], 429)

        for unfinished, word in ((b"GET / HTTP/1.1\r\nX: ", b" 408 "),
                                 (b"POST /run HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1",
                                  b" 408 "), (b"", b"")):
            with socket.create_connection(("127.0.0.1", server.port), 20) as slow:
                slow.sendall(unfinished)
                began = time.monotonic()
                told = b"".join(iter(lambda: slow.recv(4096), b""))
                self.assertIn(word, told)
                self.assertEqual(bool(word), bool(told))
                self.assertLess(time.monotonic() - began, 10)

        async def talk():
            async with websockets.connect(server.views + "/ws") as view:
                hello = json.loads(await view.recv())
                self.assertEqual(hello["limits"]["subscriptions"], 1)
                self.assertEqual(hello["limits"]["inbound_bytes"], 600)
                await view.send("x" * 601)
                with self.assertRaises(websockets.ConnectionClosed) as closed:
                    while True:
                        await asyncio.wait_for(view.recv(), 20)
                self.assertEqual(closed.exception.rcvd.code, 1009)
        asyncio.run(talk())

    def test_one_connection_too_many_is_told_when_to_come_back(self):
        server = self.serve(settings={"connections_max": 5})
        held = [socket.create_connection(("127.0.0.1", server.port), 20) for _ in range(5)]

        def status():
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
            connection.request("GET", "/health", headers={"Connection": "close"})
            reply = connection.getresponse()
            reply.read()
            connection.close()
            return reply.status, reply.getheader("Retry-After")
        until(lambda: status() == (503, "5"))
        self.assertEqual(self.upgrade(server), 503)
        for connection in held:
            connection.close()
        until(lambda: status() == (200, None))

    def test_a_script_is_put_in_the_place_of_the_version_that_was_meant(self):
        server = self.serve()
        run = server.start(live_seconds=600)
        until(lambda: server.ask("GET", "/code/" + run)[0] == 200)
        _, answer, headers = server.ask("GET", "/code/" + run)
        tag = headers["ETag"]
        self.assertEqual(tag, '"' + answer["sha256"] + '"')
        path = f"/run/{run}/scripts/policy"
        wrong = server.ask("PUT", path, answer["code"] + "\n-- a", {"If-Match": '"0"'})
        self.assertEqual((wrong[0], wrong[1]["field"]), (412, "If-Match"))
        self.assertIn(answer["sha256"], wrong[1]["detail"])
        good = server.ask("PUT", path, answer["code"] + "\n-- b", {"If-Match": tag})
        self.assertIn(good[0], (200, 202))
        until(lambda: server.ask("GET", "/code/" + run)[2]["ETag"] == f'"{good[1]["sha256"]}"')
        self.assertEqual(server.ask("PUT", path, answer["code"], {"If-Match": tag})[0], 412)
        self.assertIn(server.ask("PUT", path, answer["code"], {"If-Match": "*"})[0], (200, 202))
        server.ask("DELETE", "/run/" + run)


if __name__ == "__main__":
    unittest.main()
