// WebSocket over a connection: messages, each answered by one, several under way.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/check.h"
#include "engine/connection.h"
#include "engine/websocket_frame.h"

namespace shootout::engine {

/// Shakes hands, then keeps as many messages under way as the plan says. Answers belong to messages in their
/// order. Pings are answered; a Close frame of the server's, and whatever breaks the protocol, fails all
/// messages under way.
class WebSocketConnection final : public Connection {
 public:
  WebSocketConnection(Worker& worker, std::uint64_t budget);
  ~WebSocketConnection();
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

 private:
  struct Handshake;
  /// A message whose answer has not come.
  struct UnderWay {
    Job job;
    Nanoseconds sent = 0;
  };

  void receive(bool ending);
  bool take_in(std::string_view bytes);
  bool take_handshake(std::string_view& bytes);
  bool take_messages(std::string_view bytes);
  void on_piece(std::string_view piece);
  void on_message();
  bool on_close();
  void send_message(const Job& job);
  void fill();
  void flush();
  void set_deadline();
  void lost(int error);
  void fail_all(ErrorClass error, std::string_view what);
  void leave();
  [[nodiscard]] bool is_talking() const { return state() == State::open && handshake_ == nullptr; }
  [[nodiscard]] std::string_view expected();
  [[nodiscard]] std::optional<std::string> wrong();
  [[nodiscard]] UnderWay& oldest() { return under_way_[first_]; }
  void drop_oldest();
  [[nodiscard]] Timing timing(const UnderWay& message) const;

  std::unique_ptr<Handshake> handshake_;  ///< until it is done
  WebSocketReader reader_;
  std::vector<UnderWay> under_way_;  ///< a ring of the plan's size
  std::size_t first_ = 0, count_ = 0;
  std::optional<Job> waiting_;  ///< for the connection to open
  std::string unsent_;          ///< what the socket has not taken yet
  bool receiving_ = false;      ///< what is to be sent meanwhile goes out together
  // Of the answer at hand:
  Nanoseconds first_byte_at_ = 0;  ///< 0: none yet
  std::uint64_t size_ = 0;
  bool alike_ = true;  ///< so far it is what was sent
  std::unique_ptr<AnswerCheck> check_;
};

}  // namespace shootout::engine
