#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "abilities/compression.h"
#include "abilities/file_system.h"
#include "abilities/job_queue.h"
#include "engine/scenario.h"

namespace cherub::abilities {

// What the episodes of a run gave, in a file that grows with them: a search that was interrupted is
// run again, and what it measured before is read instead of simulated. Episodes are pure functions
// of scenario, source and spec, so the second search goes the way of the first.
//
// The file has one JSON object a line, in front of it a checksum: "9f86d081884c7d65 {…}\n". The
// first line says by which rules was measured; when those are others now, the file begins anew. A
// line that is damaged or torn counts as not there. One process at a time has the file.
class MeasuredCache final : public JobQueue {
 public:
  // Reads what is there. Errors: kIo, or kConflict when another process has the file.
  static base::Result<std::unique_ptr<MeasuredCache>> open(FileSystem& files,
                                                           const std::filesystem::path& path,
                                                           const engine::Scenario& scenario,
                                                           const scripting::HostOptions& options,
                                                           std::unique_ptr<JobQueue> inner);

  // What is known is not run. The rest is, and written down as it ends; episodes that did not run
  // to their end are not. A file that cannot be written costs a later resume time, not this run:
  // nothing more is written then.
  std::vector<EpisodeResult> run(std::span<const EvaluationJob> jobs,
                                 const JobWatch& watch) override;

  [[nodiscard]] std::size_t known() const { return known_.size(); }  // from the file
  [[nodiscard]] std::uint64_t served() const { return served_; }     // since it was opened

 private:
  MeasuredCache(OutputFile file, std::unique_ptr<JobQueue> inner)
      : file_(std::move(file)), inner_(std::move(inner)) {}
  std::size_t load(std::string_view text, const std::string& rules);
  void note(const EvaluationJob& job, const EpisodeResult& result);
  void flush();

  std::optional<OutputFile> file_;  // empty: it could not be written any more
  std::unique_ptr<JobQueue> inner_;
  std::map<std::string, std::string> known_;  // lines without their checksum, by job
  std::string waiting_;                       // lines that are not written yet
  Compressor compressor_{1};                  // of logs, which are seldom read again
  std::uint64_t served_ = 0;
};

// A line of the file without its end, and back; the second gives nothing for a damaged one.
std::string measured_line(const EvaluationJob& job, const EpisodeResult& result,
                          Compressor& compressor);
std::optional<EpisodeResult> read_measured(std::string_view json);

}  // namespace cherub::abilities
