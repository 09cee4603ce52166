// Where to connect to.
#pragma once

#include <sys/socket.h>

#include <string>

namespace shootout::engine {

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
  std::string text;  ///< for messages: 127.0.0.1:80, [::1]:80, unix:/run/app.sock
};

}  // namespace shootout::engine
