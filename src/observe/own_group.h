// The control groups that a container has of its own, version 1 or 2: cgroups(7). They count what has ended
// and what was started from outside, too, and they tell whether a limit was reached.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shootout::observe {

/// Totals since the group was made; what this kernel does not tell is absent.
struct GroupUsage {
  std::optional<double> cpu_s;
  /// By what each clock tick found (version 1): over a short time good for the proportion only.
  std::optional<double> cpu_user_s, cpu_system_s;
  std::optional<std::int64_t> memory_bytes;  ///< without what the page cache could give back at once
  std::optional<double> throttled_s;         ///< over all cores, in which its CPU quota held it back
  std::optional<std::int64_t> oom_kills;
};

/// What was used between two readings. The time of user and system together is exact, as cpu_s is: the two
/// divide it, as the kernel itself does elsewhere (cputime_adjust() in kernel/sched/cputime.c).
[[nodiscard]] GroupUsage used_between(const GroupUsage& before, const GroupUsage& after);

class OwnGroup {
 public:
  /// Where the process is now.
  [[nodiscard]] static OwnGroup of(pid_t pid);
  /// Of the texts of /proc/PID/cgroup and /proc/mounts.
  [[nodiscard]] static OwnGroup from(std::string_view membership, std::string_view mounts);

  [[nodiscard]] GroupUsage read() const;

 private:
  struct Place {
    std::string folder;  ///< empty: this controller is not mounted
    int version = 1;
  };
  [[nodiscard]] static Place place_of(const std::string& controller, std::string_view membership,
                                      std::string_view mounts);

  Place cpu_, account_, memory_;
};

}  // namespace shootout::observe
