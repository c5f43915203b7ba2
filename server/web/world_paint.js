// Draws terrain and entities. Colours come from the style sheet, so light and dark are decided in
// one place.
import { Block } from "./frames.js";

const kGridFromPx = 14; // a cell must be this large before its borders are drawn
const kDetailCellsMax = 30_000; // beyond it terrain is one pixel per cell
const kFullTurn = 2 * Math.PI;

export function readPalette(node) {
  const style = getComputedStyle(node);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    outside: colour("world-outside"),
    open: colour("world-open"),
    grid: colour("world-grid"),
    wall: colour("world-wall"),
    wallTop: colour("world-wall-top"),
    shade: colour("world-shade"),
    hazard: colour("world-hazard"),
    hazardMark: colour("world-hazard-mark"),
    water: colour("world-water"),
    waterMark: colour("world-water-mark"),
    target: colour("world-target"),
    halo: colour("world-halo"),
    hurt: colour("bad"),
    ink: colour("ink"),
    agents: [1, 2, 3, 4, 5].map((index) => colour(`world-agent-${index}`)),
    plants: [1, 2, 3].map((index) => colour(`world-plant-${index}`)),
  };
}

// One layer of a world that may have many.
export function paintTerrain(context, camera, world, palette, layer) {
  context.fillStyle = palette.outside;
  context.fillRect(0, 0, camera.width, camera.height);
  if (!world) return;
  const { width, depth } = world;
  const cells = width * depth;
  const blocks = world.blocks.subarray(layer * cells, (layer + 1) * cells);
  const terrain = { width, depth, blocks };
  const left = Math.max(0, Math.floor(camera.toWorldX(0)));
  const right = Math.min(width, Math.ceil(camera.toWorldX(camera.width)));
  const low = Math.max(0, Math.floor(camera.toWorldY(camera.height)));
  const high = Math.min(depth, Math.ceil(camera.toWorldY(0)));
  if (right <= left || high <= low) return;
  const area = { left, right, low, high };
  if ((right - left) * (high - low) > kDetailCellsMax) {
    paintCellsCoarsely(context, camera, terrain, palette, area);
    return;
  }
  paintCells(context, camera, terrain, palette, area);
}

// Pixel edges of a cell, rounded so that neighbours meet without seams.
function cellBox(camera, x, y) {
  const x0 = Math.round(camera.toScreenX(x));
  const x1 = Math.round(camera.toScreenX(x + 1));
  const y0 = Math.round(camera.toScreenY(y + 1));
  const y1 = Math.round(camera.toScreenY(y));
  return { x0, y0, w: x1 - x0, h: y1 - y0 };
}

function paintCells(context, camera, terrain, palette, { left, right, low, high }) {
  const { width, blocks } = terrain;
  const at = (x, y) =>
    x < 0 || y < 0 || x >= width || y >= terrain.depth ? Block.wall : blocks[x + width * y];
  const x0 = Math.round(camera.toScreenX(left));
  const y0 = Math.round(camera.toScreenY(high));
  context.fillStyle = palette.open;
  context.fillRect(
    x0,
    y0,
    Math.round(camera.toScreenX(right)) - x0,
    Math.round(camera.toScreenY(low)) - y0,
  );
  if (camera.scale >= kGridFromPx) paintGrid(context, camera, palette, { left, right, low, high });
  const edge = Math.max(1, Math.round(camera.scale * 0.14));
  for (let y = high - 1; y >= low; y -= 1) {
    for (let x = left; x < right; x += 1) {
      const block = at(x, y);
      if (block === Block.open && at(x, y + 1) !== Block.wall) continue;
      const box = cellBox(camera, x, y);
      if (block === Block.open) {
        context.fillStyle = palette.shade;
        context.fillRect(box.x0, box.y0, box.w, edge);
      } else if (block === Block.wall) {
        context.fillStyle = palette.wallTop;
        context.fillRect(box.x0, box.y0, box.w, box.h);
        if (at(x, y - 1) !== Block.wall) {
          context.fillStyle = palette.wall;
          context.fillRect(box.x0, box.y0 + box.h - edge, box.w, edge);
        }
      } else {
        paintGround(context, camera, palette, block, box, x, y);
      }
    }
  }
}

function paintGrid(context, camera, palette, { left, right, low, high }) {
  context.beginPath();
  for (let x = left; x <= right; x += 1) {
    const px = Math.round(camera.toScreenX(x)) + 0.5;
    context.moveTo(px, camera.toScreenY(high));
    context.lineTo(px, camera.toScreenY(low));
  }
  for (let y = low; y <= high; y += 1) {
    const py = Math.round(camera.toScreenY(y)) + 0.5;
    context.moveTo(camera.toScreenX(left), py);
    context.lineTo(camera.toScreenX(right), py);
  }
  context.strokeStyle = palette.grid;
  context.lineWidth = 1;
  context.stroke();
}

// Hazards carry diagonal hatching, water two waves: not told apart by colour alone.
function paintGround(context, camera, palette, block, { x0, y0, w, h }) {
  context.fillStyle = block === Block.hazard ? palette.hazard : palette.water;
  context.fillRect(x0, y0, w, h);
  if (camera.scale < 7) return;
  context.beginPath();
  if (block === Block.hazard) {
    for (let part = 1; part <= 3; part += 1) {
      const reach = (part / 2) * w;
      const low = Math.max(0, reach - w);
      const high = Math.min(w, reach);
      context.moveTo(x0 + low, y0 + (high / w) * h);
      context.lineTo(x0 + high, y0 + (low / w) * h);
    }
    context.strokeStyle = palette.hazardMark;
  } else {
    for (const part of [0.36, 0.68]) {
      const y = y0 + h * part;
      context.moveTo(x0 + w * 0.15, y);
      context.quadraticCurveTo(x0 + w * 0.33, y - h * 0.14, x0 + w * 0.5, y);
      context.quadraticCurveTo(x0 + w * 0.67, y + h * 0.14, x0 + w * 0.85, y);
    }
    context.strokeStyle = palette.waterMark;
  }
  context.lineWidth = Math.max(1, camera.scale * 0.06);
  context.stroke();
}

function paintCellsCoarsely(context, camera, terrain, palette, { left, right, low, high }) {
  const sheet = new OffscreenCanvas(right - left, high - low);
  const pen = sheet.getContext("2d");
  const colours = [palette.open, palette.wallTop, palette.hazard, palette.water];
  pen.fillStyle = palette.open;
  pen.fillRect(0, 0, sheet.width, sheet.height);
  for (let y = low; y < high; y += 1) {
    for (let x = left; x < right; x += 1) {
      const block = terrain.blocks[x + terrain.width * y];
      if (block === Block.open) continue;
      pen.fillStyle = colours[block] ?? palette.open;
      pen.fillRect(x - left, high - 1 - y, 1, 1);
    }
  }
  context.imageSmoothingEnabled = camera.scale < 1;
  context.drawImage(
    sheet,
    camera.toScreenX(left),
    camera.toScreenY(high),
    (right - left) * camera.scale,
    (high - low) * camera.scale,
  );
}

// scene: {entities, blend, layer, styleOf(species), selected}. Who is above or below the shown
// layer is a faint dot.
export function paintEntities(context, camera, palette, scene) {
  const { entities, blend, styleOf } = scene;
  const layers = { plant: [], place: [], item: [], target: [], agent: [] };
  const elsewhere = [];
  for (const entity of entities.all.values()) {
    const style = styleOf(entity.species);
    const x = entities.shownX(entity, blend);
    const y = entities.shownY(entity, blend);
    const margin = 2 * camera.scale;
    const px = camera.toScreenX(x);
    const py = camera.toScreenY(y);
    const outside =
      px < -margin || py < -margin || px > camera.width + margin || py > camera.height + margin;
    const item = { entity, style, px, py, outside };
    if (entity.layer !== scene.layer) elsewhere.push(item);
    else if (!outside || style.kind === "agent") layers[style.kind]?.push(item);
  }
  for (const item of elsewhere) paintElsewhere(context, camera, item);
  for (const item of layers.plant) paintPlant(context, camera, item);
  for (const item of layers.place) paintPlace(context, camera, palette, item);
  for (const item of layers.item) paintItem(context, camera, palette, item);
  for (const item of layers.target) paintTarget(context, camera, palette, item);
  for (const item of layers.agent) paintTrail(context, camera, item);
  for (const item of layers.agent) {
    if (!item.outside)
      paintAgent(context, camera, palette, item, entities.shownHeading(item.entity, blend));
  }
  const chosen =
    scene.selected &&
    [...layers.agent, ...layers.item, ...layers.place, ...layers.plant, ...layers.target].find(
      (item) => item.entity === scene.selected,
    );
  if (chosen) paintSelection(context, camera, palette, chosen);
}

function paintElsewhere(context, camera, { style, px, py }) {
  context.fillStyle = style.colour;
  context.globalAlpha = 0.35;
  context.beginPath();
  context.arc(px, py, Math.max(2, camera.scale * 0.2), 0, kFullTurn);
  context.fill();
  context.globalAlpha = 1;
}

function paintPlant(context, camera, { entity, style, px, py }) {
  const radius = Math.max(1.3, camera.scale * 0.2 * (0.55 + 0.45 * entity.health));
  context.fillStyle = style.colour;
  context.globalAlpha = 0.45 + 0.55 * entity.health;
  context.beginPath();
  context.arc(px, py, radius, 0, kFullTurn);
  context.fill();
  context.globalAlpha = 1;
}

function paintItem(context, camera, palette, { style, px, py }) {
  const side = Math.max(3, camera.scale * 0.3);
  context.fillStyle = style.colour;
  context.fillRect(px - side / 2, py - side / 2, side, side);
  context.lineWidth = Math.max(1, side * 0.12);
  context.strokeStyle = palette.ink;
  context.strokeRect(px - side / 2, py - side / 2, side, side);
}

// A wall with a roof on it.
function paintPlace(context, camera, palette, { style, px, py }) {
  const half = Math.max(5, camera.scale * 0.6);
  context.beginPath();
  context.moveTo(px - half, py + half);
  context.lineTo(px - half, py - half * 0.2);
  context.lineTo(px, py - half);
  context.lineTo(px + half, py - half * 0.2);
  context.lineTo(px + half, py + half);
  context.closePath();
  context.fillStyle = style.colour;
  context.globalAlpha = 0.6;
  context.fill();
  context.globalAlpha = 1;
  context.lineWidth = Math.max(1, half * 0.1);
  context.strokeStyle = palette.ink;
  context.stroke();
}

function paintTarget(context, camera, palette, { px, py }) {
  const radius = Math.max(5, camera.scale * 0.38);
  context.lineWidth = Math.max(1.5, radius * 0.22);
  context.strokeStyle = palette.target;
  context.beginPath();
  context.arc(px, py, radius, 0, kFullTurn);
  context.stroke();
  context.fillStyle = palette.target;
  context.beginPath();
  context.arc(px, py, radius * 0.42, 0, kFullTurn);
  context.fill();
}

// Older parts fade: four strokes of rising strength.
function paintTrail(context, camera, { entity, style, px, py }) {
  const trail = entity.trail;
  const points = trail.length / 2;
  if (points < 2) return;
  context.lineWidth = Math.max(1, camera.scale * 0.08);
  context.lineJoin = "round";
  context.strokeStyle = style.colour;
  const bands = 4;
  for (let band = 0; band < bands; band += 1) {
    const first = Math.floor((band * points) / bands);
    const last = Math.min(points - 1, Math.floor(((band + 1) * points) / bands));
    context.globalAlpha = 0.12 + 0.14 * band;
    context.beginPath();
    context.moveTo(camera.toScreenX(trail[first * 2]), camera.toScreenY(trail[first * 2 + 1]));
    for (let index = first + 1; index <= last; index += 1) {
      const newest = index === points - 1;
      context.lineTo(
        newest ? px : camera.toScreenX(trail[index * 2]),
        newest ? py : camera.toScreenY(trail[index * 2 + 1]),
      );
    }
    context.stroke();
  }
  context.globalAlpha = 1;
}

function paintAgent(context, camera, palette, { entity, style, px, py }, heading) {
  const radius = Math.max(3, camera.scale * 0.34);
  context.save();
  context.translate(px, py);
  context.rotate(-heading);
  context.beginPath();
  context.moveTo(radius * 1.25, 0);
  context.quadraticCurveTo(radius * 0.35, radius * 0.95, -radius * 0.4, radius * 0.85);
  context.arc(-radius * 0.15, 0, radius * 0.89, Math.PI * 0.6, Math.PI * 1.4);
  context.quadraticCurveTo(radius * 0.35, -radius * 0.95, radius * 1.25, 0);
  context.closePath();
  context.globalAlpha = entity.alive ? 1 : 0.3;
  context.lineWidth = Math.max(1, radius * 0.22);
  context.strokeStyle = palette.halo;
  context.stroke();
  context.fillStyle = style.colour;
  context.fill();
  context.restore();
  if (entity.alive && entity.health < 0.995 && radius >= 4) {
    paintHealth(context, palette, px, py, radius * 1.55, entity.health);
  }
}

function paintHealth(context, palette, px, py, radius, health) {
  context.lineWidth = Math.max(1.5, radius * 0.16);
  context.lineCap = "round";
  context.strokeStyle = palette.halo;
  context.beginPath();
  context.arc(px, py, radius, 0, kFullTurn);
  context.stroke();
  context.strokeStyle = health < 0.35 ? palette.hurt : palette.plants[0];
  context.beginPath();
  context.arc(px, py, radius, -Math.PI / 2, -Math.PI / 2 + kFullTurn * Math.max(0.02, health));
  context.stroke();
  context.lineCap = "butt";
}

function paintSelection(context, camera, palette, { style, px, py }) {
  context.setLineDash([4, 3]);
  context.lineWidth = 1.5;
  context.strokeStyle = palette.ink;
  context.beginPath();
  context.arc(px, py, Math.max(10, camera.scale * 0.75), 0, kFullTurn);
  context.stroke();
  context.setLineDash([]);
  if (style.senseRadius > 0 && style.kind === "agent") {
    context.globalAlpha = 0.35;
    context.lineWidth = 1;
    context.beginPath();
    context.arc(px, py, style.senseRadius * camera.scale, 0, kFullTurn);
    context.stroke();
    context.globalAlpha = 1;
  }
}
