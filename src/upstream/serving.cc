#include "upstream/serving.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <utility>

#include "base/unique_fd.h"
#include "engine/event_loop.h"
#include "upstream/listener.h"

namespace shootout::upstream {
namespace {

void raise_open_files_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// SIGINT and SIGTERM as an event that ends the loop; as before when it goes.
class EndingSignals final : public engine::IoHandler {
 public:
  explicit EndingSignals(engine::EventLoop& loop) : loop_(loop) {
    sigset_t ending;
    ::sigemptyset(&ending);
    ::sigaddset(&ending, SIGINT);
    ::sigaddset(&ending, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &ending, &before_);
    signals_.reset(::signalfd(-1, &ending, SFD_NONBLOCK | SFD_CLOEXEC));
  }
  ~EndingSignals() {
    // Take what came, so that it does not strike when it is let through.
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) > 0) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  Result<void> watch() {
    if (!signals_) return fail(ExitCode::environment, "signalfd failed: " + errno_text(errno));
    if (auto watched = loop_.watch(signals_.get(), *this); !watched) {
      return fail(ExitCode::environment, watched.error().what, watched.error().remedy);
    }
    return {};
  }
  void on_io(std::uint32_t events) override {
    if ((events & EPOLLIN) != 0) loop_.stop();
  }

 private:
  engine::EventLoop& loop_;
  sigset_t before_{};
  UniqueFd signals_;
};

}  // namespace

Result<void> serve_until_ended(const std::string& address, std::uint16_t port, Site site) {
  raise_open_files_limit();
  auto loop = engine::EventLoop::create();
  if (!loop) return fail(ExitCode::environment, loop.error().what, loop.error().remedy);
  EndingSignals signals(**loop);
  if (auto watched = signals.watch(); !watched) return watched;

  Server server(**loop, std::move(site));
  auto listener =
      Listener::open(**loop, address, port, [&](UniqueFd socket) { return server.adopt(std::move(socket)); });
  if (!listener) return std::unexpected(listener.error());

  fmt::print("listening on http://{}:{}\n", address, (*listener)->port());
  std::fflush(stdout);
  (*loop)->run();
  return {};
}

}  // namespace shootout::upstream
