// What else happened on the machine while a trial ran.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace shootout::observe {

/// From construction to finish(): two looks at /proc, /sys and the cgroup (version 1 or 2), nothing in
/// between.
class EnvironmentWatch {
 public:
  /// `ours`: the root of the tree of processes that belong to the measurement (shootout itself; the guardian,
  /// the servers and the generator are its descendants). `server`: the process whose network namespace the
  /// listeners are counted in; 0: this process's own. `also`: roots of further trees of ours: containers.
  explicit EnvironmentWatch(pid_t ours, pid_t server = 0, std::vector<pid_t> also = {});
  EnvironmentWatch(EnvironmentWatch&&) noexcept;
  EnvironmentWatch& operator=(EnvironmentWatch&&) noexcept;
  ~EnvironmentWatch();

  /// An object of these members; what this machine does not tell is absent:
  ///   wall_s
  ///   steal_percent            of the time of all allowed cores, what the hypervisor gave to others
  ///   others_cpu_percent       of one core: what processes that are not ours took (user and system); kernel
  ///                            threads, which work for whoever asks, are not counted
  ///   others                   [{pid, name, cpu_percent}] the busiest of them, at most 3, those above 1 %;
  ///                            what ended meanwhile counts as its parent's. Pid 0, "out of sight": work on
  ///                            the allowed cores that no process did which can be seen
  ///   cpu_pressure_percent, memory_pressure_percent, io_pressure_percent   of the time, "some" of
  ///                            /proc/pressure
  ///   throttled_percent        of the time, this process's cgroup for its CPU quota
  ///   swapped_pages            in and out, of the machine
  ///   frequency_change_percent the largest change of a core's frequency between the two looks; of cores
  ///                            whose governor is "performance"
  ///   time_wait                connections in TIME_WAIT at the end
  ///   ports_in_use_percent     of the outgoing port range, TIME_WAIT included, from one local address to the
  ///                            busiest destination
  ///   listen_overflows         connections that full accept queues dropped (TcpExt ListenOverflows), of the
  ///                            server's network namespace
  ///   listen_drops             all that listeners dropped, those included (TcpExt ListenDrops)
  [[nodiscard]] nlohmann::json finish();

 private:
  struct Moment;
  std::vector<pid_t> ours_;
  std::string netstat_;  ///< the file with the server's counters
  std::unique_ptr<Moment> begin_;
};

}  // namespace shootout::observe
