// A connection of a load, over as many sockets as it takes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/event_loop.h"
#include "engine/load_result.h"
#include "engine/recorder.h"
#include "engine/request_source.h"
#include "engine/stream.h"

namespace shootout::engine {

class Worker;

/// A request that is to be sent.
struct Job {
  Ticket ticket = 0;
  Nanoseconds planned = 0;
};

/// What all protocols share: opening a socket (and TLS over it), trying again where that fails, and the end.
/// What goes over it is the deriving class's.
class Connection : public IoHandler, public Timer {
 public:
  /// `budget`: how many jobs it may take, beside what the worker allows.
  Connection(Worker& worker, std::uint64_t budget) : worker_(worker), budget_(budget) {}

  /// The load wants it from now on: connects and begins. Again after rest().
  void start();
  /// A stage of the load has no place for it: what is under way ends, then it closes. It may start() again.
  void rest();
  /// Nothing more is to be sent: ends, unless something is under way.
  void stop_sending();
  /// The wait for answers is over: ends, and what is under way counts as unanswered.
  void give_up();
  /// Open loop: whether it waits for a job, and the one that it gets.
  [[nodiscard]] bool is_parked() const { return parked_; }
  [[nodiscard]] bool is_open() const { return stream_.is_open(); }
  /// The window has ended: tells the recorder of each request that is under way.
  virtual void tell_waiting() const = 0;
  void take_job(const Job& job);

  void on_io(std::uint32_t events) final;
  void on_timer() final;

 protected:
  enum class State : std::uint8_t {
    resting,      ///< not wanted (yet)
    idle,         ///< without a socket
    backing_off,  ///< so is this, for a while
    connecting,
    securing,  ///< the TLS handshake
    open,
    retired,
  };

  /// The socket is open (and TLS stands): `events` have come with that; `error`: it is broken again already.
  virtual void on_open(std::uint32_t events, int error) = 0;
  virtual void on_ready(std::uint32_t events) = 0;
  /// The deadline that was armed while the connection was open is over.
  virtual void on_deadline() = 0;
  /// It could not be opened; the socket is closed already. What waits for it fails, if anything does.
  virtual void on_open_failed(ErrorClass error) = 0;
  /// A job may be begun: now where the connection is open, else once it is.
  virtual void begin(const Job& job) = 0;
  /// Requests are under way, or wait for the connection to open.
  [[nodiscard]] virtual bool busy() const = 0;
  /// All of them count as unanswered.
  virtual void abandon() = 0;
  /// The open connection, with nothing under way, is about to be closed for good.
  virtual void on_farewell() = 0;
  /// Until when the opening may last, where requests are waiting for it.
  [[nodiscard]] virtual Nanoseconds patience() const { return kNever; }

  /// The next job, or waiting for one, or the end (once nothing is under way).
  void go_on();
  void connect();
  /// What the protocol has to say before its first request has failed: closes, and tries again a little
  /// later.
  void open_failed(ErrorClass error, std::string_view what);
  /// Closes the socket, if there is one. Whoever calls it decides what becomes of requests under way.
  void close();
  /// While it is parked: its socket is closed, and it is the last to get a job.
  void park_closed();

  [[nodiscard]] Worker& worker() const { return worker_; }
  [[nodiscard]] State state() const { return state_; }

  // For answers that are counted as errors: what is kept of them to be shown.
  void keep_offence(ErrorClass error, std::string_view what);
  /// The bytes at hand, and those before them, as far as the worker's memory for them allows.
  void set_piece(std::string_view bytes) { piece_ = bytes; }
  void remember(std::string_view bytes);
  void forget_answer();

  Stream stream_;
  bool served_ = false;  ///< a whole answer came over this socket

 private:
  void on_connect(std::uint32_t events);
  void go_on_securing(std::uint32_t events);
  void opened(std::uint32_t events, int error);
  void settle();
  void park();
  void retire();

  Worker& worker_;
  std::uint64_t budget_;
  State state_ = State::resting;
  bool parked_ = false;
  bool wanted_ = false;
  bool was_wanted_ = false, was_open_ = false;  ///< once
  bool settled_ = false;                        ///< its first attempt to open has ended
  std::uint8_t failures_ = 0;                   ///< to open, in a row
  std::string_view piece_;
  std::string remembered_;
};

}  // namespace shootout::engine
