// One thread of a load: its event loop, its connections, and what they count.
#pragma once

#include <atomic>
#include <bitset>
#include <cstdint>
#include <deque>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/check.h"
#include "engine/connection.h"
#include "engine/event_loop.h"
#include "engine/recorder.h"
#include "engine/request.h"
#include "engine/series.h"
#include "engine/socket.h"

namespace shootout::engine {

/// What all threads offer: a plan, made ready. Constant while the load runs.
struct Offer {
  Address target;
  Request request;
  CheckList checks;
  std::bitset<1000> accepted;
  Nanoseconds timeout = 0, connect_timeout = 0;
  Window window;

  [[nodiscard]] bool accepts(int status) const { return accepted[static_cast<std::size_t>(status)]; }
};

/// A thread's part of it.
struct Share {
  std::size_t thread = 0;
  unsigned connections = 0;
  std::uint64_t requests = 0;                 ///< in all; kUnlimited: the window decides
  std::uint64_t requests_per_connection = 0;  ///< kUnlimited: no bound
  std::optional<int> cpu;

  static constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};
};

/// What the threads and their starter share while the load runs.
struct Conduct {
  explicit Conduct(std::size_t threads) : series(threads) {}

  Series series;
  /// The load ends early at this time (monotonic). Set it a little ahead, so that all threads end together.
  std::atomic<Nanoseconds> cut = kNever;
};

/// The rate of a thread over its 100 ms intervals.
class RateMeter {
 public:
  /// So many were completed until now; intervals shorter than half of what is usual are left to the next.
  void sample(std::uint64_t completed, Nanoseconds now);
  void start(Nanoseconds now) { last_ = now; }
  [[nodiscard]] ThreadRate rate() const;

 private:
  Nanoseconds last_ = 0;
  std::uint64_t last_completed_ = 0;
  double count_ = 0, mean_ = 0, squares_ = 0, max_ = 0;
};

/// CPU time of the calling thread and when it was taken.
struct CpuReading {
  double user_s = 0, system_s = 0;
  Nanoseconds at = 0;
  static CpuReading take();
};

class Worker final : private Timer {
 public:
  static constexpr Nanoseconds kTick = 100 * kMillisecond;
  /// How long an interrupted load waits for answers under way.
  static constexpr Nanoseconds kDrainWhenCut = kSecond;
  /// Of an answer that was counted as an error, at most so much is kept.
  static constexpr std::size_t kLongestRemembered = std::size_t{64} * 1024;

  /// What the starter reads when the thread has ended.
  struct Report {
    Recorder recorder;
    ThreadRate rate;
    CpuReading cpu_begin, cpu_end;
    Nanoseconds first_connect = kNever;
    Nanoseconds ended = 0;
  };

  /// Runs a share to its end in the calling thread.
  static Result<Report> run(const Offer& offer, const Share& share, Conduct& conduct);

  // For the connections:
  [[nodiscard]] const Offer& offer() const { return offer_; }
  [[nodiscard]] EventLoop& loop() { return *loop_; }
  [[nodiscard]] Nanoseconds now() const { return loop_->now(); }
  [[nodiscard]] Recorder& recorder() { return recorder_; }
  [[nodiscard]] std::span<char> buffer() { return buffer_; }
  /// Reads the clock every few events, so that one long batch does not blur the latencies.
  void tell_time() {
    if (++events_ % kEventsATime == 0) loop_->refresh_now();
  }
  [[nodiscard]] bool may_send() const { return now() < recorder_.window().end; }
  /// True: one more request may be sent, and is taken off what is left.
  bool claim_request();
  std::expected<Socket, int> connect_socket();
  void connection_retired() { ++retired_; }
  /// Of the memory for remembered answers, as much of `bytes` as is left.
  std::size_t take_memory(std::size_t bytes);
  void give_memory_back(std::size_t bytes) { memory_left_ += bytes; }

 private:
  /// Opens the connections a few at a time, so that the first ones' answers are not kept waiting.
  class Opener final : public Timer {
   public:
    explicit Opener(Worker& worker) : worker_(worker) {}
    void on_timer() override;

   private:
    Worker& worker_;
    std::size_t opened_ = 0;
  };

  static constexpr unsigned kEventsATime = 32;
  static constexpr std::size_t kBufferBytes = std::size_t{64} * 1024;
  static constexpr std::size_t kMemoryForAnswers = std::size_t{1} << 20;

  Worker(const Offer& offer, const Share& share, Conduct& conduct, std::unique_ptr<EventLoop> loop);
  Report run_to_end();
  void on_timer() override;
  void hand_over_slice(Nanoseconds time);
  void end_window();
  [[nodiscard]] Nanoseconds next_tick() const;

  const Offer& offer_;
  const Share& share_;
  Conduct& conduct_;
  std::unique_ptr<EventLoop> loop_;
  Recorder recorder_;
  RateMeter rate_;
  std::vector<char> buffer_;
  Slice slice_;
  std::uint64_t requests_left_;
  std::size_t memory_left_ = kMemoryForAnswers;
  unsigned events_ = 0;
  std::size_t retired_ = 0;
  bool window_begun_ = false, window_ended_ = false;
  Nanoseconds give_up_at_ = kNever;
  Nanoseconds first_connect_ = kNever;
  CpuReading cpu_begin_, cpu_end_;
  Opener opener_;
  std::deque<Connection> connections_;
};

}  // namespace shootout::engine
