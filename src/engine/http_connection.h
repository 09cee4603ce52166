// HTTP/1.1 over a connection: one request at a time.
#pragma once

#include <memory>

#include "engine/check.h"
#include "engine/connection.h"
#include "engine/http_parser.h"

namespace shootout::engine {

/// Sends a request, waits for its answer, sends the next. A request whose connection the server closed just
/// when it went out, without a byte of an answer, is sent once more, as curl and browsers do.
///
/// The hot path is on_ready() -> receive() -> complete() -> begin() -> transmit(): two system calls a
/// request, no allocation, no clock.
class HttpConnection final : public Connection {
 public:
  HttpConnection(Worker& worker, std::uint64_t budget);
  void tell_waiting() const override;

 protected:
  void on_open(std::uint32_t events, int error) override;
  void on_ready(std::uint32_t events) override;
  void on_deadline() override;
  void on_open_failed(ErrorClass error) override;
  void begin(const Job& job) override;
  [[nodiscard]] bool busy() const override;
  void abandon() override;
  void on_farewell() override;
  [[nodiscard]] Nanoseconds patience() const override;

 private:
  enum class Request : std::uint8_t {
    none,
    waiting,  ///< for the connection to open
    sent,     ///< counted as sent, at least its first byte
    again,    ///< sent, and sent once more on another connection
  };

  void count_as_sent();
  void send_request();
  bool transmit(const WireRequest& request);
  void receive(bool ending);
  bool take_in(std::string_view bytes);
  void complete(bool ended);
  void broken(int error);
  void retry();
  void fail(ErrorClass error, std::string_view what);
  void on_idle_event(std::uint32_t events);
  [[nodiscard]] bool under_way() const { return request_ == Request::sent || request_ == Request::again; }
  [[nodiscard]] Timing timing() const;

  Request request_ = Request::none;
  bool whole_ = false;     ///< the answer is complete
  bool all_sent_ = false;  ///< the request's last byte is with the kernel
  bool asks_close_ = false;
  bool server_closed_idle_ = false;  ///< after the last answer, without having said so
  int send_error_ = 0;
  Job job_;
  std::size_t sent_bytes_ = 0;
  Nanoseconds sent_at_ = 0;
  Nanoseconds first_byte_at_ = 0;  ///< 0: none yet
  HttpParser parser_;
  std::unique_ptr<AnswerCheck> check_;  ///< where the plan has checks
};

}  // namespace shootout::engine
