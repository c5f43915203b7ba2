"""Runs of the real server through crashes and shutdowns: interrupted, resumed, told of."""
import asyncio
import http.client
import json
import os
import signal
import socket
import tempfile
import unittest

import websockets
from server_process import ServerProcess, until

SEARCH = {"policy_code": "", "user_goal": "reach the target safely", "candidates": 24,
          "iterations": 2, "episodes": 6, "seed": 7, "live_seconds": 2, "render": False}


def comparable(results):
    """A summary without what may differ: times, names and folders."""
    kept = {key: value for key, value in results.items() if key not in ("timing", "dir", "run_id")}
    kept["ledger"] = {key: value for key, value in results["ledger"].items() if key != "seconds"}
    return kept


class Runs(unittest.TestCase):
    maxDiff = None

    def folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return folder.name

    def serve(self, folder, *flags, **options):
        server = ServerProcess(folder, *flags, **options)
        self.addCleanup(lambda: server.process.poll() is None and server.kill())
        return server

    def results(self, server, run):
        server.until_state(run, "done", seconds=120)
        return server.ask("GET", "/run/" + run)[1]["results"]

    def progress(self, server, run):
        async def listen():
            async with websockets.connect(server.views + "/ws/progress/" + run) as view:
                newest = json.loads(await asyncio.wait_for(view.recv(), 20))["records"]
                records = [{"seq": 0}]
                while records[-1]["seq"] < newest:
                    records.append(json.loads(await asyncio.wait_for(view.recv(), 20)))
                return [record["type"] for record in records[1:]]
        return asyncio.run(listen())

    def test_a_run_whose_server_was_killed_goes_on_to_the_same_result(self):
        whole = self.serve(self.folder())
        expected = self.results(whole, whole.start(**SEARCH))
        self.assertEqual(whole.stop()[0], 0)

        folder = self.folder()
        server = self.serve(folder)
        key = {"Idempotency-Key": "once"}
        run = server.start(headers=key, **SEARCH)
        measured = os.path.join(folder, run, "measured.jsonl")
        for size in (1, 30_000):
            until(lambda: os.path.exists(measured) and os.path.getsize(measured) >= size, 60)
            server.kill()
            server = self.serve(folder)
            self.assertEqual(server.state(run), "interrupted")
            listed = server.ask("GET", "/run?state=interrupted")[1]["runs"]
            self.assertEqual([row["run_id"] for row in listed], [run])
            self.assertEqual(server.start(headers=key, **SEARCH), run)
            self.assertIn("iteration", self.progress(server, run))
            self.assertEqual(server.ask("DELETE", "/run/" + run)[0], 409)
            self.assertEqual(server.ask("POST", f"/run/{run}/resume")[0], 202)
        self.assertEqual(comparable(self.results(server, run)), comparable(expected))
        types = self.progress(server, run)
        self.assertEqual(types.count("done"), 1)
        self.assertEqual(types[-1], "done")
        shown = server.ask("GET", "/run/" + run)[1]
        self.assertTrue(shown["critique"])
        code = server.ask("GET", "/code/" + run)[1]
        self.assertEqual(server.stop()[0], 0)

        # All of it is there for a process that knows it from its folder only.
        later = self.serve(folder)
        again = later.ask("GET", "/run/" + run)[1]
        for part in ("results", "critique", "request"):
            self.assertEqual(again[part], shown[part])
        self.assertEqual(later.ask("GET", "/code/" + run)[1], code)
        self.assertEqual(self.progress(later, run), types)
        self.assertEqual(later.ask("POST", f"/run/{run}/resume")[0], 409)
        self.assertEqual(later.stop()[0], 0)

    def test_what_ran_and_what_waited_goes_on_when_the_next_server_is_told_to(self):
        folder = self.folder()
        server = self.serve(folder, "--runs-at-once", "1")
        first = server.start(**{**SEARCH, "iterations": 4})
        waiting = [server.start(live_seconds=0), server.start(live_seconds=0, seed=2)]
        gone = server.start(live_seconds=0)
        places = [server.ask("GET", "/run/" + run)[1].get("position") for run in waiting]
        self.assertEqual(places, [1, 2])
        self.assertEqual(server.ask("DELETE", "/run/" + gone)[0], 202)
        until(lambda: os.path.exists(os.path.join(folder, first, "measured.jsonl")))
        server.kill()

        server = self.serve(folder)
        for run in (first, *waiting):
            self.assertEqual(server.state(run), "interrupted")
        self.assertEqual(server.state(gone), "terminated")
        server.kill()

        server = self.serve(folder, "--resume-interrupted", "--runs-at-once", "1")
        for run in (first, *waiting):
            server.until_state(run, "done", seconds=120)
        self.assertEqual(server.state(gone), "terminated")
        self.assertEqual(server.stop()[0], 0)

    def test_a_signal_ends_runs_and_clients_of_every_kind_with_a_word(self):
        folder = self.folder()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            frames_port = free.getsockname()[1]
        server = self.serve(folder, "--runs-at-once", "1", settings={"frames_port": frames_port})
        live = server.start(live_seconds=3600)
        queued = server.start(live_seconds=3600)
        until(lambda: "live" in self.progress(server, live))

        events = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        events.request("GET", f"/run/{live}/events")
        stream = events.getresponse()
        self.assertEqual(stream.getheader("Content-Type"), "text/event-stream; charset=utf-8")
        idle = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        idle.request("GET", "/health")
        idle.getresponse().read()
        half = socket.create_connection(("127.0.0.1", server.port), 20)
        half.sendall(b"POST /run HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\n12")
        renderer = socket.create_connection(("127.0.0.1", frames_port), 20)
        renderer.sendall(f"{live}/agents\n".encode())

        async def watch():
            paths = ["/ws", "/ws/progress/" + live, f"/ws/render/{live}/agents"]
            views = [await websockets.connect(server.views + path) for path in paths]
            await views[0].send(json.dumps({"op": "subscribe", "ch": "progress/" + queued}))
            server.process.send_signal(signal.SIGTERM)
            closes = []
            for view in views:
                try:
                    while True:
                        await asyncio.wait_for(view.recv(), 20)
                except websockets.ConnectionClosed as closed:
                    closes.append((closed.rcvd.code, closed.rcvd.reason))
            return closes
        closes = asyncio.run(watch())
        code, seconds = server.stop(0)
        self.assertEqual(closes, [(1001, "the server is shutting down")] * 3)
        self.assertEqual(code, 0)
        self.assertLess(seconds, 10)
        told = stream.read().decode()
        # Either the run's own end or the server's is the last that is said.
        last = told.rstrip().split("\n\n")[-1]
        self.assertTrue("event: close" in last or '"type":"terminated"' in last, last)
        renderer.settimeout(20)
        while renderer.recv(65536):
            pass
        for connection in (idle.sock, half):
            connection.settimeout(20)
            self.assertEqual(connection.recv(1), b"")
            connection.close()
        renderer.close()
        events.close()

        server = self.serve(folder)
        for run in (live, queued):
            self.assertEqual(server.state(run), "interrupted")
            self.assertEqual(server.ask("POST", f"/run/{run}/resume", {"live_seconds": 1})[0], 202)
        for run in (live, queued):
            server.until_state(run, "done")
        self.assertEqual(server.stop(signal.SIGINT)[0], 0)

    def test_a_second_signal_ends_the_process_at_once(self):
        server = self.serve(self.folder())
        # It never answers the server's good-bye, which is waited for.
        deaf = socket.create_connection(("127.0.0.1", server.port), 20)
        deaf.sendall(b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                     b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        self.assertIn(b"101", deaf.recv(4096))
        server.process.send_signal(signal.SIGTERM)
        until(lambda: "ending" in server.end_of_log())
        code, seconds = server.stop()
        self.assertEqual(code, 130)
        self.assertLess(seconds, 1.5)
        deaf.close()

    def test_events_are_gone_on_with_behind_an_id_and_end_with_the_run(self):
        server = self.serve(self.folder())
        run = server.start(live_seconds=0)

        def listen(last=None):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            connection.request("GET", f"/run/{run}/events",
                               headers={"Last-Event-ID": last} if last else {})
            reply = connection.getresponse()
            text = reply.read().decode()
            connection.close()
            return reply.status, [dict(line.split(": ", 1) for line in event.split("\n"))
                                  for event in text.split("\n\n") if event and event[0] != ":"]
        status, events = listen()
        self.assertEqual(status, 200)
        self.assertEqual(json.loads(events[-1]["data"])["type"], "done")
        ids = [event["id"] for event in events if "id" in event]
        seqs = [int(name.split(".")[1]) for name in ids]
        self.assertEqual(seqs, list(range(1, len(seqs) + 1)))
        status, rest = listen(ids[len(ids) // 2])
        self.assertEqual([event["id"] for event in rest if "id" in event], ids[len(ids) // 2 + 1:])
        self.assertEqual(listen(ids[-1])[0], 204)
        self.assertEqual(server.stop()[0], 0)


if __name__ == "__main__":
    unittest.main()
