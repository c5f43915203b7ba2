// What happens in a run and around it, event by event: the newest of the past, then live, filtered
// here as it is read (docs/PROTOCOL.md, Telemetry).
import { accessHeaders } from "./access.js";
import { getLogs } from "./api.js";
import { LiveSocket } from "./connection.js";
import { byId, element, oncePerFrame, setText } from "./dom.js";
import { counted, isNumber, plain } from "./units.js";

const kKeptMax = 5000;
const kRowsMax = 400;
const kLettersMax = 300; // of a detail
const kLevels = ["DEBUG", "INFO", "WARN", "ERROR"];
const time = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

export class TelemetryPanel {
  constructor() {
    this.events = [];
    this.waiting = 0; // that came while it is paused
    this.lastSeq = 0;
    this.lost = 0;
    this.runId = "";
    this.wanted = false; // the run goes on
    this.paused = false;
    this.socket = null;
    this.trouble = "";
    this.box = byId("telemetry");
    this.rows = byId("telemetry-rows");
    this.paint = oncePerFrame(() => this.show());
    this.box.addEventListener("toggle", () => (this.box.open ? this.begin() : this.rest()));
    for (const name of ["level", "source", "text"]) {
      byId(`telemetry-${name}`).addEventListener("input", this.paint);
    }
    byId("telemetry-pause").addEventListener("click", () => this.pause(!this.paused));
  }

  // Nothing is asked for until somebody looks.
  open(id, goesOn) {
    this.rest();
    this.events = [];
    this.lastSeq = this.lost = this.waiting = 0;
    this.trouble = "";
    this.runId = id;
    this.wanted = goesOn;
    this.pause(false);
    const link = byId("telemetry-download");
    // A link cannot carry a token.
    link.hidden = id === "" || Object.keys(accessHeaders()).length > 0;
    link.href = `/logs/download?run=${encodeURIComponent(id)}`;
    if (this.box.open) this.begin();
    this.paint();
  }

  ended() {
    this.wanted = false;
  }

  async begin() {
    if (this.runId === "" || this.socket) return;
    const id = this.runId;
    const run = encodeURIComponent(id);
    if (this.wanted) {
      this.socket = new LiveSocket(`/telemetry?run=${run}&history=all`, {
        text: (text) => this.hear(text),
        wanted: () => this.wanted && this.runId === id && this.box.open,
      });
    }
    try {
      const lines = await getLogs(id);
      if (id !== this.runId) return;
      this.trouble = "";
      this.takePast(lines.map((line) => JSON.parse(line)));
    } catch (error) {
      if (id === this.runId) this.trouble = error.message;
    }
    this.paint();
  }

  rest() {
    this.socket?.close();
    this.socket = null;
  }

  // The past may reach into what is heard already.
  takePast(past) {
    const first = this.events[0]?.seq ?? Infinity;
    this.events = [...past.filter((event) => event.seq < first), ...this.events].slice(-kKeptMax);
    this.lastSeq = Math.max(this.lastSeq, this.events.at(-1)?.seq ?? 0);
  }

  hear(text) {
    let event;
    try {
      event = JSON.parse(text);
    } catch {
      return; // the page's other sockets complain about such a server
    }
    if (event?.type === "gap" && isNumber(event.n)) this.lost += event.n;
    if (event?.type !== "telemetry" || !(event.seq > this.lastSeq)) return;
    this.lastSeq = event.seq;
    this.events.push(event);
    if (this.events.length > kKeptMax) this.events.splice(0, this.events.length - kKeptMax);
    if (this.paused) this.waiting += 1;
    this.paint();
  }

  pause(paused) {
    this.paused = paused;
    this.waiting = 0;
    this.frozen = paused ? [...this.events] : null;
    setText(byId("telemetry-pause"), paused ? "Go on" : "Pause");
    byId("telemetry-pause").setAttribute("aria-pressed", String(paused));
    this.paint();
  }

  chosen() {
    const level = kLevels.indexOf(byId("telemetry-level").value);
    const source = byId("telemetry-source").value;
    const words = byId("telemetry-text").value.trim().toLowerCase();
    return (this.frozen ?? this.events).filter(
      (event) =>
        kLevels.indexOf(event.level) >= level &&
        (source === "" || event.src === source) &&
        (words === "" || shown(event).toLowerCase().includes(words)),
    );
  }

  show() {
    if (!this.box.open) return;
    const chosen = this.chosen();
    const atEnd = this.rows.scrollTop + this.rows.clientHeight >= this.rows.scrollHeight - 8;
    this.rows.replaceChildren(...chosen.slice(-kRowsMax).map(rowOf));
    if (atEnd && !this.paused) this.rows.scrollTop = this.rows.scrollHeight;
    const parts = [counted(chosen.length, "event")];
    if (chosen.length > kRowsMax) parts.push(`the last ${kRowsMax} shown`);
    if (this.waiting > 0) parts.push(`${plain(this.waiting)} new`);
    if (this.lost > 0) parts.push(`${plain(this.lost)} missed`);
    setText(byId("telemetry-reading"), this.runId === "" ? "" : this.trouble || parts.join(", "));
    byId("telemetry-empty").hidden = chosen.length > 0;
  }
}

function detailOf(event) {
  if (!event.detail || typeof event.detail !== "object") return "";
  const parts = [];
  for (const [name, value] of Object.entries(event.detail)) {
    if (name === "type" || value === null) continue;
    parts.push(`${name} ${typeof value === "object" ? JSON.stringify(value) : value}`);
  }
  return parts.join(", ").slice(0, kLettersMax);
}

const shown = (event) => `${event.src}/${event.evt} ${detailOf(event)}`;

function rowOf(event) {
  const where = [
    isNumber(event.tick) ? `tick ${plain(event.tick)}` : "",
    isNumber(event.entity_id) ? `#${event.entity_id % 2 ** 32}` : "",
  ];
  return element(
    "li",
    { class: "event-row", "data-level": event.level },
    element("time", {}, time.format(new Date(event.ts ?? 0))),
    element("span", { class: "event-level" }, event.level ?? ""),
    element("span", { class: "event-kind" }, `${event.src}/${event.evt}`),
    element("span", { class: "event-where" }, where.filter(Boolean).join(" ")),
    element("span", { class: "event-detail" }, detailOf(event)),
  );
}
