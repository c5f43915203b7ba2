// What may go wrong around a catalogue: other processes, damage, rights, a full disk.
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "catalogue_fixture.h"
#include "faulty_file_system.h"

namespace cherub::abilities {
namespace {

namespace fs = std::filesystem;

CatalogueScript numbered(int writer, int number) {
  return measured(script_of(std::to_string(writer) + "/" + std::to_string(number)), "tuning",
                  writer + 0.01 * number);
}

// Adds `count` scripts, a few at a time; whether all went well.
bool write_many(const std::string& folder, int writer, int count) {
  Catalogue catalogue(folder);
  for (int i = 0; i < count; i += 2) {
    // Both writers add the even ones of writer 0 too.
    const std::vector<CatalogueScript> scripts = {numbered(writer, i), numbered(writer, i + 1),
                                                  numbered(0, i)};
    if (!catalogue.add(scripts)) return false;
    if (!catalogue.search("reach", {})) return false;
  }
  return true;
}

std::vector<CatalogueScript> some_scripts(int count) {
  std::vector<CatalogueScript> scripts;
  for (int i = 0; i < count; ++i) scripts.push_back(numbered(1, i));
  return scripts;
}

// As someone without rights, where the test has them all.
class Unprivileged {
 public:
  Unprivileged() : was_root_(::geteuid() == 0) {
    if (was_root_) REQUIRE(::seteuid(65534) == 0);
  }
  ~Unprivileged() {
    if (was_root_) (void)::seteuid(0);
  }

 private:
  bool was_root_;
};

// No file can grow beyond so many bytes: a full disk, as far as a program can tell.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &old_); }

 private:
  rlimit old_{};
};

// Everything that is listed can be read, whole.
void check_sound(const Catalogue& catalogue) {
  const auto all = catalogue.all();
  REQUIRE(all);
  for (const std::string& sha256 : *all) {
    const auto script = catalogue.find(sha256);
    INFO((script ? "" : script.error().text()));
    REQUIRE(script);
    CHECK(script->measurements.size() == 1);
    CHECK(script->measurements[0].results.size() == 2);
  }
}

}  // namespace

TEST_CASE("several threads and processes write and read at once, and nothing is lost") {
  constexpr int kWriters = 4, kScripts = 30;
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/shared";
  std::vector<pid_t> children;
  for (int writer = 1; writer <= kWriters; ++writer) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) ::_exit(write_many(place, writer, kScripts) ? 0 : 1);
    children.push_back(child);
  }
  bool thread_done = false;
  std::thread thread([&] { thread_done = write_many(place, kWriters + 1, kScripts); });
  for (const pid_t child : children) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  thread.join();
  CHECK(thread_done);
  const Catalogue catalogue(place);
  CHECK(catalogue.all()->size() == (kWriters + 1) * kScripts + kScripts / 2);
  check_sound(catalogue);
}

TEST_CASE("a file that is no database is told of, and is not touched") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/catalogue.sqlite";
  const std::string garbage(10'000, 'g');
  std::ofstream(path) << garbage;
  Catalogue catalogue(folder.path());
  const auto scripts = some_scripts(1);
  for (const base::Error& error :
       {catalogue.add(scripts).error(), catalogue.search("x", {}).error(),
        catalogue.find("abcd").error(), catalogue.best_for("reach", "maze", 3).error()}) {
    CHECK(error.code == base::ErrorCode::kIo);
    CHECK(error.text().find(path) == 0);
    CHECK(error.message.find("damaged: move it away") != std::string::npos);
  }
  CHECK(file_text(path) == garbage);
}

TEST_CASE("a database with wrong bytes anywhere gives answers or errors, never anything else") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/catalogue.sqlite";
  {
    Catalogue catalogue(folder.path());
    add_all(catalogue, some_scripts(40));
  }
  const std::string whole = file_text(path);
  REQUIRE(whole.size() > 10'000);
  base::RandomStream random = test_random(3);
  int errors = 0;
  for (int i = 0; i < 150; ++i) {
    std::string bad = whole;
    if (i % 3 == 0) bad.resize(random.below(bad.size()));
    for (int n = 0; n < 20 && !bad.empty(); ++n) {
      bad[random.below(bad.size())] = static_cast<char>(random.below(256));
    }
    for (const char* suffix : {"-wal", "-shm"}) fs::remove(path + suffix);
    std::ofstream(path, std::ios::trunc) << bad;
    Catalogue catalogue(folder.path());
    const auto hits = catalogue.search("reach", {});
    const auto added = catalogue.add(some_scripts(3));
    if (!hits || !added) ++errors;
    for (const auto* error : {hits ? nullptr : &hits.error(), added ? nullptr : &added.error()}) {
      if (error != nullptr) CHECK(error->text().find(path) == 0);
    }
  }
  CHECK(errors > 0);
}

TEST_CASE("a newer catalogue is left alone") {
  const TemporaryFolder folder;
  Catalogue catalogue(folder.path());
  add_all(catalogue, some_scripts(1));
  Database(folder.path() + "/catalogue.sqlite", Database::Access::kReadWrite)
      .run("PRAGMA user_version = 99");
  const auto added = catalogue.add(some_scripts(2));
  REQUIRE_FALSE(added);
  CHECK(added.error().message.find("newer Cherub (format 99") != std::string::npos);
  CHECK(catalogue.search("", {}).error().code == base::ErrorCode::kConflict);
}

TEST_CASE("a folder that may only be read is read, and adding says why it cannot") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/50% full?#1";
  {
    Catalogue catalogue(place);
    add_all(catalogue, some_scripts(5));
  }
  fs::permissions(folder.path(), fs::perms(0555));
  fs::permissions(place + "/scripts", fs::perms(0555));
  fs::permissions(place, fs::perms(0555));
  fs::permissions(place + "/catalogue.sqlite", fs::perms(0444));
  {
    const Unprivileged nobody;
    Catalogue catalogue(place);
    CHECK(names_of(catalogue.search("reach", {})).size() == 5);
    check_sound(catalogue);
    const auto added = catalogue.add({some_scripts(6)});
    REQUIRE_FALSE(added);
    CHECK(added.error().code == base::ErrorCode::kIo);
    CHECK(added.error().text().find(place) == 0);
    const auto elsewhere = Catalogue(folder.path() + "/new").add(some_scripts(1));
    REQUIRE_FALSE(elsewhere);
    CHECK(elsewhere.error().code == base::ErrorCode::kIo);
  }
  fs::permissions(folder.path(), fs::perms(0755));
  fs::permissions(place, fs::perms(0755));
  fs::permissions(place + "/scripts", fs::perms(0755));
}

TEST_CASE("whatever file operation fails, the catalogue is as before or has it all") {
  const auto scripts = some_scripts(4);
  std::uint64_t operations = 0;
  for (std::uint64_t nth = 0; nth <= operations; ++nth) {
    const TemporaryFolder folder;
    FaultyFileSystem files(nth, FaultyFileSystem::Fault::kForEver);
    Catalogue catalogue(folder.path() + "/c", files);
    const auto added = catalogue.add(scripts);
    if (nth == 0) operations = files.operations();
    CAPTURE(nth);
    CHECK(added.ok() == (nth == 0));
    const Catalogue after(folder.path() + "/c");
    CHECK(after.all()->size() == (added ? scripts.size() : 0));
    check_sound(after);
    REQUIRE(Catalogue(folder.path() + "/c").add(scripts));
    CHECK(after.all()->size() == scripts.size());
  }
  CHECK(operations > 10);
}

TEST_CASE("a full disk fails the call and nothing else") {
  const auto scripts = some_scripts(60);
  int failures = 0;
  for (const rlim_t bytes : {2000, 20'000, 40'000, 60'000, 90'000, 120'000, 200'000, 2'000'000}) {
    const TemporaryFolder folder;
    CAPTURE(bytes);
    {
      const FileSizeLimit limit(bytes);
      const auto added = Catalogue(folder.path()).add(scripts);
      if (!added) {
        ++failures;
        CHECK(added.error().code == base::ErrorCode::kIo);
        CHECK(added.error().text().find(folder.path()) == 0);
      }
    }
    Catalogue catalogue(folder.path());
    check_sound(catalogue);
    const std::size_t kept = catalogue.all()->size();
    CHECK((kept == 0 || kept == scripts.size()));
    REQUIRE(catalogue.add(scripts));
    CHECK(catalogue.all()->size() == scripts.size());
  }
  CHECK(failures >= 3);
  CHECK(failures < 8);
}

TEST_CASE("a source that was lost or changed is told of, and adding the script heals it") {
  const TemporaryFolder folder;
  Catalogue catalogue(folder.path());
  const auto scripts = some_scripts(1);
  add_all(catalogue, scripts);
  const std::string path = folder.path() + "/scripts/" + scripts[0].sha256 + ".lua";
  std::ofstream(path) << "changed";
  CHECK(catalogue.find(scripts[0].sha256).error().text().find(path) == 0);
  fs::remove(path);
  CHECK(catalogue.find(scripts[0].sha256).error().text().find(path) == 0);
  add_all(catalogue, scripts);
  CHECK(catalogue.find(scripts[0].sha256)->source == scripts[0].source);
}

}  // namespace cherub::abilities
