// The console: lines go to the run, its answers come back, as at a terminal (docs/CONSOLE.md).
import { byId, element, setText } from "./dom.js";
import { decimal, isNumber, plain } from "./units.js";

const kEntriesMax = 100;
const kLettersMax = 20_000; // of one answer: a dump is not for reading
const kHistoryMax = 100;

export class ConsoleBox {
  // send(line): a promise of the server's answer {text, …}; selected(): the agent that is chosen in
  // the world, or null.
  constructor({ send, selected }) {
    this.send = send;
    this.output = byId("console-output");
    this.input = byId("console-input");
    this.followed = byId("console-followed");
    this.history = [];
    this.at = 0;
    byId("console").addEventListener("submit", (event) => {
      event.preventDefault();
      this.run(this.input.value);
      this.input.value = "";
    });
    this.input.addEventListener("keydown", (event) => this.recall(event));
    for (const button of byId("console").querySelectorAll("[data-line]")) {
      button.addEventListener("click", () => this.run(button.dataset.line));
    }
    byId("console-debug").addEventListener("click", () => {
      const agent = selected();
      if (agent) this.run(`debug ${agent.id}`);
      else this.say("bad", "Select an agent in the world first, by mouse or with N.");
    });
    byId("console-clear").addEventListener("click", () => this.clear());
  }

  clear() {
    this.output.replaceChildren();
    this.output.hidden = true;
    this.followed.hidden = true;
    byId("console-clear").hidden = true;
  }

  enable(alive) {
    for (const control of byId("console").elements) {
      if (control.id !== "console-clear") control.disabled = !alive;
    }
  }

  async run(text) {
    const line = text.trim();
    if (line === "") return;
    if (this.history.at(-1) !== line) this.history = [...this.history, line].slice(-kHistoryMax);
    this.at = this.history.length;
    const answer = this.say("line", `> ${line}`);
    try {
      const reply = await this.send(line);
      this.answer(answer, reply.waits ? "wait" : "good", reply.text ?? "");
    } catch (error) {
      this.answer(answer, "bad", error.message);
    }
  }

  say(tone, text) {
    const entry = element("p", { class: `console-${tone}` }, text);
    this.output.append(entry);
    while (this.output.childElementCount > kEntriesMax) this.output.firstElementChild.remove();
    this.output.hidden = false;
    byId("console-clear").hidden = false;
    this.output.scrollTop = this.output.scrollHeight;
    return entry;
  }

  // Below its line, even when other answers came first.
  answer(line, tone, text) {
    const cut = text.length > kLettersMax ? `${text.slice(0, kLettersMax)}…` : text;
    const entry = element("p", { class: `console-${tone}` }, cut);
    if (line.isConnected) line.after(entry);
    else this.output.append(entry);
    entry.scrollIntoView({ block: "nearest" });
  }

  // What a `follow` record tells, in one line that changes.
  follow(record) {
    const name = record.name ?? `agent ${record.id}`;
    if (record.state === "died") {
      const cause = record.cause ? `: ${record.cause}` : "";
      setText(this.followed, `${name} has died at tick ${plain(record.tick)}${cause}.`);
    } else {
      const drives = ["health", "energy", "hunger"]
        .filter((drive) => isNumber(record[drive]))
        .map((drive) => `${drive} ${decimal(record[drive], 2)}`);
      const place = `(${decimal(record.x, 1)}, ${decimal(record.y, 1)}) m`;
      const parts = [place, ...drives, `move ${record.receipts?.move ?? "none"}`];
      setText(this.followed, `${name}: ${parts.join(", ")}, fuel ${plain(record.fuel ?? 0)}`);
    }
    this.followed.hidden = false;
  }

  recall(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || this.history.length === 0) return;
    event.preventDefault();
    this.at = Math.max(0, Math.min(this.history.length, this.at + step));
    this.input.value = this.history[this.at] ?? "";
  }
}
