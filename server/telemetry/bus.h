#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "engine/base/result.h"
#include "server/telemetry/log.h"
#include "server/telemetry/selection.h"
#include "server/transport.h"

namespace cherub::server::telemetry {

struct BusOptions {
  std::string runs_dir;
  LogOptions log;
};

inline constexpr std::size_t kReadsWaitingMax = 64;
inline constexpr std::size_t kDownloadsMax = 8;  // at a time: each holds files open
// Between two drains: what comes meanwhile is written and published together.
inline constexpr std::chrono::milliseconds kDrainInterval{10};

// The telemetry of a server: a log for each run of this process and one for the server, a thread
// that writes what they are given, and one that reads for who asks, also what earlier processes
// have left in the runs folder. Safe from any thread.
class Bus {
 public:
  explicit Bus(BusOptions options);
  ~Bus();  // stops
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  // The log of a run; it lives as long as somebody holds it.
  std::shared_ptr<Log> open(const std::string& run);
  [[nodiscard]] std::shared_ptr<Log> find(std::string_view run) const;
  [[nodiscard]] const std::shared_ptr<Log>& server_log() const { return server_log_; }
  // All events of all logs from now on, numbered on its own: "telemetry".
  [[nodiscard]] const std::shared_ptr<RecordChannel>& all() const { return all_; }
  // Whether there is, or may be, something of this run.
  [[nodiscard]] bool knows(const std::string& run) const;

  // Calls `ready` from the reading thread, or at once with kUnavailable when too much waits. An
  // empty `run`: all logs of this process, as far as they are in memory, by time.
  using Ready = std::function<void(base::Result<std::string>)>;
  // At most `limit` lines, oldest first: those that come next after since_seq if that is set, else
  // the newest.
  void query(const std::string& run, const Selection& selection, std::size_t limit, Ready ready);
  void statistics(const std::string& run, const Selection& selection, Ready ready);
  // All lines that are wanted. kUnavailable: too many do it at a time.
  base::Result<std::shared_ptr<BodyStream>> download(const std::string& run,
                                                     const Selection& selection);

  // Writes what is there, and takes nothing up any more.
  void stop();

 private:
  [[nodiscard]] std::filesystem::path folder_of(const std::string& run) const;
  [[nodiscard]] LogContents contents(const std::string& run, std::uint64_t since_seq) const;
  [[nodiscard]] std::vector<std::shared_ptr<Log>> logs() const;
  [[nodiscard]] std::string lines_of_all(const Selection& selection) const;
  base::Result<std::string> find_lines(const std::string& run, const Selection& selection,
                                       std::size_t limit) const;
  base::Result<std::string> count_lines(const std::string& run, const Selection& selection) const;
  void wake(const std::weak_ptr<Log>& log);
  void write_all();
  void read_all();
  base::Result<void> post(std::function<void()> task);
  void pack(const std::filesystem::path& folder);

  const BusOptions options_;
  std::shared_ptr<RecordChannel> all_;
  std::shared_ptr<Log> server_log_;

  mutable std::mutex mutex_;
  std::condition_variable written_, asked_;
  std::atomic<bool> stopping_{false};  // set under the mutex
  std::map<std::string, std::weak_ptr<Log>, std::less<>> logs_;
  std::vector<std::weak_ptr<Log>> dirty_;
  std::deque<std::function<void()>> reads_;
  std::shared_ptr<std::atomic<std::size_t>> downloads_ =
      std::make_shared<std::atomic<std::size_t>>(0);
  std::thread writer_, reader_;  // last: they use all of the above
};

}  // namespace cherub::server::telemetry
