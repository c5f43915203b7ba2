#include "abilities/job_schedule.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <mutex>
#include <thread>

namespace cherub::abilities {
namespace {

// `seeds` jobs for each of the policies, one policy after the other.
std::vector<EvaluationJob> jobs_of(const std::vector<std::string>& policies, std::uint64_t seeds) {
  std::vector<EvaluationJob> jobs;
  for (const std::string& sha256 : policies) {
    for (std::uint64_t seed = 0; seed < seeds; ++seed) jobs.push_back({sha256, {.seed = seed}});
  }
  return jobs;
}

}  // namespace

TEST_CASE("one worker does the jobs policy by policy, whatever their order") {
  std::vector<EvaluationJob> jobs = jobs_of({"b", "a"}, 2);
  std::swap(jobs[1], jobs[2]);  // b a b a
  JobSchedule schedule(jobs);
  JobSchedule::Place place;
  std::vector<std::size_t> order;
  while (const auto job = schedule.next(place)) order.push_back(*job);
  CHECK(order == std::vector<std::size_t>{0, 2, 1, 3});
  CHECK_FALSE(schedule.next(place));
}

TEST_CASE("workers share a policy only when no other is left, and then the longest") {
  const auto jobs = jobs_of({"a", "b", "c"}, 4);
  JobSchedule schedule(jobs);
  JobSchedule::Place one, two, three;
  CHECK(*schedule.next(one) == 0);
  CHECK(*schedule.next(two) == 4);
  CHECK(*schedule.next(one) == 1);
  CHECK(*schedule.next(two) == 5);
  CHECK(*schedule.next(two) == 6);
  CHECK(*schedule.next(two) == 7);
  CHECK(*schedule.next(two) == 8);    // c, which nobody has
  CHECK(*schedule.next(three) == 9);  // c has more left than a
  CHECK(*schedule.next(three) == 10);
  CHECK(*schedule.next(three) == 11);
  CHECK(*schedule.next(three) == 2);
  CHECK(*schedule.next(two) == 3);
  for (JobSchedule::Place* place : {&one, &two, &three}) CHECK_FALSE(schedule.next(*place));
}

TEST_CASE("every job is done once on any number of threads") {
  const auto jobs = jobs_of({"a", "", "c", "d", "e"}, 40);
  for (const std::size_t threads : {1u, 2u, 5u, 9u}) {
    JobSchedule schedule(jobs);
    std::mutex mutex;
    std::vector<int> done(jobs.size(), 0);
    {
      std::vector<std::jthread> workers;
      for (std::size_t i = 0; i < threads; ++i) {
        workers.emplace_back([&] {
          JobSchedule::Place place;
          while (const auto job = schedule.next(place)) {
            const std::lock_guard lock(mutex);
            ++done[*job];
          }
        });
      }
    }
    CHECK(std::count(done.begin(), done.end(), 1) == std::ptrdiff_t(jobs.size()));
  }
}

TEST_CASE("a schedule of no jobs has none") {
  JobSchedule schedule({});
  JobSchedule::Place place;
  CHECK_FALSE(schedule.next(place));
}

}  // namespace cherub::abilities
