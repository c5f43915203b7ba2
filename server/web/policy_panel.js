// The policy's source, the button that puts it into the world, and what the world said to that.
import { reloadScript } from "./api.js";
import { CodeEditor } from "./code_editor.js";
import { diagnosticItem, diagnosticPlace } from "./diagnostics.js";
import { byId, setText } from "./dom.js";
import { ReloadSteps } from "./reload_steps.js";
import { count, counted, isNumber, points, shortHash } from "./units.js";

const kSlot = "policy";
const kSourceBytesMax = 64 * 1024;

export class PolicyPanel {
  constructor({ announce }) {
    this.announce = announce;
    this.steps = new ReloadSteps();
    this.editor = new CodeEditor({ change: () => this.refresh(), submit: () => this.reload() });
    this.button = byId("reload-code");
    this.button.addEventListener("click", () => this.reload());
    byId("revert-code").addEventListener("click", () =>
      this.show(this.base, "Back to the version in the world."),
    );
    byId("take-offer").addEventListener("click", () => this.takeOffer());
    this.open(null);
  }

  // `model`: of the run whose policy this is, or null.
  open(model) {
    this.model = model;
    this.base = ""; // the newest source known to be the world's or the search's
    this.offered = null;
    this.busy = false;
    this.pending = null; // {sha256, source}: accepted, not swapped in yet
    this.heard = ""; // the version that the world was last known to run
    byId("offer").hidden = true;
    this.steps.open();
    this.editor.setText("");
    this.say("idle", model ? "The first policy has not been written yet." : "No policy yet.");
    this.refresh();
  }

  get filled() {
    return this.base !== "";
  }

  get edited() {
    return this.editor.text !== this.base;
  }

  // The search found a better policy. What a person is editing is not taken from them.
  offer(code, score) {
    if (code === this.base) {
      if (isNumber(score) && !this.edited)
        this.say("idle", `Best policy so far: ${points(score)}.`);
      return;
    }
    if (this.base !== "" && (this.edited || this.pending)) {
      this.offered = { code, score };
      setText(
        byId("offer-text"),
        `A better policy arrived${isNumber(score) ? ` (${points(score)})` : ""}. Yours is kept. `,
      );
      byId("offer").hidden = false;
      return;
    }
    this.show(
      code,
      isNumber(score) ? `Best policy so far: ${points(score)}.` : "The policy of this run.",
    );
  }

  takeOffer() {
    const { code, score } = this.offered;
    this.show(
      code,
      isNumber(score) ? `Best policy so far: ${points(score)}.` : "The policy of this run.",
    );
  }

  show(code, words) {
    this.base = code;
    this.offered = null;
    byId("offer").hidden = true;
    this.editor.setText(code);
    this.say("idle", words);
    this.refresh();
  }

  async reload() {
    if (this.button.disabled || this.busy) return;
    const source = this.editor.text;
    const size = new TextEncoder().encode(source).length;
    if (size > kSourceBytesMax) {
      this.say(
        "bad",
        `Too long: ${count(size)} bytes. A policy has at most ${count(kSourceBytesMax)} bytes.`,
      );
      return;
    }
    const model = this.model;
    this.busy = true;
    this.say("busy", "Checking…");
    this.refresh();
    try {
      const verdict = await reloadScript(model.id, kSlot, source);
      if (model === this.model) this.showVerdict(verdict, source);
    } catch (error) {
      if (model === this.model) this.say("bad", error.message);
    } finally {
      if (model === this.model) {
        this.busy = false;
        this.refresh();
      }
    }
  }

  showVerdict(verdict, source) {
    const { ok, tick, sha256, stage, diagnostics } = verdict;
    const unchanged = this.editor.text === source;
    if (ok) {
      this.base = source;
      this.heard = sha256;
      this.pending = tick === null ? { sha256 } : null;
      const version = sha256 ? `Version ${shortHash(sha256)}` : "Your version";
      this.say(
        "good",
        tick === null
          ? `${version} is good so far. It is tried while the world lives, and goes in then.`
          : `${version} was swapped in at tick ${count(tick)}.`,
        diagnostics,
      );
      if (diagnostics.length > 0 && unchanged) this.editor.mark(diagnostics);
      return;
    }
    const stages = {
      parse: "does not parse",
      check: "breaks a rule",
      load: "does not load",
      shadow: "did worse than the old one when it was tried beside it",
      quarantine: "is in quarantine: it failed too often",
      superseded: "was superseded by a later one",
    };
    const why = stages[stage] ?? "was refused";
    const places = counted(diagnostics.length, "place");
    this.say(
      "bad",
      diagnostics.length > 0
        ? `This version ${why} (${places}). The old one keeps running.`
        : `This version ${why}. ${verdict.message} The old one keeps running.`,
      diagnostics,
    );
    if (unchanged) this.editor.mark(diagnostics);
    const first = diagnostics[0];
    if (first) this.announce(`Refused. ${diagnosticPlace(first)}: ${first.message}`);
  }

  // A reload record of the run. Returns false when the world took a version that this page does not
  // show.
  hear(record) {
    if (record.slot === "ability") return true;
    this.steps.hear(record);
    const sha256 = record.new_sha256 ?? "";
    if (record.state === "refused" && this.pending) {
      this.pending = null;
      const diagnostics = record.diagnostics ?? [];
      const message = record.message ?? "";
      this.showVerdict({ ...record, ok: false, diagnostics, message }, this.editor.text);
    }
    if (record.state === "rolled_back") this.showRollback(record);
    if (record.state !== "swapped") return true;
    if (this.pending) {
      this.pending = null;
      this.say(
        "good",
        `Version ${shortHash(sha256 || this.heard)} was swapped in at tick ${count(record.tick)}.`,
      );
    }
    return this.busy || !sha256 || sha256 === this.heard;
  }

  // The source stays in the editor: whoever wrote it will mend it.
  showRollback(record) {
    const version = `Version ${shortHash(record.new_sha256 ?? "")}`;
    this.say(
      "bad",
      `${version} was rolled back at tick ${count(record.tick)}. ${record.message ?? ""}`,
      record.diagnostics ?? [],
    );
  }

  say(tone, words, diagnostics = []) {
    byId("verdict").dataset.tone = tone;
    setText(byId("verdict-line"), words);
    byId("diagnostics").replaceChildren(
      ...diagnostics.map((found) =>
        diagnosticItem(found, (row, column) => this.editor.goTo(row, column)),
      ),
    );
  }

  refresh() {
    const model = this.model;
    const has = this.editor.text.trim() !== "" || this.base !== "";
    const running = Boolean(model) && !model.ended;
    byId("editor-empty").hidden = has;
    this.editor.setEditable(has);
    this.button.disabled = !(has && running) || this.busy;
    this.button.title = running ? "" : "Only while the run is alive";
    byId("revert-code").disabled = !has || !this.edited;
    const lines =
      this.editor.text === "" ? 0 : this.editor.text.replace(/\n$/, "").split("\n").length;
    const words = [];
    if (has) words.push(counted(lines, "line"));
    if (model?.faults > 0) words.push(counted(model.faults, "fault"));
    if (has && this.edited) words.push("edited");
    else if (has && model?.sha256) words.push(`version ${shortHash(model.sha256)}`);
    setText(byId("code-reading"), words.join(" · "));
    byId("code-reading").title = words.join(" · ");
  }
}
