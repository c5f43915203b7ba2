// Binary records of the render views (docs/PROTOCOL.md). Everything is little-endian.

const kHeaderBytes = 32;
const kEntityBytes = 16;
const kCellsMax = 1 << 26;
const kUnitsPerMetre = 128;
// What a delta says of an entity.
const Change = { moved: 1, heading: 2, health: 4, flags: 8, born: 16, gone: 32 };

export const FrameKind = { key: 0, delta: 1, blob: 2 };
export const Block = { open: 0, wall: 1, hazard: 2, water: 3 };

export class FrameError extends Error {}

function fail(what) {
  throw new FrameError(what);
}

export function readHeader(buffer) {
  if (buffer.byteLength < kHeaderBytes) fail(`a frame of ${buffer.byteLength} bytes has no header`);
  const view = new DataView(buffer);
  const header = {
    version: view.getUint8(0),
    kind: view.getUint8(1),
    flags: view.getUint16(2, true),
    channel: view.getUint32(4, true),
    seq: view.getUint32(8, true),
    baseBack: view.getUint32(12, true),
    tick: Number(view.getBigUint64(16, true)),
    length: view.getUint32(24, true),
  };
  if (header.version !== 1) fail(`frame version ${header.version} is unknown to this page`);
  if (header.kind > FrameKind.blob) fail(`frame kind ${header.kind} is unknown to this page`);
  if (buffer.byteLength < kHeaderBytes + header.length) {
    fail(`a frame promises ${header.length} bytes and carries ${buffer.byteLength - kHeaderBytes}`);
  }
  return header;
}

// Reads numbers one behind the other; past the end it fails.
class Reader {
  constructor(buffer, header) {
    this.view = new DataView(buffer, kHeaderBytes, header.length);
    this.at = 0;
  }
  u8() {
    if (this.at >= this.view.byteLength) fail("a delta is cut short");
    return this.view.getUint8(this.at++);
  }
  u32() {
    if (this.at + 4 > this.view.byteLength) fail("a delta is cut short");
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }
  varint() {
    let value = 0;
    for (let factor = 1; factor < 2 ** 35; factor *= 128) {
      const byte = this.u8();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    return fail("a number is too long");
  }
  signed() {
    const bits = this.varint();
    return bits % 2 === 0 ? bits / 2 : -(bits + 1) / 2;
  }
  end() {
    if (this.at !== this.view.byteLength) fail("a delta carries more than it says");
  }
}

// What both kinds of stream share: key frames begin anew, deltas change what is there. A delta that
// builds on a frame that never came is passed over: `take` gives null.
class FrameDecoder {
  constructor() {
    this.seq = null;
  }
  take(buffer) {
    const header = readHeader(buffer);
    if (header.kind === FrameKind.blob) return null;
    if (header.kind === FrameKind.delta && header.seq - header.baseBack !== this.seq) return null;
    this.seq = null; // until the frame is read whole
    const shown = header.kind === FrameKind.key ? this.key(buffer) : this.delta(buffer, header);
    this.seq = header.seq;
    return shown;
  }
}

export class TerrainDecoder extends FrameDecoder {
  key(buffer) {
    const terrain = readTerrain(buffer);
    this.terrain = { ...terrain, blocks: terrain.blocks.slice() };
    return this.terrain;
  }
  delta(buffer, header) {
    const reader = new Reader(buffer, header);
    const blocks = this.terrain.blocks.slice();
    let voxel = 0;
    for (let left = reader.u32(); left > 0; left -= 1) {
      voxel += reader.varint();
      const block = reader.u8();
      if (voxel >= blocks.length) fail("a voxel lies outside of the world");
      blocks[voxel++] = block;
    }
    reader.end();
    this.terrain = { ...this.terrain, tick: header.tick, blocks };
    return this.terrain;
  }
}

// Gives what readAgents gives.
export class AgentsDecoder extends FrameDecoder {
  key(buffer) {
    const entities = new Map();
    const frame = readAgents(buffer);
    frame.each((id, x, y, species, health, alive, heading, flags) => {
      entities.set(id, {
        x: x * kUnitsPerMetre,
        y: y * kUnitsPerMetre,
        species,
        health: Math.round(health * 255),
        flags,
        heading: Math.round((heading / (2 * Math.PI)) * 256),
      });
    });
    return this.show(frame.tick, entities);
  }
  delta(buffer, header) {
    const reader = new Reader(buffer, header);
    const entities = new Map(this.entities);
    let row = 0;
    for (let left = reader.u32(); left > 0; left -= 1) {
      const head = reader.varint();
      row += Math.floor(head / 2);
      readChange(reader, head % 2 === 1, entities, row);
      row += 1;
    }
    reader.end();
    return this.show(header.tick, entities);
  }
  show(tick, entities) {
    this.entities = entities;
    return {
      tick,
      count: entities.size,
      each(visit) {
        for (const [id, one] of entities) {
          visit(
            id,
            one.x / kUnitsPerMetre,
            one.y / kUnitsPerMetre,
            one.species,
            one.health / 255,
            (one.flags & 1) === 1,
            (one.heading / 256) * 2 * Math.PI,
            one.flags,
          );
        }
      },
    };
  }
}

function readChange(reader, masked, entities, row) {
  const mask = masked ? reader.u8() : Change.moved | Change.heading;
  if (mask === Change.born) {
    const born = { x: reader.signed(), y: reader.signed() };
    for (const look of ["species", "health", "flags", "heading"]) born[look] = reader.u8();
    entities.set(row, born);
    return;
  }
  const was = entities.get(row);
  if (!was || (mask > 15 && mask !== Change.gone)) fail(`a change does not fit entity ${row}`);
  if (mask === Change.gone) {
    entities.delete(row);
    return;
  }
  const one = { ...was };
  if (mask & Change.moved) {
    one.x += reader.signed();
    one.y += reader.signed();
  }
  if (mask & Change.heading) one.heading = reader.u8();
  if (mask & Change.health) one.health = reader.u8();
  if (mask & Change.flags) one.flags = reader.u8();
  entities.set(row, one);
}

// {tick, width, depth, height, blocks: Uint8Array}; the block of a cell is at x + width * (y +
// depth * z).
export function readTerrain(buffer) {
  const header = readHeader(buffer);
  if (header.length < 12) fail("a world frame has no size");
  const view = new DataView(buffer, kHeaderBytes, header.length);
  const width = view.getUint32(0, true);
  const depth = view.getUint32(4, true);
  const height = view.getUint32(8, true);
  const cells = width * depth * height;
  if (cells === 0 || cells > kCellsMax || header.length < 12 + cells) {
    fail(`a world of ${width} × ${depth} × ${height} cells carries ${header.length - 12} bytes`);
  }
  return {
    tick: header.tick,
    width,
    depth,
    height,
    blocks: new Uint8Array(buffer, kHeaderBytes + 12, cells),
  };
}

// The layer of voxels that an entity is in.
export function layerOf(flags) {
  return flags >> 4;
}

// {tick, count, each(visit)}: visit(id, x, y, species, health 0…1, alive, heading in radians,
// flags).
export function readAgents(buffer) {
  const header = readHeader(buffer);
  if (header.kind === FrameKind.delta) fail("a delta came where key frames are expected");
  if (header.length < 4) fail("an agents frame has no count");
  const view = new DataView(buffer, kHeaderBytes, header.length);
  const total = view.getUint32(0, true);
  if (header.length < 4 + total * kEntityBytes) {
    fail(`an agents frame promises ${total} entities and carries ${header.length - 4} bytes`);
  }
  return {
    tick: header.tick,
    count: total,
    each(visit) {
      for (let at = 4, end = 4 + total * kEntityBytes; at < end; at += kEntityBytes) {
        visit(
          view.getUint32(at, true),
          view.getFloat32(at + 4, true),
          view.getFloat32(at + 8, true),
          view.getUint8(at + 12),
          view.getUint8(at + 13) / 255,
          (view.getUint8(at + 14) & 1) === 1,
          (view.getUint8(at + 15) / 256) * 2 * Math.PI,
          view.getUint8(at + 14),
        );
      }
    },
  };
}
