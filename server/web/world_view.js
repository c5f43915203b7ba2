// The canvas: takes frames, keeps the drawing between them smooth, and answers who is under the
// pointer.
import { Camera, attachGestures, zoomStep } from "./camera.js";
import { byId, element, setText } from "./dom.js";
import { Entities } from "./entities.js";
import { Block } from "./frames.js";
import { count, counted, decimal, metres, percent, seconds } from "./units.js";
import { paintEntities, paintTerrain, readPalette } from "./world_paint.js";

const kPickReachPx = 16;
const kLegendEveryMs = 400;
const kFlagReached = 2;
const kFlagBlocked = 8;

export class WorldView {
  constructor() {
    this.canvas = byId("world");
    this.context = this.canvas.getContext("2d");
    this.ground = document.createElement("canvas");
    this.camera = new Camera();
    this.entities = new Entities();
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.awake = false;
    this.clear("Type a goal and press “Start run”.");
    attachGestures(this.canvas, this.camera, {
      change: () => this.redrawGround(),
      click: (px, py) => this.select(this.pick(px, py)),
      hover: (px, py) => {
        this.canvas.classList.toggle("over", this.pick(px, py) !== null);
      },
      key: (event) => this.selectByKey(event),
    });
    byId("zoom-in").addEventListener("click", () => this.zoom(zoomStep));
    byId("zoom-out").addEventListener("click", () => this.zoom(1 / zoomStep));
    byId("zoom-fit").addEventListener("click", () => {
      this.camera.fit();
      this.redrawGround();
    });
    new ResizeObserver(() => this.resize()).observe(byId("stage"));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.readColours());
    this.readColours();
    this.resize();
  }

  clear(emptyText) {
    this.species = [];
    this.styles = [];
    this.tickRate = 0;
    this.terrain = null;
    this.selected = null;
    this.layer = 0;
    this.legendAt = 0;
    this.legendKey = "";
    this.entities.clear();
    this.camera.extent = null;
    byId("legend").replaceChildren();
    setText(byId("world-reading"), "");
    this.showEmpty(emptyText);
    this.describe();
    this.redrawGround();
  }

  showEmpty(text) {
    byId("stage-empty").hidden = false;
    setText(byId("stage-empty-text"), text);
  }

  endOfRun() {
    if (this.entities.tick === null && !this.terrain) this.showEmpty("This run is over.");
  }

  readColours() {
    this.palette = readPalette(document.documentElement);
    this.assignStyles();
    if (this.entities.tick !== null) this.describe(performance.now());
    this.redrawGround();
  }

  greet(hello) {
    this.species = Array.isArray(hello.species) ? hello.species : [];
    this.agentSpecies = hello.agent_species ?? "";
    this.tickRate = Number(hello.tick_rate) || 0;
    this.assignStyles();
    if (hello.width > 0 && hello.depth > 0) this.camera.setExtent(hello.width, hello.depth);
    this.redrawGround();
  }

  // The species that the policy drives takes the first colour.
  assignStyles() {
    const taken = { agent: 0, plant: 0, item: 0, place: 0 };
    const driven = this.species.findIndex((spec) => spec.name === this.agentSpecies);
    if (driven >= 0) taken.agent = 1;
    this.styles = this.species.map((spec, index) => {
      const known = spec.kind === "target" || spec.kind in taken;
      const kind = known ? spec.kind : "agent";
      const common = {
        kind,
        name: String(spec.name ?? `species ${index}`),
        senseRadius: Number(spec.sense_radius) || 0,
      };
      if (kind === "target") return { ...common, colour: this.palette.target };
      const colours = kind === "agent" ? this.palette.agents : this.palette.plants;
      const at = index === driven ? 0 : taken[kind]++;
      return { ...common, colour: colours[at % colours.length] };
    });
    this.unknown = {
      kind: "agent",
      name: "unknown",
      colour: this.palette?.agents[4],
      senseRadius: 0,
    };
  }

  styleOf(species) {
    return this.styles[species] ?? this.unknown;
  }

  takeTerrain(terrain) {
    this.terrain = terrain;
    this.camera.setExtent(terrain.width, terrain.depth);
    byId("stage-empty").hidden = true;
    this.legendKey = "";
    this.redrawGround();
  }

  takeAgents(frame) {
    const now = performance.now();
    const restarted = this.entities.take(
      frame,
      now,
      (species) => this.styleOf(species).kind === "agent",
    );
    if (restarted) this.selected = null;
    else if (this.selected) this.selected = this.entities.all.get(this.selected.id) ?? null;
    byId("stage-empty").hidden = true;
    this.chooseLayer();
    if (now - this.legendAt > kLegendEveryMs) this.describe(now);
    else if (!this.describeLater) {
      this.describeLater = setTimeout(() => {
        this.describeLater = 0;
        this.describe(performance.now());
      }, kLegendEveryMs);
    }
    this.wake();
  }

  // Shown is the layer that the selected entity is in, else the first one that a policy drives.
  chooseLayer() {
    const top = (this.terrain?.height ?? 1) - 1;
    const driven = (entity) => this.styleOf(entity.species).name === this.agentSpecies;
    const whose = this.selected ?? [...this.entities.all.values()].find(driven);
    const layer = top > 0 && whose ? Math.min(whose.layer, top) : 0;
    if (layer === this.layer) return;
    this.layer = layer;
    this.redrawGround();
  }

  resize() {
    const stage = byId("stage");
    const { clientWidth: width, clientHeight: height } = stage;
    if (width === 0 || height === 0) return;
    this.ratio = window.devicePixelRatio || 1;
    for (const canvas of [this.canvas, this.ground]) {
      canvas.width = Math.round(width * this.ratio);
      canvas.height = Math.round(height * this.ratio);
    }
    this.camera.resize(width, height);
    this.redrawGround();
  }

  zoom(factor) {
    this.camera.zoom(factor);
    this.redrawGround();
  }

  redrawGround() {
    this.groundStale = true;
    this.wake();
  }

  // Draws until the last frame is reached, then sleeps.
  wake() {
    if (this.awake) return;
    this.awake = true;
    requestAnimationFrame(() => this.paint());
  }

  paint() {
    this.awake = false;
    if (!this.palette || !this.ratio) return;
    const pen = this.context;
    if (this.groundStale) {
      this.groundStale = false;
      const ground = this.ground.getContext("2d");
      ground.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
      paintTerrain(ground, this.camera, this.terrain, this.palette, this.layer);
    }
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(this.ground, 0, 0);
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    const blend = this.still.matches ? 1 : this.entities.blend(performance.now());
    paintEntities(pen, this.camera, this.palette, {
      entities: this.entities,
      blend,
      layer: this.layer,
      styleOf: (species) => this.styleOf(species),
      selected: this.selected,
    });
    this.inspect();
    if (blend < 1 && this.entities.all.size > 0) this.wake();
  }

  pick(px, py) {
    const reach = Math.max(kPickReachPx / this.camera.scale, 0.5);
    return this.entities.nearest(
      this.camera.toWorldX(px),
      this.camera.toWorldY(py),
      reach,
      this.entities.blend(performance.now()),
    );
  }

  select(entity) {
    this.selected = entity;
    this.chooseLayer();
    this.wake();
  }

  selectByKey(event) {
    if (event.key === "Escape") this.select(null);
    else if (event.key === "n" || event.key === "N") {
      const agents = [...this.entities.all.values()].filter(
        (entity) => this.styleOf(entity.species).kind === "agent",
      );
      const at = agents.indexOf(this.selected);
      this.select(agents[(at + 1) % agents.length] ?? null);
    } else return false;
    return true;
  }

  inspect() {
    const box = byId("inspector");
    const entity = this.selected;
    box.hidden = !entity;
    if (!entity) return;
    const style = this.styleOf(entity.species);
    const words = [`${style.name} ${entity.id}`, `x ${metres(entity.x)}, y ${metres(entity.y)}`];
    if (this.terrain?.height > 1) words.push(`level ${entity.layer + 1}`);
    if (style.kind === "agent") {
      words.push(
        `health ${percent(entity.health)}`,
        `heading ${decimal((entity.heading / Math.PI) * 180, 0)}°`,
      );
      if (entity.flags & kFlagReached) words.push("has reached the target");
      if (entity.flags & kFlagBlocked) words.push("blocked");
    }
    setText(box, words.join(" · "));
  }

  // The line above and the legend below the canvas.
  describe(now = 0) {
    this.legendAt = now;
    const counts = new Map();
    for (const entity of this.entities.all.values())
      counts.set(entity.species, (counts.get(entity.species) ?? 0) + 1);
    const tick = this.entities.tick;
    if (tick !== null) {
      const height = this.terrain?.height ?? 1;
      const words = [`tick ${count(tick)}`];
      if (this.tickRate > 0) words.push(`${seconds(tick / this.tickRate)} of world time`);
      if (height > 1) words.splice(1, 1, `level ${this.layer + 1} of ${height}`);
      setText(byId("world-reading"), words.join(" · "));
    }
    const kinds = this.terrain ? new Set(this.terrain.blocks) : new Set();
    const entries = this.styles.map((style, index) => ({
      name: style.name,
      number: counts.get(index) ?? 0,
      colour: style.colour,
      shape: style.kind,
    }));
    for (const [block, name] of [
      [Block.wall, "wall"],
      [Block.hazard, "hazard"],
      [Block.water, "water"],
    ]) {
      if (kinds.has(block)) entries.push({ name, number: null, shape: "block", block: name });
    }
    this.paintLegend(entries);
    this.canvas.setAttribute(
      "aria-label",
      tick === null
        ? "The world: nothing to show yet"
        : `The world at tick ${tick}: ${entries
            .filter((entry) => entry.number)
            .map((entry) => counted(entry.number, entry.name, entry.name))
            .join(", ")}`,
    );
  }

  paintLegend(entries) {
    const key = JSON.stringify(entries);
    if (key === this.legendKey) return;
    this.legendKey = key;
    byId("legend").replaceChildren(
      ...entries.map((entry) => {
        const swatch = element("span", {
          class: `swatch swatch-${entry.block ?? entry.shape}`,
          "aria-hidden": "true",
        });
        if (entry.colour) swatch.style.setProperty("--swatch", entry.colour);
        return element(
          "li",
          {},
          swatch,
          entry.name,
          entry.number === null ? null : element("b", {}, ` ${count(entry.number)}`),
        );
      }),
    );
  }
}
