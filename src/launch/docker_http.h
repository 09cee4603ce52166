// HTTP/1.1 over the Unix socket of a Docker engine: one request a connection.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/unique_fd.h"

namespace shootout::launch {

struct DockerRequest {
  std::string method = "GET";
  std::string target;  ///< path and query, encoded
  std::string content_type{};
  std::string_view body{};  ///< of a POST; must outlive the request
  double silence_s = 60;    ///< fails where nothing comes or goes for so long
};

struct DockerAnswer {
  int status = 0;
  std::string body;
};

/// Pieces of the answer's body as they come; then `DockerAnswer::body` stays empty.
using BodyPieces = std::function<void(std::string_view)>;

/// The engine's answer, whatever its status. Errors (exit code 5): no engine there, no right to its socket,
/// silence, an answer that is cut off or no HTTP. `stop_asked` ends the exchange early (exit code 130).
Result<DockerAnswer> docker_exchange(const std::filesystem::path& socket, const DockerRequest& request,
                                     const BodyPieces& pieces = {},
                                     const std::function<bool()>& stop_asked = {});

/// A connection that has become a raw stream (attach, exec: `Upgrade: tcp`).
struct DockerStream {
  UniqueFd socket;    ///< non-blocking
  std::string first;  ///< what has come of the stream already
};

/// Fails as docker_exchange() does, and where the engine answers anything but 101 or 200 (with its words).
Result<DockerStream> docker_upgrade(const std::filesystem::path& socket, const DockerRequest& request);

}  // namespace shootout::launch
