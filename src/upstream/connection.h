// One client's connection: requests in, answers out, in order.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/unique_fd.h"
#include "engine/event_loop.h"
#include "upstream/answer_writer.h"
#include "upstream/endpoints.h"
#include "upstream/request_parser.h"
#include "upstream/websocket_echo.h"

namespace shootout::upstream {

class Server;

/// Lives from accept() until the peer has gone. All requests that have come wait at the same time; as answers
/// keep the requests' order, one timer, that of the first, is enough. The peer's end of stream counts as its
/// going away: what it still waited for is abandoned.
class Connection final : public engine::IoHandler, public engine::Timer {
 public:
  Connection(Server& server, UniqueFd socket) : server_(server), socket_(std::move(socket)) {}
  ~Connection();

  [[nodiscard]] int fd() const { return socket_.get(); }
  void on_io(std::uint32_t events) override;
  void on_timer() override;

 private:
  /// "100 Continue" has its place in the order as well.
  struct Continue {};
  struct Unanswered {
    std::variant<Endpoint, Continue> asked;
    engine::Nanoseconds received = 0;
    bool head_only = false;
    bool close = false;
  };
  enum class State {
    open,
    last_answer,  ///< the last request has come; what follows is thrown away
    lingering,    ///< the last answer is sent; waiting for the peer to close, lest a reset destroy the answer
    gone,
  };

  /// Does all that can be done now; may end the life of *this.
  void progress();
  void take_input();
  void parse(std::string_view& input);
  void echo(std::string_view& input);
  void ask(Endpoint endpoint, const Request& request);
  void answer();
  /// False while its time has not come.
  bool answer_first(std::string& out);
  void answer_with_filler(const Filler& asked, Answer answer, std::string& out);
  /// These bytes, and after them what is left of a body of filler.
  void send(std::string_view bytes);
  [[nodiscard]] bool all_sent() const { return output_.empty() && filler_left_ == 0; }
  /// Enough is unanswered or unsent: takes no more input until that has changed.
  [[nodiscard]] bool full() const;

  Server& server_;
  UniqueFd socket_;
  RequestParser parser_;
  State state_ = State::open;
  bool readable_ = false;  ///< the socket may have more input
  bool ending_ = false;    ///< the end of the input is among it
  bool stalled_ = false;   ///< input_ may hold a whole request, left there because full()
  std::string input_;      ///< what is not parsed yet
  std::string output_;     ///< what the socket did not take yet
  std::uint64_t filler_left_ = 0, filler_sent_ = 0;  ///< of the body that comes after output_
  std::deque<Unanswered> unanswered_;
  std::optional<WebSocketEcho> echo_;  ///< it has become a WebSocket
};

}  // namespace shootout::upstream
