#include "abilities/database.h"

#include <sqlite3.h>

#include <cmath>
#include <limits>

namespace cherub::abilities {
namespace {

constexpr int kBusyTimeoutMs = 10'000;

// Characters that mean something in a file: URI, and all that is not plain ASCII.
std::string uri_of(const std::string& path) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f && c != '%' && c != '?' && c != '#') {
      uri += c;
    } else {
      uri += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return uri + "?immutable=1";
}

}  // namespace

void Database::Close::operator()(sqlite3* handle) const {
  sqlite3_close(handle);
}

void Statement::Finalize::operator()(sqlite3_stmt* handle) const {
  sqlite3_finalize(handle);
}

Database::Database(const std::filesystem::path& path, Access access) : path_(path.string()) {
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  if (access == Access::kCreate) flags |= SQLITE_OPEN_CREATE;
  if (access == Access::kFrozen)
    flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
  const std::string name = access == Access::kFrozen ? uri_of(path_) : path_;
  sqlite3* opened = nullptr;
  const int status = sqlite3_open_v2(name.c_str(), &opened, flags, nullptr);
  handle_.reset(opened);
  if (status != SQLITE_OK) fail();
  if (opened == nullptr) return;
  sqlite3_extended_result_codes(opened, 1);
  sqlite3_busy_timeout(opened, kBusyTimeoutMs);
}

void Database::fail() {
  if (failed_) return;
  failed_ = true;
  code_ = handle_ ? sqlite3_errcode(handle_.get()) : SQLITE_NOMEM;
  message_ = handle_ ? sqlite3_errmsg(handle_.get()) : "out of memory";
}

void Database::run(const std::string& sql) {
  if (failed_) return;
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

void Database::try_run(const std::string& sql) {
  if (!failed_) sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
}

bool Database::was_denied() const {
  const int kind = code_ & 0xff;
  return failed_ && (kind == SQLITE_READONLY || kind == SQLITE_CANTOPEN || kind == SQLITE_PERM);
}

base::Error Database::error(std::string_view what) const {
  base::ErrorCode code = base::ErrorCode::kIo;
  std::string advice;
  switch (code_ & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      code = base::ErrorCode::kUnavailable;
      advice = " Another process keeps it; try again when that one is done.";
      break;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      advice = " The file is damaged: move it away, and a new one is made.";
      break;
    case SQLITE_FULL:
      advice = " Make room on the disk.";
      break;
    default:
      if (was_denied()) advice = " Look at the rights of the file and of its folder.";
      break;
  }
  return {code, std::string(what) + ": " + message_ + "." + advice, path_};
}

Statement::Statement(Database& database, const std::string& sql) : database_(database) {
  if (database.failed()) return;
  sqlite3_stmt* prepared = nullptr;
  const auto size = static_cast<int>(sql.size());
  if (sqlite3_prepare_v2(database.handle_.get(), sql.c_str(), size, &prepared, nullptr) !=
      SQLITE_OK) {
    database.fail();
  }
  handle_.reset(prepared);
}

Statement& Statement::bind(std::int64_t value) {
  if (handle_) sqlite3_bind_int64(handle_.get(), ++bound_, value);
  return *this;
}

Statement& Statement::bind(double value) {
  if (std::isnan(value)) return bind_null();
  if (handle_) sqlite3_bind_double(handle_.get(), ++bound_, value);
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  const auto size = static_cast<int>(text.size());
  // A null pointer would be stored as NULL.
  const char* const bytes = text.empty() ? "" : text.data();
  if (handle_) sqlite3_bind_text(handle_.get(), ++bound_, bytes, size, SQLITE_TRANSIENT);
  return *this;
}

Statement& Statement::bind_null() {
  if (handle_) sqlite3_bind_null(handle_.get(), ++bound_);
  return *this;
}

bool Statement::step() {
  if (!handle_ || database_.failed()) return false;
  const int status = sqlite3_step(handle_.get());
  if (status != SQLITE_ROW && status != SQLITE_DONE) database_.fail();
  return status == SQLITE_ROW;
}

void Statement::reset() {
  if (handle_) sqlite3_reset(handle_.get());
  bound_ = 0;
}

bool Statement::is_null(int column) const {
  return !handle_ || sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::whole(int column) const {
  return handle_ ? sqlite3_column_int64(handle_.get(), column) : 0;
}

double Statement::real(int column) const {
  if (is_null(column)) return std::numeric_limits<double>::quiet_NaN();
  return sqlite3_column_double(handle_.get(), column);
}

std::string Statement::text(int column) const {
  if (!handle_) return {};
  const unsigned char* const bytes = sqlite3_column_text(handle_.get(), column);
  if (bytes == nullptr) return {};
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace cherub::abilities
