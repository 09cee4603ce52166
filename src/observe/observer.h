// Watches several trees while a trial runs.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "observe/machine.h"

namespace shootout::observe {

/// A tree to be watched.
struct Watched {
  std::string name;
  pid_t root = 0;
  std::uint16_t port = 0;  ///< its listening port, for the split over the workers; 0: none
  bool contained = false;  ///< it has control groups of its own: a container
};

/// One tree over the observed time. A process counts from when it appeared to the last moment it was seen.
struct TreeObservation {
  std::string name;
  double wall_s = 0;
  double cpu_user_s = 0, cpu_system_s = 0;
  std::int64_t peak_rss_bytes = 0;
  std::optional<std::int64_t> peak_pss_bytes;  ///< of fewer moments than RSS: a walk of page tables disturbs
  /// Of the processes that let themselves be read; absent where none did.
  std::optional<std::int64_t> disk_read_bytes, disk_written_bytes;
  /// Loopback counts. Lower bounds: what a socket carried between the last look at it and its end is not in
  /// them. Absent where the kernel has no socket diagnostics.
  std::optional<std::int64_t> network_received_bytes, network_sent_bytes;
  std::map<pid_t, std::uint64_t> connections_by_process;  ///< connections on `port` ever seen in each process
  std::uint64_t connections_never_accepted = 0;           ///< seen waiting in the backlog only
  std::vector<pid_t> ended, appeared;                     ///< processes that went or came meanwhile
  std::map<pid_t, std::string> changed;                   ///< what these are: see short_command_line()
  /// Of a container, whose CPU above is then its control group's own count.
  std::optional<std::int64_t> peak_group_memory_bytes;
  std::optional<double> throttled_s;  ///< over all cores, in which its CPU limit held it back
  std::optional<std::int64_t> oom_kills;
  [[nodiscard]] double cpu_percent() const {
    return wall_s > 0 ? 100 * (cpu_user_s + cpu_system_s) / wall_s : 0;
  }
};

/// What was seen: totals by tree, and the samples for the store.
struct Observation {
  std::vector<TreeObservation> trees;
  /// At most 600, of moments further apart where more were taken; the last moment is always among them:
  /// [{t_s, observer_cpu_s, trees: {NAME: {cpu_user_s, cpu_system_s, rss_bytes, pss_bytes,
  ///   processes: [{pid, name, cpu_user_s, cpu_system_s, rss_bytes, pss_bytes}]}}}]
  /// All CPU seconds count from start(); observer_cpu_s is what the observing itself took. pss_bytes is
  /// absent where it was not looked at.
  nlohmann::json samples;
};

/// A thread of low cost (CPU and memory every `interval_s`, connections every 50 ms) from start() to
/// finish(). It looks less often where looking would take more than about 2 % of a core, at connections also
/// as time goes by.
class Observer {
 public:
  /// Takes the first sample. Fails (exit code 5) where a root is gone.
  static Result<Observer> start(std::vector<Watched> trees, double interval_s);
  Observer(Observer&&) noexcept;
  Observer& operator=(Observer&&) noexcept;
  ~Observer();
  /// Takes the last sample and returns everything. Once only.
  Observation finish();

 private:
  struct Impl;
  explicit Observer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace shootout::observe
