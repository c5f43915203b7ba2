// Earlier runs, newest first.
import { listRuns } from "./api.js";
import { byId, element, setText } from "./dom.js";
import { phaseOf } from "./run_model.js";
import { decimal, isNumber, percent } from "./units.js";

const kRunsMax = 200;
const kMinuteLetters = "20261121-0142".length;
const kStateWords = {
  queued: "Queued",
  starting: "Running",
  searching: "Running",
  live: "Running",
  paused: "Running",
  done: "Done",
  terminated: "Stopped",
  failed: "Failed",
};
const minuteOf = (run) => String(run.run_id).slice(0, kMinuteLetters);

export class RunList {
  constructor() {
    this.current = "";
    this.runs = [];
    byId("refresh-runs").addEventListener("click", () => this.load());
  }

  async load() {
    try {
      this.runs = await listRuns();
      // Within a minute the server's order, newest first, stands.
      this.runs.sort((a, b) =>
        minuteOf(a) < minuteOf(b) ? 1 : minuteOf(a) > minuteOf(b) ? -1 : 0,
      );
      setText(byId("runs-empty"), "Runs are listed here once you have started one.");
    } catch (error) {
      setText(byId("runs-empty"), `The list could not be read. ${error.message}`);
      this.runs = [];
    }
    this.paint();
  }

  mark(id) {
    this.current = id;
    this.paint();
  }

  paint() {
    byId("runs-empty").hidden = this.runs.length > 0;
    const list = byId("runs");
    const focused = list.contains(document.activeElement)
      ? document.activeElement.getAttribute("href")
      : null;
    list.replaceChildren(...this.runs.slice(0, kRunsMax).map((run) => this.entry(run)));
    if (focused)
      [...list.querySelectorAll("a")]
        .find((link) => link.getAttribute("href") === focused)
        ?.focus();
  }

  entry(run) {
    const asked = run.request && typeof run.request === "object" ? run.request : run;
    const result = run.results ?? run.summary ?? run;
    const phase = phaseOf(run.state);
    const words = [asked.scenario, startedAt(run.run_id)];
    if (isNumber(result.success_rate)) words.push(`success ${percent(result.success_rate)}`);
    else if (isNumber(result.score ?? result.best_score))
      words.push(`${decimal(result.score ?? result.best_score, 3)} points`);
    return element(
      "li",
      {},
      element(
        "a",
        {
          href: `#run=${encodeURIComponent(run.run_id)}`,
          "aria-current": run.run_id === this.current ? "true" : null,
        },
        element("span", { class: "run-goal" }, String(asked.user_goal ?? asked.goal ?? run.run_id)),
        element(
          "span",
          { class: "run-meta" },
          element("span", { class: "phase", "data-phase": phase }, kStateWords[phase]),
          words.filter(Boolean).join(" · "),
        ),
      ),
    );
  }
}

// "20261121-0142-3f9a" says when: UTC, shown in the reader's time.
function startedAt(id) {
  const parts = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)/.exec(String(id));
  if (!parts) return "";
  const [year, month, day, hour, minute] = parts.slice(1).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute));
  const today = new Date().toDateString() === date.toDateString();
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(
    date,
  );
  const dayWords = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" }).format(
    date,
  );
  return today ? clock : `${dayWords}, ${clock}`;
}
