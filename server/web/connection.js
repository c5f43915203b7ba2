// A WebSocket that comes back. It knows nothing about what is said on it.
import { accessProtocols } from "./access.js";

const kFirstDelayMs = 500;
const kLongestDelayMs = 15_000;

// States: "connecting", "open", "waiting" (until retryAt, ms as Date.now), "closed".
export class LiveSocket {
  // on: {text(string), binary(ArrayBuffer), open(), state(), lost(socket), wanted(): whether to
  // come back}.
  constructor(path, on) {
    this.path = path;
    this.on = on;
    this.state = "connecting";
    this.retryAt = 0;
    this.failures = 0;
    this.timer = 0;
    this.connect();
  }

  connect() {
    clearTimeout(this.timer);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${this.path}`, accessProtocols());
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.change("connecting");
    socket.addEventListener("open", () => {
      if (socket !== this.socket) return;
      this.change("open");
      this.on.open?.();
    });
    socket.addEventListener("message", (event) => {
      if (socket !== this.socket) return;
      this.failures = 0;
      if (typeof event.data === "string") this.on.text?.(event.data);
      else this.on.binary?.(event.data);
    });
    socket.addEventListener("close", () => {
      if (socket === this.socket) this.lost();
    });
  }

  lost() {
    this.socket = null;
    if (!this.on.wanted()) {
      this.change("closed");
      return;
    }
    const delay = Math.min(kLongestDelayMs, kFirstDelayMs * 2 ** this.failures);
    const jittered = delay * (0.8 + 0.4 * Math.random());
    this.failures += 1;
    this.retryAt = Date.now() + jittered;
    this.timer = setTimeout(() => this.retryNow(), jittered);
    this.change("waiting");
    this.on.lost?.(this);
  }

  retryNow() {
    if (this.state === "waiting") this.on.wanted() ? this.connect() : this.close();
  }

  close() {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    if (socket) socket.close(1000);
    this.change("closed");
  }

  change(state) {
    this.state = state;
    this.on.state?.();
  }
}

// One word for several sockets: the worst of them.
export function combinedState(sockets) {
  const states = sockets.map((socket) => socket.state);
  for (const state of ["waiting", "connecting", "open"]) {
    if (states.includes(state)) return state;
  }
  return "closed";
}

export function secondsToRetry(sockets) {
  const waiting = sockets.filter((socket) => socket.state === "waiting");
  if (waiting.length === 0) return 0;
  return Math.max(
    0,
    Math.ceil((Math.min(...waiting.map((socket) => socket.retryAt)) - Date.now()) / 1000),
  );
}
