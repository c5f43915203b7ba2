#include <algorithm>

#include "engine/sounds.h"
#include "tests/engine/society_fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

std::vector<std::string> heard_by(const World& world, EntityId id) {
  Heard heard[kHeardMax];
  const std::int32_t count = cherub_sense_heard(&world, id.index, heard);
  std::vector<std::string> texts;
  for (std::int32_t i = 0; i < count; ++i) {
    texts.emplace_back(heard[i].text, heard[i].text_bytes);
    if (i > 0) CHECK(heard[i].speaker.distance >= heard[i - 1].speaker.distance);
  }
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("what is said is heard in the next tick, within the hearer's senses") {
  Fair fair;
  const EntityId a = fair.person(4, 4), near = fair.person(11, 4), far = fair.person(12.5, 4);
  Texts during;
  Puppeteer says([&](const World& world, Intents& intents) {
    intents.messages.push_back({a.index, "hello", MessageKind::kSay});
    during = heard_by(world, near);
  });
  fair.world->step(says);
  CHECK(during.empty());
  CHECK(heard_by(*fair.world, near) == Texts{"hello"});
  CHECK(heard_by(*fair.world, far).empty());
  CHECK(heard_by(*fair.world, a).empty());  // not by itself
  fair.tick();
  CHECK(heard_by(*fair.world, near).empty());
}

TEST_CASE("a call carries as far as it is paid for; what is told one hears alone, however far") {
  Fair fair("", "", 0);
  const EntityId a = fair.person(2, 2), b = fair.person(14, 2), c = fair.person(22, 22);
  fair.install(spec_of("act", 0.05, 1));
  Effect call = effect(EffectKind::kCall, {}, 13);
  call.text = "wolf";
  CHECK(fair.use(a, {call}) == Receipt::kAccepted);
  CHECK(heard_by(*fair.world, b) == Texts{"wolf"});
  CHECK(heard_by(*fair.world, c).empty());
  Effect tell = effect(EffectKind::kTell, c);
  tell.text = std::string("come\0here\xff", 10);
  CHECK(fair.use(a, {tell}) == Receipt::kAccepted);
  CHECK(heard_by(*fair.world, c) == Texts{tell.text});
  CHECK(heard_by(*fair.world, b).empty());
  fair.install(spec_of("act", 0.01, 1));
  CHECK(fair.use(a, {tell}) == Receipt::kUnpaid);  // 28 m
  tell.text.assign(kMessageBytesMax + 1, 'x');
  fair.install(spec_of("act", 0.05, 1));
  CHECK(fair.use(a, {tell}) == Receipt::kTooLong);
}

TEST_CASE("of many sounds the nearest are heard, as by looking at each of them") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    cherub::base::RandomStream random(seed);
    Terrain terrain;
    terrain.width = static_cast<std::uint32_t>(1 + random.below(120));
    terrain.depth = static_cast<std::uint32_t>(1 + random.below(120));
    std::vector<Sound> sounds(random.below(200));
    for (Sound& sound : sounds) {
      sound.kind = static_cast<SoundKind>(random.below(3));
      sound.speaker = {static_cast<std::uint32_t>(random.below(40)), 0};
      sound.to = {static_cast<std::uint32_t>(random.below(40)), 0};
      sound.x = static_cast<float>(random.uniform(0, terrain.width));
      sound.y = static_cast<float>(random.uniform(0, terrain.depth));
      sound.radius = random.uniform(0, seed % 2 == 0 ? 5 : 80);
    }
    SoundMap map;
    map.rebuild(sounds, terrain);
    for (std::uint32_t index = 0; index < 40; ++index) {
      Hearer hearer{{index, 0},
                    random.uniform(0, terrain.width),
                    random.uniform(0, terrain.depth),
                    0,
                    random.uniform(0, 30)};
      std::vector<std::pair<double, std::uint32_t>> expected;
      for (std::uint32_t i = 0; i < sounds.size(); ++i) {
        const Sound& sound = sounds[i];
        const double dx = double{sound.x} - hearer.x, dy = double{sound.y} - hearer.y;
        const double squared = dx * dx + dy * dy;
        const double radius = sound.kind == SoundKind::kSay ? hearer.sense_radius : sound.radius;
        const bool heard =
            sound.kind == SoundKind::kTell ? sound.to == hearer.id : squared <= radius * radius;
        if (heard && sound.speaker != hearer.id) expected.emplace_back(squared, i);
      }
      std::sort(expected.begin(), expected.end());
      expected.resize(std::min(expected.size(), kHeardMax));
      SoundHit hits[kHeardMax];
      const std::size_t count = map.heard(sounds, hearer, hits);
      REQUIRE(count == expected.size());
      for (std::size_t i = 0; i < count; ++i) REQUIRE(hits[i].sound == expected[i].second);
    }
  }
}
