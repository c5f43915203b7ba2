// Binary records of the render views (docs/PROTOCOL.md). Everything is little-endian.

const kHeaderBytes = 32;
const kEntityBytes = 16;
const kCellsMax = 1 << 26;

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
