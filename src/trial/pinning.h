// Which CPUs the generator has, and which the servers.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"

namespace shootout::trial {

struct Pinning {
  std::vector<int> generator, servers;  ///< empty: wherever the scheduler likes
  std::string note;                     ///< what the reader must know; empty where all is well
  int shared_cores = 0;  ///< those that the two have together, where they do not keep apart; else 0
};

/// `how`: "auto" gives the generator the last CPU and the servers the others; "none" pins nothing;
/// "GENERATOR/SERVERS" names CPUs, e.g. "3/0-2". CPUs that this process may not use are an error (exit code
/// 2).
Result<Pinning> choose_pinning(const std::string& how);

}  // namespace shootout::trial
