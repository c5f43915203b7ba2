// What is known of a run, built from its records. Records come in order; after a reconnect the
// server may
// tell the history again, which changes nothing.
import { isNumber } from "./units.js";

export const Phase = {
  idle: "idle",
  queued: "queued",
  starting: "starting",
  searching: "searching",
  live: "live",
  paused: "paused",
  done: "done",
  terminated: "terminated",
  failed: "failed",
};
const kEnded = new Set([Phase.done, Phase.terminated, Phase.failed]);

export const phaseWords = {
  idle: "Nothing yet",
  queued: "Waiting for its turn",
  starting: "Starting",
  searching: "Searching for a policy",
  live: "Living world",
  paused: "Paused",
  done: "Done",
  terminated: "Stopped",
  failed: "Failed",
};

// Words that servers use for the state of a run, as phases of this page.
export function phaseOf(word) {
  const text = String(word ?? "").toLowerCase();
  if (/fail|error/.test(text)) return Phase.failed;
  if (/terminat|stop|cancel|interrupt/.test(text)) return Phase.terminated;
  if (/done|finish|complete|end/.test(text)) return Phase.done;
  if (/pause/.test(text)) return Phase.paused;
  if (/live/.test(text)) return Phase.live;
  if (/queue|pend|wait/.test(text)) return Phase.queued;
  if (/start/.test(text)) return Phase.starting;
  return Phase.searching;
}

// One flat record, whether its content is spread beside `type` or wrapped in `data`.
export function unwrap(record) {
  if (record.data && typeof record.data === "object" && !Array.isArray(record.data)) {
    return {
      ...record.data,
      type: record.type ?? record.data.type,
      seq: record.seq,
      ts: record.ts,
    };
  }
  return record;
}

export class RunModel {
  constructor(id) {
    this.id = id;
    this.clear();
  }

  clear() {
    this.phase = Phase.starting;
    this.paused = false;
    this.goal = "";
    this.scenario = "";
    this.iteration = null;
    this.iterations = null;
    this.candidate = null;
    this.candidates = null;
    this.episodesDone = null;
    this.episodes = null;
    this.bestScore = null;
    this.successRate = null; // of the best policy, 0 … 1
    this.faults = 0; // of the policy in the living world
    this.points = []; // {key, iteration, candidate, score, best}
    this.pointAt = new Map();
    this.code = null; // the best policy's source
    this.sha256 = "";
    this.lastSeq = -1;
    this.historyEnd = -1; // records up to here happened before this page listened
  }

  get ended() {
    return kEnded.has(this.phase);
  }

  get shownPhase() {
    return this.paused && !this.ended ? Phase.paused : this.phase;
  }

  // What GET /run/<id> knew.
  describe(details) {
    const asked =
      details.request && typeof details.request === "object" ? details.request : details;
    this.goal = String(asked.user_goal ?? details.goal ?? this.goal);
    this.scenario = String(asked.scenario ?? this.scenario);
    this.iterations = isNumber(asked.iterations) ? asked.iterations : this.iterations;
    this.episodes = isNumber(asked.episodes) ? asked.episodes : this.episodes;
    for (const known of [details.best, details.results]) {
      if (isNumber(known?.success_rate)) this.successRate = known.success_rate;
      if (isNumber(known?.score)) this.bestScore = known.score;
    }
    if (
      details.state &&
      !(this.phase === Phase.live && phaseOf(details.state) === Phase.searching)
    ) {
      this.phase = phaseOf(details.state);
    }
    this.paused = this.phase === Phase.paused || details.paused === true;
    if (this.phase === Phase.paused) this.phase = Phase.live;
  }

  // Returns whether the record was news.
  take(record) {
    if (isNumber(record.seq)) {
      if (record.seq <= this.lastSeq) return false;
      this.lastSeq = record.seq;
    }
    const handler = handlers[record.type];
    if (handler) handler(this, record);
    return true;
  }
}

function setNumbers(model, record, names) {
  for (const [field, key] of Object.entries(names)) {
    if (isNumber(record[key])) model[field] = record[key];
  }
}

function beginSearch(model) {
  if (model.phase === Phase.starting || model.phase === Phase.queued) model.phase = Phase.searching;
}

function plot(model, record) {
  if (!isNumber(record.score)) return;
  const iteration = record.iteration ?? model.iteration ?? 0;
  const key = `${iteration}:${record.candidate ?? model.points.length}`;
  let point = model.pointAt.get(key);
  if (!point) {
    point = { key, iteration: record.iteration ?? model.iteration, candidate: record.candidate };
    model.pointAt.set(key, point);
    model.points.push(point);
  }
  point.score = record.score;
  point.best = isNumber(record.best_score)
    ? record.best_score
    : Math.max(record.score, model.bestScore ?? -Infinity);
  model.bestScore = Math.max(point.best, model.bestScore ?? -Infinity);
}

function finish(phase) {
  return (model, record) => {
    model.phase = phase;
    model.paused = false;
    setNumbers(model, record, { successRate: "success_rate" });
    if (isNumber(record.score)) model.bestScore = record.score;
    if (record.code) model.code = record.code;
  };
}

const handlers = {
  connected(model, record) {
    model.describe(record);
    model.historyEnd = isNumber(record.records) ? record.records : model.lastSeq;
    if (model.historyEnd < model.lastSeq) model.lastSeq = -1; // the server began anew
  },
  iteration(model, record) {
    beginSearch(model);
    setNumbers(model, record, {
      iteration: "iteration",
      iterations: "iterations",
      candidates: "candidates",
      episodes: "episodes",
    });
    model.candidate = null;
    model.episodesDone = 0;
  },
  candidate(model, record) {
    beginSearch(model);
    if (record.candidate !== model.candidate) model.episodesDone = 0;
    setNumbers(model, record, {
      iteration: "iteration",
      iterations: "iterations",
      candidate: "candidate",
      candidates: "candidates",
      episodesDone: "episodes_done",
      episodes: "episodes",
    });
    plot(model, record);
    if (isNumber(record.best_score)) model.bestScore = record.best_score;
  },
  episode_summary(model) {
    beginSearch(model);
    model.episodesDone = Math.min((model.episodesDone ?? 0) + 1, model.episodes ?? Infinity);
  },
  best(model, record) {
    // A long history keeps these when it has forgotten single candidates.
    if (isNumber(record.candidate)) plot(model, { ...record, best_score: record.score });
    if (isNumber(record.score)) model.bestScore = record.score;
    if (isNumber(record.success_rate)) model.successRate = record.success_rate;
    if (typeof record.code === "string" && record.code !== "") model.code = record.code;
    model.sha256 = record.sha256 ?? model.sha256;
  },
  live(model, record) {
    model.phase = Phase.live;
    if (record.state === "paused" || record.state === "stepped") model.paused = true;
    if (record.state === "resumed" || record.state === "running") model.paused = false;
    if (isNumber(record.faults)) model.faults = record.faults;
    if (isNumber(record.success_rate)) model.successRate = record.success_rate;
  },
  // What becomes of abilities leaves the policy as it is.
  reload(model, record) {
    if (record.slot === "ability") return;
    if (record.state === "swapped") model.sha256 = record.new_sha256 ?? model.sha256;
    if (record.state === "rolled_back") model.sha256 = record.old_sha256 ?? model.sha256;
  },
  quarantine(model, record) {
    if (record.slot === "ability") return;
    model.sha256 = record.restored || model.sha256;
  },
  error(model, record) {
    if (record.fatal !== false) model.phase = Phase.failed; // the last record of a run that failed
  },
  done: finish(Phase.done),
  terminated: finish(Phase.terminated),
  failed: finish(Phase.failed),
};
