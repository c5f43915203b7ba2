#pragma once

#include <rapidjson/document.h>

#include <memory>
#include <string>
#include <vector>

#include "abilities/angel/http_transport.h"
#include "abilities/angel/language_model.h"
#include "abilities/angel/provider_config.h"
#include "abilities/angel/url.h"

namespace cherub::abilities::angel {

// Parameters that some models of a provider refuse; learned from their refusals.
struct Quirks {
  bool no_temperature = false;
  bool completion_tokens = false;  // "max_completion_tokens" in the place of "max_tokens"
  bool no_stream_options = false;  // usage cannot be asked for in a stream
  bool no_stream = false;
};

// Puts a streamed reply together. One thread, one reply.
class StreamReader {
 public:
  virtual ~StreamReader() = default;
  // The next event, which is no error.
  virtual void take(const rapidjson::Value& event) = 0;
  // Whether everything is there, though the connection is open.
  [[nodiscard]] virtual bool complete() const = 0;
  // The reply when the stream has ended: complete(), or by a [DONE], or `cut`. Errors as
  // Wire::read, and kUnavailable for a stream that ends before the model did.
  [[nodiscard]] virtual base::Result<ModelReply> finish(bool cut) const = 0;
  // What came so far, text and thinking.
  [[nodiscard]] virtual std::size_t bytes() const = 0;
};

// The language of one provider: how to ask, and where in the answer the text stands. Stateless.
class Wire {
 public:
  virtual ~Wire() = default;
  [[nodiscard]] virtual std::string default_base_url() const = 0;
  [[nodiscard]] virtual std::string default_key_variable() const = 0;
  // The URL to POST to, under a base as people write it.
  [[nodiscard]] virtual std::string endpoint(const Url& base) const = 0;
  // Without a key (empty) no header carries one.
  [[nodiscard]] virtual std::vector<HttpHeader> headers(const std::string& key) const = 0;
  [[nodiscard]] virtual std::string body(const ProviderConfig& config, const ModelRequest& request,
                                         const Quirks& quirks) const = 0;
  // Text, tokens and cut_off of a successful reply. kInvalidArgument: another shape, the message
  // says which part is missing; other codes: understood, but no text. Host and status are added by
  // the caller.
  [[nodiscard]] virtual base::Result<ModelReply> read(const rapidjson::Value& root) const = 0;
  [[nodiscard]] virtual std::unique_ptr<StreamReader> stream_reader() const = 0;
};

std::unique_ptr<Wire> make_openai_wire();
std::unique_ptr<Wire> make_anthropic_wire();

// The path without trailing slashes and without `suffix`, when it ends so.
std::string path_without(std::string path, const std::string& suffix);

// Object member, or nullptr when `value` is no object or lacks it.
const rapidjson::Value* member_of(const rapidjson::Value* value, const char* name);
// A count; 0 for whatever is not one.
std::uint64_t count_of(const rapidjson::Value* value, const char* name);

// kUnavailable, for a reply whose text is empty: `cut_off` tells a budget spent on thinking from
// silence.
base::Error empty_reply(bool cut_off);
// kUnavailable, for a stream that ends before its reply does.
base::Error cut_stream();

}  // namespace cherub::abilities::angel
