#include "launch/container_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "base/folders.h"

namespace shootout::launch {
namespace {

constexpr size_t kFrameHeader = 8;

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // a full disk must not hold the server up
    bytes.remove_prefix(static_cast<size_t>(n));
  }
}

}  // namespace

void OutputFrames::take(std::string_view bytes, const std::function<void(int, std::string_view)>& piece) {
  while (!bytes.empty()) {
    if (left_ > 0) {
      const size_t part = std::min(left_, bytes.size());
      piece(stream_, bytes.substr(0, part));
      bytes.remove_prefix(part);
      left_ -= part;
      continue;
    }
    const size_t part = std::min(kFrameHeader - header_.size(), bytes.size());
    header_ += bytes.substr(0, part);
    bytes.remove_prefix(part);
    if (header_.size() < kFrameHeader) return;
    stream_ = header_[0];
    for (size_t i = 4; i < kFrameHeader; ++i) left_ = left_ << 8 | static_cast<unsigned char>(header_[i]);
    header_.clear();
  }
}

std::string OutputFrames::take(std::string_view bytes) {
  std::string content;
  take(bytes, [&](int, std::string_view piece) { content += piece; });
  return content;
}

Result<ContainerLog> ContainerLog::open(DockerStream stream, const std::filesystem::path& file) {
  if (auto made = make_folder(file.parent_path()); !made) return std::unexpected(made.error());
  ContainerLog log;
  log.file_.reset(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644));
  if (!log.file_) {
    return fail(ExitCode::environment,
                fmt::format("cannot write the log {}: {}", file.string(), errno_text(errno)),
                "make it writable, or name another place with SHOOTOUT_HOME");
  }
  log.socket_ = std::move(stream.socket);
  write_all(log.file_.get(), log.frames_.take(stream.first));
  return log;
}

void ContainerLog::pump() {
  char bytes[65536];
  while (socket_) {
    const ssize_t n = ::recv(socket_.get(), bytes, sizeof bytes, MSG_DONTWAIT);
    if (n > 0) {
      write_all(file_.get(), frames_.take({bytes, static_cast<size_t>(n)}));
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
      socket_.reset();
    } else if (errno == EAGAIN) {
      return;
    }
  }
}

void ContainerLog::drain(double seconds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  for (pump(); socket_; pump()) {
    const std::chrono::duration<double, std::milli> left = deadline - std::chrono::steady_clock::now();
    if (left.count() <= 0) return;
    pollfd entry{socket_.get(), POLLIN, 0};
    ::poll(&entry, 1, static_cast<int>(left.count()) + 1);
  }
}

}  // namespace shootout::launch
