#!/usr/bin/env python3
"""A model server that plays a script, for tests: no model, no network beyond loopback.

    model_server.py --port 0 --script 429:0,500,good --record requests.jsonl

speaks both wires, POST …/chat/completions (OpenAI) and POST …/messages (Anthropic). Each request
takes the next behaviour of the script; the last one repeats. --script is a list like the one above
or a file with one behaviour per line (# begins a comment). Prints `ready http://127.0.0.1:PORT`
once it listens, and ends when the process that started it does.

Behaviours, with their argument behind a colon; requests for streams get them, see model_stream.py:
  answers   good[:FILE] prose syntax loop no_code empty cut_off think parts chunked eof interim
  refusals  401 403 404 429[:SECONDS] 429_date[:SECONDS] 500 503 529 error_string
            error_in_200[:STATUS] unsupported no_stream echo_key control redirect quota
            ollama_missing llama_loading llama_context openrouter
  broken    stall cut garbage wrong_shape huge[:length] slow[:SECONDS] not_http header_flood
            invalid_utf8
  streams   stream_type stream_json_type stream_crlf stream_no_usage stream_no_done stream_cut
            stream_short stream_stall stream_drip[:SECONDS] stream_garbage[:only]
            stream_error[:STATUS] stream_huge[:event]
  chaos[:SEED] draws one of most of them for each request.
`unsupported` refuses `max_tokens`, `stream_options` and `temperature` while they are there, and
answers then; `no_stream` refuses streams.
"""

import argparse
import email.utils
import hashlib
import http.server
import json
import os
import select
import ssl
import sys
import threading
import time

import model_stream

HUGE_BYTES = 5 << 20
PARENT_POLL_S = 0.5

MAZE_POLICY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "maze_policy.lua")

SYNTAX_POLICY = """\
local policy = {}
function policy.act(self, world)
  if self.health > 0.5 the
    return self:wander()
  end
end
return policy
"""

LOOP_POLICY = """\
local policy = {}
function policy.act(self, world)
  local n = 0
  while true do n = n + 1 end
end
return policy
"""


def fenced(code):
    return "```lua\n" + code + "```\n"


def text_of(name, argument, policy):
    """What the model says, for behaviours that end in a usable reply."""
    if name == "good" and argument:
        with open(argument, encoding="utf-8") as file:
            policy = file.read()
    if name == "prose":
        return ("Sure! Senses may give nil, so I test them:\n\n" + fenced(policy) +
                "\nIt explores where it has been least. Good luck!\n")
    if name == "think":
        draft = fenced("return {draft = true}\n")
        return "<think>First draft:\n" + draft + "</think>\n" + fenced(policy)
    return {
        "syntax": fenced(SYNTAX_POLICY),
        "loop": fenced(LOOP_POLICY),
        "no_code": "I would walk toward the target and keep away from hazards.",
        "empty": "",
        "cut_off": "```lua\n" + policy[:len(policy) // 2],
    }.get(name, fenced(policy))


class Wire:
    """Success and error bodies of one provider's language."""

    def __init__(self, path):
        self.anthropic = path.endswith("/messages")

    def reply(self, text, name):
        if self.anthropic:
            return self.anthropic_reply(text, name)
        message = {"role": "assistant", "content": text}
        if name == "think":
            message["reasoning"] = "a draft: ```lua\nreturn {}\n```"
            message["reasoning_content"] = message["reasoning"]
        if name == "parts":
            half = len(text) // 2
            message["content"] = [{"type": "text", "text": text[:half]},
                                  {"type": "image_url", "image_url": {"url": "data:,"}},
                                  {"type": "text", "text": text[half:]}]
        reply = {"id": "chatcmpl-1", "object": "chat.completion", "model": "scripted",
                 "choices": [{"index": 0, "message": message,
                              "finish_reason": "length" if name == "cut_off" else "stop"}]}
        if name != "parts":  # some servers send no usage, or null
            reply["usage"] = {"prompt_tokens": 1200, "completion_tokens": 340, "total_tokens": 1540}
        return reply

    @staticmethod
    def anthropic_reply(text, name):
        content = [{"type": "text", "text": text}] if text else []
        if name == "think":
            content.insert(0, {"type": "thinking", "thinking": "```lua\nreturn {}\n```",
                               "signature": "c2ln"})
        if name == "parts":
            half = len(text) // 2
            content = [{"type": "text", "text": text[:half]},
                       {"type": "server_tool_use", "id": "1", "name": "x", "input": {}},
                       {"type": "not_invented_yet", "text": "no part of the answer"},
                       {"type": "text", "text": text[half:]}]
        reply = {"id": "msg_1", "type": "message", "role": "assistant", "model": "scripted",
                 "content": content,
                 "stop_reason": "max_tokens" if name == "cut_off" else "end_turn"}
        if name != "parts":
            reply["usage"] = {"input_tokens": 1000, "cache_creation_input_tokens": 150,
                              "cache_read_input_tokens": 50, "output_tokens": 340}
        return reply

    def error(self, kind, message):
        inner = {"type": kind, "message": message}
        return {"type": "error", "error": inner} if self.anthropic else {"error": inner}


class Script:
    """The behaviours, the policy they answer with, and the record of what was asked."""

    def __init__(self, arguments):
        self.lock = threading.Lock()
        self.taken = 0
        self.behaviours = read_script(arguments.script)
        self.record_path = arguments.record
        self.chaos = {}
        with open(arguments.policy, encoding="utf-8") as file:
            self.policy = file.read()
        if self.record_path:
            with open(self.record_path, "w", encoding="utf-8"):
                pass

    def take(self, path, headers, body):
        """The next behaviour as (name, argument); writes the request down first."""
        with self.lock:
            behaviour = self.behaviours[min(self.taken, len(self.behaviours) - 1)]
            self.taken += 1
            if behaviour.startswith("chaos"):
                seed = behaviour.partition(":")[2]
                behaviour = self.chaos.setdefault(seed, model_stream.Chaos(seed)).draw()
            if self.record_path:
                line = record_of(self.taken, path, headers, body, behaviour)
                with open(self.record_path, "a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")
        name, _, argument = behaviour.partition(":")
        return name, argument


def read_script(text):
    items = text.split(",")
    if os.path.isfile(text):
        with open(text, encoding="utf-8") as file:
            items = [line.split("#")[0] for line in file]
    behaviours = [item.strip() for item in items if item.strip()]
    for behaviour in behaviours:
        if behaviour.partition(":")[0] not in ANSWERS | PLAYS.keys() | STREAMS:
            sys.exit(f"model_server.py: no behaviour is named {behaviour!r}; see --help")
    if not behaviours:
        sys.exit("model_server.py: the script has no behaviours")
    return behaviours


def key_of(headers):
    return headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")


def record_of(number, path, headers, body, behaviour):
    """A request as it may be kept: the key's hash stands for the key."""
    key = key_of(headers)
    text = body.decode("utf-8", "replace")
    mark = "[key]"
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = None
    shown = {name: value.replace(key, mark) if key else value for name, value in headers.items()}
    return {"number": number, "path": path, "behaviour": behaviour, "headers": shown,
            "key_sha256": hashlib.sha256(key.encode()).hexdigest() if key else "",
            "key_in_body": bool(key) and key in text,
            "body": parsed if parsed is not None else text.replace(key, mark) if key else text}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script = None

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass

    def do_POST(self):
        size = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(size)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.close_connection = True
        if not self.path.endswith(("/chat/completions", "/messages")):
            self.send_json(404, {"error": {"message": "no such route: " + self.path}})
            return
        name, argument = self.script.take(self.path, headers, body)
        wire = Wire(self.path)
        if name in PLAYS:
            PLAYS[name](self, wire, argument, Asked(headers, body))
            return
        asked = Asked(headers, body).json()
        if not asked.get("stream"):
            self.send_json(200, wire.reply(text_of(name, argument, self.script.policy), name))
            return
        text = text_of(name, argument, self.script.policy)
        if name in model_stream.BROKEN:
            model_stream.BROKEN[name](self, wire, text, asked, argument)
        else:
            model_stream.play_stream(self, wire, text, asked, name)

    def send_head(self, status, fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()

    def send_bytes(self, status, data, fields=None):
        fields = {"Content-Type": "application/json", **(fields or {})}
        self.send_head(status, {**fields, "Content-Length": len(data)})
        self.wfile.write(data)

    def send_json(self, status, value, fields=None):
        self.send_bytes(status, json.dumps(value).encode(), fields)

    def send_chunks(self, data, size):
        self.send_head(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"})
        for at in range(0, len(data), size):
            piece = data[at:at + size]
            self.wfile.write(b"%x;note=1\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def good_bytes(self, wire):
        return json.dumps(wire.reply(fenced(self.script.policy), "good")).encode()


class Asked:
    def __init__(self, headers, body):
        self.headers = headers
        self.body = body

    def json(self):
        try:
            value = json.loads(self.body)
        except ValueError:
            value = None
        return value if isinstance(value, dict) else {}


def play_refusal(status, kind, message):
    def play(handler, wire, argument, _asked):
        fields = {"Retry-After": argument} if argument else {}
        handler.send_json(status, wire.error(kind, message), fields)
    return play


def play_429_date(handler, wire, argument, _asked):
    date = email.utils.formatdate(time.time() + float(argument or 0), usegmt=True)
    handler.send_json(429, wire.error("rate_limit_error", "slow down"), {"Retry-After": date})


def play_object(status, error):
    """An error object of a particular server; its wire is OpenAI's."""
    return lambda handler, _wire, _argument, _asked: handler.send_json(status, {"error": error})


def play_no_stream(handler, wire, _argument, asked):
    if asked.json().get("stream"):
        handler.send_json(400, wire.error("invalid_request_error",
                                          "Your organization must be verified to stream this."))
    else:
        handler.send_bytes(200, handler.good_bytes(wire))


def play_invalid_utf8(handler, wire, _argument, _asked):
    handler.send_bytes(200, handler.good_bytes(wire).replace(b"policy", b"pol\xff\xfecy"))


def play_error_string(handler, _wire, _argument, _asked):
    handler.send_json(400, {"error": "model 'scripted' has no room for this prompt"})


def play_error_in_200(handler, _wire, argument, _asked):
    code = int(argument or 502)
    handler.send_json(200, {"error": {"code": code, "message": "the provider behind is away"}})


def play_unsupported(handler, wire, _argument, asked):
    body = asked.json()
    if "stream_options" in body:
        handler.send_json(400, wire.error("invalid_request_error",
                                          "Unrecognized request argument: stream_options"))
    elif "max_tokens" in body and not wire.anthropic:
        handler.send_json(400, wire.error(
            "invalid_request_error",
            "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."))
    elif "temperature" in body:
        handler.send_json(400, wire.error("invalid_request_error",
                                          "`temperature` is not supported by this model."))
    else:
        handler.send_bytes(200, handler.good_bytes(wire))


def play_echo_key(handler, wire, _argument, asked):
    key = key_of(asked.headers)
    handler.send_json(401, wire.error("authentication_error", f"bad key {key}, yes: {key}"))


def play_control(handler, wire, _argument, _asked):
    message = "line one\r\n\x1b[31mred\x1b[0m\x00\u009b2J " + "long " * 400
    handler.send_json(400, wire.error("invalid_request_error", message))


def play_redirect(handler, _wire, _argument, _asked):
    handler.send_bytes(307, b"{}", {"Location": "http://127.0.0.1:1/v1/elsewhere"})


def play_stall(handler, _wire, _argument, _asked):
    """Says nothing until the client goes away."""
    handler.connection.settimeout(None)
    select.select([handler.connection], [], [])


def play_cut(handler, wire, _argument, _asked):
    data = handler.good_bytes(wire)
    handler.send_head(200, {"Content-Type": "application/json", "Content-Length": len(data)})
    handler.wfile.write(data[:len(data) // 2])


def play_garbage(handler, _wire, _argument, _asked):
    handler.send_bytes(200, b"<html><body>Bad gateway, and no JSON \xff\x1b[2J</body></html>",
                       {"Content-Type": "text/html"})


def play_wrong_shape(handler, _wire, _argument, _asked):
    handler.send_json(200, {"result": [1, 2, 3], "choices": {"message": None}, "content": 7})


def play_huge(handler, wire, argument, _asked):
    data = json.dumps(wire.reply("x" * HUGE_BYTES, "good")).encode()
    try:
        if argument == "length":
            handler.send_bytes(200, data)
        else:
            handler.send_chunks(data, 1 << 16)
    except OSError:
        pass  # the client has seen enough


def play_slow(handler, wire, argument, _asked):
    """Dribbles: a piece every SECONDS, 0.05 unless told."""
    data = handler.good_bytes(wire)
    handler.send_head(200, {"Content-Type": "application/json", "Content-Length": len(data)})
    size = max(1, len(data) // 40)
    try:
        for at in range(0, len(data), size):
            handler.wfile.write(data[at:at + size])
            handler.wfile.flush()
            time.sleep(float(argument or 0.05))
    except OSError:
        pass


def play_eof(handler, wire, _argument, _asked):
    """Neither length nor chunks: the end of the connection ends the body."""
    handler.send_head(200, {"Content-Type": "application/json"})
    handler.wfile.write(handler.good_bytes(wire))


def play_interim(handler, wire, _argument, _asked):
    handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n"
                        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
    handler.send_bytes(200, handler.good_bytes(wire))


def play_not_http(handler, _wire, _argument, _asked):
    handler.wfile.write(b"220 mail.example.org ESMTP ready\r\n\r\n")


def play_header_flood(handler, _wire, _argument, _asked):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    try:
        for i in range(5000):
            handler.wfile.write(b"X-Flood-%d: %s\r\n" % (i, b"y" * 60))
    except OSError:
        pass


STREAMS = model_stream.BROKEN.keys() | model_stream.WHOLE | {"chaos"}
ANSWERS = {"good", "prose", "syntax", "loop", "no_code", "empty", "cut_off", "think", "parts"}
PLAYS = {
    "401": play_refusal(401, "authentication_error", "this key is not known here"),
    "403": play_refusal(403, "permission_error", "not for you"),
    "404": play_refusal(404, "not_found_error", "no such model"),
    "429_date": play_429_date, "no_stream": play_no_stream, "invalid_utf8": play_invalid_utf8,
    "quota": play_object(429, {"message": "You exceeded your current quota.", "param": None,
                               "type": "insufficient_quota", "code": "insufficient_quota"}),
    "ollama_missing": play_object(404, {"message": 'model "x" not found, try pulling it first',
                                        "type": "api_error", "param": None, "code": None}),
    "llama_loading": play_object(503, {"code": 503, "message": "Loading model",
                                       "type": "unavailable_error"}),
    "llama_context": play_object(500, {
        "code": 500, "message": "the request exceeds the available context size",
        "type": "exceed_context_size_error", "n_prompt_tokens": 9000, "n_ctx": 4096}),
    "openrouter": play_object(400, {
        "code": 400, "message": "Provider returned error",
        "metadata": {"provider_name": "Elsewhere", "raw": "top_k must be above 0"}}),
    "429": play_refusal(429, "rate_limit_error", "slow down"),
    "500": play_refusal(500, "api_error", "something broke inside"),
    "503": play_refusal(503, "api_error", "loading the model"),
    "529": play_refusal(529, "overloaded_error", "overloaded"),
    "error_string": play_error_string, "error_in_200": play_error_in_200,
    "unsupported": play_unsupported, "echo_key": play_echo_key, "control": play_control,
    "redirect": play_redirect, "stall": play_stall, "cut": play_cut, "garbage": play_garbage,
    "wrong_shape": play_wrong_shape, "huge": play_huge, "slow": play_slow, "eof": play_eof,
    "chunked": lambda handler, wire, _a, _b: handler.send_chunks(handler.good_bytes(wire), 100),
    "interim": play_interim, "not_http": play_not_http, "header_flood": play_header_flood,
}


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    tls = None

    def finish_request(self, request, client_address):
        # The handshake belongs to the connection's own thread, and clients that refuse the
        # certificate or go away early are what the tests are about.
        try:
            if self.tls:
                request.settimeout(10)
                request = self.tls.wrap_socket(request, server_side=True)
            super().finish_request(request, client_address)
        except OSError:
            pass
        finally:
            if self.tls:
                request.close()


def end_with_parent(parent):
    while os.getppid() == parent:
        time.sleep(PARENT_POLL_S)
    os._exit(0)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--script", default="good", help="behaviours, or a file of them")
    parser.add_argument("--policy", default=MAZE_POLICY, help="Lua file that `good` answers with")
    parser.add_argument("--record", help="JSONL file of the requests")
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"), help="PEM files")
    arguments = parser.parse_args()

    Handler.script = Script(arguments)
    server = Server(("127.0.0.1", arguments.port), Handler)
    if arguments.tls:
        server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.tls.load_cert_chain(*arguments.tls)
    threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
    scheme = "https" if arguments.tls else "http"
    print(f"ready {scheme}://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
