#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "abilities/angel/patient_model.h"
#include "abilities/file_system.h"

namespace cherub::abilities::angel {

inline constexpr std::size_t kCassetteBytesMax = 256u << 20;

enum class CassetteMode {
  kRecord,  // every call goes to the model and is added to the file
  kReplay,  // what was recorded is answered from the file, the rest by the model and not added
  kStrict,  // only what was recorded is answered; a miss is an error
  kAuto,    // what was recorded is answered from the file, the rest is recorded unless it failed
};
std::optional<CassetteMode> cassette_mode_named(std::string_view name);
const char* cassette_mode_name(CassetteMode mode);

// A request as it is compared: whoever answered it, and wherever, does not matter.
struct CassetteRequest {
  std::string model, system, user;
  double temperature = 0;
  std::uint32_t max_tokens = 0;

  // SHA-256 over all fields.
  [[nodiscard]] std::string key() const;
};

struct CassetteEntry {
  CassetteRequest request;
  base::Result<ModelReply> reply;
  std::vector<PatientModel::Spent> spent;
};

// One line of a cassette, without its line end, and back. Nothing of the process's environment is
// in it.
std::string entry_to_json(const CassetteEntry& entry);
base::Result<CassetteEntry> entry_from_json(std::string_view line);

// A file of requests and replies, one JSON object a line. Equal requests are answered in the order
// in which they were recorded, each once. A last line without its end was torn by a crash: it is
// cut off before anything is added, and else not read. Safe from several threads.
class Cassette {
 public:
  // Modes that add keep other processes out of the file. A missing file is an empty one for those
  // that may ask a model, kNotFound for kStrict. kInvalidArgument names the line that cannot be
  // read.
  static base::Result<std::unique_ptr<Cassette>> open(FileSystem& files, const std::string& path,
                                                      CassetteMode mode);

  [[nodiscard]] CassetteMode mode() const { return mode_; }
  // The parameters of the first entry, for replays that do not say them; null: it is empty.
  [[nodiscard]] const CassetteRequest* first() const {
    return entries_.empty() ? nullptr : &entries_.front().request;
  }

  // The next recorded answer to the request; null: there is none any more.
  const CassetteEntry* take(const CassetteRequest& request);
  // The whole line or none of it is in the file when this returns.
  base::Result<void> append(const CassetteEntry& entry);
  // Why there is no answer: the recorded request that is most like it, and their first difference.
  [[nodiscard]] base::Error miss(const CassetteRequest& request) const;

 private:
  Cassette(std::string path, CassetteMode mode) : path_(std::move(path)), mode_(mode) {}
  base::Result<std::size_t> load(std::string_view text);

  const std::string path_;
  const CassetteMode mode_;
  std::optional<OutputFile> file_;
  mutable std::mutex mutex_;  // guards what follows
  std::uint64_t size_ = 0;    // of the whole lines in the file
  std::vector<CassetteEntry> entries_;
  std::map<std::string, std::deque<std::size_t>> waiting_;  // by key
};

// A model behind a cassette. What comes from the file is reckoned in the ledger as it was when it
// was recorded, so that limits end a replay where they ended the run.
class CassetteModel final : public LanguageModel {
 public:
  using Inner =
      std::function<PatientModel::Call(const ModelRequest&, const std::atomic<bool>* cancel)>;

  // `parameters`: of every request, all but its texts. `inner` answers what the file does not.
  CassetteModel(std::unique_ptr<Cassette> cassette, CassetteRequest parameters, Inner inner,
                Ledger* ledger)
      : cassette_(std::move(cassette)),
        parameters_(std::move(parameters)),
        inner_(std::move(inner)),
        ledger_(ledger) {}

  base::Result<ModelReply> complete(const ModelRequest& request,
                                    const std::atomic<bool>* cancel) override;

 private:
  std::optional<base::Result<ModelReply>> recorded(const ModelRequest& request,
                                                   const CassetteRequest& asked);

  std::unique_ptr<Cassette> cassette_;
  CassetteRequest parameters_;
  Inner inner_;
  Ledger* ledger_;
};

}  // namespace cherub::abilities::angel
