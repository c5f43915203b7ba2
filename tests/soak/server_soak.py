"""A server under runs and subscribers that come and go: memory stays flat, no descriptor is left
behind, no record is lost or repeated. Prints figures as JSON; fails when one of them is wrong.

    server_soak.py MINUTES
"""
import asyncio
import collections
import json
import os
import random
import statistics
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "system"))
import websockets  # noqa: E402
from server_process import POLICY, ServerProcess, until  # noqa: E402
from visits import SESSIONS, Visits  # noqa: E402
from webdriver import free_port  # noqa: E402
from wire_client import Stream  # noqa: E402

SUBSCRIBERS = 24
RUNS_AT_ONCE = 3
SAMPLE_SECONDS = 2.0
BEAT_SECONDS, STANDSTILL_SECONDS = 0.5, 20
RSS_GROWTH_MAX = 1.15  # of the last quarter over the second one
RSS_SLACK_KIB = 8 * 1024


class Soak(Visits):
    def __init__(self, server, seconds, seed):
        self.server, self.random = server, random.Random(seed)
        self.ends_at = time.monotonic() + seconds
        self.stood_still_at = 0.0
        self.counts = collections.Counter()
        self.errors = []
        self.runs = []
        self.samples = []

    def over(self):
        return time.monotonic() >= self.ends_at

    def wrong(self, what):
        self.errors.append(what)

    # Runs

    async def ask(self, *words, **more):
        return await asyncio.to_thread(self.server.ask, *words, **more)

    async def keep_runs_going(self):
        while not self.over():
            rows = (await self.ask("GET", "/run?state=queued,running"))[1]["runs"]
            self.runs = [row["run_id"] for row in rows]
            searches = [row["run_id"] for row in rows if row["request"].get("kind") != "session"]
            if len(searches) < RUNS_AT_ONCE + 1:
                await self.start_run()
            elif self.random.random() < 0.1:
                await self.ask("DELETE", "/run/" + self.random.choice(searches))
                self.counts["runs ended by a client"] += 1
            await asyncio.sleep(0.5)

    async def start_run(self):
        searches = self.random.random() < 0.5
        body = {"user_goal": "reach the target", "iterations": 1, "episodes": 2,
                "seed": self.random.randrange(1 << 30), "live_seconds": self.random.uniform(2, 15)}
        if searches:
            body.update(candidates=8)
        else:
            body.update(policy_code=POLICY)
        status, answer, _ = await self.ask("POST", "/run", body)
        self.counts["runs"] += status == 202
        if status not in (202, 503):
            self.wrong(f"POST /run: {status} {answer}")

    # Subscribers

    async def subscribe(self):
        kinds = [self.multiplexed, self.progress, self.frames, self.events, self.vanishing,
                 self.telemetry, self.native, self.session]
        while not self.over():
            if not self.runs:
                await asyncio.sleep(0.1)
                continue
            kind, began = self.random.choice(kinds), time.monotonic()
            try:
                await asyncio.wait_for(kind(self.random.choice(self.runs)), 60)
                self.counts[kind.__name__] += 1
            except websockets.ConnectionClosedOK:
                self.counts["ended meanwhile"] += 1
            except (asyncio.TimeoutError, websockets.ConnectionClosedError) as broken:
                await asyncio.sleep(2 * BEAT_SECONDS)
                if self.stood_still_at < began:
                    self.wrong(f"{kind.__name__}: {broken!r}")
            except websockets.InvalidStatusCode as refused:
                # The run may have ended and been forgotten meanwhile; a session has one client.
                if refused.status_code not in (404, 409, 503):
                    self.wrong(f"{kind.__name__}: {refused}")

    def connect(self, path):
        return websockets.connect(self.server.views + path, max_size=None)

    async def messages(self, view):
        """What comes within a random while."""
        end = time.monotonic() + self.random.uniform(0.1, 4)
        while (left := end - time.monotonic()) > 0:
            try:
                yield await asyncio.wait_for(view.recv(), left)
            except asyncio.TimeoutError:
                return

    async def multiplexed(self, run):
        """Comes back twice behind what it has seen."""
        name, seen, epoch = "progress/" + run, None, None
        for _ in range(3):
            async with self.connect("/ws") as view:
                wish = {"op": "subscribe", "ch": name, "history": "all"}
                if seen is not None:
                    wish.update(after=seen, epoch=epoch)
                await view.send(json.dumps(wish))
                frames = Stream()
                await view.send(json.dumps({"op": "subscribe", "ch": f"render/{run}/agents"}))
                async for message in self.messages(view):
                    if isinstance(message, bytes):
                        frames.take(message)
                        self.counts["frames"] += 1
                        continue
                    for line in message.split("\n"):
                        seen, epoch = self.follow(name, json.loads(line), seen, epoch)

    def follow(self, name, record, seen, epoch):
        """The number of the last record, and the epoch it counts in."""
        if record.get("op") == "subscribed" and record["ch"] == name:
            if record.get("recovered") and record["epoch"] != epoch:
                self.wrong(f"{name}: recovered in another epoch")
            return (seen if record.get("recovered") else record["from"] - 1), record["epoch"]
        if record.get("ch") != name:
            return seen, epoch
        if record["type"] == "gap":
            return record["data"]["to"], epoch
        self.counts["records"] += 1
        if record["seq"] != seen + 1:
            self.wrong(f"{name}: {record['seq']} behind {seen}")
        return record["seq"], epoch

    async def progress(self, run):
        last = 0
        async with self.connect("/ws/progress/" + run) as view:
            async for message in self.messages(view):
                seq = json.loads(message).get("seq")
                if seq is None:
                    continue
                self.counts["records"] += 1
                if seq <= last:
                    self.wrong(f"progress {run}: {seq} behind {last}")
                last = seq

    async def frames(self, run):
        streams = Stream()
        async with self.connect(f"/ws/render/{run}/agents") as view:
            async for message in self.messages(view):
                if isinstance(message, bytes):
                    streams.take(message)
                    self.counts["frames"] += 1

    async def events(self, run):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        writer.write(f"GET /run/{run}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        last, end = 0, time.monotonic() + self.random.uniform(0.1, 4)
        while (left := end - time.monotonic()) > 0:
            try:
                line = await asyncio.wait_for(reader.readline(), left)
            except asyncio.TimeoutError:
                break
            if not line:
                break
            if line.startswith(b"id: "):
                seq = int(line.rsplit(b".", 1)[1])
                self.counts["records"] += 1
                if seq <= last:
                    self.wrong(f"events {run}: {seq} behind {last}")
                last = seq
        writer.close()

    async def vanishing(self, run):
        """Leaves without a word, in the middle of what it was told."""
        _, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        path = self.random.choice([f"/run/{run}/events", f"/ws/progress/{run}", "/run", "/ws"])
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
        await writer.drain()
        await asyncio.sleep(self.random.uniform(0, 0.5))
        writer.transport.abort()

    # Figures

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.server.process.pid}/fd"))

    def rss_kib(self):
        with open(f"/proc/{self.server.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))

    async def sample(self):
        while not self.over():
            self.samples.append((self.rss_kib(), self.descriptors()))
            await asyncio.sleep(SAMPLE_SECONDS)

    async def beat(self):
        """Notices when this process was stopped for a while: what broke then proves nothing."""
        last = time.monotonic()
        while not self.over():
            await asyncio.sleep(BEAT_SECONDS)
            now = time.monotonic()
            if now - last > STANDSTILL_SECONDS:
                self.stood_still_at = now
                self.ends_at += now - last
                self.counts["standstills"] += 1
            last = now

    async def run(self):
        await asyncio.gather(self.keep_runs_going(), self.sample(), self.beat(),
                             *(self.subscribe() for _ in range(SUBSCRIBERS)))


def figures(soak, before, after, seconds):
    rss = [sample[0] for sample in soak.samples]
    quarter = len(rss) // 4
    quarters = [statistics.median(rss[at * quarter:(at + 1) * quarter]) for at in range(4)]
    second, last = quarters[1], quarters[3]
    if last > second * RSS_GROWTH_MAX + RSS_SLACK_KIB:
        soak.wrong(f"memory grew from {second} to {last} KiB")
    if after > before:
        soak.wrong(f"{after - before} descriptors are left over")
    return {"seconds": round(seconds), "rss_kib_of_quarters": quarters, "rss_kib_most": max(rss),
            "descriptors_before": before, "descriptors_most": max(s[1] for s in soak.samples),
            "descriptors_after": after, **soak.counts, "errors": soak.errors[:20]}


def warm_up(server, soak):
    """Descriptors once the server has opened what it keeps open: behind a first run."""
    run = server.start(live_seconds=0)
    server.until_state(run, "done")
    files = f"/proc/{server.process.pid}/fd"

    def is_open():
        try:
            return any(run in os.readlink(os.path.join(files, name)) for name in os.listdir(files))
        except FileNotFoundError:  # closed meanwhile
            return True
    until(lambda: not is_open())
    return soak.descriptors()


def main():
    seconds = float(sys.argv[1]) * 60
    seed = random.randrange(1 << 30)
    with tempfile.TemporaryDirectory() as folder:
        server = ServerProcess(folder, settings={
            "run_requests_per_minute": 0, "runs_at_once": RUNS_AT_ONCE, "runs_kept": 8,
            "threads": 1, "frames_port": free_port(), "sessions_max": SESSIONS,
            "session_grace_seconds": 1, "session_keep_seconds": 3})
        soak = Soak(server, seconds, seed)
        before = warm_up(server, soak)
        try:
            asyncio.run(soak.run())
        except BaseException:
            server.kill()
            raise
        for run in soak.runs:
            server.ask("DELETE", "/run/" + run)
        until(lambda: not server.ask("GET", "/run?state=queued,running")[1]["runs"], 60)
        # Files of runs and places of clients come free a moment after they are done with.
        try:
            until(lambda: soak.descriptors() <= before, 20)
        except AssertionError:
            pass
        told = figures(soak, before, soak.descriptors(), seconds)
        code, took = server.stop()
        if code != 0 or took > 10:
            soak.wrong(f"the server ended with {code} after {took:.1f} s")
        told["seed"] = seed
        print(json.dumps(told, indent=1))
    return 1 if soak.errors else 0


if __name__ == "__main__":
    sys.exit(main())
