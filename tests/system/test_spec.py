"""What the server says of itself: its documents are valid, and everything it really sends is as
they describe it; its errors have one form; its metrics are Prometheus's."""
import asyncio
import json
import os
import socket
import subprocess
import unittest

import websockets
from described import AsyncApi, OpenApi
from served import CHERUB, HERE, POLICY, Served, node, strict

PROMTOOL = os.path.join(HERE, "..", "..", "build", "tools", "prometheus", "usr", "bin", "promtool")
PACKAGES = ("@apidevtools/swagger-parser@10", "@asyncapi/parser@3")
FAULTY = "local p = {}\nfunction p.act(self, world)\n  error('no')\nend\nreturn p\n"
# Told only by commands that nobody waits for, and where a kept world goes on: not over HTTP.
NEVER_SERVED = {"record_command", "record_load"}


class Spec(Served):
    flags = ("--catalogue", "{folder}/catalogue")

    @classmethod
    def setUpClass(cls):
        cls.models = subprocess.Popen(
            ["/usr/bin/python3", os.path.join(HERE, "model_server.py"), "--script", "good"],
            stdout=subprocess.PIPE, text=True)
        url = cls.models.stdout.readline().removeprefix("ready ").strip()
        cls.addClassCleanup(cls.models.stdout.close)
        cls.addClassCleanup(cls.models.wait)
        cls.addClassCleanup(cls.models.kill)
        cls.config = ("providers:\n  - {name: scripted, provider: openai, model: scripted, "
                      f"base_url: '{url}'}}\nprovider: builtin\n"
                      "prices:\n  scripted: {in: 2.5, out: 10}\n")
        super().setUpClass()
        cls.openapi = OpenApi(strict(cls.send("GET", "/openapi.json")[2]))
        cls.asyncapi = AsyncApi(strict(cls.send("GET", "/asyncapi.json")[2]))

    def ask(self, method, path, body=None, headers=None, status=None):
        got, got_headers, text = self.send(method, path, body, headers)
        self.openapi.check_answer(method, path, got, got_headers, text)
        if status is not None:
            self.assertEqual(got, status, f"{method} {path}: {text[:500]}")
        lines = "ndjson" in got_headers.get("Content-Type", "")
        return strict(text) if text[:1] in (b"{", b"[") and not lines else text

    def command(self, run, status=200, **command):
        self.asyncapi.check_heard("watchProgress", command)
        return self.ask("POST", f"/run/{run}/commands", command, status=status)

    def progress(self, run, last):
        """All records of a run up to a type or state, each as it is described."""
        async def listen():
            uri = f"{self.address.replace('http', 'ws')}/ws/progress/{run}"
            records = []
            async with websockets.connect(uri, max_size=None) as ws:
                while True:
                    text = await asyncio.wait_for(ws.recv(), 90)
                    records.append(self.asyncapi.check_told("watchProgress", text))
                    if last(records[-1]):
                        return records
        return asyncio.run(listen())

    def live(self, **fields):
        run = self.start(policy_code=POLICY, live_seconds=3600, **fields)
        self.progress(run, lambda record: record["type"] == "live")
        return run

    def test_the_documents_are_valid_and_the_program_prints_them_too(self):
        paths = []
        for name in ("openapi", "asyncapi"):
            printed = subprocess.run([CHERUB, "api", name], check=True, capture_output=True).stdout
            served = self.ask("GET", f"/{name}.json", status=200)
            self.assertEqual(strict(printed), served)
            paths.append(os.path.join(self.folder.name, name + ".json"))
            with open(paths[-1], "wb") as file:
                file.write(printed)
        told = json.loads(node("spec_check.js", *paths, needs=PACKAGES))
        self.assertEqual(told["errors"], [])
        self.assertEqual(told["paths"], len(self.openapi.document["paths"]))
        self.assertEqual(told["channels"], len(self.asyncapi.document["channels"]))
        self.assertGreater(told["messages"], 30)

    def test_every_record_of_runs_is_as_described(self):
        def last(record):
            return record["type"] in ("done", "error", "terminated")
        self.progress(self.start(candidates=8, iterations=2, episodes=2, live_seconds=2,
                                 render=False), last)
        self.progress(self.start(candidates=8, live_seconds=0), last)  # begins with a catalogue
        self.progress(self.start(provider="scripted", iterations=2, critique_comment=True,
                                 limits={"max_calls": 4}, live_seconds=0, candidates=2), last)
        self.progress(self.start(policy_code=FAULTY), last)
        self.live_records()
        types = {f"record_{name.removeprefix('record_')}"
                 for name in self.asyncapi.document["components"]["schemas"]
                 if name.startswith("record_")}
        self.assertEqual(types - self.asyncapi.seen, NEVER_SERVED)

    def live_records(self):
        run = self.live(scenario="pasture")
        agent = next(row for row in range(100) if self.send(
            "POST", f"/run/{run}/commands", {"line": f"follow {row}"})[0] == 200)
        self.command(run, type="save", name="before")
        self.command(run, line="set budget_ms 0.0001")
        self.command(run, type="ability", goal="a shield for 5 s")
        self.progress(run, lambda record: record["type"] == "warning")
        self.progress(run, lambda record: record.get("state") == "installed")
        path = f"/run/{run}/scripts/policy"
        self.ask("PUT", path, "return 1 +", status=422)
        self.ask("PUT", path, POLICY + "\n-- another\n")
        self.ask("PUT", path + "?force=1", FAULTY)
        self.progress(run, lambda record: record["type"] == "quarantine")
        self.command(run, type="remove", id=agent)
        self.progress(run, lambda record: record.get("state") == "died")
        self.telemetry(run)
        self.ask("DELETE", "/run/" + run, status=202)
        self.progress(run, lambda record: record["type"] == "terminated")

    def telemetry(self, run):
        async def listen():
            address = self.address.replace("http", "ws")
            async with websockets.connect(
                    f"{address}/telemetry?run={run}&history=all", max_size=None) as ws:
                for _ in range(20):
                    text = await asyncio.wait_for(ws.recv(), 30)
                    self.asyncapi.check_told("watchTelemetry", text)
            async with websockets.connect(address + "/ws", max_size=None) as ws:
                await ws.send(json.dumps({"op": "subscribe", "ch": f"telemetry/{run}",
                                          "history": "latest"}))
                await self.lines(ws, "record_telemetry")
        asyncio.run(listen())

    def test_every_answer_of_every_route_is_as_described(self):
        run = self.live()
        known = {"run_id": run, "slot": "policy", "view": "agents", "file": "app.js",
                 "session_id": "new"}
        for path, operations in self.openapi.document["paths"].items():
            for method in operations:
                target = path.format(**known)
                if method == "get" and not path.startswith("/ws") and not path.endswith("events"):
                    self.ask("GET", target)
                    self.ask("HEAD", target)
                self.ask("OPTIONS", target)
                self.ask("PATCH", target)
        for path in ("/ws", f"/ws/progress/{run}", f"/ws/render/{run}/agents"):
            self.ask("GET", path, status=426)
        self.ask("POST", "/run", {"user_goal": "fast", "iterations": "x"}, status=400)
        self.ask("POST", "/run", "[" * 100_000, status=400)
        headers = {"Idempotency-Key": "spec-1"}
        once = {"policy_code": POLICY, "user_goal": "reach the target", "live_seconds": 0}
        first = self.ask("POST", "/run", once, headers, 202)
        self.assertEqual(self.ask("POST", "/run", once, headers, 202)["run_id"], first["run_id"])
        self.ask("POST", "/run", {**once, "seed": 7}, headers, 422)
        self.over(first["run_id"])
        self.ask("GET", "/run/" + first["run_id"], status=200)
        self.ask("DELETE", "/run/" + first["run_id"])
        self.ask("GET", f"/logs/download?run={run}", status=200)
        self.ask("GET", f"/logs?run={run}&limit=3&level=INFO", status=200)
        self.ask("GET", "/run/nobody", status=404)
        self.ask("GET", "/code/nobody", status=404)
        self.ask("GET", f"/run/{run}/profile?x=1", status=400)
        self.ask("PUT", f"/run/{run}/scripts/policy?force=2", POLICY, status=400)
        self.ask("PUT", f"/run/{run}/scripts/policy", POLICY + "-- 1", status=200)
        tag = self.send("GET", "/code/" + run)[1]["ETag"]
        self.ask("GET", "/code/" + run, headers={"If-None-Match": tag}, status=304)
        self.ask("PUT", f"/run/{run}/scripts/policy", POLICY, {"If-Match": '"0"'}, 412)
        self.ask("PUT", f"/run/{run}/scripts/policy", "x" * 65537, status=413)
        self.command(run, line="step 3")
        self.ask("POST", f"/run/{run}/commands", {"line": "dance"}, status=400)
        self.ask("GET", "/run", headers={"Host": "evil.example"}, status=421)
        self.ask("DELETE", "/run/" + run, headers={"Origin": "http://evil.example"}, status=403)
        self.ask("DELETE", "/run/" + run, status=202)
        self.over(run)
        self.ask("POST", f"/run/{run}/resume", {"seed": 2}, status=400)
        self.assertEqual(self.ask("POST", f"/run/{run}/resume", {"live_seconds": 3600},
                                  status=202)["run_id"], run)
        self.ask("POST", f"/run/{run}/resume", status=409)
        self.until(lambda: self.run_state(run) == "running")
        self.ask("DELETE", "/run/" + run, status=202)
        fine = {operation for operation, status in self.openapi.seen if status < 400}
        named = {operation["operationId"] for operations in self.openapi.document["paths"].values()
                 for operation in operations.values()}
        streams = {name for name in named if name.startswith(("open", "watch", "follow"))}
        self.assertEqual(named - streams - fine, set())

    def test_messages_of_the_multiplexed_view_are_as_described(self):
        run = self.live(scenario="meadow")

        async def talk():
            uri = self.address.replace("http", "ws") + "/ws"
            async with websockets.connect(uri, max_size=None) as ws:
                hello = await self.lines(ws, "Hello")
                progress, agents = f"progress/{run}", f"render/{run}/agents"
                for message in (
                        {"op": "subscribe", "ch": progress, "history": "all", "ref": 1},
                        {"op": "subscribe", "ch": agents, "encoding": "json", "ref": "two"},
                        {"op": "key", "ch": agents, "ref": 3},
                        {"op": "command", "run": run, "command": {"line": "step 2"}, "ref": 4},
                        {"op": "command", "run": run, "command": {"line": "dance"}, "ref": 5},
                        {"op": "unsubscribe", "ch": progress, "ref": 6},
                        {"op": "subscribe", "ch": progress, "after": 1, "epoch": hello["epoch"],
                         "filter": {"type": ["best", "live"]}}):
                    self.asyncapi.check_heard("openChannels", message)
                    await ws.send(json.dumps(message))
                await self.lines(ws, "Subscribed", "FrameRecord", "KeySent", "Reply", "Error",
                                 "Unsubscribed", "Record")
        asyncio.run(talk())
        self.ask("DELETE", "/run/" + run, status=202)

    async def lines(self, ws, *wanted):
        """Reads until all those messages were seen; the last one's value."""
        self.asyncapi.seen -= set(wanted)
        while True:
            for line in (await asyncio.wait_for(ws.recv(), 30)).split("\n"):
                value = self.asyncapi.check_told("openChannels", line)
            if set(wanted) <= self.asyncapi.seen:
                return value

    def test_errors_of_the_transport_have_the_same_form(self):
        upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        for request, status, instance in (
                ("nonsense\r\n\r\n", 400, None),
                ("GET / HTTP/1.1\r\nHost: x\r\nX: " + "x" * 9000 + "\r\n\r\n", 431, "/"),
                ("POST /run HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9999999\r\n\r\n", 413,
                 "/run"),
                ("GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\n" + upgrade + key
                 + "Sec-WebSocket-Version: 12\r\n\r\n", 426, "/ws"),
                ("GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\n" + upgrade
                 + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n", 400, "/ws"),
                ("GET /ws/progress/nobody?q=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n" + upgrade + key
                 + "Sec-WebSocket-Version: 13\r\n\r\n", 400, "/ws/progress/nobody")):
            with self.subTest(request=request[:60]):
                with socket.create_connection(("127.0.0.1", self.port), timeout=20) as peer:
                    peer.sendall(request.encode())
                    peer.shutdown(socket.SHUT_WR)
                    with peer.makefile("rb") as file:
                        answer = file.read()
                head, body = answer.split(b"\r\n\r\n", 1)
                self.assertIn(f" {status} ".encode(), head)
                self.assertIn(b"application/problem+json", head)
                problem = strict(body)
                self.openapi.check({"$ref": "#/components/schemas/Problem"}, problem, request[:60])
                self.assertEqual(problem.get("instance"), instance)

    def test_metrics_are_accepted_by_promtool(self):
        run = self.live()
        self.command(run, line="step 5")
        text = self.ask("GET", "/metrics", status=200).decode()
        checked = subprocess.run([PROMTOOL, "check", "metrics"], input=text, text=True,
                                 capture_output=True, check=False)
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))
        samples = dict(line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")
        self.assertGreaterEqual(float(samples['cherub_runs{state="running"}']), 1)
        self.assertGreaterEqual(float(samples["cherub_live_tick_seconds_count"]), 5)
        self.assertGreater(float(samples["cherub_fuel_total"]), 0)
        self.assertGreater(float(samples["process_resident_memory_bytes"]), 1e6)
        self.assertGreater(float(samples["process_open_fds"]), 3)
        routes = [name for name in samples if name.startswith("cherub_http_requests_total")]
        for number in range(50):  # what is not there has one label, whatever it is called
            self.ask("GET", f"/nothing-{number}", status=404)
        text = self.ask("GET", "/metrics").decode()
        more = [line for line in text.splitlines() if line.startswith("cherub_http_requests_total")]
        self.assertLessEqual(len(more), len(routes) + 2)
        self.ask("DELETE", "/run/" + run)


if __name__ == "__main__":
    unittest.main()
