#pragma once

#include <cstdint>

namespace cherub::bench {

// Requests a second beside nginx; reports server.http_over_nginx.
void measure_http();

// A port of 127.0.0.1 that nobody listens at.
std::uint16_t free_port();
// Until somebody listens there; ends the program when that takes more than ten seconds.
void wait_for_port(std::uint16_t port);

}  // namespace cherub::bench
