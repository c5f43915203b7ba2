// The page: one run at a time, named in the URL, its three streams, and the parts that show it.
import { getCode, getRun, sendCommand, startRun, stopRun } from "./api.js";
import { ConsoleBox } from "./console_box.js";
import { LiveSocket, combinedState, secondsToRetry } from "./connection.js";
import { byId, setText } from "./dom.js";
import { AgentsDecoder, TerrainDecoder } from "./frames.js";
import { GoalForm } from "./goal_form.js";
import { PolicyPanel } from "./policy_panel.js";
import { ProgressView } from "./progress_view.js";
import { describeRecord } from "./record_words.js";
import { RunList } from "./run_list.js";
import { Phase, RunModel, unwrap } from "./run_model.js";
import { ScoreChart } from "./score_chart.js";
import { TelemetryPanel } from "./telemetry_panel.js";
import { isNumber } from "./units.js";
import { WorldView } from "./world_view.js";

const kFailuresToAsk = 3;
const kComplaintsMax = 5; // about messages that cannot be read, per run
// What is read out to those who do not see the list.
const kAnnounced = new Set([
  "iteration", "best", "live", "reload", "quarantine", "error", "done", "terminated",
]);

const progress = new ProgressView();
const chart = new ScoreChart();
const world = new WorldView();
const runs = new RunList();
const telemetry = new TelemetryPanel();
const policy = new PolicyPanel({ announce: (text) => progress.announce(text) });
const form = new GoalForm(async (goal) => {
  const id = await startRun(goal);
  location.hash = `run=${encodeURIComponent(id)}`;
  if (window.innerWidth < 760) byId("world-title").scrollIntoView();
});

const consoleBox = new ConsoleBox({
  send: async (line) => (await sendCommand(model.id, { line })).body,
  selected: () => world.selected,
});

let model = null;
let sockets = [];
let complaints = 0;

function runInHash() {
  return new URLSearchParams(location.hash.slice(1)).get("run") ?? "";
}

async function openRun(id) {
  for (const socket of sockets) socket.close();
  sockets = [];
  complaints = 0;
  model = id ? new RunModel(id) : null;
  runs.mark(id);
  setText(byId("goal-line"), "");
  document.title = "Cherub";
  world.clear(id ? "Waiting for the first frame…" : "Type a goal and press “Start run”.");
  policy.open(model);
  consoleBox.clear();
  telemetry.open("", false);
  chart.show([]);
  progress.open(model ?? new RunModel(""));
  if (!model) progress.model.phase = Phase.idle;
  refresh();
  if (!model) return;

  const opened = model;
  const details = await ask(opened);
  if (details && (details.best || model.ended)) await showCode(opened);
  if (opened !== model) return;
  runs.load();
  telemetry.open(opened.id, !opened.ended);
  if (model.phase !== Phase.failed || details) listen(opened);
  refresh();
}

// What the server knows of the run, or null: there is none, or it cannot be asked.
async function ask(opened) {
  try {
    const details = await getRun(opened.id);
    if (opened !== model) return null;
    model.describe(details);
    form.recall(details.request);
    return details;
  } catch (error) {
    if (opened !== model) return null;
    progress.say({
      tone: "bad",
      text:
        error.status === 404
          ? `There is no run ${opened.id} on this server. Start another, or choose from the list.`
          : error.message,
    });
    if (error.status === 404) {
      opened.phase = Phase.failed;
      world.showEmpty("This run is not here any more.");
    }
    return null;
  }
}

// A socket that is refused again and again may belong to a run that this server does not have.
async function whenLost(opened, socket) {
  if (opened !== model || socket.failures % kFailuresToAsk !== 0 || opened.ended) return;
  try {
    await getRun(opened.id);
  } catch (error) {
    if (error.status !== 404 || opened !== model) return; // the server is still away
    await ask(opened);
    for (const other of sockets) other.close();
    runs.load();
    refresh();
  }
}

function listen(opened) {
  const path = encodeURIComponent(opened.id);
  const common = { state: showConnection, wanted: () => opened === model && !opened.ended };
  const socket = (name, on) => sockets.push(new LiveSocket(name, { ...common, ...on }));
  socket(`/ws/progress/${path}`, {
    text: (text) => readMessage(text, takeRecord),
    lost: (lost) => whenLost(opened, lost),
  });
  if (opened.ended)
    world.showEmpty("This run is over. Its progress and its policy are kept, its world is not.");
  const greet = (text) =>
    readMessage(text, (message) => {
      if (message.type === "hello") world.greet(message);
    });
  // Another connection begins with a key frame, which decoders take at any time.
  const terrain = new TerrainDecoder();
  const agents = new AgentsDecoder();
  socket(`/ws/render/${path}/world`, {
    text: greet,
    binary: (bytes) => readFrame(terrain, bytes, (shown) => world.takeTerrain(shown)),
  });
  socket(`/ws/render/${path}/agents`, {
    text: greet,
    binary: (bytes) => readFrame(agents, bytes, (shown) => world.takeAgents(shown)),
  });
}

function readMessage(text, take) {
  let message;
  try {
    message = JSON.parse(text);
  } catch {
    complain(`A message could not be read: ${text.slice(0, 120)}`);
    return;
  }
  if (message === null || typeof message !== "object")
    complain(`A message is not a record: ${text.slice(0, 120)}`);
  else take(message);
}

function readFrame(decoder, bytes, take) {
  try {
    const shown = decoder.take(bytes);
    if (shown) take(shown);
  } catch (error) {
    complain(`A frame could not be drawn: ${error.message}.`);
  }
}

function complain(text) {
  complaints += 1;
  if (complaints <= kComplaintsMax) progress.say({ tone: "bad", text });
}

function takeRecord(raw) {
  const record = unwrap(raw);
  if (!model.take(record)) return;
  if (record.type === "connected" && model.greeted) {
    refresh();
    return;
  }
  model.greeted ||= record.type === "connected";
  const told = describeRecord(record, { model });
  const isHistory = isNumber(record.seq) && record.seq <= model.historyEnd;
  if (told) {
    progress.say(told, record.ts ?? (isHistory ? null : Date.now()));
    if (!isHistory && kAnnounced.has(record.type)) progress.announce(told.text);
  }
  if (record.type === "best" && model.code !== null && !(isHistory && policy.filled)) {
    policy.offer(model.code, record.score);
  }
  if (record.type === "follow" && !isHistory) consoleBox.follow(record);
  if (record.type === "candidate" || record.type === "best") chart.show(model.points);
  if (record.type === "reload" && !isHistory && !policy.hear(record)) showCode(model);
  if (model.ended && !isHistory) runEnded();
  refresh();
}

function runEnded() {
  telemetry.ended();
  world.endOfRun();
  runs.load();
  if (!policy.filled) showCode(model);
}

// The source that acts now: after a reload it is not the one that the search found.
async function showCode(of) {
  if (of.phase === Phase.failed && of.bestScore === null) return;
  try {
    const { code, sha256 } = await getCode(of.id);
    if (of !== model || code === "") return;
    of.sha256 = sha256 || of.sha256;
    policy.offer(code, null);
  } catch {
    // A run that ended before its first policy has none: nothing to show.
  }
}

function showConnection() {
  const state = !model
    ? "idle"
    : sockets.length === 0
      ? "closed"
      : model.ended
        ? "closed"
        : combinedState(sockets);
  const button = byId("connection");
  button.dataset.state = state;
  button.disabled = state !== "waiting";
  const words = {
    idle: "No run open",
    connecting: "Connecting…",
    open: "Connected",
    closed: "Run is over",
    waiting: `Connection lost, next try in ${secondsToRetry(sockets)} s`,
  };
  setText(byId("connection-text"), words[state]);
  button.title = state === "waiting" ? "Try now" : "";
}

function refresh() {
  const alive = Boolean(model) && !model.ended;
  const living = alive && model.phase === Phase.live;
  byId("pause-run").disabled = !alive || model.paused;
  byId("resume-run").disabled = !alive || !model.paused;
  byId("step-run").disabled = !living || !model.paused;
  byId("stop-run").disabled = !alive;
  consoleBox.enable(alive);
  if (model?.goal) {
    setText(byId("goal-line"), model.goal);
    document.title = `${model.goal.slice(0, 60)} · Cherub`;
  }
  byId("badge").hidden = !(alive && model.paused);
  if (model?.phase === Phase.queued) {
    setText(
      byId("stage-empty-text"),
      "Waiting for its turn. Stop a run that is still alive, and this one begins.",
    );
  }
  progress.refresh();
  policy.refresh();
  showConnection();
}

// A button that tells the run something; what goes wrong is said in the log.
function tell(button, send, then) {
  byId(button).addEventListener("click", async () => {
    const told = model;
    if (!told) return;
    try {
      await send(told.id);
      if (told === model) then(told);
    } catch (error) {
      progress.say({ tone: "bad", text: error.message });
      progress.announce(error.message);
    }
    refresh();
  });
}

function pausedIs(value, focus) {
  return (told) => {
    told.paused = value;
    refresh();
    byId(focus).focus(); // the pressed button is disabled now
  };
}

tell("pause-run", (id) => sendCommand(id, { type: "pause" }), pausedIs(true, "resume-run"));
tell("resume-run", (id) => sendCommand(id, { type: "resume" }), pausedIs(false, "pause-run"));
tell(
  "step-run",
  (id) => sendCommand(id, { type: "step", ticks: 1 }),
  () => {},
);
tell("stop-run", stopRun, () => progress.announce("Stopping the run."));
byId("connection").addEventListener("click", () => sockets.forEach((socket) => socket.retryNow()));
window.addEventListener("hashchange", () => openRun(runInHash()));
window.addEventListener("error", (event) =>
  complain(`Something in the page went wrong: ${event.message}`),
);
setInterval(showConnection, 1000);

runs.load();
openRun(runInHash());
