#include "launch/container_exec.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "launch/container_log.h"

namespace shootout::launch {
namespace {

/// Every key goes to the container as it is typed; as before when it goes.
class RawTerminal {
 public:
  RawTerminal() {
    ::tcgetattr(STDIN_FILENO, &before_);
    termios raw = before_;
    ::cfmakeraw(&raw);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  }
  ~RawTerminal() { ::tcsetattr(STDIN_FILENO, TCSANOW, &before_); }
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

 private:
  termios before_{};
};

void put(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EAGAIN) {
      pollfd entry{fd, POLLOUT, 0};
      ::poll(&entry, 1, -1);
    } else if (n < 0 && errno != EINTR) {
      return;
    } else if (n > 0) {
      bytes.remove_prefix(static_cast<size_t>(n));
    }
  }
}

/// Both ways until the container's side ends.
void converse(DockerStream& stream, bool terminal) {
  OutputFrames frames;
  const auto show = [&](std::string_view bytes) {
    if (terminal) {
      put(STDOUT_FILENO, bytes);
    } else {
      frames.take(
          bytes, [](int to, std::string_view piece) { put(to == 2 ? STDERR_FILENO : STDOUT_FILENO, piece); });
    }
  };
  show(stream.first);
  bool typing = true;
  while (true) {
    pollfd entries[] = {{stream.socket.get(), POLLIN, 0}, {typing ? STDIN_FILENO : -1, POLLIN, 0}};
    if (::poll(entries, 2, -1) < 0 && errno != EINTR) return;
    char bytes[16384];
    if (entries[0].revents != 0) {
      const ssize_t n = ::read(stream.socket.get(), bytes, sizeof bytes);
      if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) return;
      if (n > 0) show({bytes, static_cast<size_t>(n)});
    }
    if (entries[1].revents != 0) {
      const ssize_t n = ::read(STDIN_FILENO, bytes, sizeof bytes);
      if (n > 0) {
        put(stream.socket.get(), {bytes, static_cast<size_t>(n)});
      } else if (n == 0 || errno != EINTR) {
        typing = false;
        ::shutdown(stream.socket.get(), SHUT_WR);
      }
    }
  }
}

}  // namespace

Result<int> exec_in_container(const DockerEngine& engine, const std::string& container,
                              const std::vector<std::string>& words) {
  const bool terminal = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  const auto what = fmt::format("run `{}` in a container", words.front());
  auto made = engine.post("/containers/" + container + "/exec",
                          {{"AttachStdin", true},
                           {"AttachStdout", true},
                           {"AttachStderr", true},
                           {"Tty", terminal},
                           {"Cmd", words}},
                          what);
  if (!made) return std::unexpected(made.error());
  const std::string id = made->at("Id");
  auto stream = engine.upgrade("/exec/" + id + "/start", {{"Detach", false}, {"Tty", terminal}});
  if (!stream) return std::unexpected(stream.error());
  {
    std::optional<RawTerminal> raw;
    if (terminal) {
      raw.emplace();
      winsize size{};
      ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
      (void)engine.ask("POST", fmt::format("/exec/{}/resize?h={}&w={}", id, size.ws_row, size.ws_col));
    }
    converse(*stream, terminal);
  }
  auto told = engine.get("/exec/" + id + "/json", what);
  if (!told) return std::unexpected(told.error());
  const auto& code = (*told)["ExitCode"];
  return code.is_number() ? code.get<int>() : 1;
}

}  // namespace shootout::launch
