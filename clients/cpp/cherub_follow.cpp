// An example of the client: starts a run, follows one, gets its code, puts a script.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "cherub_client.h"

namespace {

constexpr const char* kUsage =
    "usage: cherub_follow HOST PORT start BODY | follow RUN | code RUN | put RUN FILE\n"
    "The environment variable CHERUB_TOKEN holds the token where the server asks for one.\n";

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw cherub::client::Problem(0, path + " cannot be read", "");
  return {std::istreambuf_iterator<char>(file), {}};
}

int run(const cherub::client::Client& client, const std::string& verb, int count, char** words) {
  const std::string first = words[0];
  if (verb == "start") {
    std::cout << client.start(first) << '\n';
  } else if (verb == "follow") {
    client.follow(first, {}, [](const cherub::client::Record& record) {
      std::cout << R"({"seq":)" << record.seq << R"(,"type":")" << record.type << "\"}"
                << std::endl;
      return true;
    });
  } else if (verb == "code") {
    std::cout << client.code(first).source;
  } else if (verb == "put" && count == 2) {
    std::cout << client.put_script(first, "policy", read_file(words[1])) << '\n';
  } else {
    std::cerr << kUsage;
    return 2;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::cerr << kUsage;
    return 2;
  }
  const char* const token = std::getenv("CHERUB_TOKEN");
  const cherub::client::Client client({argv[1], argv[2], token == nullptr ? "" : token});
  try {
    return run(client, argv[3], argc - 4, argv + 4);
  } catch (const std::exception& failure) {
    std::cerr << "cherub_follow: " << failure.what() << '\n';
    return 1;
  }
}
