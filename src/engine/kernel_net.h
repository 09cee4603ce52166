// The kernel's own time and sockets.
#pragma once

#include <array>
#include <memory>

#include "engine/epoll_set.h"
#include "engine/net.h"

namespace shootout::engine {

/// TCP and Unix sockets, watched by epoll.
class KernelNet final : public Net {
 public:
  /// Call it in the thread that will wait: it makes that thread's timer slack the least there is.
  static Result<std::unique_ptr<KernelNet>> create();
  ~KernelNet() override;

  Nanoseconds now() override { return monotonic_now(); }
  std::span<Ready> wait(Nanoseconds deadline, Nanoseconds now) override;
  void wake() override;
  Result<void> watch(int fd, IoHandler& handler) override;
  void unwatch(int fd) override;
  std::expected<int, int> connect(const Address& target, const Address* source) override;
  int take_error(int fd) override;
  Transfer send(int fd, std::span<const iovec> pieces) override;
  Transfer receive(int fd, std::span<char> buffer) override;
  void close(int fd) override;

 private:
  explicit KernelNet(std::unique_ptr<EpollSet> sockets) : sockets_(std::move(sockets)) {}

  std::unique_ptr<EpollSet> sockets_;
  std::array<Ready, EpollSet::kBatch> ready_;
  int wake_ = -1;  ///< an eventfd
};

}  // namespace shootout::engine
