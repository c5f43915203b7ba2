#include "engine/sight.h"

#include <algorithm>

#include "engine/senses.h"
#include "tests/engine/fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

// Many seekers and stones at random places of a maze.
std::string maze_yaml(const std::string& walls, double openness) {
  return "name: sights\n"
         "terrain: {generator: maze, width: 17, depth: 17, openness: " +
         std::to_string(openness) + "}\n" + walls +
         "species:\n"
         "  - {name: seeker, speed: 2, sense_radius: 6}\n"
         "  - {name: stone, kind: item}\n"
         "spawns:\n"
         "  - {species: seeker, count: 30}\n"
         "  - {species: stone, count: 60}\n"
         "metrics: [{name: survival}]\n"
         "success: {metric: survival}\n"
         "agent_species: seeker\n";
}

Point at(const World& world, std::uint32_t row) {
  const Columns& columns = world.columns();
  return {columns.x[row], columns.y[row], columns.z[row]};
}

// Whether a sample of the line lies in a wall whose sides are moved out by `grown` m; the cells of
// the ends do not count.
bool meets_wall(const Terrain& terrain, const Point& a, const Point& b, double grown) {
  constexpr int kSamples = 4000;
  const auto own = [&](std::int64_t x, std::int64_t y) {
    return (x == cell_at(a.x) && y == cell_at(a.y)) || (x == cell_at(b.x) && y == cell_at(b.y));
  };
  for (int i = 0; i <= kSamples; ++i) {
    const double x = a.x + (b.x - a.x) * i / kSamples, y = a.y + (b.y - a.y) * i / kSamples;
    for (std::int64_t cy = cell_at(y) - 1; cy <= cell_at(y) + 1; ++cy) {
      for (std::int64_t cx = cell_at(x) - 1; cx <= cell_at(x) + 1; ++cx) {
        if (own(cx, cy) || terrain.at(cx, cy) != Block::kWall) continue;
        const double low_x = double(cx) - grown, high_x = double(cx + 1) + grown;
        const double low_y = double(cy) - grown, high_y = double(cy + 1) + grown;
        if (x > low_x && x < high_x && y > low_y && y < high_y) return true;
      }
    }
  }
  return false;
}

struct Seen {
  double distance;
  std::uint64_t id;
};

// By looking at every entity.
std::vector<Seen> seen_by(const World& world, std::uint32_t row, double radius, bool walls) {
  std::vector<Seen> all;
  const Point eye = at(world, row);
  for (std::uint32_t other = 0; other < world.columns().size(); ++other) {
    if (other == row || world.columns().alive[other] == 0) continue;
    const Point point = at(world, other);
    const double dx = point.x - eye.x, dy = point.y - eye.y;
    const double distance = std::sqrt(dx * dx + dy * dy);
    if (distance > radius) continue;
    if (walls && !line_of_sight(world.terrain(), eye, point)) continue;
    all.push_back({distance, world.id_of(other).packed()});
  }
  std::sort(all.begin(), all.end(), [](const Seen& a, const Seen& b) {
    return a.distance != b.distance ? a.distance < b.distance : a.id < b.id;
  });
  return all;
}

}  // namespace

TEST_CASE("a line of sight meets walls where points on it do, and is the same from both ends") {
  int visible = 0, hidden = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const auto world = make_world(maze_yaml("", 0.05 * double(seed)), seed);
    const Terrain& terrain = world->terrain();
    cherub::base::RandomStream random(seed);
    for (int i = 0; i < 150; ++i) {
      const Point a{random.uniform(0, 17), random.uniform(0, 17), 0.5};
      const Point b{std::clamp(a.x + random.uniform(-5, 5), 0.0, 17.0),
                    std::clamp(a.y + random.uniform(-5, 5), 0.0, 17.0), 0.5};
      const bool clear = line_of_sight(terrain, a, b);
      CHECK(line_of_sight(terrain, b, a) == clear);
      if (meets_wall(terrain, a, b, -0.01)) CHECK_FALSE(clear);
      if (!meets_wall(terrain, a, b, 0.01)) CHECK(clear);
      (clear ? visible : hidden) += 1;
    }
  }
  CHECK(visible > 200);
  CHECK(hidden > 200);
}

TEST_CASE("walls hide in all three directions; nothing is seen from outside or nowhere") {
  Terrain terrain;
  terrain.width = terrain.depth = terrain.height = 5;
  terrain.blocks.assign(125, std::uint8_t(Block::kOpen));
  CHECK(line_of_sight(terrain, {0.5, 0.5, 0.5}, {4.5, 4.5, 4.5}));
  terrain.blocks[2 + 5 * (2 + 5 * 2)] = std::uint8_t(Block::kWall);
  CHECK_FALSE(line_of_sight(terrain, {0.5, 0.5, 0.5}, {4.5, 4.5, 4.5}));
  CHECK_FALSE(line_of_sight(terrain, {2.5, 2.5, 0.5}, {2.5, 2.5, 4.5}));
  CHECK_FALSE(line_of_sight(terrain, {2.5, 0.5, 2.5}, {2.5, 4.5, 2.5}));
  CHECK(line_of_sight(terrain, {2.5, 2.5, 0.5}, {2.5, 2.5, 2.5}));  // its own face
  CHECK(line_of_sight(terrain, {2.5, 2.5, 0.5}, {2.5, 4.4, 2.5}));
  CHECK(line_of_sight(terrain, {1.5, 1.5, 1.5}, {1.5, 1.5, 1.5}));
  CHECK_FALSE(line_of_sight(terrain, {-1, 2.5, 0.5}, {2.5, 2.5, 0.5}));
  CHECK_FALSE(line_of_sight(terrain, {NAN, 2.5, 0.5}, {2.5, 2.5, 0.5}));
  CHECK_FALSE(line_of_sight(terrain, {1, 2.5, 0.5}, {2.5, 1e300, 0.5}));
}

TEST_CASE("no sense of an agent goes beyond its radius or through walls that hide") {
  for (const char* walls : {"", "senses: {walls: block}\n", "senses: {walls: ignore}\n"}) {
    const bool hide = std::string(walls).find("ignore") == std::string::npos;
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      const auto world = make_world(maze_yaml(walls, 0.2), seed);
      cherub::base::RandomStream random(seed);
      int hidden = 0;
      for (const std::uint32_t row : world->agent_rows()) {
        const double asked = random.uniform(0, 12), radius = std::min(asked, 6.0);
        const std::vector<Seen> expected = seen_by(*world, row, radius, hide);
        hidden += seen_by(*world, row, radius, false).size() > expected.size() ? 1 : 0;
        Sighting nearest{}, near[kNeighborsMax];
        cherub_sense_nearest(world.get(), row, kAnySpecies, asked, &nearest);
        REQUIRE((nearest.found != 0) == !expected.empty());
        if (nearest.found != 0) REQUIRE(nearest.id == double(expected[0].id));
        const auto count = cherub_sense_neighbors(world.get(), row, kAnySpecies, asked, near);
        REQUIRE(std::size_t(count) == std::min<std::size_t>(expected.size(), kNeighborsMax));
        for (std::int32_t i = 0; i < count; ++i) REQUIRE(near[i].id == double(expected[i].id));
        REQUIRE(cherub_sense_count(world.get(), row, kAnySpecies, asked) ==
                std::int32_t(expected.size()));
        for (int i = 0; i < 40; ++i) {
          const Point eye = at(*world, row);
          const Point point{eye.x + random.uniform(-8, 8), eye.y + random.uniform(-8, 8), eye.z};
          const double dx = point.x - eye.x, dy = point.y - eye.y;
          const bool within = dx * dx + dy * dy <= 36;
          const bool line = line_of_sight(world->terrain(), eye, point);
          const bool seen = within && (line || !hide);
          const auto tile = cherub_sense_tile(world.get(), row, point.x, point.y);
          const auto voxel = cherub_sense_voxel(world.get(), row, point.x, point.y, point.z);
          const auto block = std::int32_t(world->terrain().at(cell_at(point.x), cell_at(point.y)));
          REQUIRE(tile == (seen ? block : -1));
          REQUIRE(voxel == tile);
          REQUIRE(cherub_sense_line_of_sight(world.get(), row, point.x, point.y, point.z) ==
                  (within && line ? 1 : 0));
        }
        REQUIRE(cherub_sense_voxel(world.get(), row, NAN, 1, 0) == -1);
        REQUIRE(cherub_sense_line_of_sight(world.get(), row, 1, 1, NAN) == 0);
      }
      CHECK((hidden > 0) == hide);
    }
  }
}
