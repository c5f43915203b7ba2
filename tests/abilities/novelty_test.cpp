#include "abilities/novelty.h"

#include <catch2/catch.hpp>

#include "run_fixture.h"

namespace cherub::abilities {
namespace {

constexpr const char* kSource =
    "local policy = {}\n"
    "function policy.act(self, world)\n"
    "  local food = world.nearest(\"food\", 20)\n"
    "  if food and self.hunger > 0.5 then return self:move_to(food.x, food.y) end\n"
    "  return self:wander()\n"
    "end\n"
    "return policy\n";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  for (; at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

bool is_known(const std::string& other) {
  KnownSources known;
  known.add(*shape_of(kSource), "the first");
  const auto shape = shape_of(other);
  REQUIRE(shape);
  const std::string name = known.find(*shape);
  if (!name.empty()) CHECK(name == "the first");
  return !name.empty();
}

}  // namespace

TEST_CASE("names of locals, comments, layout and small changes of numbers make no new source") {
  CHECK(is_known(kSource));
  CHECK(is_known(replaced(kSource, "food.", "  grub .")) == false);  // another variable: a global
  CHECK(is_known(replaced(replaced(kSource, "food", "grub"), "\"grub\"", "\"food\"")));
  CHECK(is_known(replaced(kSource, "policy", "p")));
  CHECK(is_known(std::string("-- a comment\n") + kSource));
  CHECK(is_known(replaced(kSource, "\n", "\n\n  ")));
  CHECK(is_known(replaced(kSource, "0.5", "0.5049")));
  CHECK(is_known(replaced(kSource, "20", "0x14")));
}

TEST_CASE("whatever decides differently is a new source") {
  const std::pair<const char*, const char*> changes[] = {
      {"0.5", "0.51"},
      {"20", "-20"},
      {"> 0.5", "< 0.5"},
      {"\"food\"", "\"wolf\""},
      {"self.hunger", "self.energy"},
      {"food.x, food.y", "food.y, food.x"},
      {"food and", "food or"},
      {"wander", "rest"},
      {"return self:wander()", ""},
      {"function policy.act(self, world)", "function policy.act(world, self)"},
  };
  for (const auto& [from, to] : changes) {
    CAPTURE(from, to);
    CHECK_FALSE(is_known(replaced(kSource, from, to)));
  }
}

TEST_CASE("what does not parse has no shape") {
  CHECK_FALSE(shape_of("return ("));
  CHECK_FALSE(shape_of(std::string(70'000, ' ')));
}

TEST_CASE("a behaviour is told from others by metrics, ticks and receipts on each seed") {
  const auto scenario = engine::builtin_scenario("maze");
  REQUIRE(scenario);
  EpisodeResult episode;
  episode.seed = 4;
  episode.ticks = 10;
  episode.metrics = std::vector<double>(scenario->metrics.size(), 0.5);
  episode.receipts = {3, 0, 1};
  const auto descriptor = [&](const EpisodeResult& of) {
    return behaviour_descriptor(*scenario, std::span(&of, 1));
  };
  EpisodeResult same = episode;
  same.hash = 77;  // of another script
  same.wall_s = 3;
  same.metrics[0] += 1e-6;
  CHECK(descriptor(same) == descriptor(episode));
  for (int change = 0; change < 5; ++change) {
    EpisodeResult other = episode;
    if (change == 0) other.seed = 5;
    if (change == 1) other.ticks = 11;
    if (change == 2) other.metrics[1] += 0.01;
    if (change == 3) other.metrics[0] = std::numeric_limits<double>::quiet_NaN();
    if (change == 4) other.receipts[1] = 1;
    CAPTURE(change);
    CHECK(descriptor(other) != descriptor(episode));
  }
}

}  // namespace cherub::abilities
