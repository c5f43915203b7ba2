#!/usr/bin/python3
"""A stand-in for `cherub serve`, for work on the page: same wire (docs/PROTOCOL.md), toy worlds and
a scripted run. Python 3 and nothing else.

    fake_server.py [--port 0] [--web DIR] [--pace 1.0]

Prints the line `listening on http://127.0.0.1:<port>` when it is ready.
"""

import argparse
import asyncio
import base64
import hashlib
import json
import math
import pathlib
import random
import re
import struct
import time

from fake_worlds import Maze, Pasture, check

WEB = pathlib.Path(__file__).resolve().parents[2] / "server" / "web"
WS_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
BODY_MAX = 1 << 20
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
POLICY = """-- Goes to the target on the shortest way, around hazards.
local policy = {}

function policy.act(self, world)
  local step = world.path_to_target({avoid = "hazard"})
  if step then
    return self:move_to(step.x, step.y)
  end
  if self.collisions > %d then
    self.memory.turned = true  -- stuck: try another way
  end
  return self:wander()
end

return policy
"""


class Run:
    def __init__(self, run_id, request, pace):
        self.id, self.request, self.pace = run_id, request, pace
        self.state = "running"
        self.records, self.progress, self.render = [], set(), {"world": set(), "agents": set()}
        self.code, self.sha256, self.best, self.results = "", "", None, None
        self.paused, self.steps = False, 0
        self.world = self.new_world(request.get("seed", 1))
        self.frames = {}
        self.task = asyncio.create_task(self.live())

    def new_world(self, seed):
        return (Pasture if self.request.get("scenario") == "pasture" else Maze)(seed)

    def record(self, kind, **content):
        line = json.dumps({"type": kind, **content, "seq": len(self.records) + 1})
        self.records.append(line)
        for queue in self.progress:
            queue.put_nowait(line)

    def hello(self):
        return json.dumps(
            {
                "type": "hello",
                "width": self.world.width,
                "depth": self.world.depth,
                "tick_rate": 10,
                "agent_species": "rabbit" if isinstance(self.world, Pasture) else "seeker",
                "species": [
                    {"name": n, "kind": r, "sense_radius": 6} for n, r in self.world.species
                ],
            }
        )

    def send_frame(self, channel, payload):
        head = struct.pack(
            "<BBHIIIQII",
            1,
            0,
            0,
            1 if channel == "world" else 2,
            1,
            0,
            self.world.tick,
            len(payload),
            0,
        )
        self.frames[channel] = head + payload
        for queue in self.render[channel]:
            if queue.qsize() < 3:
                queue.put_nowait(head + payload)

    def show_terrain(self):
        world = self.world
        self.send_frame(
            "world", struct.pack("<III", world.width, world.depth, 1) + bytes(world.blocks)
        )

    def step(self):
        self.world.tick += 1
        rows = [
            struct.pack("<IffBBBB", i, x, y, s, int(h * 255), 1, int(a / math.tau * 256) % 256)
            for i, x, y, s, h, a in self.world.entities()
        ]
        self.send_frame("agents", struct.pack("<I", len(rows)) + b"".join(rows))

    def announce(self, state):
        self.record(
            "live",
            state=state,
            tick=self.world.tick,
            t=self.world.tick / 10,
            sha256=self.sha256,
            faults=0,
        )

    async def live(self):
        try:
            await self.search()
            self.world = self.new_world(self.request.get("seed", 1))
            self.announce("started")
            self.show_terrain()
            told = False
            while True:
                if self.paused != told:
                    self.announce("paused" if self.paused else "resumed")
                    told = self.paused
                if not self.paused or self.steps > 0:
                    self.steps = max(0, self.steps - 1)
                    self.step()
                    self.announce("stepped" if self.paused else "running")
                await asyncio.sleep(0.1)
        except asyncio.CancelledError:
            self.finish("terminated")

    async def search(self):
        chance, best = random.Random(self.request.get("seed", 1)), -1.0
        iterations, episodes, candidates = self.request["iterations"], self.request["episodes"], 6
        for iteration in range(1, iterations + 1):
            self.record(
                "iteration", iteration=iteration, iterations=iterations, candidates=candidates
            )
            for candidate in range(1, candidates + 1):
                self.world = self.new_world(chance.randrange(1000))
                self.show_terrain()
                place = {"iteration": iteration, "candidate": candidate, "episodes": episodes}
                self.record("candidate", **place, state="generating")
                if chance.random() < 0.1:
                    self.record(
                        "candidate",
                        **place,
                        state="refused",
                        message="refused in check",
                        diagnostics=[
                            {
                                "line": 3,
                                "column": 9,
                                "severity": "error",
                                "message": "unknown name 'wrold'",
                                "hint": "Write 'world'.",
                            }
                        ],
                    )
                    continue
                for episode in range(1, episodes + 1):
                    for _ in range(3):
                        self.step()
                        await asyncio.sleep(0.02 * self.pace)
                    self.record(
                        "episode_summary",
                        episode=episode,
                        seed=chance.randrange(99999),
                        success=chance.random() < 0.6,
                        metrics={
                            "time_to_goal": {"value": chance.uniform(5, 28), "unit": "s"},
                            "progress": {"value": chance.random(), "unit": "1"},
                        },
                    )
                score = min(0.98, chance.uniform(0.1, 0.5) + 0.12 * iteration + 0.03 * candidate)
                better, best = score > best, max(score, best)
                self.record(
                    "candidate",
                    **place,
                    state="scored",
                    episodes_done=episodes,
                    score=score,
                    best_score=best,
                    success_rate=round(score, 2),
                    is_best=better,
                )
                if better:
                    self.code = POLICY % candidate
                    self.sha256 = hashlib.sha256(self.code.encode()).hexdigest()
                    self.best = {"code": self.code, "score": score, "sha256": self.sha256}
                    self.record(
                        "best",
                        iteration=iteration,
                        candidate=candidate,
                        success_rate=round(score, 2),
                        **self.best,
                    )
            self.record(
                "critique",
                iteration=iteration,
                candidate=1,
                markdown="# Critique\n\n- Most failures end at a wall.\n- One bumps 14 times.",
            )

    def finish(self, state):
        self.state = state
        score = self.best["score"] if self.best else None
        self.results = {
            "run_id": self.id,
            "success_rate": 0.875,
            "score": score,
            "hash": "9f3c21aa71b04e55",
            "ticks": self.world.tick,
            "timing": {"sim_time_s": 4210.0, "wall_time_s": 12.5, "speedup_x": 336.8},
        }
        self.record(state, **self.results)


def problem(status, detail, field="", **more):
    return status, {
        "title": "The request was refused",
        "status": status,
        "detail": detail,
        "field": field,
        **more,
    }


class Server:
    def __init__(self, web, pace):
        self.web, self.pace, self.runs = web, pace, {}

    # Answers (status, JSON value) for everything but files and sockets.
    async def answer(self, method, path, body):
        parts = [part for part in path.split("/") if part]
        if path == "/run" and method == "POST":
            return self.start(json.loads(body))
        if path == "/run":
            return 200, {"runs": [self.row(run) for run in reversed(self.runs.values())]}
        run = self.runs.get(parts[1]) if len(parts) > 1 else None
        if run is None:
            return problem(404, "There is no run of this id.", "run_id")
        if parts[0] == "code":
            return (
                (200, {"run_id": run.id, "code": run.code, "sha256": run.sha256})
                if run.code
                else problem(404, "This run has no code yet.", "run_id")
            )
        if len(parts) == 2 and method == "GET":
            return 200, {**self.row(run), "best": run.best}
        if run.state != "running":
            return problem(409, "This run is over; nothing can change it.", "run_id")
        if method == "DELETE":
            run.task.cancel()
            return 202, {"run_id": run.id}
        if parts[2] == "commands":
            asked = json.loads(body)
            words = asked.get("line", asked.get("type", "")).split()
            if words[0] not in ("pause", "resume", "step", "profile"):
                return problem(400, f'There is no command "{words[0]}".', "command")
            if words[0] != "profile":
                run.paused = words[0] != "resume"
                ticks = asked.get("ticks", int(words[1]) if len(words) > 1 else 1)
                run.steps += ticks if words[0] == "step" else 0
            told = f"tick {run.world.tick}, sense and decide"
            return 200, {"ok": True, "text": told, "data": {"tick": run.world.tick}}
        return await self.reload(run, body.decode())

    def row(self, run):
        return {
            "run_id": run.id,
            "state": run.state,
            "request": run.request,
            "results": run.results,
        }

    def start(self, request):
        if "unicorn" in request.get("user_goal", ""):
            return problem(
                422,
                "The built-in search does not understand this goal. It knows: fast, safe, short.",
                "user_goal",
            )
        run_id = time.strftime("%Y%m%d-%H%M-", time.gmtime()) + f"{random.randrange(65536):04x}"
        self.runs[run_id] = Run(run_id, request, self.pace)
        return 202, {"run_id": run_id}

    async def reload(self, run, source):
        await asyncio.sleep(0.1)
        found = check(source)
        if found:
            run.record(
                "reload",
                state="refused",
                slot="policy",
                tick=run.world.tick,
                stage="check",
                diagnostics=found,
            )
            return problem(422, found[0]["message"], diagnostics=found)
        run.code, run.sha256 = source, hashlib.sha256(source.encode()).hexdigest()
        for state in ("submitted", "checked", "shadowed", "swapped", "probation"):
            run.record(
                "reload", state=state, slot="policy", tick=run.world.tick, new_sha256=run.sha256
            )
        return 200, {"accepted": True, "tick": run.world.tick, "sha256": run.sha256}

    async def serve(self, reader, writer):
        try:
            while await self.exchange(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def exchange(self, reader, writer):
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ")
        path = path.split("?")[0]
        headers = {
            k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:]) if k
        }
        body = await reader.readexactly(min(int(headers.get("content-length", 0)), BODY_MAX))
        if headers.get("upgrade", "").lower() == "websocket":
            await self.socket(path, headers, reader, writer)
            return False
        name = "index.html" if path == "/" else path[1:]
        file = self.web / name
        if method == "GET" and re.fullmatch(r"[\w.-]+", name) and file.is_file():
            status, kind, data = (
                200,
                TYPES.get(file.suffix, "application/octet-stream"),
                file.read_bytes(),
            )
        else:
            status, value = await self.answer(method, path, body)
            kind = "application/json" if status < 400 else "application/problem+json"
            data = json.dumps(value).encode()
        writer.write(
            (
                f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n"
                "Cache-Control: no-store\r\nContent-Security-Policy: default-src 'self'\r\n\r\n"
            ).encode()
            + data
        )
        await writer.drain()
        return True

    async def socket(self, path, headers, reader, writer):
        parts = path.strip("/").split("/")
        run = self.runs.get(parts[2]) if len(parts) > 2 else None
        if run is None:
            writer.write(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n")
            return
        accept = base64.b64encode(
            hashlib.sha1((headers["sec-websocket-key"] + WS_GUID).encode()).digest()
        ).decode()
        writer.write(
            (
                "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Protocol: cherub.v1\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
            ).encode()
        )
        queue = asyncio.Queue()
        if parts[1] == "progress":
            audience = run.progress
            queue.put_nowait(
                json.dumps(
                    {
                        "type": "connected",
                        "run_id": run.id,
                        "state": run.state,
                        "records": len(run.records),
                    }
                )
            )
            for line in run.records:
                queue.put_nowait(line)
        else:
            audience = run.render[parts[3]]
            queue.put_nowait(run.hello())
            if parts[3] in run.frames:
                queue.put_nowait(run.frames[parts[3]])
        audience.add(queue)
        gone = asyncio.create_task(self.until_closed(reader))
        try:
            while not gone.done():
                getter = asyncio.create_task(queue.get())
                await asyncio.wait({getter, gone}, return_when=asyncio.FIRST_COMPLETED)
                if not getter.done():
                    getter.cancel()
                    break
                writer.write(ws_frame(getter.result()))
                await writer.drain()
        finally:
            audience.discard(queue)
            gone.cancel()

    async def until_closed(self, reader):
        try:
            while await reader.read(4096):
                pass
        except ConnectionError:
            pass


def ws_frame(message):
    data, opcode = (message.encode(), 1) if isinstance(message, str) else (message, 2)
    size = len(data)
    if size < 126:
        head = struct.pack(">BB", 0x80 | opcode, size)
    elif size < 1 << 16:
        head = struct.pack(">BBH", 0x80 | opcode, 126, size)
    else:
        head = struct.pack(">BBQ", 0x80 | opcode, 127, size)
    return head + data


async def main():
    flags = argparse.ArgumentParser()
    flags.add_argument("--port", type=int, default=0)
    flags.add_argument("--web", type=pathlib.Path, default=WEB)
    flags.add_argument("--pace", type=float, default=1.0, help="below 1 the search is faster")
    options = flags.parse_args()
    listener = await asyncio.start_server(
        Server(options.web, options.pace).serve, "127.0.0.1", options.port
    )
    print(f"listening on http://127.0.0.1:{listener.sockets[0].getsockname()[1]}", flush=True)
    async with listener:
        await listener.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
