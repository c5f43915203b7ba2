"""Toys for fake_server.py: worlds whose entities move when asked for, and a checker of policies."""

import math
import random
import re


class Maze:
    """A maze by depth-first search, agents that walk its shortest way, and a target."""

    species = [("seeker", "agent"), ("target", "target")]

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.width = self.depth = 21
        self.blocks = bytearray([1] * (21 * 21))
        self.carve(1, 1)
        for _ in range(30):
            x, y = self.random.randrange(1, 20), self.random.randrange(1, 20)
            self.blocks[x + 21 * y] = 0 if self.random.random() < 0.7 else 2
        self.blocks[1 + 21] = self.blocks[19 + 21 * 19] = 0
        self.way = self.solve((1, 1), (19, 19))
        self.tick = 0

    def carve(self, x, y):
        self.blocks[x + 21 * y] = 0
        ways = [(2, 0), (-2, 0), (0, 2), (0, -2)]
        self.random.shuffle(ways)
        for dx, dy in ways:
            if 0 < x + dx < 20 and 0 < y + dy < 20 and self.blocks[x + dx + 21 * (y + dy)] == 1:
                self.blocks[x + dx // 2 + 21 * (y + dy // 2)] = 0
                self.carve(x + dx, y + dy)

    def solve(self, start, goal):
        came, queue = {start: None}, [start]
        for cell in queue:
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                other = (cell[0] + dx, cell[1] + dy)
                if other not in came and self.blocks[other[0] + 21 * other[1]] != 1:
                    came[other] = cell
                    queue.append(other)
        way = [goal]
        while came.get(way[-1]):
            way.append(came[way[-1]])
        return way[::-1]

    def entities(self):
        at = self.tick * 0.15 % (len(self.way) - 1)
        (x0, y0), (x1, y1) = self.way[int(at)], self.way[int(at) + 1]
        part = at % 1
        heading = math.atan2(y1 - y0, x1 - x0)
        health = max(0.2, 1 - self.tick % 200 / 260)
        yield 0, x0 + 0.5 + (x1 - x0) * part, y0 + 0.5 + (y1 - y0) * part, 0, health, heading
        yield 1, 19.5, 19.5, 1, 1.0, 0.0


class Pasture:
    """Grass, rabbits and wolves that walk about; nobody eats anybody."""

    species = [("grass", "plant"), ("rabbit", "agent"), ("wolf", "agent")]

    def __init__(self, seed):
        chance = random.Random(seed)
        self.width = self.depth = 48
        self.blocks = bytearray(48 * 48)
        for x in range(48):
            for y in range(48):
                if (x - 34) ** 2 + ((y - 30) * 1.4) ** 2 < 36:
                    self.blocks[x + 48 * y] = 3
        self.plants = [
            (chance.uniform(1, 47), chance.uniform(1, 47), chance.random()) for _ in range(420)
        ]
        self.plants = [p for p in self.plants if self.blocks[int(p[0]) + 48 * int(p[1])] == 0]
        self.walkers = [
            [chance.uniform(4, 44), chance.uniform(4, 44), chance.uniform(0, 6.3), species]
            for species in [1] * 60 + [2] * 5
        ]
        self.chance = chance
        self.tick = 0

    def entities(self):
        for index, (x, y, health) in enumerate(self.plants):
            yield index, x, y, 0, health, 0.0
        for index, walker in enumerate(self.walkers):
            walker[2] += self.chance.uniform(-0.3, 0.3)
            step = 0.12 if walker[3] == 1 else 0.2
            x, y = walker[0] + step * math.cos(walker[2]), walker[1] + step * math.sin(walker[2])
            if 0 < x < 48 and 0 < y < 48 and self.blocks[int(x) + 48 * int(y)] == 0:
                walker[0], walker[1] = x, y
            else:
                walker[2] += 1.6
            yield (
                1000 + index,
                walker[0],
                walker[1],
                walker[3],
                0.3 + 0.7 * ((index * 37) % 100) / 100,
                walker[2],
            )


def check(source):
    """A caricature of the checker: enough to have a line and a hint."""
    removed = {
        "os": "There is no os here.",
        "io": "There is no io here.",
        "require": "A policy is one file.",
        "load": "Write the function itself.",
        "ffi": "There is no ffi here.",
    }
    found, depth, last = [], 0, 1
    for number, line in enumerate(source.split("\n"), 1):
        code = re.sub(r'--.*|"[^"]*"', "", line)
        for word in re.finditer(r"[A-Za-z_]\w*", code):
            if word[0] in removed:
                found.append(
                    {
                        "line": number,
                        "column": word.start() + 1,
                        "severity": "error",
                        "message": f"unknown name '{word[0]}'",
                        "hint": removed[word[0]],
                    }
                )
            if word[0] == "while" and "while true do end" in code:
                found.append(
                    {
                        "line": number,
                        "column": word.start() + 1,
                        "severity": "error",
                        "message": "the script ran out of fuel while it was loaded",
                        "hint": "",
                    }
                )
            depth += word[0] in ("function", "then", "do")
            depth -= word[0] in ("end", "elseif")
        broken = re.search(r"(=|\()\s*(=|then\b|$)", code)
        if broken and not code.rstrip().endswith("("):
            found.append(
                {
                    "line": number,
                    "column": broken.start() + 2,
                    "severity": "error",
                    "message": "an expression is missing here",
                    "hint": "Write a value behind '='.",
                }
            )
        if line.strip():
            last = number
    if depth != 0 and not found:
        found.append(
            {
                "line": last,
                "column": 1,
                "severity": "error",
                "message": "'end' is missing" if depth > 0 else "there is an 'end' too many",
                "hint": "",
            }
        )
    return found
