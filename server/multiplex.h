#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "engine/base/result.h"
#include "server/frame_stream.h"
#include "server/limits.h"
#include "server/outbox.h"
#include "server/record_channel.h"

namespace cherub::server {

// A client that keeps sending what nobody can read is not worth its connection.
inline constexpr int kRefusalsMax = 16;

// What a name stands for, with what a client should know before its first record or frame: a
// complete JSON object.
struct Channel {
  std::variant<std::shared_ptr<RecordChannel>, std::shared_ptr<FrameStream>> source;
  std::string about;
};
// Finds a channel by its name, "progress/<run>"; the error's `where` is "ch".
using FindChannel = std::function<base::Result<Channel>(const std::string& name)>;
// Takes a client's command for a run; the reply goes to the outbox. `ref` is the client's own name
// for its message, as JSON, may be empty. The error's `where` is the member at fault.
using TakeCommand = std::function<base::Result<void>(
    const std::string& run_id, const rapidjson::Value& command, const std::string& ref)>;

// A client's own name for its message, as JSON; empty: none, or none that can be given back.
std::string ref_of(const rapidjson::Value& message);

// Answers a client's words with what is wrong about them, and hangs up when it is always so.
class Refuser {
 public:
  // `form`: the member that says what the answer is, and its value: {"type", "refused"}.
  Refuser(std::shared_ptr<Outbox> outbox, std::string member, std::string value);
  void refuse(const base::Error& error, const std::string& ref = {});

 private:
  const std::shared_ptr<Outbox> outbox_;
  const std::string member_, value_;
  int refusals_ = 0;
};

// One client of `GET /ws`: says hello, and does what the client's messages ask for
// (docs/PROTOCOL.md). Network thread only.
class Multiplex {
 public:
  Multiplex(std::shared_ptr<Outbox> outbox, std::string epoch, FindChannel find,
            TakeCommand command, const ServerLimits& limits = {});
  ~Multiplex();
  Multiplex(const Multiplex&) = delete;
  Multiplex& operator=(const Multiplex&) = delete;

  void hear(std::string_view text);
  // The client is gone: nothing more goes to its outbox.
  void leave();

 private:
  base::Result<void> obey(const rapidjson::Value& message, const std::string& ref);
  base::Result<void> subscribe(const rapidjson::Value& message, const std::string& ref);
  base::Result<void> unsubscribe(const rapidjson::Value& message, const std::string& ref);
  base::Result<void> command(const rapidjson::Value& message, const std::string& ref);
  base::Result<void> wish_key(const rapidjson::Value& message, const std::string& ref);
  void join_records(const Channel& channel, JoinRequest request, const std::string& ref);
  void join_frames(const Channel& channel, FrameForm form, const std::string& ref);
  void say(std::string text);

  const std::shared_ptr<Outbox> outbox_;
  const std::string epoch_;
  const FindChannel find_;
  const TakeCommand command_;
  const std::size_t subscriptions_max_;
  Refuser refuser_;
  std::map<std::string, Channel, std::less<>> subscriptions_;
};

}  // namespace cherub::server
