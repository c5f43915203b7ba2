"""What tests of sessions share: a small world, and what a client of it knows."""

# Hares that stand still among grass; who is hungrier than 0.3 eats by itself.
HARES = """
name: hares
tick_rate: {rate}
terrain: {{generator: flat, width: 8, depth: 8}}
species:
  - {{name: hare, speed: 2, sense_radius: 4, diet: [grass], hunger_rate: {hunger}, starve_rate: 0}}
  - {{name: grass, kind: plant, food_value: 0.01}}
  - {{name: stone, kind: plant}}
spawns:
  - {{species: hare, count: {count}}}
  - {{species: grass, count: 120}}
  - {{species: stone, count: 20}}
actions: [move, eat]
"""


def hares(rate=10, hunger=0.0001, count=40):
    world = HARES.format(rate=rate, hunger=hunger, count=count)
    return {"type": "world", "world": world, "seed": 3}


class View:
    """What a client knows from the packets alone."""

    def __init__(self):
        self.entities, self.types, self.events, self.ticks = {}, {}, [], []

    def take(self, packet):
        for spawn in packet["spawns"]:
            assert spawn["id"] not in self.types, "nobody comes twice"
            self.types[spawn["id"]] = spawn["type"]
        for update in packet["entities"]:
            assert update["id"] in self.types, "nobody is told of who has not come"
            self.entities[update["id"]] = update
        for gone in packet["removals"]:
            del self.types[gone], self.entities[gone]
        self.events += packet["events"]
        self.ticks.append(packet["tick"])

    def ids(self, kind):
        return [entity for entity, its in self.types.items() if its == kind]

    def near(self, one, kind, least, most):
        x, y, _ = self.entities[one]["position"]
        for other in self.ids(kind):
            ox, oy, _ = self.entities[other]["position"]
            if least <= ((x - ox) ** 2 + (y - oy) ** 2) ** 0.5 <= most:
                yield other
