#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "engine/base/check.h"

namespace cherub::base {

// What kind of failure an Error is. Callers switch on this, people read the message.
enum class ErrorCode {
  kInvalidArgument,  // the caller gave something out of range or malformed
  kNotFound,         // a name, file or id that does not exist
  kRefused,          // understood, but not allowed (sandbox, access, budget)
  kConflict,         // the state does not permit it now
  kUnavailable,      // a peer or resource did not answer; trying later may help
  kIo,               // the operating system said no
  kInternal,         // Cherub's own fault
};

// A failure that is part of normal life: bad input, missing file, silent peer.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  // what went wrong and what to do, a full sentence
  std::string where;    // file:line, field path, URL …; may be empty

  [[nodiscard]] std::string text() const {
    return where.empty() ? message : where + ": " + message;
  }
};

// A value or the Error that took its place. Reading the wrong side is a programmer error.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return std::get<0>(checked()); }
  const T& value() const& { return std::get<0>(checked()); }
  T&& value() && { return std::get<0>(std::move(checked())); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  [[nodiscard]] const Error& error() const {
    CHERUB_CHECK(!ok());
    return std::get<1>(state_);
  }

 private:
  std::variant<T, Error>& checked() {
    CHERUB_CHECK(ok());
    return state_;
  }
  const std::variant<T, Error>& checked() const {
    CHERUB_CHECK(ok());
    return state_;
  }
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const Error& error() const {
    CHERUB_CHECK(!ok());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace cherub::base
