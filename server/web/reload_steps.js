// The steps of the last hot reload, one after the other, as the world tells them.
import { byId, setText } from "./dom.js";
import { isNumber, plain, shortHash } from "./units.js";

const kOrder = ["submitted", "checked", "shadowed", "swapped", "probation", "accepted"];
const kWords = {
  submitted: "submitted",
  checked: "checked",
  shadowed: "tried beside the old one",
  swapped: "swapped in",
  probation: "on probation",
  accepted: "accepted",
  rolled_back: "rolled back",
  refused: "refused",
  superseded: "superseded",
  abandoned: "given up",
};
const kBad = new Set(["rolled_back", "refused"]);

export class ReloadSteps {
  constructor() {
    this.open();
  }

  open() {
    this.steps = [];
    this.sha256 = null;
    this.render();
  }

  // A `reload` record. Those of a version that another one replaced are told in the log only.
  hear(record) {
    const sha256 = record.new_sha256 ?? null;
    if (record.state === "submitted" || sha256 !== this.sha256) {
      if (record.state === "superseded" || record.state === "abandoned") return;
      this.steps = [];
      this.sha256 = sha256;
    }
    if (!(record.state in kWords)) return;
    this.steps.push({ state: record.state, tick: record.tick, message: record.message ?? "" });
    this.render();
  }

  render() {
    const list = byId("reload-steps");
    list.hidden = this.steps.length === 0;
    list.setAttribute("aria-label", `Reload of version ${shortHash(this.sha256 ?? "")}`);
    const last = this.steps.at(-1);
    const ahead = last && kOrder.includes(last.state) ? kOrder.indexOf(last.state) + 1 : Infinity;
    const items = this.steps.map((step) => this.item(step, kBad.has(step.state) ? "bad" : "done"));
    for (const state of kOrder.slice(ahead)) items.push(this.item({ state }, "ahead"));
    list.replaceChildren(...items);
  }

  item({ state, tick, message }, tone) {
    const item = document.createElement("li");
    item.dataset.tone = tone;
    item.title = message ?? "";
    setText(item, kWords[state] + (isNumber(tick) ? ` ${plain(tick)}` : ""));
    return item;
  }
}
