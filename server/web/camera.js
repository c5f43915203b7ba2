// Where the canvas looks: metres to CSS pixels and back. North (+y) is up. Drag, wheel, pinch and
// keys move it.

const kScaleMax = 160; // CSS px per metre
const kZoomStep = 1.25;
const kPanStepPx = 60;
const kClickSlackPx = 4;

export class Camera {
  constructor() {
    this.x = 0;
    this.y = 0;
    this.scale = 20;
    this.width = 1;
    this.height = 1;
    this.extent = null; // {width, depth} of the world, m
    this.moved = false; // by the person: then the view is theirs
  }

  resize(width, height) {
    this.width = width;
    this.height = height;
    if (!this.moved) this.fit();
  }

  setExtent(width, depth) {
    const changed = !this.extent || this.extent.width !== width || this.extent.depth !== depth;
    this.extent = { width, depth };
    if (changed) this.fit();
  }

  fitScale() {
    if (!this.extent) return 20;
    return Math.min((this.width - 24) / this.extent.width, (this.height - 24) / this.extent.depth);
  }

  fit() {
    this.moved = false;
    if (!this.extent) return;
    this.scale = Math.max(0.05, this.fitScale());
    this.x = this.extent.width / 2;
    this.y = this.extent.depth / 2;
  }

  toScreenX(x) {
    return (x - this.x) * this.scale + this.width / 2;
  }
  toScreenY(y) {
    return this.height / 2 - (y - this.y) * this.scale;
  }
  toWorldX(px) {
    return (px - this.width / 2) / this.scale + this.x;
  }
  toWorldY(py) {
    return (this.height / 2 - py) / this.scale + this.y;
  }

  pan(dx, dy) {
    this.x -= dx / this.scale;
    this.y += dy / this.scale;
    this.keepInReach();
  }

  // Keeps the point under (px, py) where it is.
  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const least = Math.min(this.fitScale() * 0.5, kScaleMax);
    const scale = Math.min(kScaleMax, Math.max(least, this.scale * factor));
    const x = this.toWorldX(px);
    const y = this.toWorldY(py);
    this.scale = scale;
    this.x = x - (px - this.width / 2) / scale;
    this.y = y + (py - this.height / 2) / scale;
    this.keepInReach();
  }

  keepInReach() {
    this.moved = true;
    if (!this.extent) return;
    this.x = Math.min(this.extent.width, Math.max(0, this.x));
    this.y = Math.min(this.extent.depth, Math.max(0, this.y));
  }
}

// Hands gestures on the canvas to the camera. on: {change(), click(px, py), hover(px, py),
// key(event)}.
export function attachGestures(canvas, camera, on) {
  const pointers = new Map();
  let travelled = 0;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (pointers.size === 0) travelled = 0;
    pointers.set(event.pointerId, place(event));
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const now = place(event);
    const before = pointers.get(event.pointerId);
    if (!before) {
      on.hover(now.x, now.y);
      return;
    }
    const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
    travelled += Math.hypot(now.x - before.x, now.y - before.y);
    if (others.length > 0) {
      const other = others[0];
      const spread = Math.hypot(before.x - other.x, before.y - other.y);
      const spreadNow = Math.hypot(now.x - other.x, now.y - other.y);
      camera.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
      if (spread > 5) camera.zoom(spreadNow / spread, (now.x + other.x) / 2, (now.y + other.y) / 2);
    } else if (travelled > kClickSlackPx) {
      camera.pan(now.x - before.x, now.y - before.y);
      canvas.classList.add("dragging");
    }
    pointers.set(event.pointerId, now);
    on.change();
  });
  const release = (event) => {
    const point = pointers.get(event.pointerId);
    pointers.delete(event.pointerId);
    canvas.classList.remove("dragging");
    if (point && event.type === "pointerup" && travelled <= kClickSlackPx)
      on.click(point.x, point.y);
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener(
    "wheel",
    (event) => {
      const pageScrolls = document.documentElement.scrollHeight > window.innerHeight + 1;
      if (pageScrolls && !event.ctrlKey && document.activeElement !== canvas) return;
      event.preventDefault();
      const point = place(event);
      const lines = event.deltaMode === 1 ? 16 : 1;
      camera.zoom(Math.exp(-event.deltaY * lines * 0.0016), point.x, point.y);
      on.change();
    },
    { passive: false },
  );
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const pans = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (pans[event.key])
      camera.pan(pans[event.key][0] * kPanStepPx, pans[event.key][1] * kPanStepPx);
    else if (event.key === "+" || event.key === "=") camera.zoom(kZoomStep);
    else if (event.key === "-") camera.zoom(1 / kZoomStep);
    else if (event.key === "0") camera.fit();
    else if (!on.key(event)) return;
    event.preventDefault();
    on.change();
  });
}

export const zoomStep = kZoomStep;
