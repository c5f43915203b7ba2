#include "engine/base/random.h"

#include <array>
#include <catch2/catch.hpp>

#include "engine/base/hash.h"

namespace cherub::base {

TEST_CASE("a stream is a pure function of its coordinates") {
  RandomStream first(7, 3, 11, Stream::kLife);
  RandomStream again(7, 3, 11, Stream::kLife);
  for (int i = 0; i < 100; ++i) CHECK(first.bits() == again.bits());
}

TEST_CASE("every coordinate matters") {
  const auto draw = [](std::uint64_t seed, Tick tick, std::uint64_t entity, Stream stream) {
    return RandomStream(seed, tick, entity, stream).bits();
  };
  const auto base = draw(1, 2, 3, Stream::kLife);
  CHECK(base != draw(2, 2, 3, Stream::kLife));
  CHECK(base != draw(1, 3, 3, Stream::kLife));
  CHECK(base != draw(1, 2, 4, Stream::kLife));
  CHECK(base != draw(1, 2, 3, Stream::kScript));
  CHECK(draw(1, 2, 3, Stream::kLife) != draw(2, 1, 3, Stream::kLife));
}

TEST_CASE("uniform draws fill [0, 1) evenly") {
  std::array<int, 10> bins{};
  RandomStream stream(42, 0, 0, Stream::kSpawn);
  for (int i = 0; i < 100'000; ++i) {
    const double value = stream.uniform();
    REQUIRE(value >= 0);
    REQUIRE(value < 1);
    ++bins[static_cast<std::size_t>(value * 10)];
  }
  for (const int count : bins) CHECK(count == Approx(10'000).epsilon(0.05));
}

TEST_CASE("a hash depends on the order and the cut of what is added") {
  Hasher ab;
  ab.add("a");
  ab.add("b");
  Hasher ba;
  ba.add("b");
  ba.add("a");
  CHECK(ab.value() != ba.value());
  CHECK(hex64(0x0123456789abcdefu) == "0123456789abcdef");
}

}  // namespace cherub::base
