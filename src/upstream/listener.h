// A listening socket that hands out the connections that come.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/unique_fd.h"
#include "engine/event_loop.h"

namespace shootout::upstream {

/// Accepts in batches, so that a storm of connections does not keep timers waiting. Where files run out it
/// pauses (connections wait in the backlog) instead of spinning.
class Listener final : public engine::IoHandler, public engine::Timer {
 public:
  /// False when it could not take the connection for want of something that may come back.
  using Taker = std::function<bool(UniqueFd socket)>;

  /// An IPv4 address; port 0: a free one. The sockets handed out are non-blocking and without Nagle's delay.
  /// Fails with ExitCode::environment when the port is taken, ExitCode::usage on what is no address.
  static Result<std::unique_ptr<Listener>> open(engine::EventLoop& loop, const std::string& address,
                                                std::uint16_t port, Taker taker);
  ~Listener();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  void on_io(std::uint32_t events) override;
  void on_timer() override;

 private:
  Listener(engine::EventLoop& loop, UniqueFd socket, std::uint16_t port, Taker taker)
      : loop_(loop), socket_(std::move(socket)), port_(port), taker_(std::move(taker)) {}
  void accept_batch();

  engine::EventLoop& loop_;
  UniqueFd socket_;
  std::uint16_t port_;
  Taker taker_;
};

}  // namespace shootout::upstream
