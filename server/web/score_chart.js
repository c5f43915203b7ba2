// Score by candidate: a dot for each, a step line for the best so far. Plain SVG, redrawn when data
// or size change.
import { byId, oncePerFrame, setText, svg } from "./dom.js";
import { decimal, points as inPoints } from "./units.js";

const kMargin = { top: 10, right: 14, bottom: 20, left: 44 };
const kDotsMax = 600;
const kSpanMin = 0.003; // scores are told to three digits, and so are the lines of the chart

// Round values, about `wanted` steps apart, that enclose low … high.
export function niceTicks(low, high, wanted) {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10]
    .map((factor) => factor * power)
    .find((size) => size >= rough * 0.999);
  const ticks = [];
  for (let at = Math.floor(low / step + 1e-9); at <= Math.ceil(high / step - 1e-9); at += 1)
    ticks.push(at * step);
  return { ticks, step };
}

export class ScoreChart {
  constructor() {
    this.node = byId("chart");
    this.caption = byId("chart-caption");
    this.restingCaption = this.caption.textContent;
    this.points = [];
    this.refresh = oncePerFrame(() => this.paint());
    new ResizeObserver(this.refresh).observe(this.node);
    this.node.addEventListener("pointermove", (event) => this.hover(event));
    this.node.addEventListener("pointerleave", () => this.hover(null));
  }

  show(points) {
    this.points = points;
    this.refresh();
  }

  paint() {
    const { clientWidth: width, clientHeight: height } = this.node;
    if (width < 60 || height < 40) return;
    this.node.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const parts = [];
    const inner = {
      left: kMargin.left,
      right: width - kMargin.right,
      top: kMargin.top,
      bottom: height - kMargin.bottom,
    };
    const points = this.points;
    const values = points.flatMap((point) => [point.score, point.best]).filter(Number.isFinite);
    let low = values.length > 0 ? Math.min(...values) : 0;
    let high = values.length > 0 ? Math.max(...values) : 1;
    if (high - low < 1e-6) [low, high] = [low - 0.5, high + 0.5];
    const missing = Math.max(0, kSpanMin - (high - low)) / 2;
    [low, high] = [low - missing, high + missing];
    const { ticks, step } = niceTicks(low, high, 3);
    low = Math.min(low, ticks[0]);
    high = Math.max(high, ticks.at(-1));
    const last = Math.max(points.length, 2);
    this.x = (index) => inner.left + ((index + 0.5) / last) * (inner.right - inner.left);
    this.y = (value) => inner.bottom - ((value - low) / (high - low)) * (inner.bottom - inner.top);

    const digits = Math.min(3, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
    for (const tick of points.length > 0 ? ticks : []) {
      parts.push(
        svg("line", {
          class: "rule",
          x1: inner.left,
          x2: inner.right,
          y1: this.y(tick),
          y2: this.y(tick),
        }),
        svg(
          "text",
          {
            class: "tick",
            x: inner.left - 8,
            y: this.y(tick),
            "text-anchor": "end",
            "dominant-baseline": "central",
          },
          decimal(tick, digits),
        ),
      );
    }
    parts.push(
      svg("line", {
        class: "axis",
        x1: inner.left,
        x2: inner.right,
        y1: inner.bottom,
        y2: inner.bottom,
      }),
    );
    if (points.length === 0) {
      parts.push(
        svg(
          "text",
          {
            class: "tick",
            x: (inner.left + inner.right) / 2,
            y: (inner.top + inner.bottom) / 2,
            "text-anchor": "middle",
            "dominant-baseline": "central",
          },
          "No candidate has been measured yet",
        ),
      );
    } else {
      parts.push(...this.series(points, inner));
    }
    this.cursor = svg("line", {
      class: "cursor",
      y1: inner.top,
      y2: inner.bottom,
      visibility: "hidden",
    });
    parts.push(this.cursor);
    this.node.replaceChildren(...parts);
    this.node.setAttribute("aria-label", summary(points));
  }

  series(points, inner) {
    const parts = [];
    const every = Math.ceil(points.length / kDotsMax);
    points.forEach((point, index) => {
      if (index % every !== 0 || !Number.isFinite(point.score)) return;
      parts.push(
        svg("circle", { class: "dot", cx: this.x(index), cy: this.y(point.score), r: 2.6 }),
      );
    });
    let path = "";
    points.forEach((point, index) => {
      const y = this.y(point.best);
      path += index === 0 ? `M${inner.left} ${y}` : `H${this.x(index)}V${y}`;
    });
    const end = points.at(-1);
    path += `H${inner.right}`;
    parts.push(
      svg("path", { class: "best-line", d: path }),
      svg("circle", { class: "best-dot", cx: inner.right, cy: this.y(end.best), r: 3.6 }),
    );
    const spacing = Math.max(
      1,
      Math.ceil(points.length / Math.max(2, Math.floor((inner.right - inner.left) / 45))),
    );
    for (let index = 0; index < points.length; index += spacing) {
      parts.push(
        svg(
          "text",
          { class: "tick", x: this.x(index), y: inner.bottom + 13, "text-anchor": "middle" },
          String(index + 1),
        ),
      );
    }
    return parts;
  }

  hover(event) {
    if (!event || this.points.length === 0 || !this.cursor) {
      setText(this.caption, this.restingCaption);
      this.cursor?.setAttribute("visibility", "hidden");
      return;
    }
    const span = this.x(1) - this.x(0);
    const at = Math.round((event.offsetX - this.x(0)) / span);
    const index = Math.min(this.points.length - 1, Math.max(0, at));
    const point = this.points[index];
    this.cursor.setAttribute("x1", this.x(index));
    this.cursor.setAttribute("x2", this.x(index));
    this.cursor.setAttribute("visibility", "visible");
    const where = Number.isFinite(point.iteration) ? ` (iteration ${point.iteration})` : "";
    setText(
      this.caption,
      `Candidate ${index + 1}${where}: ${inPoints(point.score)}, best ${inPoints(point.best)}`,
    );
  }
}

function summary(points) {
  if (points.length === 0) return "Best score by candidate: no candidate measured yet";
  const first = points[0];
  const last = points.at(-1);
  const way = `from ${inPoints(first.best)} to ${inPoints(last.best)}`;
  return `Best score by candidate: ${way} in ${points.length} candidates`;
}
