"""A client of a Cherub server: starts runs, follows them without losing a record, gets their code
and puts scripts into running worlds. Needs Python 3.9 and the package `websockets`; one file, to be
copied into other projects.

    client = Client("http://127.0.0.1:8088")
    run = client.start(user_goal="reach the target fast", scenario="maze")
    async for record in client.follow(run):
        print(record.seq, record.type)
    print(client.code(run)["code"])

As a program:
  cherub_client.py ADDRESS start '{"user_goal": …}' | follow RUN | code RUN | put RUN FILE
"""
import asyncio
import dataclasses
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

import websockets

LAST_TYPES = ("done", "terminated", "error")


class Problem(Exception):
    """What the server refused: `status`, `detail`, and the `field` of the request at fault."""

    def __init__(self, status, body):
        super().__init__(f"{status}: {body.get('detail', 'no reason given')}")
        self.status = status
        self.detail = body.get("detail", "")
        self.field = body.get("field")
        self.diagnostics = body.get("diagnostics", [])


@dataclasses.dataclass
class Record:
    seq: int
    type: str
    data: dict
    epoch: str  # with seq: where to go on, see Client.follow


class Client:
    def __init__(self, address, token=None, timeout_s=60):
        self.address = address.rstrip("/")
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.timeout_s = timeout_s

    def start(self, idempotency_key=None, **fields):
        """Starts a run, and gives its id. The fields are those of POST /run. With a key, asking
        again, because no answer came, does not start another one."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return self._ask("POST", "/run", json.dumps(fields), headers)["run_id"]

    def run(self, run_id):
        """State and results."""
        return self._ask("GET", _path("run", run_id))

    def code(self, run_id):
        """The script that acts, else the best so far: `code` and its `sha256`."""
        return self._ask("GET", _path("code", run_id))

    def put_script(self, run_id, source, slot="policy", only_if=None, force=False):
        """Hot reload. `only_if`: the sha256 of the version that may be replaced."""
        path = _path("run", run_id, "scripts", slot) + ("?force=1" if force else "")
        headers = {"If-Match": f'"{only_if}"'} if only_if else {}
        return self._ask("PUT", path, source, headers)

    def command(self, run_id, line):
        """A command as it is typed at the console: "step 10"."""
        return self._ask("POST", _path("run", run_id, "commands"), json.dumps({"line": line}))

    def end(self, run_id):
        return self._ask("DELETE", _path("run", run_id))

    async def follow(self, run_id, after=0, epoch="", patience_s=60):
        """The records of a run, in order, each once, up to its last one; those after a number of an
        epoch when they are told. Where the connection breaks, goes on behind what has come;
        gives up when nothing can be reached for `patience_s`."""
        uri = self.address.replace("http", "ws", 1) + "/ws"
        waited = 0.0
        while True:
            try:
                async with websockets.connect(uri, extra_headers=self.headers, max_size=None,
                                              open_timeout=self.timeout_s) as socket:
                    async for record in _records(socket, run_id, after, epoch):
                        after, epoch, waited = record.seq, record.epoch, 0.0
                        yield record
                        if record.type in LAST_TYPES:
                            return
            except (OSError, asyncio.TimeoutError, websockets.ConnectionClosed,
                    websockets.InvalidMessage):
                pass
            pause = 0.05 if waited == 0 else min(2.0, waited)
            if waited + pause > patience_s:
                raise ConnectionError(f"{uri} cannot be reached")
            waited += pause
            await asyncio.sleep(pause)

    def _ask(self, method, path, body=None, headers=None):
        request = urllib.request.Request(
            self.address + path, method=method, data=body.encode() if body is not None else None,
            headers={**self.headers, **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=self.timeout_s) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                text = error.read()
            try:
                told = json.loads(text)
            except ValueError:
                told = {"detail": text.decode(errors="replace")[:200]}
            raise Problem(error.code, told) from None


def _path(*parts):
    return "".join("/" + urllib.parse.quote(part, safe="") for part in parts)


async def _records(socket, run_id, after, epoch):
    wish = {"op": "subscribe", "ch": f"progress/{run_id}", "history": "all"}
    if epoch:
        wish.update(epoch=epoch, after=after)
    await socket.send(json.dumps(wish))
    async for message in socket:
        for line in message.split("\n"):
            told = json.loads(line)
            if told.get("op") == "subscribed":
                # Numbers begin anew in another epoch. Where not all is kept that came since, what
                # is kept comes from its beginning, and with it what was told already.
                after = after if told["epoch"] == epoch else 0
                epoch = told["epoch"]
            elif told.get("op") == "error":
                raise Problem(404, told)
            elif told.get("seq", 0) > after and "type" in told:
                yield Record(told["seq"], told["type"], told["data"], epoch)


async def _follow(client, run_id):
    async for record in client.follow(run_id):
        print(json.dumps({"seq": record.seq, "type": record.type}), flush=True)


def main(address, verb, *arguments):
    client = Client(address, os.environ.get("CHERUB_TOKEN"))
    if verb == "start":
        print(client.start(**json.loads(arguments[0])))
    elif verb == "follow":
        asyncio.run(_follow(client, arguments[0]))
    elif verb == "code":
        print(client.code(arguments[0])["code"], end="")
    elif verb == "put":
        with open(arguments[1], encoding="utf-8") as file:
            print(client.put_script(arguments[0], file.read())["sha256"])
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        raise SystemExit(__doc__)
    try:
        main(*sys.argv[1:])
    except (Problem, OSError) as failure:
        raise SystemExit(f"cherub_client: {failure}") from None
