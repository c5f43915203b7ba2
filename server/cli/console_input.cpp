#include "server/cli/console_input.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

namespace cherub::server::cli {
namespace {

constexpr std::chrono::milliseconds kPatience{100};  // between two looks at whether to end

// Lets the reading thread wait for an answer that the run's thread brings.
class Answered {
 public:
  void set() {
    const std::lock_guard lock(mutex_);
    set_ = true;
    changed_.notify_all();
  }
  bool wait_a_while() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [this] { return set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

}  // namespace

ConsoleInput::ConsoleInput(int descriptor, bool at_terminal, abilities::RunControl& control,
                           OnReply on_reply)
    : descriptor_(descriptor),
      at_terminal_(at_terminal),
      control_(control),
      on_reply_(std::move(on_reply)),
      thread_([this] { read(); }) {}

ConsoleInput::~ConsoleInput() {
  ending_ = true;
  thread_.join();
}

void ConsoleInput::read() {
  std::string text;
  std::array<char, 4096> piece{};
  while (!ending_) {
    pollfd ready{descriptor_, POLLIN, 0};
    const int polled = ::poll(&ready, 1, static_cast<int>(kPatience.count()));
    if (polled == 0 || (polled < 0 && errno == EINTR)) continue;
    if (polled < 0) return;
    const ssize_t bytes = ::read(descriptor_, piece.data(), piece.size());
    if (bytes < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (bytes <= 0) break;
    text.append(piece.data(), static_cast<std::size_t>(bytes));
    take(text);
  }
  if (!ending_ && !text.empty() && !skipping_) ask(text);
}

// Asks whole lines and leaves the rest.
void ConsoleInput::take(std::string& text) {
  std::size_t begin = 0;
  for (std::size_t end = 0; !ending_ && (end = text.find('\n', begin)) != std::string::npos;) {
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    if (!std::exchange(skipping_, false)) ask(line);
  }
  text.erase(0, begin);
  if (text.size() <= abilities::kConsoleLineBytesMax) return;
  if (!skipping_) ask(text);  // is answered that it is too long
  skipping_ = true;
  text.clear();
}

void ConsoleInput::ask(const std::string& line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string::npos || line[first] == '#') {
    if (at_terminal_) on_reply_("", {});
    return;
  }
  const auto command = abilities::parse_console_line(line);
  if (!command.ok()) {
    on_reply_(line, abilities::console_refusal(command.error()));
    return;
  }
  const auto answered = std::make_shared<Answered>();
  control_.ask(
      *command,
      [answered, on_reply = on_reply_, line](const abilities::ConsoleReply& reply) {
        on_reply(line, reply);
        answered->set();
      },
      at_terminal_ ? abilities::WhenEarly::kAnswer : abilities::WhenEarly::kWait);
  while (!at_terminal_ && !ending_ && !answered->wait_a_while()) continue;
}

}  // namespace cherub::server::cli
