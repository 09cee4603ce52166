// The machine, as it is recorded with a run.
#pragma once

#include <nlohmann/json.hpp>

namespace shootout::observe {

/// An object of these members; what is unknown is absent:
///   cores            on line
///   cores_allowed    [numbers] that this process may run on: sched_getaffinity(2)
///   cores_shared     [[numbers]] groups of allowed ones that are hardware threads of one core; absent: none
///   governors        [names] what decides over the allowed cores' frequencies; absent in most virtual
///   machines cpu_quota_cores  the cgroup's limit, in cores; absent where there is none cpu_model, kernel
///   ("Linux 6.1.0-18-amd64 x86_64"), memory_bytes open_files_soft, open_files_hard    limits of this
///   process; absent: no limit somaxconn        the longest backlog that listen(2) gets port_range [first,
///   last] of outgoing connections clock_source     "tsc", "kvm-clock", "hpet" ... cgroup_version   1 or 2
///   virtualised      true where the CPU says that it runs under a hypervisor
[[nodiscard]] nlohmann::json describe_machine();

}  // namespace shootout::observe
