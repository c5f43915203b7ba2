"""Runs that ask a model: cassettes, keys, budgets, fallbacks, proxies, and chaos.

CHERUB_CHAOS_SECONDS lengthens the chaos (15 s unless told).
"""
import concurrent.futures
import hashlib
import json
import os
import subprocess
import tempfile
import time
import unittest
import urllib.request

CHERUB = os.environ["CHERUB_BINARY"]
HERE = os.path.dirname(os.path.abspath(__file__))
CHAOS_SECONDS = float(os.environ.get("CHERUB_CHAOS_SECONDS", "15"))
RUN_SECONDS_MAX = 90  # a run under chaos that takes longer hangs
SMALL = ["--goal", "reach the target", "--episodes", "2", "--duration", "20"]
PRICES = "prices:\n  scripted: {in: 2.5, out: 10}\n"


class Started:
    """A program of this folder that says where it listens."""

    def __init__(self, script, *arguments):
        self.process = subprocess.Popen(
            ["/usr/bin/python3", os.path.join(HERE, script), *arguments],
            stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.url = line.removeprefix("ready ").strip()

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Models(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.key = "no-real-key-" + os.urandom(8).hex()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def serve(self, script, *more, record="requests.jsonl"):
        server = Started("model_server.py", "--script", script, "--record", self.path(record),
                         *more)
        self.addCleanup(server.stop)
        return server

    def requests(self, record="requests.jsonl"):
        with open(self.path(record), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def run_model(self, url, *flags, config="", key=None, environment=None, timeout=120):
        config_path = self.write(f"config-{os.urandom(4).hex()}.yaml", config)
        command = [CHERUB, "--config", config_path, "run", "--json", "--model", "scripted",
                   "--base-url", url, *flags]
        if "--provider" not in flags:
            command += ["--provider", "openai"]
        variables = {name: value for name, value in os.environ.items()
                     if not name.lower().endswith("_proxy")}
        variables |= {"OPENAI_API_KEY": key or self.key, "ANTHROPIC_API_KEY": key or self.key,
                      **(environment or {})}
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout,
                              cwd=self.folder.name, env=variables)
        self.assertNotIn(self.key, done.stdout + done.stderr)
        records = [json.loads(line) for line in done.stdout.splitlines()]
        return done.returncode, records, done.stderr

    def assert_key_nowhere(self):
        for place, _, names in os.walk(self.folder.name):
            for name in names:
                with open(os.path.join(place, name), "rb") as file:
                    self.assertNotIn(self.key.encode(), file.read(), name)

    def test_a_recorded_run_replays_offline_to_the_same_code_scores_and_hashes(self):
        for provider in ("openai", "anthropic"):
            with self.subTest(provider=provider):
                server = self.serve("syntax,good,500,prose,no_code,stream_cut,good")
                flags = [*SMALL, "--iterations", "3", "--live", "5", "--max-calls", "9",
                         "--provider", provider, "--cassette", self.path(provider + ".jsonl")]
                code, online, _ = self.run_model(server.url, *flags, "--cassette-mode", "record")
                self.assertEqual(code, 0)
                server.stop()
                asked = len(self.requests())
                code, offline, _ = self.run_model(server.url, *flags, "--cassette-mode", "strict")
                self.assertEqual(code, 0)
                self.assertEqual(len(self.requests()), asked)
                one, other = online[-1], offline[-1]
                for name in ("best_sha256", "score", "success_rate", "hash", "ticks", "metrics",
                             "tuning", "held_out", "candidates", "problems", "reason"):
                    self.assertEqual(one[name], other[name], name)
                for name in ("calls", "errors", "tokens_in", "tokens_out", "estimated_calls",
                             "ticks"):
                    self.assertEqual(one["ledger"][name], other["ledger"][name], name)
                sources = [[record["code"] for record in records if record["type"] == "best"]
                           for records in (online, offline)]
                self.assertEqual(*sources)
                for records in (online, offline):
                    replayed = subprocess.run(
                        [CHERUB, "replay", records[-1]["dir"], "--verify"], cwd=self.folder.name,
                        capture_output=True, timeout=60, check=False)
                    self.assertEqual(replayed.returncode, 0)
        self.assert_key_nowhere()

    def test_the_cassette_alone_is_a_provider_and_a_miss_is_explained(self):
        server = self.serve("good")
        tape = ["--cassette", self.path("tape.jsonl")]
        flags = [*SMALL, "--iterations", "1", "--live", "0", *tape]
        self.assertEqual(self.run_model(server.url, *flags)[0], 0)
        server.stop()
        code, records, _ = self.run_model(server.url, *flags, "--provider", "cassette")
        self.assertEqual((code, records[-1]["type"]), (0, "done"))
        flags[1] = "reach the target fast"
        code, records, _ = self.run_model(server.url, *flags, "--provider", "cassette")
        self.assertEqual(code, 1)
        self.assertIn("first difference: user line", records[-1]["message"])

    def test_keys_are_in_nothing_that_a_run_writes(self):
        config = PRICES
        for script in ("echo_key", "error_in_200:401", "good", "stream_error", "control"):
            with self.subTest(script=script):
                server = self.serve(script)
                self.run_model(server.url, *SMALL, "--iterations", "1", "--live", "1",
                               "--cassette", self.path("keys.jsonl"), "--cassette-mode",
                               "record", config=config)
                self.assertGreater(len(self.requests()), 0)
                sent = self.requests()[0]
                self.assertEqual(sent["key_sha256"], hashlib.sha256(self.key.encode()).hexdigest())
        echo = self.write("echo.lua", f"-- {self.key}\nreturn '{self.key}'\n")
        server = self.serve("good:" + echo)
        self.run_model(server.url, *SMALL, "--iterations", "1", "--live", "0",
                       "--cassette", self.path("keys.jsonl"))
        os.remove(echo)
        self.assert_key_nowhere()

    def test_the_budget_is_estimated_warned_of_and_kept(self):
        server = self.serve("good")
        code, records, _ = self.run_model(
            server.url, *SMALL, "--iterations", "9", "--live", "0", "--max-calls", "3",
            "--max-cost", "9", config=PRICES)
        self.assertEqual(code, 0)
        self.assertEqual(records[0]["type"], "estimate")
        self.assertEqual((records[0]["calls"], records[0]["calls_max"]), (9, 36))
        self.assertGreater(records[0]["cost_max"], records[0]["cost"])
        done = records[-1]
        self.assertEqual((done["type"], done["reason"], done["limit"]),
                         ("done", "budget", "max_calls"))
        self.assertEqual(done["ledger"]["calls"], 3)
        self.assertEqual(len(self.requests()), 3)
        self.assertEqual(done["ledger"]["cost"], round(3 * (1200 * 2.5 + 340 * 10) / 1e6, 6))
        warnings = [record for record in records if record["type"] == "warning"]
        self.assertEqual([warning["limit"] for warning in warnings], ["max_calls"])
        states = [record["state"] for record in records if record["type"] == "model"]
        self.assertEqual(states.count("answered"), 3)
        with open(os.path.join(self.folder.name, done["dir"], "ledger.json"),
                  encoding="utf-8") as file:
            self.assertEqual(json.load(file)["cost"], done["ledger"]["cost"])

    def test_a_cost_limit_without_a_price_is_refused_before_a_call(self):
        server = self.serve("good")
        code, records, _ = self.run_model(server.url, *SMALL, "--max-cost", "1")
        self.assertEqual((code, records[-1]["where"]), (1, "limits.max_cost"))
        self.assertIn("prices", records[-1]["message"])
        self.assertEqual(self.requests(), [])

    def test_providers_of_the_configuration_are_asked_in_their_order(self):
        down, up = self.serve("500"), self.serve("good", record="up.jsonl")
        config = "providers:\n" + "".join(
            f"  - {{name: {name}, provider: {kind}, base_url: {server.url}, model: {name}-model, "
            f"retries: 0}}\n"
            for name, kind, server in (("one", "openai", down), ("two", "anthropic", up)))
        flags = ["--iterations", "2", "--live", "0", "--provider", "one", "--provider", "two"]
        command = [CHERUB, "--config", self.write("c.yaml", config), "run", "--json", *SMALL,
                   *flags]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False,
                              cwd=self.folder.name)
        last = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual((done.returncode, last["type"]), (0, "done"))
        self.assertEqual(last["ledger"]["models"]["one-model"]["errors"], 2)
        self.assertEqual(last["ledger"]["models"]["two-model"]["calls"], 2)
        self.assertEqual(len(self.requests("up.jsonl")), 2)

    def test_proxies_of_the_environment_are_used_and_their_refusals_told(self):
        server = self.serve("good")
        proxy = Started("model_proxy.py", "--target", server.url.split("//")[1], "--record",
                        self.path("proxy.txt"))
        self.addCleanup(proxy.stop)
        word = "pass-" + os.urandom(6).hex()
        address = proxy.url.replace("//", f"//me:{word}@")
        flags = [*SMALL, "--iterations", "1", "--live", "0"]
        code, records, _ = self.run_model("http://models.example/v1", *flags,
                                          environment={"HTTP_PROXY": address})
        self.assertEqual((code, records[-1]["type"]), (0, "done"))
        with open(self.path("proxy.txt"), encoding="utf-8") as file:
            head = file.read()
        self.assertIn("POST http://models.example/v1/chat/completions", head)
        self.assertIn("Proxy-Authorization: Basic", head)
        self.assertNotIn(word, json.dumps(records))
        refusing = Started("model_proxy.py", "--target", "127.0.0.1:1", "--refuse", "403",
                           "--record", self.path("refused.txt"))
        self.addCleanup(refusing.stop)
        code, records, _ = self.run_model("https://models.example/v1", *flags,
                                          environment={"HTTPS_PROXY": refusing.url})
        self.assertEqual(code, 1)
        self.assertIn("for a tunnel: it answers HTTP 403", records[-1]["message"])
        with open(self.path("refused.txt"), encoding="utf-8") as file:
            self.assertIn("CONNECT models.example:443 HTTP/1.1", file.read())

    def test_tls_goes_through_the_tunnel_and_is_verified_behind_it(self):
        certificate, key = self.path("cert.pem"), self.path("key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", certificate,
                        "-days", "2", "-subj", "/CN=test", "-addext",
                        "subjectAltName=DNS:models.example", "-batch"],
                       check=True, capture_output=True)
        server = self.serve("good", "--tls", certificate, key)
        proxy = Started("model_proxy.py", "--target", server.url.split("//")[1], "--record",
                        self.path("proxy.txt"))
        self.addCleanup(proxy.stop)
        flags = [*SMALL, "--iterations", "1", "--live", "0"]
        environment = {"HTTPS_PROXY": proxy.url, "SSL_CERT_FILE": certificate}
        code, _, _ = self.run_model("https://models.example/v1", *flags, environment=environment)
        self.assertEqual(code, 0)
        code, records, _ = self.run_model("https://other.example/v1", *flags,
                                          environment=environment)
        self.assertEqual(code, 1)
        self.assertIn("certificate is not trusted", records[-1]["message"])

    def test_the_ledger_of_a_server_is_the_sum_of_its_runs(self):
        models = self.serve("good,500")
        config = self.write("serve.yaml", PRICES + "calls_at_once: 1\nprovider: openai\n"
                            f"model: scripted\nbase_url: {models.url}\n")
        process = subprocess.Popen(
            [CHERUB, "--config", config, "serve", "--port", "0", "--runs-dir", self.path("runs")],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=self.folder.name)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, 15)
        self.addCleanup(process.terminate)
        address = process.stdout.readline().split()[-1]

        def ask(path, body=None):
            data = body and json.dumps(body).encode()
            with urllib.request.urlopen(address + path, data=data, timeout=20) as reply:
                return json.load(reply)
        body = {"user_goal": "reach the target", "iterations": 2, "episodes": 1, "live_seconds": 0,
                "max_steps": 50, "retries": 1, "limits": {"max_calls": 3}}
        runs = [ask("/run", body)["run_id"] for _ in range(3)]
        end = time.monotonic() + 60
        while any(ask("/run/" + run)["state"] in ("queued", "running") for run in runs):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)
        total = ask("/ledger")
        self.assertEqual(total["calls"], len(self.requests()))
        parts = []
        for run in runs:
            path = os.path.join(self.path("runs"), run, "ledger.json")
            with open(path, encoding="utf-8") as file:
                parts.append(json.load(file))
        for name in ("calls", "errors", "tokens_in", "tokens_out", "ticks"):
            self.assertEqual(total[name], sum(part[name] for part in parts), name)
        self.assertLessEqual(max(part["calls"] for part in parts), 3)

    def chaos_run(self, url, number):
        """One run among faults; everything that must hold of it."""
        tape = self.path(f"chaos-{number}.jsonl")
        key = f"chaos-key-{number}-" + os.urandom(6).hex()
        config = PRICES + ("providers:\n"
                           f"  - {{name: a, provider: openai, base_url: {url}, model: scripted, "
                           "deadline_seconds: 3, idle_seconds: 1, retries: 1}\n"
                           f"  - {{name: b, provider: anthropic, base_url: {url}, model: scripted, "
                           "deadline_seconds: 3, idle_seconds: 1, retries: 0}\n")
        limit = 5 + number % 20
        begun = time.monotonic()
        command = [CHERUB, "--config", self.write(f"chaos-{number}.yaml", config), "run", "--json",
                   *SMALL, "--iterations", "4", "--live", "0", "--max-calls", str(limit),
                   "--max-cost", "0.5", "--threads", "1", "--cassette", tape, "--cassette-mode",
                   "record", "--provider", "a", "--provider", "b"]
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              timeout=RUN_SECONDS_MAX, cwd=self.folder.name,
                              env={**os.environ, "OPENAI_API_KEY": key, "ANTHROPIC_API_KEY": key})
        records = [json.loads(line) for line in done.stdout.splitlines()]
        last = records[-1]
        ledger = last["ledger"]
        best = [record for record in records if record["type"] == "best"]
        self.assertNotIn(key, done.stdout + done.stderr)
        # No lost best: who had one ends well, with it.
        self.assertEqual(last["type"], "done" if best else "error", last)
        if best:
            self.assertEqual(last["best_sha256"], best[-1]["sha256"])
            self.assertEqual(last["tuning"]["score"], max(record["score"] for record in best))
        # The ledger is what the server saw, to the call, and what the cassette kept, to the token.
        seen = [request for request in self.requests()
                if request["key_sha256"] == hashlib.sha256(key.encode()).hexdigest()]
        self.assertEqual(ledger["calls"], len(seen))
        self.assertLessEqual(ledger["calls"], limit)
        spent = []
        if os.path.exists(tape):
            with open(tape, encoding="utf-8") as file:
                spent = [one for line in file for one in json.loads(line)["spent"]]
        cost = sum(-(-(one["in"] * 2_500_000 + one["out"] * 10_000_000) // 1_000_000)
                   for one in spent)
        budget_in_mid_call = ledger["calls"] - len(spent)  # what the budget ended is not recorded
        self.assertGreaterEqual(budget_in_mid_call, 0)
        if budget_in_mid_call == 0:
            self.assertEqual(ledger["tokens_in"], sum(one["in"] for one in spent))
            self.assertEqual(ledger["tokens_out"], sum(one["out"] for one in spent))
            self.assertEqual(round(ledger["cost"] * 1e6), cost)
        return time.monotonic() - begun, last["type"], budget_in_mid_call == 0

    def test_under_chaos_nothing_hangs_no_best_is_lost_and_the_ledger_is_exact(self):
        server = self.serve("chaos:" + os.environ.get("CHERUB_CHAOS_SEED", "1"))
        end = time.monotonic() + CHAOS_SECONDS
        ends, exact, number, longest = [], 0, 0, 0
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            while time.monotonic() < end:
                runs = [pool.submit(self.chaos_run, server.url, number + i) for i in range(3)]
                number += len(runs)
                for run in runs:
                    seconds, kind, summed = run.result()
                    longest = max(longest, seconds)
                    ends.append(kind)
                    exact += summed
        print(f"chaos: {number} runs, {len(self.requests())} requests, {ends.count('done')} done, "
              f"{ends.count('error')} without a result, longest {longest:.1f} s")
        self.assertGreater(ends.count("done"), 0)
        self.assertGreater(exact, 0)


if __name__ == "__main__":
    unittest.main()
