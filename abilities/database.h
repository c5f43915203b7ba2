#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace cherub::abilities {

// One connection to an SQLite file. The first failure sticks: what comes after it does nothing, so
// that callers look once, at the end. Values reach SQL through Statement only. One thread.
class Database {
 public:
  enum class Access {
    kCreate,     // reads and writes; the file is made when it is not there
    kReadWrite,  // the file must be there
    kFrozen,     // reads a file that nobody writes, also from a medium that cannot be written
  };
  Database(const std::filesystem::path& path, Access access);
  Database(Database&& other) noexcept = default;
  Database& operator=(Database&& other) noexcept = default;
  ~Database() = default;

  // Statements without values, separated by semicolons.
  void run(const std::string& sql);
  // The same where a failure changes nothing that matters.
  void try_run(const std::string& sql);
  // From BEGIN to COMMIT nobody else writes. A failure in between leaves the file as it was.
  void begin() { run("BEGIN IMMEDIATE"); }
  void commit() { run("COMMIT"); }

  void fail();
  [[nodiscard]] bool failed() const { return failed_; }
  // The failure: kUnavailable when another process kept the file, else kIo. Says `what` could not
  // be done, why, and what helps.
  [[nodiscard]] base::Error error(std::string_view what) const;
  // Whether the failure is one of rights: a file or folder that cannot be opened or written.
  [[nodiscard]] bool was_denied() const;

 private:
  friend class Statement;
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  std::string path_;
  std::unique_ptr<sqlite3, Close> handle_;
  bool failed_ = false;
  int code_ = 0;  // SQLite's, of the first failure
  std::string message_;
};

// A prepared statement: its parameters are bound one after the other, its columns read by number.
// Must not outlive the database.
class Statement {
 public:
  Statement(Database& database, const std::string& sql);

  Statement& bind(std::int64_t value);
  Statement& bind(double value);  // what is not a number is stored as NULL
  Statement& bind(std::string_view text);
  Statement& bind_null();

  // True while there is a row.
  bool step();
  // Makes it ready for the next values.
  void reset();
  // All of it: step and reset.
  void run() {
    step();
    reset();
  }

  [[nodiscard]] bool is_null(int column = 0) const;
  [[nodiscard]] std::int64_t whole(int column = 0) const;
  [[nodiscard]] double real(int column = 0) const;  // NULL reads as NaN
  [[nodiscard]] std::string text(int column = 0) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const;
  };
  Database& database_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  int bound_ = 0;
};

}  // namespace cherub::abilities
