"""A client of the wire (docs/PROTOCOL.md) written from its description alone: headers, key frames
and deltas, and a view of what each stream shows."""
import struct

UNIT = 128
KEY, DELTA = 0, 1
WORLD, AGENTS, POV_WORLD, POV_AGENTS = 1, 2, 3, 4


class Header:
    def __init__(self, message):
        (self.version, self.kind, self.flags, self.channel, self.seq, self.base_back, self.tick,
         self.length, self.stream) = struct.unpack_from("<BBHIIIQII", message)
        assert self.version == 1 and self.length == len(message) - 32, "a frame is whole"


class Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, kind):
        value, = struct.unpack_from("<" + kind, self.data, self.at)
        self.at += struct.calcsize("<" + kind)
        return value

    def varint(self):
        value, shift = 0, 0
        while True:
            byte = self.take("B")
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    def signed(self):
        bits = self.varint()
        return bits >> 1 if bits % 2 == 0 else -((bits + 1) >> 1)


class Stream:
    """`state`: {row: [x, y, species, health, flags, heading]}, or (size, voxels)."""

    def __init__(self):
        self.seq, self.state, self.keys, self.deltas = None, None, 0, 0

    def take(self, message):
        header, data = Header(message), Bytes(message[32:])
        if header.kind == KEY:
            self.keys += 1
            assert header.base_back == 0
        else:
            self.deltas += 1
            assert header.kind == DELTA and header.seq - header.base_back == self.seq
        if header.channel in (WORLD, POV_WORLD):
            self.world(header, data)
        else:
            self.agents(header, data)
        assert data.at == header.length, "nothing is left over"
        self.seq = header.seq
        return header

    def world(self, header, data):
        if header.kind == KEY:
            size = data.take("I"), data.take("I"), data.take("I")
            voxels = bytearray(data.data[data.at:])
            assert len(voxels) == size[0] * size[1] * size[2]
            data.at += len(voxels)
            self.state = size, voxels
            return
        voxel = 0
        for _ in range(data.take("I")):
            voxel += data.varint()
            self.state[1][voxel] = data.take("B")
            voxel += 1

    def agents(self, header, data):
        count = data.take("I")
        if header.kind == KEY:
            self.state = {}
            for _ in range(count):
                row, x, y, *looks = struct.unpack_from("<IffBBBB", data.data, data.at)
                data.at += 16
                self.state[row] = [round(x * UNIT), round(y * UNIT), *looks]
            return
        row = 0
        for _ in range(count):
            head = data.varint()
            row += head >> 1
            self.change(row, data.take("B") if head & 1 else 3, data)
            row += 1

    def change(self, row, mask, data):
        if mask == 16:
            place = [data.signed(), data.signed()]
            self.state[row] = place + [data.take("B") for _ in range(4)]
            return
        if mask == 32:
            del self.state[row]
            return
        one = self.state[row]
        if mask & 1:
            one[0] += data.signed()
            one[1] += data.signed()
        if mask & 2:
            one[5] = data.take("B")
        if mask & 4:
            one[3] = data.take("B")
        if mask & 8:
            one[4] = data.take("B")
