// One connection of a closed loop, over as many sockets as it takes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/check.h"
#include "engine/event_loop.h"
#include "engine/http_parser.h"
#include "engine/load_result.h"
#include "engine/socket.h"

namespace shootout::engine {

class Worker;

/// Sends a request, waits for its answer, sends the next. It connects anew where the server closes or
/// something fails, and after a refused connection waits a little longer each time.
///
/// The hot path is on_io() -> receive() -> complete() -> begin_request() -> transmit(): two system calls a
/// request, no allocation, no clock.
class Connection final : public IoHandler, public Timer {
 public:
  /// `own_budget`: how many requests it may send, beside what the worker allows.
  Connection(Worker& worker, std::uint64_t own_budget);

  /// Connects and begins. Once.
  void start() { go_on(); }
  /// Nothing more is to be sent: ends, unless a request is under way.
  void stop_sending();
  /// The wait for answers is over: ends, and a request under way counts as unanswered.
  void give_up();

  void on_io(std::uint32_t events) override;
  void on_timer() override;

 private:
  enum class State : std::uint8_t { idle, backing_off, connecting, exchanging, retired };

  void go_on();
  bool claim_request();
  void connect();
  void on_connect(std::uint32_t events);
  void connect_failed(int error);
  void begin_request();
  void send_request();
  bool transmit();
  void receive(bool ending);
  bool take_in(std::string_view bytes);
  void complete(bool ended);
  void broken(int error);
  void retry();
  void fail(ErrorClass error, std::string_view what);
  void keep_offence(ErrorClass error, std::string_view what);
  void remember(std::string_view bytes);
  void forget_answer();
  void close();
  void retire();

  Worker& worker_;
  Socket socket_;
  State state_ = State::idle;
  bool in_flight_ = false;  ///< a request has been sent, or is to be sent once more, and is not counted yet
  bool retried_ = false;    ///< it is on its second connection
  bool whole_ = false;      ///< its answer is complete
  bool server_closed_idle_ = false;  ///< after the last answer, without having said so
  int send_error_ = 0;
  std::size_t sent_bytes_ = 0;
  Nanoseconds sent_at_ = 0;
  Nanoseconds first_byte_at_ = 0;  ///< 0: none yet
  std::uint64_t served_ = 0;       ///< whole answers over this socket
  std::uint64_t own_budget_;
  Nanoseconds back_off_;
  HttpParser parser_;
  CheckedAnswer checked_;
  std::string_view piece_;  ///< of the answer, what is in the receive buffer now
  std::string remembered_;  ///< the answer's bytes before that, as far as the worker's memory for them allows
};

}  // namespace shootout::engine
