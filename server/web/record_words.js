// Records in plain words. Returns {tone, text, diagnostics?} or null for records that are not worth
// a line.
import {
  counted,
  decimal,
  isNumber,
  metricUnit,
  metricWords,
  percent,
  plain,
  points,
  quantity,
  seconds,
  shortHash,
} from "./units.js";

const kEpisodesToldMax = 4; // candidates per iteration: beyond it single episodes are not told

// "Candidate 5 of 24"; those beyond the plan come from making the best one simpler.
const of = (value, all, word) => {
  if (!isNumber(value)) return word;
  return isNumber(all) && value <= all
    ? `${word} ${plain(value)} of ${plain(all)}`
    : `${word} ${plain(value)}`;
};
const inIteration = (record) =>
  isNumber(record.iteration) ? ` in iteration ${record.iteration}` : "";
const withSuccess = (record) =>
  isNumber(record.success_rate) ? `, success in ${percent(record.success_rate)} of episodes` : "";

// "time to goal 12.3 s, collisions 4": from {name: number}, {name: {value, unit}} or [{name, value,
// unit}].
export function metricsInWords(metrics) {
  const entries = Array.isArray(metrics)
    ? metrics.map((metric) => [metric?.name, metric])
    : Object.entries(metrics ?? {});
  const words = [];
  for (const [name, metric] of entries) {
    const value = isNumber(metric) ? metric : (metric?.value ?? metric?.mean);
    if (!name || !isNumber(value)) continue;
    const unit = metricUnit(name, metric?.unit);
    const told = unit === "share" ? percent(value) : quantity(value, unit);
    words.push(`${metricWords(name)} ${told}`);
  }
  return words.join(", ");
}

const kRefusals = {
  refused: "was refused",
  failed: "could not be written",
  faulted: "fails whenever it acts",
};

function candidateWords(record, { model }) {
  const name = of(record.candidate, model.candidates, "Candidate") + inIteration(record);
  const refusal = kRefusals[record.state];
  if (refusal) {
    return {
      tone: "bad",
      text: `${name} ${refusal}${record.message ? `: ${record.message}` : "."}`,
      diagnostics: record.diagnostics,
    };
  }
  // The best one is told by the record that carries its code.
  if (!isNumber(record.score) || record.is_best) return null;
  return { tone: "quiet", text: `${name}: ${points(record.score)}${withSuccess(record)}.` };
}

const kReloadSteps = {
  checked: "loads; it is tried beside the old one",
  shadowed: "did well beside the old one",
  swapped: "was swapped in",
  probation: "is on probation",
  accepted: "was accepted",
  rolled_back: "was rolled back",
  refused: "was refused",
  superseded: "was superseded",
  abandoned: "was given up",
};

function versionWords(record, sha256) {
  const of = record.ability ? ` of the ability ${record.ability}` : "";
  return `Version ${shortHash(sha256 ?? "?")}${of}`;
}

function reloadWords(record) {
  const step = kReloadSteps[record.state];
  if (!step) return null;
  const bad = record.state === "refused" || record.state === "rolled_back";
  const good = record.state === "swapped" || record.state === "accepted";
  const at = isNumber(record.tick) ? ` at tick ${plain(record.tick)}` : "";
  const why = record.message ? ` ${record.message}` : "";
  return {
    tone: bad ? "bad" : good ? "good" : "quiet",
    text: `${versionWords(record, record.new_sha256)} ${step}${at}.${why}`,
    diagnostics: bad ? record.diagnostics : undefined,
  };
}

const kWishSteps = {
  asked: "is searched for beside the world",
  found: "was found and is tried beside the old one",
  kept: "is what acts already",
  installed: "was swapped in",
  refused: "was refused",
  dropped: "is no longer searched for",
};

function policyWords(record) {
  const name = `A policy for “${record.goal}”`;
  if (record.state === "searching") {
    const { search } = record;
    if (search?.type !== "best") return null;
    const text = `${name}: ${points(search.score)} so far${withSuccess(search)}.`;
    return { tone: "quiet", text };
  }
  const step = kWishSteps[record.state];
  if (!step) return null;
  const score = isNumber(record.score) ? `, ${points(record.score)} on unseen seeds` : "";
  const why = record.message ? ` ${record.message}` : "";
  return {
    tone: record.state === "installed" ? "good" : record.state === "refused" ? "bad" : "note",
    text: `${name} ${step}${score}.${why}`,
  };
}

function timingWords(timing) {
  if (!timing || typeof timing !== "object") return "";
  const parts = [];
  if (isNumber(timing.sim_time_s)) parts.push(`${seconds(timing.sim_time_s)} of world time`);
  if (isNumber(timing.wall_time_s)) parts.push(`in ${seconds(timing.wall_time_s)}`);
  if (isNumber(timing.speedup_x)) parts.push(`(${decimal(timing.speedup_x, 0)} times as fast)`);
  return parts.join(" ");
}

function endWords(record, lead) {
  const parts = [];
  const unseen = record.held_out;
  if (isNumber(unseen?.successes) && isNumber(unseen?.episodes)) {
    const floor = isNumber(record.baseline?.success_rate)
      ? ` (a random walker: ${percent(record.baseline.success_rate)})`
      : "";
    const seeds = counted(unseen.episodes, "unseen seed");
    parts.push(`success on ${percent(unseen.success_rate)} of ${seeds}${floor}`);
  } else if (isNumber(record.success_rate)) {
    parts.push(`success on unseen seeds ${percent(record.success_rate)}`);
  }
  if (isNumber(record.score)) parts.push(`score ${points(record.score)}`);
  if (isNumber(record.ticks)) parts.push(counted(record.ticks, "live tick"));
  const timing = timingWords(record.timing);
  if (timing) parts.push(timing);
  if (record.hash) parts.push(`state hash ${shortHash(record.hash)}`);
  return parts.length > 0 ? `${lead}: ${parts.join(", ")}.` : `${lead}.`;
}

const tellers = {
  connected: () => ({ tone: "quiet", text: "Connected to the run." }),
  iteration(record) {
    const name = of(record.iteration, record.iterations, "Iteration");
    const size = isNumber(record.candidates)
      ? ` with ${counted(record.candidates, "candidate")}`
      : "";
    return { tone: "note", text: `${name} begins${size}.` };
  },
  candidate: candidateWords,
  step: () => null,
  episode_summary(record, { model }) {
    if (model.candidates > kEpisodesToldMax) return null;
    const metrics = metricsInWords(record.metrics);
    const name = isNumber(record.episode) ? `Episode ${record.episode}` : "An episode";
    const seed = isNumber(record.seed) ? ` (seed ${record.seed})` : "";
    const ends = new Map([
      [true, "succeeded"],
      [false, "did not succeed"],
    ]);
    const end = ends.get(record.success) ?? "ended";
    return {
      tone: record.success === true ? "good" : "quiet",
      text: `${name}${seed} ${end}${metrics ? `: ${metrics}` : ""}.`,
    };
  },
  critique(record) {
    const whole = String(record.markdown ?? record.text ?? record.message ?? "");
    const title = `What the episodes${inIteration(record)} show`;
    return whole.includes("\n")
      ? { tone: "note", text: title, more: whole }
      : { tone: "note", text: `${title}: ${whole}` };
  },
  best(record, { model }) {
    const name = of(record.candidate, undefined, "Candidate") + inIteration(record);
    const rank = record.candidate > model.candidates ? "no worse and simpler" : "the best so far";
    const score = isNumber(record.score) ? `: ${points(record.score)}` : "";
    return { tone: "good", text: `${name} is ${rank}${score}${withSuccess(record)}.` };
  },
  live(record) {
    const at = isNumber(record.tick) ? ` at tick ${plain(record.tick)}` : "";
    switch (record.state ?? "started") {
      case "started":
        return { tone: "note", text: "The best policy now lives in the world." };
      case "paused":
        return { tone: "note", text: `The world is paused${at}.` };
      case "resumed":
        return { tone: "note", text: `The world goes on${at}.` };
      case "loaded":
        return { tone: "note", text: `A saved world was loaded${at}.` };
      case "ended":
        return { tone: "note", text: `The life of the world ends${at}.` };
      default:
        return null; // how it is doing, ten times a second
    }
  },
  reload: reloadWords,
  policy: policyWords,
  quarantine: (record) => ({
    tone: "bad",
    text:
      `${versionWords(record, record.sha256)} failed too often and is in quarantine. ` +
      (record.restored
        ? `Version ${shortHash(record.restored)} acts again.`
        : record.slot === "ability"
          ? "The ability is withdrawn."
          : "The native behaviour acts in its place."),
  }),
  command: (record) =>
    record.state === "refused"
      ? { tone: "bad", text: `A command was refused. ${record.message ?? ""}` }
      : null,
  refused: (record) => ({
    tone: "bad",
    text: `The server did not understand this page: ${record.detail ?? ""}`,
  }),
  reply: () => null, // to what this page asked on its socket: it asks over HTTP
  follow: (record) =>
    record.state === "died"
      ? {
          tone: "note",
          text: `${record.name} has died${record.cause ? `: ${record.cause}` : ""}.`,
        }
      : null, // the console's line
  estimate: (record) =>
    record.calls > 0
      ? {
          tone: "note",
          text:
            `The model is asked ${plain(record.calls)} to ${plain(record.calls_max)} times` +
            (record.cost_max === null
              ? "; what that costs is not known."
              : `, for up to ${record.cost_max} ${record.currency}.`),
        }
      : null,
  model: (record) =>
    record.state === "failed"
      ? { tone: "bad", text: `${record.model || record.provider}: ${record.message}` }
      : null,
  catalogue: (record) => ({
    tone: "note",
    text: `The run begins with ${counted(record.scripts.length, "script")} that did well before.`,
  }),
  warning(record) {
    if (record.limit) return { tone: "bad", text: String(record.message) };
    if (record.about === "catalogue") {
      return { tone: "bad", text: `The run does without its catalogue. ${record.message}` };
    }
    const others = record.suppressed > 0 ? `, and ${plain(record.suppressed)} others since` : "";
    return {
      tone: "bad",
      text:
        `Tick ${plain(record.tick)} took ${decimal(record.ms, 1)} ms of its ` +
        `${decimal(record.budget_ms, 1)} ms, most of it in ${record.phase}${others}.`,
    };
  },
  receipt_stats: () => null,
  error: (record) => ({
    tone: "bad",
    text: String(record.message ?? record.detail ?? "The run reported an error without a message."),
    diagnostics: record.diagnostics,
  }),
  done: (record) => ({ tone: "good", text: endWords(record, "Done") }),
  terminated: (record) => ({ tone: "note", text: endWords(record, "Stopped") }),
};

export function describeRecord(record, context = {}) {
  const teller = tellers[record.type];
  if (teller) return teller(record, context);
  const rest = JSON.stringify(record);
  return {
    tone: "quiet",
    text: `${record.type ?? "A message without a type"}: ${rest.slice(0, 300)}`,
  };
}
