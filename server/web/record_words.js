// Records in plain words. Returns {tone, text, diagnostics?} or null for records that are not worth a line.
import {
  counted, decimal, isNumber, metricUnit, metricWords, percent, plain, points, quantity, seconds, shortHash,
} from "./units.js";

const of = (value, all, word) => (isNumber(all) ? `${word} ${plain(value)} of ${plain(all)}` : `${word} ${plain(value)}`);

// "time to goal 12.3 s, collisions 4": from {name: number}, {name: {value, unit}} or [{name, value, unit}].
export function metricsInWords(metrics) {
  const entries = Array.isArray(metrics)
    ? metrics.map((metric) => [metric?.name, metric]) : Object.entries(metrics ?? {});
  const words = [];
  for (const [name, metric] of entries) {
    const value = isNumber(metric) ? metric : metric?.value ?? metric?.mean;
    if (!name || !isNumber(value)) continue;
    const unit = metricUnit(name, metric?.unit);
    const told = unit === "share" ? percent(value) : quantity(value, unit);
    words.push(`${metricWords(name)} ${told}`);
  }
  return words.join(", ");
}

function candidateWords(record, wasBest) {
  const name = [
    isNumber(record.candidate) ? of(record.candidate, record.candidates, "Candidate") : "Candidate",
    isNumber(record.iteration) ? ` in iteration ${record.iteration}` : "",
  ].join("");
  const state = String(record.state ?? "");
  if (/refus|reject|invalid|fail/.test(state)) {
    const why = record.message ?? record.reason;
    return {
      tone: "bad", text: why ? `${name} was refused: ${why}` : `${name} was refused.`,
      diagnostics: record.diagnostics,
    };
  }
  if (!isNumber(record.score)) return null;
  const unfinished = isNumber(record.episodes_done) && isNumber(record.episodes)
    && record.episodes_done < record.episodes && !/done|measured|dropped|scored/.test(state);
  if (unfinished) return null;
  return wasBest
    ? { tone: "good", text: `${name} scored ${points(record.score)}: the best so far.` }
    : { tone: "quiet", text: `${name} scored ${points(record.score)}.` };
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
  if (isNumber(record.success_rate)) parts.push(`success on unseen seeds ${percent(record.success_rate)}`);
  if (isNumber(record.score)) parts.push(`score ${points(record.score)}`);
  if (isNumber(record.ticks)) parts.push(counted(record.ticks, "live tick"));
  const timing = timingWords(record.timing);
  if (timing) parts.push(timing);
  if (record.hash) parts.push(`state hash ${shortHash(record.hash)}`);
  return parts.length > 0 ? `${lead}: ${parts.join(", ")}.` : `${lead}.`;
}

const tellers = {
  connected: () => ({ tone: "quiet", text: "Connected to the run." }),
  iteration: (record) => ({
    tone: "note",
    text: `${isNumber(record.iteration) ? of(record.iteration, record.iterations, "Iteration") : "Another iteration"} begins${
      isNumber(record.candidates) ? ` with ${counted(record.candidates, "candidate")}` : ""}.`,
  }),
  candidate: (record, context) => candidateWords(record, context.wasBest),
  step: () => null,
  episode_summary(record) {
    const metrics = metricsInWords(record.metrics);
    const name = isNumber(record.episode) ? `Episode ${record.episode}` : "An episode";
    const seed = isNumber(record.seed) ? ` (seed ${record.seed})` : "";
    const end = record.success === true ? "succeeded" : record.success === false ? "did not succeed" : "ended";
    return {
      tone: record.success === true ? "good" : "quiet",
      text: `${name}${seed} ${end}${metrics ? `: ${metrics}` : ""}.`,
    };
  },
  critique: (record) => ({ tone: "note", text: `Critique: ${String(record.text ?? record.message ?? "")}` }),
  best: (record) => ({
    tone: "good",
    text: `New best policy${isNumber(record.score) ? ` with ${points(record.score)}` : ""}${
      record.sha256 ? `, version ${shortHash(record.sha256)}` : ""}.`,
  }),
  live(record) {
    const at = isNumber(record.tick) ? ` at tick ${plain(record.tick)}` : "";
    switch (record.state ?? "started") {
      case "started": return { tone: "note", text: "The best policy now lives in the world." };
      case "paused": return { tone: "note", text: `The world is paused${at}.` };
      case "resumed": return { tone: "note", text: `The world goes on${at}.` };
      case "ended": return { tone: "note", text: `The life of the world ends${at}.` };
      default: return null;   // how it is doing, ten times a second
    }
  },
  reload: (record) => (record.ok === false || record.state === "refused"
    ? { tone: "bad", text: `A new version was refused.${record.message ? ` ${record.message}` : ""}`, diagnostics: record.diagnostics }
    : {
      tone: "good",
      text: `Version ${shortHash(record.new_sha256 ?? record.sha256 ?? "?")} was swapped in${
        isNumber(record.tick) ? ` at tick ${plain(record.tick)}` : ""}.`,
    }),
  command: (record) => (record.state === "refused"
    ? { tone: "bad", text: `A command was refused. ${record.message ?? ""}` } : null),
  refused: (record) => ({ tone: "bad", text: `The server did not understand this page: ${record.detail ?? ""}` }),
  receipt_stats: () => null,
  error: (record) => ({
    tone: "bad", text: String(record.message ?? record.detail ?? "The run reported an error without a message."),
    diagnostics: record.diagnostics,
  }),
  done: (record) => ({ tone: "good", text: endWords(record, "Done") }),
  terminated: (record) => ({ tone: "note", text: endWords(record, "Stopped") }),
};

export function describeRecord(record, context = {}) {
  const teller = tellers[record.type];
  if (teller) return teller(record, context);
  const rest = JSON.stringify(record);
  return { tone: "quiet", text: `${record.type ?? "A message without a type"}: ${rest.slice(0, 300)}` };
}
