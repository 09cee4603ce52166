// One thread of a load: its event loop, its connections, and what they count.
#pragma once

#include <atomic>
#include <bitset>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/check.h"
#include "engine/connection.h"
#include "engine/event_loop.h"
#include "engine/http_parser.h"
#include "engine/level.h"
#include "engine/parked.h"
#include "engine/rate_meter.h"
#include "engine/recorder.h"
#include "engine/request_source.h"
#include "engine/schedule.h"
#include "engine/series.h"
#include "engine/stream.h"
#include "engine/websocket_frame.h"

namespace shootout::engine {

/// What all threads offer: a plan, made ready. Constant while the load runs.
struct Offer {
  LoadPlan plan;
  Url url;
  Address target;
  std::vector<Address> sources;  ///< the addresses to connect from, in turn; empty: any
  RequestSource requests;
  CheckList checks;
  std::unique_ptr<TlsClient> tls;  ///< null: plain
  std::bitset<1000> accepted;
  Nanoseconds timeout = 0, connect_timeout = 0;
  std::size_t threads = 1;

  [[nodiscard]] bool accepts(int status) const { return accepted[static_cast<std::size_t>(status)]; }
};

/// A thread's part of it.
struct Share {
  std::size_t thread = 0;
  unsigned connections = 0;                   ///< at most
  std::uint64_t requests = 0;                 ///< in all; kUnlimited: the window decides
  std::uint64_t requests_per_connection = 0;  ///< kUnlimited: no bound
  std::optional<int> cpu;

  static constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};
};

/// What the threads and their starter share while the load runs.
struct Conduct {
  /// `interval`: of the series.
  explicit Conduct(std::size_t threads, Nanoseconds interval = kSecond)
      : series(threads, interval), still_opening(threads) {}

  Series series;
  /// When the window begins and ends, monotonic; kNever: not known yet.
  std::atomic<Nanoseconds> begin = kNever;
  /// The load ends early at this time. Set it a little ahead, so that all threads end together.
  std::atomic<Nanoseconds> cut = kNever;
  /// Threads of an open loop that have not yet opened their connections. The last one sets the begin.
  std::atomic<std::size_t> still_opening;
};

/// CPU time of the calling thread and when it was taken.
struct CpuReading {
  double user_s = 0, system_s = 0;
  Nanoseconds at = 0;
  Nanoseconds spun = 0;               ///< looking for events in vain until then
  std::optional<Nanoseconds> waited;  ///< runnable without a core, in all; absent: unknown
};

class Worker final {
 public:
  /// How long an interrupted load waits for answers under way.
  static constexpr Nanoseconds kDrainWhenCut = kSecond;
  /// Of an answer that was counted as an error, at most so much is kept.
  static constexpr std::size_t kLongestRemembered = std::size_t{64} * 1024;
  /// Progress is handed over, and the conduct looked at, at least so often.
  static constexpr Nanoseconds kTick = RateMeter::kInterval;

  /// What the starter reads when the thread has ended.
  struct Report {
    Recorder recorder;
    ThreadRate rate;
    CpuReading cpu_begin, cpu_end;
    TlsSummary tls;
    Nanoseconds first_connect = kNever;
    Nanoseconds ended = 0;
  };

  /// Runs a share to its end in the calling thread. `net`: the kernel's, or a test's own.
  static Report run(const Offer& offer, const Share& share, Conduct& conduct, std::unique_ptr<Net> net);

  // For the connections:
  [[nodiscard]] const Offer& offer() const { return offer_; }
  [[nodiscard]] EventLoop& loop() { return loop_; }
  [[nodiscard]] Nanoseconds now() const { return loop_.now(); }
  [[nodiscard]] Recorder& recorder() { return recorder_; }
  [[nodiscard]] RequestMaker& requests() { return requests_; }
  [[nodiscard]] TlsMemory& tls_memory() { return tls_memory_; }
  [[nodiscard]] CheckMemory& check_memory() { return check_memory_; }
  [[nodiscard]] std::span<char> buffer() { return buffer_; }
  [[nodiscard]] bool is_open_loop() const { return offer_.plan.is_open_loop(); }
  /// For WebSocket: what is to be sent at the end of the event at hand, and room to make a message in.
  [[nodiscard]] std::string& outgoing() { return outgoing_; }
  [[nodiscard]] std::string& scratch() { return scratch_; }
  [[nodiscard]] MaskKeys& mask_keys() { return mask_keys_; }
  /// Another one each time, in this load.
  std::uint64_t next_number() { return std::exchange(next_number_, next_number_ + offer_.threads); }
  [[nodiscard]] HttpParser::KnownHead& known_head() { return known_head_; }
  /// Reads the clock every few events, so that one long batch does not blur the latencies.
  void tell_time() {
    if (++events_ % kEventsATime == 0) loop_.refresh_now();
  }
  /// Whether a job that had to wait for its connection may still be sent.
  [[nodiscard]] bool may_send(const Job&) const { return is_open_loop() || now() < recorder_.window().end; }
  enum class Next : std::uint8_t { job, wait, over };
  /// What a free connection is to do.
  Next next_job(Job& job);
  /// Open loop: it waits for a job.
  void park(Connection& connection);
  std::expected<Stream, int> connect_stream();
  void connection_settled();
  void connection_retired() { ++retired_; }
  /// Of the memory for remembered answers, as much of `bytes` as is left.
  std::size_t take_memory(std::size_t bytes);
  void give_memory_back(std::size_t bytes) { memory_left_ += bytes; }

 private:
  /// A timer that calls a member of the worker.
  template <void (Worker::*kWhat)()>
  class Alarm final : public Timer {
   public:
    explicit Alarm(Worker& worker) : worker_(worker) {}
    void on_timer() override { (worker_.*kWhat)(); }

   private:
    Worker& worker_;
  };

  static constexpr unsigned kEventsATime = 32;
  static constexpr std::size_t kBufferBytes = std::size_t{64} * 1024;
  static constexpr std::size_t kMemoryForAnswers = std::size_t{1} << 20;

  Worker(const Offer& offer, const Share& share, Conduct& conduct, std::unique_ptr<Net> net);
  Report run_to_end();
  void begin_window(Nanoseconds begin);
  void tick();
  void open_more();
  void set_level();
  Job take_planned();
  Ticket next_ticket() { return std::exchange(next_ticket_, next_ticket_ + offer_.threads); }
  void send_planned();
  void hand_over_slice(Nanoseconds time);
  void end_window();
  void give_up();
  [[nodiscard]] Nanoseconds next_tick() const;
  [[nodiscard]] CpuReading read_cpu();
  [[nodiscard]] std::size_t own_part(double level) const;

  const Offer& offer_;
  const Share& share_;
  Conduct& conduct_;
  EventLoop loop_;
  Recorder recorder_;
  RequestMaker requests_;
  TlsMemory tls_memory_;
  CheckMemory check_memory_;
  RateMeter rate_;
  std::vector<char> buffer_;
  Slice slice_;
  HttpParser::KnownHead known_head_;
  std::string outgoing_, scratch_;
  MaskKeys mask_keys_;
  Ticket next_ticket_;
  std::uint64_t next_number_;
  std::uint64_t requests_left_;
  std::size_t memory_left_ = kMemoryForAnswers;
  unsigned events_ = 0;
  std::size_t started_ = 0, wanted_ = 0;  ///< connections that have started; that the load's level wants
  std::size_t settled_ = 0, retired_ = 0;
  bool window_begun_ = false, window_ended_ = false;
  Nanoseconds begun_ = 0, next_opening_ = 0, give_up_at_ = kNever, first_connect_ = kNever;
  std::size_t next_source_ = 0;
  CpuReading cpu_begin_, cpu_end_;
  std::optional<Level> level_;        ///< stages over connections
  std::optional<Schedule> schedule_;  ///< open loop, once the window is known
  ParkedConnections parked_;
  Alarm<&Worker::tick> ticker_{*this};
  Alarm<&Worker::open_more> opener_{*this};
  Alarm<&Worker::set_level> leveller_{*this};
  Alarm<&Worker::send_planned> pacer_{*this};
  std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace shootout::engine
