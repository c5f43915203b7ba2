// The entities of the shown world between two frames: where each was drawn, where it is going,
// where it came from.
import { layerOf } from "./frames.js";

const kTrailPointsMax = 400;
const kTrailPointsTotal = 9000;
// Farther than anyone walks between two frames: another episode, or another owner of the row.
const kJumpMetres = 4;
const kIntervalMinMs = 30;
const kIntervalMaxMs = 400;

export class Entities {
  constructor() {
    this.clear();
  }

  clear() {
    this.all = new Map();
    this.tick = null;
    this.frameAt = 0;
    this.intervalMs = 100;
    this.generation = 0;
    this.trailPoints = kTrailPointsMax;
  }

  // 0 … 1: how far the drawing is between the last two frames.
  blend(now) {
    return Math.min(1, (now - this.frameAt) / this.intervalMs);
  }

  // `leavesTrail(species)`: agents do.
  take(frame, now, leavesTrail) {
    const shown = this.blend(now);
    const elapsed = now - this.frameAt;
    if (this.frameAt > 0 && elapsed < 2000) {
      const clamped = Math.min(kIntervalMaxMs, Math.max(kIntervalMinMs, elapsed));
      this.intervalMs += (clamped * 1.05 - this.intervalMs) * 0.25;
    }
    const restarted = this.tick !== null && frame.tick < this.tick;
    if (restarted) this.all.clear();
    const settled = this.tick === frame.tick;
    this.generation += 1;
    let walkers = 0;
    frame.each((id, x, y, species, health, alive, heading, flags) => {
      let entity = this.all.get(id);
      const fresh =
        !entity ||
        entity.species !== species ||
        Math.hypot(x - entity.x, y - entity.y) > kJumpMetres;
      if (fresh) {
        entity = { id, species, fromX: x, fromY: y, fromHeading: heading, trail: [] };
        this.all.set(id, entity);
      } else if (!settled) {
        entity.fromX += (entity.x - entity.fromX) * shown;
        entity.fromY += (entity.y - entity.fromY) * shown;
        entity.fromHeading += turn(entity.fromHeading, entity.heading) * shown;
      }
      const layer = layerOf(flags);
      const generation = this.generation;
      Object.assign(entity, { x, y, layer, heading, health, alive, flags, generation });
      if (leavesTrail(species)) {
        walkers += 1;
        this.leaveTrail(entity);
      }
    });
    for (const [id, entity] of this.all) {
      if (entity.generation !== this.generation) this.all.delete(id);
    }
    this.trailPoints = Math.max(
      6,
      Math.min(kTrailPointsMax, Math.floor(kTrailPointsTotal / Math.max(1, walkers))),
    );
    this.tick = frame.tick;
    if (!settled) this.frameAt = now;
    return restarted;
  }

  leaveTrail(entity) {
    const trail = entity.trail;
    const size = trail.length;
    if (size === 0 || Math.hypot(trail[size - 2] - entity.x, trail[size - 1] - entity.y) > 0.08) {
      trail.push(entity.x, entity.y);
      if (trail.length > this.trailPoints * 2) trail.splice(0, trail.length - this.trailPoints * 2);
    }
  }

  shownX(entity, blend) {
    return entity.fromX + (entity.x - entity.fromX) * blend;
  }
  shownY(entity, blend) {
    return entity.fromY + (entity.y - entity.fromY) * blend;
  }
  shownHeading(entity, blend) {
    return entity.fromHeading + turn(entity.fromHeading, entity.heading) * blend;
  }

  // The entity drawn nearest to a point within `reach` metres.
  nearest(x, y, reach, blend) {
    let best = null;
    let bestDistance = reach;
    for (const entity of this.all.values()) {
      const distance = Math.hypot(this.shownX(entity, blend) - x, this.shownY(entity, blend) - y);
      if (distance < bestDistance) [best, bestDistance] = [entity, distance];
    }
    return best;
  }
}

// The shorter way round from one angle to another, radians.
function turn(from, to) {
  const full = 2 * Math.PI;
  const way = (((to - from) % full) + full) % full;
  return way > Math.PI ? way - full : way;
}
