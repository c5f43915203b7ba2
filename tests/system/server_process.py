"""One `cherub serve` as a process, and plain HTTP to it."""
import json
import os
import re
import signal
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

CHERUB = os.environ["CHERUB_BINARY"]
HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "maze_policy.lua"), encoding="utf-8") as file:
    POLICY = file.read()


class ServerProcess:
    """Keeps its runs in `folder`; `settings` go into its configuration."""

    def __init__(self, folder, *flags, settings=None, token=None, authority=None):
        self.token, self.folder = token, folder
        self.frames_port = (settings or {}).get("frames_port")
        self.tls = ssl.create_default_context(cafile=authority) if authority else None
        config = os.path.join(folder, "cherub.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write("".join(f"{key}: {value}\n" for key, value in (settings or {}).items()))
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [CHERUB, "--config", config, "serve", "--port", "0", "--runs-dir", folder,
             "--catalogue", "none", *flags],
            stdout=subprocess.PIPE, stderr=self.log, text=True,
            env={**os.environ, **({"TEST_TOKEN": token} if token else {})})
        line = self.process.stdout.readline()
        found = re.search(r"(https?)://\S+:(\d+)", line)
        if not found:
            self.process.wait(10)
            raise RuntimeError(self.end_of_log())
        self.port = int(found.group(2))
        self.address = f"{found.group(1)}://127.0.0.1:{self.port}"
        self.views = self.address.replace("http", "ws")

    def end_of_log(self):
        self.log.seek(0)
        return self.log.read()[-4000:]

    def ask(self, method, path, body=None, headers=None):
        """Status, the body (JSON where it is an object), headers."""
        data = body.encode() if isinstance(body, str) else body and json.dumps(body).encode()
        known = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        request = urllib.request.Request(self.address + path, data=data, method=method,
                                         headers={**known, **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=30, context=self.tls) as reply:
                return reply.status, self.read(reply), reply.headers
        except urllib.error.HTTPError as error:
            with error:
                return error.code, self.read(error), error.headers

    @staticmethod
    def read(reply):
        text = reply.read().decode()
        lines = "ndjson" in reply.headers.get("Content-Type", "")
        return json.loads(text) if text.startswith("{") and not lines else text

    def start(self, headers=None, **fields):
        body = {"user_goal": "reach the target", "scenario": "maze", "iterations": 1,
                "episodes": 1, "policy_code": POLICY, **fields}
        status, answer, _ = self.ask("POST", "/run", body, headers)
        assert status == 202, (status, answer)
        return answer["run_id"]

    def state(self, run):
        return self.ask("GET", "/run/" + run)[1]["state"]

    def until_state(self, run, *states, seconds=60):
        return until(lambda: self.state(run) in states, seconds,
                     lambda: f"{run} is {self.state(run)}, not {states}")

    def kill(self):
        self.process.kill()
        self.process.wait(10)
        self.process.stdout.close()
        self.log.close()

    def stop(self, number=signal.SIGTERM):
        """Exit code and seconds that it took."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(20)
        self.process.stdout.close()
        self.log.close()
        return code, time.monotonic() - began


def until(wanted, seconds=30, complaint=lambda: "the awaited state did not come"):
    end = time.monotonic() + seconds
    while True:
        value = wanted()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(complaint())
        time.sleep(0.05)
