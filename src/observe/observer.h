// Watches several trees while a trial runs.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"

namespace shootout::observe {

/// A tree to be watched.
struct Watched {
  std::string name;
  pid_t root = 0;
  std::uint16_t port = 0;       ///< its listening port, for the split over the workers
};

/// One tree over the observed time.
struct TreeObservation {
  std::string name;
  double wall_s = 0;
  double cpu_user_s = 0, cpu_system_s = 0;
  std::int64_t peak_rss_bytes = 0;
  std::optional<std::int64_t> peak_pss_bytes;
  std::optional<std::int64_t> disk_read_bytes, disk_written_bytes;
  std::optional<std::int64_t> network_received_bytes, network_sent_bytes;  ///< on sockets seen; loopback counts
  std::map<pid_t, std::uint64_t> connections_by_process;   ///< connections on `port` ever seen in each process
  std::uint64_t connections_never_accepted = 0;            ///< seen waiting in the backlog only
  std::vector<pid_t> ended, appeared;                      ///< processes that went or came meanwhile
  [[nodiscard]] double cpu_percent() const { return wall_s > 0 ? 100 * (cpu_user_s + cpu_system_s) / wall_s : 0; }
};

/// What was seen: totals by tree, and the samples for the store.
struct Observation {
  std::vector<TreeObservation> trees;
  nlohmann::json samples;    ///< [{t_s, trees: {NAME: {cpu_user_s, cpu_system_s, rss_bytes, pss_bytes, processes: [...]}}}]
};

/// A thread of low cost (CPU and memory every `interval_s`, connections every 50 ms) from start() to finish().
class Observer {
 public:
  static Result<Observer> start(std::vector<Watched> trees, double interval_s);
  Observer(Observer&&) noexcept;
  Observer& operator=(Observer&&) noexcept;
  ~Observer();
  /// Takes the last sample and returns everything.
  Observation finish();

 private:
  struct Impl;
  explicit Observer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The machine as it is recorded with a run: kernel, CPU model, cores (allowed and all), memory, limits, somaxconn,
/// port range, clock source, cgroup version, virtualisation where it shows.
[[nodiscard]] nlohmann::json describe_machine();

}  // namespace shootout::observe
