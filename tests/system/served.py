"""A server of Cherub for one test class, asked by HTTP; and modules of npm for tests that need
them."""
import json
import os
import re
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

CHERUB = os.environ["CHERUB_BINARY"]
HERE = os.path.dirname(os.path.abspath(__file__))
MODULES = os.path.join(HERE, "..", "..", "build", "node", "node_modules")
with open(os.path.join(HERE, "maze_policy.lua"), encoding="utf-8") as _file:
    POLICY = _file.read()


def no_duplicates(pairs):
    """For json.loads: an object that names a member twice is not read."""
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), f"a member stands twice in {names}"
    return dict(pairs)


def strict(text):
    return json.loads(text, object_pairs_hook=no_duplicates)


def node(script, *arguments, needs=(), timeout=120):
    """What a script of this folder prints, run with those packages of npm ("ws@8")."""
    missing = [package for package in needs
               if not os.path.isdir(os.path.join(MODULES, package.rsplit("@", 1)[0]))]
    if missing:
        subprocess.run(["npm", "install", "--prefix", os.path.dirname(MODULES), "--silent",
                        "--no-audit", "--no-fund", *missing], check=True, timeout=300)
    done = subprocess.run(["node", os.path.join(HERE, script), *arguments], timeout=timeout,
                          capture_output=True, text=True, check=False,
                          env={**os.environ, "NODE_PATH": MODULES})
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


class Served(unittest.TestCase):
    config = ""
    flags = ()

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        path = os.path.join(cls.folder.name, "cherub.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(cls.config)
        cls.process = subprocess.Popen(
            [CHERUB, "--config", path, "serve", "--port", "0", "--runs-dir",
             os.path.join(cls.folder.name, "runs"),
             *[flag.format(folder=cls.folder.name) for flag in cls.flags]],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        cls.addClassCleanup(cls.stop)
        cls.address = re.search(r"http://\S+", cls.process.stdout.readline()).group()
        cls.port = int(cls.address.rsplit(":", 1)[1])

    @classmethod
    def stop(cls):
        cls.process.terminate()
        cls.process.wait(15)
        cls.process.stdout.close()

    @classmethod
    def send(cls, method, path, body=None, headers=None):
        """Status, headers and bytes of an answer, whatever it is."""
        data = body.encode() if isinstance(body, str) else body
        if isinstance(body, (dict, list)):
            data = json.dumps(body).encode()
        request = urllib.request.Request(cls.address + path, data=data, method=method,
                                         headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return reply.status, reply.headers, reply.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    @classmethod
    def start(cls, **fields):
        body = {"user_goal": "reach the target", "scenario": "maze", "iterations": 1,
                "episodes": 1, **fields}
        status, _, text = cls.send("POST", "/run", body)
        assert status == 202, text
        return json.loads(text)["run_id"]

    @classmethod
    def run_state(cls, run):
        return json.loads(cls.send("GET", "/run/" + run)[2])["state"]

    def until(self, wanted, seconds=60):
        """The first true value of `wanted`; asks again until it comes."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = wanted()
            if value:
                return value
            time.sleep(0.05)
        self.fail("the awaited state did not come")

    def over(self, run):
        return self.until(lambda: self.run_state(run) not in ("queued", "running"))
