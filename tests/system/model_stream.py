"""Streamed replies of the model server: events of both wires, whole and broken.

`stream_*` behaviours need a request that asks for a stream; without one they answer like `good`.
"""

import json
import random
import select
import time

PIECE = 37  # bytes of a write: events are split anywhere
ENDLESS = 200_000  # deltas of stream_huge, more than any client reads


def sse(data, name=None, end="\n"):
    head = f"event: {name}{end}" if name else ""
    return head + "data: " + (data if isinstance(data, str) else json.dumps(data)) + end + end


def pieces_of(text, count=12):
    size = max(1, len(text) // count)
    return [text[at:at + size] for at in range(0, len(text), size)]


def openai_events(text, asked, name, end):
    def chunk(delta, reason=None):
        return sse({"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "scripted",
                    "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
                    "not_invented_yet": {"a": 1}}, end=end)
    yield ": OPENROUTER PROCESSING" + end + end
    yield chunk({"role": "assistant", "content": ""})
    if name == "think":
        yield chunk({"reasoning_content": "a draft: ```lua\nreturn {}\n```"})
    for piece in pieces_of(text):
        yield chunk({"content": piece})
    yield chunk({}, "length" if name == "cut_off" else "stop")
    wants_usage = asked.get("stream_options", {}).get("include_usage")
    if wants_usage and name not in ("parts", "stream_no_usage"):
        yield sse({"choices": [], "usage": {"prompt_tokens": 1200, "completion_tokens": 340}},
                  end=end)
    if name != "stream_no_done":
        yield sse("[DONE]", end=end)


def anthropic_events(text, _asked, name, end):
    def event(kind, **fields):
        return sse({"type": kind, **fields}, kind, end)
    usage = {} if name in ("parts", "stream_no_usage") else {
        "input_tokens": 1000, "cache_creation_input_tokens": 150, "cache_read_input_tokens": 50,
        "output_tokens": 1}
    yield event("message_start", message={"id": "msg_1", "role": "assistant", "content": [],
                                          "model": "scripted", "usage": usage})
    yield event("ping")
    if name == "think":
        yield event("content_block_start", index=0, content_block={"type": "thinking",
                                                                   "thinking": ""})
        yield event("content_block_delta", index=0,
                    delta={"type": "thinking_delta", "thinking": "```lua\nreturn {}\n```"})
        yield event("content_block_delta", index=0,
                    delta={"type": "signature_delta", "signature": "c2ln"})
        yield event("content_block_stop", index=0)
    yield event("content_block_start", index=1, content_block={"type": "text", "text": ""})
    for piece in pieces_of(text):
        yield event("content_block_delta", index=1, delta={"type": "text_delta", "text": piece})
        yield event("not_invented_yet", text="no part of the answer")
    yield event("content_block_stop", index=1)
    last = {"output_tokens": 340} if usage else {}
    yield event("message_delta", usage=last,
                delta={"stop_reason": "max_tokens" if name == "cut_off" else "end_turn"})
    if name != "stream_no_done":
        yield event("message_stop")


def events(wire, text, asked, name):
    end = "\r\n" if name == "stream_crlf" else "\n"
    make = anthropic_events if wire.anthropic else openai_events
    return [event.encode() for event in make(text, asked, name, end)]


class Stream:
    """Writes a chunked body piece by piece."""

    def __init__(self, handler, kind="text/event-stream; charset=utf-8"):
        self.file = handler.wfile
        handler.send_head(200, {"Content-Type": kind, "Transfer-Encoding": "chunked"})

    def write(self, data):
        for at in range(0, len(data), PIECE):
            piece = data[at:at + PIECE]
            self.file.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.file.flush()

    def end(self):
        self.file.write(b"0\r\n\r\n")


def play_stream(handler, wire, text, asked, name):
    kinds = {"stream_type": "text/plain", "stream_json_type": "application/json"}
    stream = Stream(handler, kinds.get(name, "text/event-stream"))
    stream.write(b"".join(events(wire, text, asked, name)))
    stream.end()


def half_of(wire, text, asked):
    all_events = events(wire, text, asked, "good")
    return b"".join(all_events[:len(all_events) // 2])


def play_cut(handler, wire, text, asked, _argument):
    """The connection ends in the middle of an event."""
    Stream(handler).write(half_of(wire, text, asked)[:-9])


def play_short(handler, wire, text, asked, _argument):
    """The body ends properly, the reply does not."""
    stream = Stream(handler)
    stream.write(half_of(wire, text, asked))
    stream.end()


def play_stall(handler, wire, text, asked, _argument):
    Stream(handler).write(half_of(wire, text, asked))
    handler.connection.settimeout(None)
    select.select([handler.connection], [], [])


def play_drip(handler, wire, text, asked, argument):
    stream = Stream(handler)
    for event in events(wire, text, asked, "good"):
        stream.write(event)
        time.sleep(float(argument or 0.05))
    stream.end()


def play_garbage(handler, wire, text, asked, argument):
    """Noise between good events, or with the argument `only` nothing else."""
    noise = b"data: {half\n\ndata: \xff\xfe\n\nid: 7\nretry: 100\nwhat: is this\n:\n\n\x00\x01\n"
    stream = Stream(handler)
    if argument == "only":
        stream.write(noise * 20)
    else:
        for event in events(wire, text, asked, "good"):
            stream.write(noise + event)
    stream.end()


def play_error(handler, wire, text, asked, argument):
    """An error in the middle of a stream, as OpenRouter, llama.cpp or Anthropic send it."""
    stream = Stream(handler)
    stream.write(half_of(wire, text, asked))
    if wire.anthropic:
        kind = argument or "overloaded_error"
        stream.write(sse({"type": "error", "error": {"type": kind, "message": "Overloaded"}},
                         "error").encode())
    elif argument == "field":
        stream.write(b'error: {"code":500,"message":"slot fell over","type":"server_error"}\n\n')
    else:
        code = int(argument) if (argument or "").isdigit() else argument or "server_error"
        stream.write(sse({"id": "gen-1", "provider": "Elsewhere",
                          "error": {"code": code, "message": "Provider disconnected",
                                    "metadata": {"provider_name": "Elsewhere", "raw": "gone"}},
                          "choices": [{"index": 0, "delta": {"content": ""},
                                       "finish_reason": "error"}]}).encode())
    stream.end()


def play_huge(handler, wire, _text, _asked, argument):
    """More text than anybody wants, or with the argument `event` one event of it."""
    stream = Stream(handler)
    try:
        if argument == "event":
            for _ in range(1000):
                stream.file.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
        text = "y" * 2000
        event = sse({"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}}
                    if wire.anthropic else {"choices": [{"delta": {"content": text}}]}).encode()
        for _ in range(ENDLESS):
            stream.file.write(b"%x\r\n%s\r\n" % (len(event), event))
    except OSError:
        pass  # the client has seen enough


BROKEN = {"stream_cut": play_cut, "stream_short": play_short, "stream_stall": play_stall,
          "stream_drip": play_drip, "stream_garbage": play_garbage, "stream_error": play_error,
          "stream_huge": play_huge}
WHOLE = {"stream_type", "stream_json_type", "stream_crlf", "stream_no_usage", "stream_no_done"}

# What chaos draws from; good ones often, so that runs come to something.
CHAOS = ["good"] * 8 + [
    "prose", "stream_crlf", "stream_no_usage", "stream_no_done", "stream_cut", "stream_short",
    "stream_garbage", "stream_garbage:only", "stream_error", "stream_error:429", "stream_type",
    "syntax", "no_code", "cut_off", "empty", "429:0", "429_date:0", "500", "503", "529", "404",
    "error_in_200", "garbage", "wrong_shape", "invalid_utf8", "not_http", "redirect", "cut", "loop",
    "stream_drip:0.01", "stream_stall", "stall"]


class Chaos:
    """A repeatable stream of behaviours."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def draw(self):
        return self.random.choice(CHAOS)
