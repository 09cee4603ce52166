// For the tests: time and sockets that only exist in the test, so that hours pass in milliseconds and every
// run is the same.
#pragma once

#include <cerrno>
#include <functional>
#include <map>
#include <queue>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "engine/net.h"
#include "engine/timer_queue.h"

namespace shootout::engine::testing {

/// A kernel with one server behind it. Time stands still but for waits; looking again and again without
/// waiting takes kLook each.
class SimulatedNet final : public Net {
 public:
  /// What the server sends back to a request, and when; `closes`: it closes after that. No bytes and no
  /// close: it never answers.
  struct Reply {
    Nanoseconds at = kNever;
    std::string bytes;
    bool closes = false;
  };
  /// Told each request (one that ends with an empty line), when it came, and over which connection.
  using Server = std::function<Reply(std::string_view request, Nanoseconds now, int fd)>;
  struct Opening {
    Nanoseconds at = 0;
    int fd = 0;
  };

  explicit SimulatedNet(Server server, Nanoseconds begin = 1000 * kSecond)
      : server_(std::move(server)), now_(begin) {}

  /// How long a connect() takes, and with what error it ends.
  Nanoseconds connect_time = 0;
  std::function<int(Nanoseconds)> connect_error = [](Nanoseconds) { return 0; };
  std::vector<Opening>* openings = nullptr;  ///< each connect()

  static constexpr Nanoseconds kLook = 100;

  Nanoseconds now() override { return now_; }

  std::span<Ready> wait(Nanoseconds deadline, Nanoseconds) override {
    batch_.clear();
    if (deadline <= now_) {
      if (looked_at_ == now_) now_ += kLook;
      looked_at_ = now_;
    }
    if (happenings_.empty() && deadline == kNever) throw std::logic_error("nothing will ever happen");
    if (happenings_.empty() || happenings_.top().at > deadline) {
      now_ = std::max(now_, deadline);
      return {};
    }
    now_ = std::max(now_, happenings_.top().at);
    while (!happenings_.empty() && happenings_.top().at <= now_) {
      const Happening happening = happenings_.top();
      happenings_.pop();
      const auto peer = peers_.find(happening.fd);
      if (peer == peers_.end() || peer->second.handler == nullptr) continue;
      peer->second.incoming += happening.bytes;
      peer->second.closed = peer->second.closed || (happening.events & EPOLLRDHUP) != 0;
      batch_.push_back({peer->second.handler, happening.events});
    }
    return batch_;
  }
  void wake() override {}

  Result<void> watch(int fd, IoHandler& handler) override {
    peers_[fd].handler = &handler;
    return {};
  }
  void unwatch(int fd) override { peers_[fd].handler = nullptr; }

  std::expected<int, int> connect(const Address&, const Address*) override {
    const int fd = ++last_fd_;
    if (openings != nullptr) openings->push_back({now_, fd});
    Peer& peer = peers_[fd];
    peer.error = connect_error(now_);
    happen(fd, now_ + connect_time, peer.error == 0 ? EPOLLOUT : EPOLLERR | EPOLLHUP);
    return fd;
  }
  int take_error(int fd) override { return std::exchange(peers_[fd].error, 0); }

  Transfer send(int fd, std::span<const iovec> pieces) override {
    Peer& peer = peers_[fd];
    std::size_t bytes = 0;
    for (const iovec& piece : pieces) {
      peer.request.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
      bytes += piece.iov_len;
    }
    for (std::size_t end = 0; (end = peer.request.find("\r\n\r\n")) != std::string::npos;) {
      const Reply reply = server_(std::string_view(peer.request).substr(0, end + 4), now_, fd);
      peer.request.erase(0, end + 4);
      if (reply.at == kNever) continue;
      happen(fd, reply.at, (reply.bytes.empty() ? 0U : EPOLLIN) | (reply.closes ? EPOLLIN | EPOLLRDHUP : 0U),
             reply.bytes);
    }
    return {.bytes = bytes};
  }
  Transfer receive(int fd, std::span<char> buffer) override {
    Peer& peer = peers_[fd];
    if (peer.incoming.empty()) {
      return {.status = peer.closed ? Transfer::Status::closed : Transfer::Status::would_block};
    }
    const std::size_t bytes = std::min(buffer.size(), peer.incoming.size());
    peer.incoming.copy(buffer.data(), bytes);
    peer.incoming.erase(0, bytes);
    return {.more = bytes == buffer.size(), .bytes = bytes};
  }
  void close(int fd) override { peers_.erase(fd); }

 private:
  struct Peer {
    IoHandler* handler = nullptr;
    std::string request, incoming;
    bool closed = false;
    int error = 0;
  };
  struct Happening {
    Nanoseconds at = 0;
    std::uint64_t order = 0;  ///< those of one time: first come, first served
    int fd = 0;
    std::uint32_t events = 0;
    std::string bytes;
    bool operator<(const Happening& other) const {
      return std::pair(at, order) > std::pair(other.at, other.order);  // the queue's top is the earliest
    }
  };

  void happen(int fd, Nanoseconds at, std::uint32_t events, std::string bytes = {}) {
    happenings_.push({at, ++order_, fd, events, std::move(bytes)});
  }

  Server server_;
  Nanoseconds now_, looked_at_ = 0;
  int last_fd_ = 0;
  std::uint64_t order_ = 0;
  std::map<int, Peer> peers_;
  std::priority_queue<Happening> happenings_;
  std::vector<Ready> batch_;
};

}  // namespace shootout::engine::testing
