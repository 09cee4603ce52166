// A server's connections, and what they share.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/unique_fd.h"
#include "engine/event_loop.h"
#include "upstream/answer_writer.h"
#include "upstream/connection.h"
#include "upstream/counters.h"

namespace shootout::upstream {

/// What tells one of our servers from another.
struct Site {
  std::string name;  ///< as its answers give it
  std::function<Endpoint(const Request& request)> find;
};

class Server {
 public:
  /// The loop must outlive the server.
  Server(engine::EventLoop& loop, Site site) : loop_(loop), site_(std::move(site)), writer_(site_.name) {}

  /// Takes over a connected, non-blocking socket. False when the kernel would not watch it; it is closed
  /// then.
  bool adopt(UniqueFd socket);
  /// Ends a connection, and the object with it.
  void drop(Connection& connection);

  [[nodiscard]] engine::EventLoop& loop() { return loop_; }
  [[nodiscard]] Endpoint find(const Request& request) const { return site_.find(request); }
  [[nodiscard]] Counters& counters() { return counters_; }
  [[nodiscard]] AnswerWriter& writer() { return writer_; }
  /// Buffers for one call's work; idle connections hold none.
  [[nodiscard]] std::span<char> input_buffer() { return input_buffer_; }
  [[nodiscard]] std::string& answer_buffer() { return answer_buffer_; }

 private:
  engine::EventLoop& loop_;
  Site site_;
  Counters counters_;
  AnswerWriter writer_;
  std::array<char, 64 * 1024> input_buffer_;
  std::string answer_buffer_;
  std::vector<std::unique_ptr<Connection>> connections_;  ///< by file descriptor
};

}  // namespace shootout::upstream
