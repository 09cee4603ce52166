// The kernel as the engine sees it: time, sockets, and waiting for them.
#pragma once

#include <sys/epoll.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "engine/address.h"
#include "engine/clock.h"
#include "engine/error.h"

namespace shootout::engine {

/// What came of one send or receive.
struct Transfer {
  enum class Status : std::uint8_t { moved, would_block, closed, failed };
  Status status = Status::moved;
  bool more = false;      ///< of a receive that moved: there may be more to read now
  std::size_t bytes = 0;  ///< of `moved`
  int error = 0;          ///< errno of `failed`
};

/// Whoever owns a socket (one) in an EventLoop. `events` are epoll's (EPOLLIN, EPOLLOUT, EPOLLRDHUP,
/// EPOLLHUP, EPOLLERR).
class IoHandler {
 public:
  virtual void on_io(std::uint32_t events) = 0;

 protected:
  ~IoHandler() = default;
};

/// A handler and what its socket became ready for; a null handler: the batch goes on without it.
struct Ready {
  IoHandler* handler = nullptr;
  std::uint32_t events = 0;
};

/// The few calls that the load makes while it runs. The kernel's (kernel_net.h) in earnest; tests put time
/// and sockets of their own in its place.
class Net {
 public:
  Net() = default;
  virtual ~Net() = default;
  Net(const Net&) = delete;
  Net& operator=(const Net&) = delete;

  /// Monotonic.
  virtual Nanoseconds now() = 0;
  /// What became ready; waits at most until `deadline` (kNever: for ever), and may return empty-handed before
  /// it. `now`: the caller's last reading of the clock; the wait may end later by its age. The batch stays
  /// valid until the next wait, and may be written to.
  virtual std::span<Ready> wait(Nanoseconds deadline, Nanoseconds now) = 0;
  /// Ends a wait from any thread or from a signal handler.
  virtual void wake() = 0;

  /// Registers a socket for reading and writing, edge-triggered.
  virtual Result<void> watch(int fd, IoHandler& handler) = 0;
  virtual void unwatch(int fd) = 0;

  /// Begins to connect a new non-blocking socket; it becomes writable when that has ended one way or the
  /// other. `source`: the address to connect from, null for any. Fails with an errno.
  virtual std::expected<int, int> connect(const Address& target, const Address* source) = 0;
  /// The socket's pending error (SO_ERROR), 0 for none; asking clears it.
  virtual int take_error(int fd) = 0;
  virtual Transfer send(int fd, std::span<const iovec> pieces) = 0;
  virtual Transfer receive(int fd, std::span<char> buffer) = 0;
  virtual void close(int fd) = 0;
};

}  // namespace shootout::engine
