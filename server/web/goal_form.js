// What a person asks for: fields, example goals, and refusals shown at the field they are about.
import { byId, element, setText } from "./dom.js";

const kExamples = {
  maze: [
    "Reach the target safely",
    "Find the exit as fast as possible without touching walls",
    "Explore as much of the maze as you can",
  ],
  caves: [
    "Find the target and return",
    "Find the target and come back safely",
    "Explore everything, but never get hurt",
  ],
  town: ["Follow the leader", "Follow the leader safely", "Explore everything"],
  tower: [
    "Reach the target safely",
    "Climb to the target as fast as possible",
    "Explore everything",
  ],
  pasture: [
    "Keep the rabbits alive",
    "Grow a large population without anyone starving",
    "Have many offspring",
  ],
  meadow: ["Keep the herd alive", "Have many fawns", "Let the herd flourish"],
  village: ["Keep everyone fed", "Get rich without stealing", "Defend the granary"],
};
const kKeyVariables = { openai: "OPENAI_API_KEY", anthropic: "ANTHROPIC_API_KEY" };
const kModels = { openai: "gpt-4o-mini", anthropic: "claude-sonnet-4-5" };
const kUrls = { openai: "https://api.openai.com/v1", anthropic: "https://api.anthropic.com" };

export class GoalForm {
  // submit(goal) starts the run and throws ApiError when refused.
  constructor(submit) {
    this.form = byId("goal-form");
    this.submit = submit;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.form.user_goal.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.send();
    });
    this.form.addEventListener("input", (event) => this.clearError(event.target.name));
    for (const radio of this.form.scenario)
      radio.addEventListener("change", () => this.showExamples());
    this.form.provider.addEventListener("change", () => this.showProvider());
    this.showExamples();
    this.showProvider();
  }

  showExamples() {
    const goals = kExamples[this.form.scenario.value] ?? [];
    byId("examples").replaceChildren(
      ...goals.map((goal) =>
        element(
          "li",
          {},
          element(
            "button",
            { type: "button", class: "example", click: () => this.choose(goal) },
            goal,
          ),
        ),
      ),
    );
  }

  choose(goal) {
    this.form.user_goal.value = goal;
    this.clearError("user_goal");
    byId("start-run").focus();
  }

  // After a reload of the page: the goal of the run in the address, unless a person has begun to
  // type.
  recall(request) {
    const form = this.form;
    if (form.user_goal.value !== "" || typeof request?.user_goal !== "string") return;
    form.user_goal.value = request.user_goal;
    if (request.scenario in kExamples) form.scenario.value = request.scenario;
    for (const name of ["iterations", "episodes", "seed"]) {
      if (Number.isSafeInteger(request[name])) form[name].value = String(request[name]);
    }
    this.showExamples();
  }

  showProvider() {
    const provider = this.form.provider.value;
    byId("provider-fields").hidden = provider === "builtin";
    setText(byId("key-variable"), kKeyVariables[provider] ?? "");
    this.form.model.placeholder = kModels[provider] ?? "";
    this.form.provider_url.placeholder = kUrls[provider] ?? "";
  }

  // The body of POST /run, or null after showing what is wrong.
  read() {
    const form = this.form;
    const goal = {
      user_goal: form.user_goal.value.trim(),
      scenario: form.scenario.value,
      iterations: form.iterations.valueAsNumber,
      episodes: form.episodes.valueAsNumber,
      seed: form.seed.valueAsNumber,
      provider: form.provider.value,
      render: true,
      live_seconds: form.live_seconds.valueAsNumber,
    };
    if (goal.provider !== "builtin") {
      goal.model = form.model.value.trim();
      if (form.provider_url.value.trim() !== "") goal.provider_url = form.provider_url.value.trim();
    }
    if (goal.user_goal === "") return this.refuse("user_goal", "Say what the agents should do.");
    for (const [name, least, most] of [
      ["iterations", 1, 100],
      ["episodes", 1, 1000],
      ["seed", 0, Number.MAX_SAFE_INTEGER],
      ["live_seconds", 0, 86_400],
    ]) {
      if (
        !(goal[name] >= least && goal[name] <= most) ||
        (name !== "live_seconds" && !Number.isInteger(goal[name]))
      ) {
        return this.refuse(name, `A whole number from ${least} to ${most}.`);
      }
    }
    if (goal.provider !== "builtin" && goal.model === "")
      return this.refuse("model", "Name the model to ask.");
    return goal;
  }

  async send() {
    const button = byId("start-run");
    if (button.disabled) return;
    this.clearErrors();
    const goal = this.read();
    if (!goal) return;
    button.disabled = true;
    setText(button, "Starting…");
    try {
      await this.submit(goal);
    } catch (error) {
      this.refuse(error.field, error.message);
    } finally {
      button.disabled = false;
      setText(button, "Start run");
    }
  }

  // At the field when there is one by that name ("limits.x" and "/x" too), else above the button.
  refuse(field, message) {
    const name = String(field ?? "")
      .replace(/^[/$.]+/, "")
      .split(/[./]/)[0];
    const place = name ? byId(`field-${name}`) : null;
    if (!place) {
      const box = byId("form-error");
      setText(box, name ? `${name}: ${message}` : message);
      box.hidden = false;
      return null;
    }
    place.closest("details")?.setAttribute("open", "");
    const id = `error-${name}`;
    place.querySelector(".field-error")?.remove();
    place.append(element("p", { class: "field-error", id, role: "alert" }, message));
    const input = place.querySelector("input, textarea, select");
    input?.setAttribute("aria-invalid", "true");
    input?.setAttribute("aria-describedby", id);
    input?.focus();
    return null;
  }

  clearError(name) {
    const place = byId(`field-${name}`);
    if (!place) return;
    place.querySelector(".field-error")?.remove();
    const input = place.querySelector("[aria-invalid]");
    input?.removeAttribute("aria-invalid");
    input?.removeAttribute("aria-describedby");
  }

  clearErrors() {
    byId("form-error").hidden = true;
    for (const error of this.form.querySelectorAll(".field-error")) {
      this.clearError(error.parentElement.id.replace("field-", ""));
    }
  }
}
