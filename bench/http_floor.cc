// What no HTTP client can go much below: see floor.h. `shootout load` and wrk are held against it.
#include "floor.h"

int main(int count, char** values) {
  using namespace shootout::bench;
  const FloorOptions options = floor_options("HTTP/1.1 over a bare epoll loop", count, values);
  const std::string request = fmt::format("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", options.address);

  // A first answer tells how long each one is.
  const int fd = connected(options.address);
  const std::string first = ask(fd, request, "\r\n\r\n");
  ::close(fd);
  const std::size_t head = first.find("\r\n\r\n") + 4;
  const std::size_t field = first.find("Content-Length: ");
  if (!first.starts_with("HTTP/1.1 200 ") || field > head) die("the answer is no 200 with a Content-Length");
  const std::size_t answer_bytes = head + std::strtoull(first.c_str() + field + 16, nullptr, 10);

  const auto open = [&] { return connected(options.address); };
  print_figures(exchange(options.connections, open, request, answer_bytes, options.seconds), options.seconds);
}
