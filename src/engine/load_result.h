// What came of a load: the engine's output.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/histogram.h"

namespace shootout::engine {

/// Why a request or a connection failed. Each request falls in one class.
enum class ErrorClass : std::uint8_t {
  resolve,
  connect,
  tls,
  write,
  read,
  reset,
  closed,
  timeout,
  protocol,
  status,
  check
};
inline constexpr std::size_t kErrorClasses = 11;
/// The class's name in the JSON: "resolve", "connect" ...
[[nodiscard]] std::string_view name(ErrorClass error);

/// An answer (or what there was of it) that was counted as an error, kept to be shown.
struct Offence {
  ErrorClass error = ErrorClass::protocol;
  std::string what;    ///< what was illegal or unexpected, and where
  std::string answer;  ///< the first 64 KiB of the answer as received
};

/// An interval of the load (LoadPlan::series_interval_s; the last one may be shorter).
struct SeriesPoint {
  double t_s = 0;  ///< its end, from the window's start
  std::uint64_t completed = 0;
  std::array<std::uint64_t, kErrorClasses> errors{};
  std::uint64_t bytes_sent = 0, bytes_received = 0;
  std::uint64_t connections = 0;  ///< open at its end
  double p50_us = 0, p99_us = 0;  ///< meaningful where completed > 0

  [[nodiscard]] std::uint64_t error_count() const;
};

/// What came of the requests planned in one stage of the load.
struct StageResult {
  double from = 0, to = 0;        ///< the level: connections or requests per second
  double begin_s = 0, end_s = 0;  ///< from the window's start
  std::uint64_t started = 0, completed = 0, unanswered = 0;
  std::array<std::uint64_t, kErrorClasses> errors{};
  std::uint64_t completed_in_stage = 0;  ///< answers that came while it lasted: its rate
  Histogram latency;

  [[nodiscard]] std::uint64_t error_count() const;
  [[nodiscard]] double requests_per_second() const;
};

/// How the TLS connections were made.
struct TlsSummary {
  std::string version, cipher, protocol;  ///< of the last handshake; protocol: what ALPN chose, or empty
  std::uint64_t handshakes = 0, resumed = 0;
};

/// Mean, standard deviation and maximum over intervals of 100 ms, as wrk's "Thread Stats" has them.
struct ThreadRate {
  double mean = 0, stdev = 0, max = 0;
  std::vector<double> intervals;  ///< requests/s of each, from the window's start

  /// The share of the intervals within one standard deviation of the mean; 0 where there are none.
  [[nodiscard]] double within_one_stdev() const;
};

/// All threads' intervals as if they were one's: the line "Req/Sec" of wrk.
[[nodiscard]] ThreadRate pooled(const std::vector<ThreadRate>& threads);

struct LoadResult {
  std::string url;
  std::string address;    ///< that the URL's host resolved to
  double duration_s = 0;  ///< the window; with a count of requests from the first connect to the last byte
  double drain_s = 0;     ///< what was waited after the window for answers under way

  /// Requests whose first byte was sent (or could not be: connect errors count); in an open loop all that
  /// were planned inside the window, those that no connection was free for included.
  std::uint64_t started = 0;
  std::uint64_t completed = 0;  ///< whole, legal answers: succeeded, or failed by status or check
  std::uint64_t succeeded = 0;
  std::uint64_t unanswered = 0;  ///< still waiting when the drain ended
  std::uint64_t never_sent = 0;  ///< of the unanswered: no connection was free until the end (open loop)
  std::array<std::uint64_t, kErrorClasses> errors{};
  /// Of requests from before the window: what the load met while its connections were opened and it settled.
  std::array<std::uint64_t, kErrorClasses> errors_before{};
  std::map<int, std::uint64_t> status;
  std::uint64_t bytes_sent = 0, bytes_received = 0;
  /// Rates count what completed inside the window (in a counted load: everything).
  std::uint64_t completed_in_window = 0;
  std::uint64_t bytes_received_in_window = 0;
  /// Whole answers that came before the window (it settled) and after it (what was under way at its end):
  /// with completed_in_window all the answers that the target gave.
  std::uint64_t completed_settling = 0, completed_draining = 0;

  std::uint64_t connections_opened = 0;
  std::uint64_t connections_never_opened =
      0;  ///< of those that the load wanted: not one connect() came through
  std::uint64_t connections_never_served = 0;
  std::uint64_t closed_by_server_idle = 0;
  double open_s = 0;  ///< from the first connect() until each connection had been open once

  /// Microseconds: from the planned time; from the actual send; from the actual send to the first byte.
  Histogram latency, service, first_byte;
  Histogram unanswered_wait;  ///< how long the unanswered had waited, from their planned time
  /// Requests under way when the window ended, those from before it included: how long each had waited then,
  /// from its planned time, whatever became of it.
  Histogram waiting_at_end;
  std::vector<ThreadRate> threads;
  std::vector<SeriesPoint> series;
  std::vector<StageResult> stages;  ///< of a load with stages
  std::vector<Offence> offences;    ///< the first few
  std::optional<TlsSummary> tls;
  bool websocket = false;  ///< the requests are messages, each answered by one

  /// Open loop: what the plan asked for inside the window, and what was sent in it.
  std::optional<double> offered_rps, sent_rps;
  /// Open loop: how much later than it could each request went out: after its planned time, or after the
  /// connection that it had to wait for was free.
  Histogram lateness;
  double spin_s = 0;  ///< of the CPU time: waiting for planned times with open eyes

  double cpu_user_s = 0, cpu_system_s = 0;  ///< of the load's own threads, over the window
  /// In which a thread could have run but had no core: latencies then hold the generator's own waiting.
  /// Absent where the kernel does not tell (/proc/thread-self/schedstat).
  std::optional<double> waited_for_cpu_s;
  double wall_s = 0;               ///< the time those CPU figures are of
  std::int64_t max_rss_bytes = 0;  ///< of the process
  double concurrency_mean = 0;     ///< integral of requests in flight over the window, by its length
  /// The sum of the requests' own times in flight, each cut at the window's ends: the other side of Little's
  /// law.
  double waited_in_window_s = 0;

  /// Why the figures are not to be believed; empty: valid.
  std::vector<std::string> reasons;
  bool interrupted = false;

  [[nodiscard]] std::uint64_t error_count() const;
  [[nodiscard]] double requests_per_second() const;
  [[nodiscard]] double bytes_per_second() const;
  /// |L - lambda W| / L; Little's law says 0. lambda W is waited_in_window_s by the window's length: cut at
  /// its ends, because a whole latency of a request that was under way there would weigh as if all of it lay
  /// inside.
  [[nodiscard]] double littles_law_error() const;
};

}  // namespace shootout::engine
