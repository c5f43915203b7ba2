#include "tests/abilities/model_server_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "engine/base/json.h"

extern char** environ;

namespace cherub::testing {
namespace {

// Starts a program of PATH with its standard output and errors on the descriptors.
pid_t spawn(const std::vector<std::string>& arguments, int output, int errors) {
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) {
    pointers.push_back(const_cast<char*>(argument.c_str()));
  }
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  pid_t process = -1;
  const int status =
      posix_spawnp(&process, pointers[0], &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return status == 0 ? process : -1;
}

std::string first_line(int input) {
  std::string line;
  char c = 0;
  while (read(input, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

}  // namespace

ScratchDirectory::ScratchDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "cherub_test_XXXXXX").string();
  if (!mkdtemp(name.data())) throw std::runtime_error("no scratch directory");
  path_ = name;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

int run_program(const std::vector<std::string>& arguments) {
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  const pid_t process = spawn(arguments, nowhere, nowhere);
  close(nowhere);
  int status = 0;
  if (process < 0 || waitpid(process, &status, 0) != process) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string read_text(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void write_text(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

ModelServer::ModelServer(const std::string& script, const std::vector<std::string>& more) {
  std::vector<std::string> arguments{
      "/usr/bin/python3", CHERUB_SOURCE_DIR "/tests/system/model_server.py",
      "--port",           "0",
      "--script",         script,
      "--record",         scratch_.file("requests.jsonl")};
  arguments.insert(arguments.end(), more.begin(), more.end());
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  process_ = spawn(arguments, ends[1], STDERR_FILENO);
  close(ends[1]);
  const std::string line = first_line(ends[0]);
  close(ends[0]);
  if (!line.starts_with("ready ")) throw std::runtime_error("the model server does not start");
  url_ = line.substr(6);
}

ModelServer::~ModelServer() {
  if (process_ < 0) return;
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

std::vector<rapidjson::Document> ModelServer::requests() const {
  std::vector<rapidjson::Document> all;
  std::istringstream lines(read_text(scratch_.file("requests.jsonl")));
  for (std::string line; std::getline(lines, line);) {
    auto document = base::parse_json(line);
    if (document) all.push_back(std::move(document).value());
  }
  return all;
}

}  // namespace cherub::testing
