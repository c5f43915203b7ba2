// The tiles, the meter and the log of a run.
import { diagnosticItem } from "./diagnostics.js";
import { byId, element, oncePerFrame, setText } from "./dom.js";
import { phaseWords } from "./run_model.js";
import { count, decimal, isNumber, percent } from "./units.js";

const kLogLinesMax = 500;
const kNearBottomPx = 40;

export class ProgressView {
  constructor() {
    this.log = byId("log");
    this.empty = byId("log-empty");
    this.announcer = byId("announcer");
    this.model = null;
    this.lines = [];
    this.refresh = oncePerFrame(() => this.paint());
  }

  open(model) {
    this.model = model;
    this.clearLog();
    this.refresh();
  }

  clearLog() {
    this.lines = [];
    this.log.replaceChildren();
    this.empty.hidden = false;
  }

  // line: {tone, text, diagnostics?, more?: text to unfold}. `ts`: seconds or milliseconds since
  // 1970, or an ISO text; null: nobody knows any more.
  say(line, ts = Date.now()) {
    this.lines.push({ ...line, time: readTime(ts) });
    this.refresh();
  }

  // For milestones only: what a screen reader says aloud.
  announce(text) {
    setText(this.announcer, text);
  }

  paint() {
    const model = this.model;
    if (model) {
      setText(byId("phase"), phaseWords[model.shownPhase]);
      byId("phase").dataset.phase = model.shownPhase;
      const seeds = model.ended
        ? "On seeds that the search never saw"
        : "On the seeds that the search uses";
      for (const id of ["tile-best", "tile-success"]) byId(id).parentElement.title = seeds;
      tile("tile-iteration", model.iteration, model.iterations);
      tile("tile-candidate", model.candidate, model.candidates);
      tile("tile-episodes", model.episodesDone, model.episodes);
      fill("tile-best", isNumber(model.bestScore) ? decimal(model.bestScore, 3) : null, "points");
      fill(
        "tile-success",
        isNumber(model.successRate) ? percent(model.successRate).replace(" %", "") : null,
        "%",
      );
      const meter = byId("meter");
      const share = model.ended
        ? 1
        : model.episodes
          ? (model.episodesDone ?? 0) / model.episodes
          : 0;
      meter.value = Math.min(1, share);
    }
    this.paintLog();
  }

  paintLog() {
    if (this.lines.length === 0) return;
    const log = this.log;
    const stuck = log.scrollHeight - log.scrollTop - log.clientHeight < kNearBottomPx;
    const fresh = this.lines.splice(0).slice(-kLogLinesMax);
    log.append(...fresh.map(logLine));
    while (log.childElementCount > kLogLinesMax) log.firstElementChild.remove();
    this.empty.hidden = true;
    if (stuck) log.scrollTop = log.scrollHeight;
  }
}

function tile(id, value, all) {
  fill(
    id,
    isNumber(value) ? count(value) : null,
    isNumber(all) && value <= all ? `of ${count(all)}` : "",
  );
}

function fill(id, value, unit) {
  const node = byId(id);
  const key = `${value} ${unit}`;
  if (node.dataset.shown === key) return;
  node.dataset.shown = key;
  if (value === null) node.replaceChildren("–");
  else node.replaceChildren(value, unit ? element("small", {}, ` ${unit}`) : "");
}

function readTime(ts) {
  if (typeof ts === "string") {
    const parsed = new Date(ts);
    return Number.isNaN(parsed.getTime()) ? null : parsed;
  }
  if (!isNumber(ts) || ts < 1e9) return null;
  return new Date(ts < 1e11 ? ts * 1000 : ts < 1e14 ? ts : ts / 1000);
}

const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

function logLine({ tone, text, diagnostics, more, time }) {
  const found = Array.isArray(diagnostics) ? diagnostics : [];
  return element(
    "li",
    { class: `log-line tone-${tone}` },
    time
      ? element("time", { datetime: time.toISOString() }, clock.format(time))
      : element("span", { class: "no-time", title: "Before this page was opened" }, "earlier"),
    element(
      "div",
      {},
      more
        ? element("details", {}, element("summary", {}, text), element("pre", {}, more))
        : element("p", {}, text),
      found.length > 0 ? element("ul", {}, ...found.map((one) => diagnosticItem(one))) : null,
    ),
  );
}
