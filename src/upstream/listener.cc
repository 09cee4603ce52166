#include "upstream/listener.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

namespace shootout::upstream {
namespace {

constexpr int kBacklog = 4096;  // net.core.somaxconn caps it
constexpr int kBatch = 64;
constexpr engine::Nanoseconds kPause = 20 * engine::kMillisecond;

std::unexpected<Error> cannot_listen(const std::string& address, std::uint16_t port, int error_number) {
  const std::string where = fmt::format("{}:{}", address, port);
  if (error_number == EADDRINUSE) {
    return fail(
        ExitCode::environment, fmt::format("cannot listen on {}: the port is taken", where),
        fmt::format("see who holds it (ss -ltnp 'sport = :{}'), or choose another with --port", port));
  }
  return fail(ExitCode::environment, fmt::format("cannot listen on {}: {}", where, errno_text(error_number)));
}

}  // namespace

Result<std::unique_ptr<Listener>> Listener::open(engine::EventLoop& loop, const std::string& address,
                                                 std::uint16_t port, Taker taker) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  if (::inet_pton(AF_INET, address.c_str(), &name.sin_addr) != 1) {
    return fail(ExitCode::usage, fmt::format("`{}` is not an IPv4 address", address),
                "for example 127.0.0.1");
  }
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return cannot_listen(address, port, errno);
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);  // accepted sockets inherit it
  socklen_t length = sizeof name;
  auto* const generic = reinterpret_cast<sockaddr*>(&name);
  if (::bind(socket.get(), generic, length) < 0 || ::listen(socket.get(), kBacklog) < 0 ||
      ::getsockname(socket.get(), generic, &length) < 0) {
    return cannot_listen(address, port, errno);
  }
  std::unique_ptr<Listener> listener(
      new Listener(loop, std::move(socket), ntohs(name.sin_port), std::move(taker)));
  if (auto watched = loop.watch(listener->socket_.get(), *listener); !watched) {
    return fail(ExitCode::environment, watched.error().what, watched.error().remedy);
  }
  return listener;
}

Listener::~Listener() {
  loop_.forget(socket_.get(), *this);
}

void Listener::on_io(std::uint32_t /*events*/) {
  if (!armed()) accept_batch();
}

void Listener::on_timer() {
  accept_batch();
}

void Listener::accept_batch() {
  for (int i = 0; i < kBatch; ++i) {
    UniqueFd socket(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      if (taker_(std::move(socket))) continue;
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM) {
      continue;  // this connection failed before it was accepted
    }
    loop_.arm(*this, loop_.now() + kPause);
    return;
  }
  loop_.arm(*this, loop_.now());  // there may be more: after the events and timers that are due
}

}  // namespace shootout::upstream
