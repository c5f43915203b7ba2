"""The clients of this repository and others, against the real server: they start runs, follow them
through connections that break without losing or repeating a record, get code and put scripts."""
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import unittest

from cutting_proxy import CuttingProxy
from served import HERE, POLICY, Served, node

FOLLOW = os.environ["CHERUB_FOLLOW"]
PYTHON_CLIENT = os.path.join(HERE, "..", "..", "clients", "python", "cherub_client.py")
sys.path.insert(0, os.path.dirname(PYTHON_CLIENT))
from cherub_client import Client, Problem  # noqa: E402  pylint: disable=wrong-import-position


def host_and_port(address):
    return address.removeprefix("http://").rsplit(":", 1)


class Clients(Served):
    def setUp(self):
        self.client = Client(self.address)

    def whole(self, numbers):
        """From 1 on, without a gap or a repetition."""
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))

    def followed(self, run):
        async def listen():
            return [record async for record in self.client.follow(run)]
        return asyncio.run(listen())

    def cpp(self, address, *words):
        return subprocess.run([FOLLOW, *host_and_port(address), *words], capture_output=True,
                              text=True, timeout=120, check=False)

    def searching(self, **fields):
        """A run that tells a few hundred records, but not more than its history keeps."""
        return self.client.start(**{"user_goal": "reach the target", "scenario": "maze",
                                    "iterations": 2, "episodes": 2, "candidates": 10,
                                    "live_seconds": 1, "render": False, **fields})

    def test_the_python_client_starts_follows_reads_and_reloads(self):
        run = self.client.start(policy_code=POLICY, user_goal="reach the target",
                                live_seconds=3600, idempotency_key="python-1")
        again = self.client.start(policy_code=POLICY, user_goal="reach the target",
                                  live_seconds=3600, idempotency_key="python-1")
        self.assertEqual(run, again)
        seen = []

        async def until_live():
            async for record in self.client.follow(run):
                seen.append(record)
                if record.type == "live":
                    return
        asyncio.run(until_live())
        self.whole([record.seq for record in seen])
        code = self.client.code(run)
        self.assertEqual(code["code"], POLICY)
        with self.assertRaises(Problem) as refused:
            self.client.put_script(run, "return 1 +")
        self.assertEqual((refused.exception.status, refused.exception.diagnostics[0]["line"]),
                         (422, 1))
        with self.assertRaises(Problem) as stale:
            self.client.put_script(run, POLICY, only_if="0")
        self.assertEqual((stale.exception.status, stale.exception.field), (412, "If-Match"))
        swapped = self.client.put_script(run, POLICY + "\n-- again\n", only_if=code["sha256"])
        self.assertEqual(self.client.code(run)["sha256"], swapped["sha256"])
        self.assertTrue(self.client.command(run, "step 3")["ok"])
        self.client.end(run)
        rest = self.followed(run)
        self.assertEqual(rest[-1].type, "terminated")
        self.assertEqual(self.client.run(run)["state"], "terminated")

    def test_the_cpp_client_starts_follows_reads_and_reloads(self):
        body = {"policy_code": POLICY, "user_goal": "reach the target", "live_seconds": 3600}
        run = self.cpp(self.address, "start", json.dumps(body)).stdout.strip()
        self.until(lambda: self.cpp(self.address, "code", run).stdout == POLICY)
        path = os.path.join(self.folder.name, "again.lua")
        with open(path, "w", encoding="utf-8") as file:
            file.write(POLICY + "\n-- again\n")
        put = self.until(lambda: self.cpp(self.address, "put", run, path).stdout.strip())
        self.until(lambda: self.client.code(run)["sha256"] == put)
        with open(path, "w", encoding="utf-8") as file:
            file.write("return 1 +")
        refused = self.cpp(self.address, "put", run, path)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("cherub_follow: ", refused.stderr)
        self.client.end(run)
        told = [json.loads(line) for line in
                self.cpp(self.address, "follow", run).stdout.splitlines()]
        self.whole([record["seq"] for record in told])
        self.assertEqual(told[-1]["type"], "terminated")
        for words in (("start", '{"user_goal":"fast","iterations":0}'), ("code", "nobody"),
                      ("follow", "nobody")):
            failed = self.cpp(self.address, *words)
            self.assertEqual(failed.returncode, 1, words)
            self.assertIn("cherub_follow: ", failed.stderr)

    def test_connections_that_break_cost_no_client_a_record(self):
        run = self.searching()
        proxies = [CuttingProxy(self.port, seed) for seed in (1, 2, 3)]
        for proxy in proxies:
            self.addCleanup(proxy.close)
        results = {}

        def python():
            async def listen():
                return [(record.seq, record.type)
                        async for record in Client(proxies[0].address).follow(run)]
            results["python"] = asyncio.run(listen())

        def cpp():
            lines = self.cpp(proxies[1].address, "follow", run).stdout.splitlines()
            results["cpp"] = [(json.loads(line)["seq"], json.loads(line)["type"])
                              for line in lines]

        def eventsource():
            told = json.loads(node("eventsource_client.js", proxies[2].address, run,
                                   needs=("eventsource@2",)))
            results["eventsource"] = [(int(identity.rsplit(".", 1)[1]), kind)
                                      for identity, kind in zip(told["ids"], told["types"])]
            self.assertGreater(told["opened"], 1)
        threads = [threading.Thread(target=each) for each in (python, cpp, eventsource)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(150)
        straight = [(record.seq, record.type) for record in self.followed(run)]
        self.assertEqual(straight[-1][1], "done")
        self.assertEqual(set(results), {"python", "cpp", "eventsource"})
        for name, told in results.items():
            with self.subTest(client=name):
                self.whole([seq for seq, _ in told])
                self.assertEqual(told[-1], straight[-1])
        self.assertGreaterEqual(min(proxy.cuts for proxy in proxies), 2)

    def test_an_event_that_is_cut_before_its_id_spoils_none_behind_it(self):
        run = self.searching()
        self.over(run)
        proxy = CuttingProxy(self.port, seed=6, cuts_max=3, behind=b"}\nid")
        self.addCleanup(proxy.close)
        told = json.loads(node("eventsource_client.js", proxy.address, run,
                               needs=("eventsource@2",)))
        self.whole([int(identity.rsplit(".", 1)[1]) for identity in told["ids"]])
        self.assertEqual((proxy.cuts, told["types"][-1]), (3, "done"))

    def test_what_the_history_has_lost_is_neither_waited_for_nor_told_twice(self):
        run = self.searching(candidates=40, iterations=3)  # tells more than is kept
        self.over(run)
        proxies = [CuttingProxy(self.port, seed) for seed in (4, 5)]
        for proxy in proxies:
            self.addCleanup(proxy.close)

        async def listen():
            return [record.seq async for record in Client(proxies[0].address).follow(run)]
        lines = self.cpp(proxies[1].address, "follow", run).stdout.splitlines()
        for told in (asyncio.run(listen()), [json.loads(line)["seq"] for line in lines]):
            self.assertEqual(told, sorted(set(told)))
            self.assertEqual(len(told), 512)
            self.assertGreater(told[-1], 512)

    def test_curl_resumes_events_behind_an_id(self):
        run = self.searching(seed=2)
        self.over(run)
        uri = f"{self.address}/run/{run}/events"
        text = subprocess.run(["curl", "-sN", "--max-time", "60", uri], check=True,
                              capture_output=True, text=True).stdout
        ids = [line[4:] for line in text.splitlines() if line.startswith("id: ")]
        self.whole([int(identity.rsplit(".", 1)[1]) for identity in ids])
        rest = subprocess.run(["curl", "-sN", "--max-time", "60", "-H",
                               f"Last-Event-ID: {ids[4]}", uri], check=True,
                              capture_output=True, text=True).stdout
        self.assertEqual([line[4:] for line in rest.splitlines() if line.startswith("id: ")],
                         ids[5:])
        nothing = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-H",
                                  f"Last-Event-ID: {ids[-1]}", uri], check=True,
                                 capture_output=True, text=True).stdout
        self.assertEqual(nothing, "204")

    def test_a_storm_of_a_thousand_reconnects_leaves_nothing_behind(self):
        run = self.client.start(policy_code=POLICY, user_goal="reach the target",
                                live_seconds=3600)

        def descriptors():
            return len(os.listdir(f"/proc/{self.process.pid}/fd"))
        before = descriptors()
        upgrade = (f"GET /ws/progress/{run} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
                   "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode()
        opened = 0
        for number in range(1000):
            with socket.create_connection(("127.0.0.1", self.port), timeout=20) as peer:
                peer.sendall(upgrade if number % 4 else upgrade[:60])
                if number % 4 == 1:  # the others vanish before they are answered
                    opened += peer.recv(12) == b"HTTP/1.1 101"
                linger = (1).to_bytes(4, "little") + bytes(4)
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.assertEqual(opened, 250)
        self.until(lambda: descriptors() <= before + 5)
        self.assertEqual(self.send("GET", "/health")[0], 200)
        self.client.end(run)

    def test_uploads_that_end_early_start_nothing(self):
        before = len(json.loads(self.send("GET", "/run")[2])["runs"])
        body = json.dumps({"policy_code": POLICY, "user_goal": "reach the target"}).encode()
        head = f"POST /run HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
        chunk = b"POST /run HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        for cut in (head.encode(), head.encode() + body[:-1], chunk, chunk + b"5\r\n{\"use",
                    chunk + b"zz\r\n", head.encode().replace(b"POST", b"PUT") + body[:9]):
            with socket.create_connection(("127.0.0.1", self.port), timeout=20) as peer:
                peer.sendall(cut)
                peer.shutdown(socket.SHUT_WR)
                with peer.makefile("rb") as file:
                    self.assertNotIn(b" 202 ", file.read())
        self.assertEqual(len(json.loads(self.send("GET", "/run")[2])["runs"]), before)

    def test_no_path_leads_out_of_the_pages_files(self):
        for path in ("/../../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
                     "/....//etc/passwd", "/etc/passwd", "//etc/passwd", "/./app.js/../../x",
                     "/app.js%00.html", "/..\\..\\etc\\passwd", "/run/..%2f..%2fetc", "/%",
                     "/code/..%2f..%2fetc%2fpasswd", "/.git/config", "/app.js/"):
            with self.subTest(path=path):
                request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
                with socket.create_connection(("127.0.0.1", self.port), timeout=20) as peer:
                    peer.sendall(request.encode())
                    with peer.makefile("rb") as file:
                        answer = file.read()
                self.assertNotIn(b"root:", answer)
                self.assertRegex(answer[:15], rb"HTTP/1.1 (400|404)")

    def test_a_client_that_is_stopped_goes_on_where_it_was(self):
        run = self.searching(seed=3)
        with subprocess.Popen([sys.executable, PYTHON_CLIENT, self.address, "follow", run],
                              stdout=subprocess.PIPE, text=True) as follower:
            lines = [follower.stdout.readline() for _ in range(3)]
            follower.send_signal(signal.SIGSTOP)
            self.over(run)
            follower.send_signal(signal.SIGCONT)
            lines += follower.stdout.readlines()
        told = [json.loads(line) for line in lines]
        self.whole([record["seq"] for record in told])
        self.assertEqual(told[-1]["type"], "done")


if __name__ == "__main__":
    unittest.main()
