// The server's HTTP side. Every refusal becomes an ApiError that says what, where and why.
import { accessHeaders, askForToken } from "./access.js";

const kDeadlineMs = 20_000;

export class ApiError extends Error {
  constructor({ title, detail, field, status, diagnostics, body }) {
    super(detail || title || `The server answered with status ${status}.`);
    this.title = title ?? "";
    this.field = field ?? "";
    this.status = status ?? 0;
    this.diagnostics = Array.isArray(diagnostics) ? diagnostics : [];
    this.body = body ?? {};
  }
}

async function request(method, path, { json, text, lines } = {}) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), kDeadlineMs);
  let response;
  let raw;
  try {
    response = await fetch(path, {
      method,
      signal: abort.signal,
      headers: {
        Accept: "application/json, application/problem+json, application/x-ndjson",
        ...(json === undefined ? {} : { "Content-Type": "application/json" }),
        ...(text === undefined ? {} : { "Content-Type": "text/x-lua; charset=utf-8" }),
        ...accessHeaders(),
      },
      body: json === undefined ? text : JSON.stringify(json),
    });
    raw = await response.text();
  } catch (error) {
    const late = error.name === "AbortError";
    throw new ApiError({
      title: "No answer",
      detail: late
        ? `The server did not answer within ${kDeadlineMs / 1000} s.`
        : "The server cannot be reached. Is it still running?",
    });
  } finally {
    clearTimeout(timer);
  }
  if (response.status === 401 && (await askForToken()))
    return request(method, path, { json, text, lines });
  if (response.ok && lines) return { body: raw.split("\n").filter((line) => line !== "") };
  let body = {};
  if (raw.trim() !== "") {
    try {
      body = JSON.parse(raw);
    } catch {
      body = { detail: raw.slice(0, 500) };
    }
  }
  if (!response.ok) throw new ApiError({ ...body, status: response.status, body });
  return { status: response.status, body };
}

const runPath = (id) => `/run/${encodeURIComponent(id)}`;

export async function startRun(goal) {
  const { body } = await request("POST", "/run", { json: goal });
  return String(body.run_id ?? "");
}

// [{run_id, state, …}], whatever wrapping the server chose.
export async function listRuns() {
  const { body } = await request("GET", "/run");
  const runs = Array.isArray(body) ? body : (body.runs ?? body.items ?? []);
  return runs.filter((run) => run && typeof run === "object" && run.run_id);
}

export const getRun = async (id) => (await request("GET", runPath(id))).body;
// The newest events of the run's telemetry, each a line of JSON, oldest first.
export const getLogs = async (id) =>
  (await request("GET", `/logs?run=${encodeURIComponent(id)}`, { lines: true })).body;
export const stopRun = (id) => request("DELETE", runPath(id));
export const sendCommand = (id, command) =>
  request("POST", `${runPath(id)}/commands`, { json: command });

export async function getCode(id) {
  const { body } = await request("GET", `/code/${encodeURIComponent(id)}`);
  return { code: String(body.code ?? ""), sha256: body.sha256 ?? "" };
}

// {ok, tick|null, sha256, stage, diagnostics}: a refusal of the source is an answer here, not an
// error.
export async function reloadScript(id, slot, source) {
  try {
    const { body } = await request("PUT", `${runPath(id)}/scripts/${encodeURIComponent(slot)}`, {
      text: source,
    });
    return readVerdict(body, true);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const verdict = readVerdict(error.body, false);
    if (verdict.diagnostics.length > 0 || error.body.ok === false) {
      verdict.message ||= error.message;
      return verdict;
    }
    throw error;
  }
}

function readVerdict(body, accepted) {
  const inner =
    body.verdict && typeof body.verdict === "object" ? { ...body, ...body.verdict } : body;
  return {
    ok: [inner.ok, inner.accepted].find((said) => typeof said === "boolean") ?? accepted,
    tick: typeof inner.tick === "number" ? inner.tick : null,
    sha256: inner.sha256 ?? "",
    stage: inner.stage ?? "",
    message: inner.detail ?? inner.message ?? "",
    diagnostics: Array.isArray(inner.diagnostics) ? inner.diagnostics : [],
  };
}
