// What a container writes, into a file.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/error.h"
#include "base/unique_fd.h"
#include "launch/docker_http.h"

namespace shootout::launch {

/// Takes the frames apart in which an engine sends stdout and stderr of a container without a terminal: eight
/// bytes, the last four of them the length, then so many bytes
/// (https://docs.docker.com/reference/api/engine/, "Attach to a container": stream format).
class OutputFrames {
 public:
  /// The frames' contents, as far as they have come.
  [[nodiscard]] std::string take(std::string_view bytes);
  /// The same by pieces; `stream` is 1 for stdout, 2 for stderr.
  void take(std::string_view bytes, const std::function<void(int stream, std::string_view)>& piece);

 private:
  std::string header_;
  size_t left_ = 0;  ///< of the frame that has begun
  int stream_ = 0;
};

class ContainerLog {
 public:
  ContainerLog() = default;
  /// Appends to the file. Exit code 5 where it cannot be written.
  static Result<ContainerLog> open(DockerStream stream, const std::filesystem::path& file);

  /// -1 when nothing more comes.
  [[nodiscard]] int fd() const { return socket_.get(); }
  /// Writes what has come, without waiting.
  void pump();
  /// Writes what comes until the end, at most so long.
  void drain(double seconds);

 private:
  UniqueFd socket_, file_;
  OutputFrames frames_;
};

}  // namespace shootout::launch
