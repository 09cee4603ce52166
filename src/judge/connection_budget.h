// Connections that the contenders may open to the database, against what it allows.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "judge/evidence.h"

namespace shootout::judge {

struct ConnectionBudget {
  std::map<std::string, int> by_contender;  ///< workers x pool, of those that have a pool
  int together = 0;            ///< all of them stand side by side, with those that serve in another's name
  std::optional<int> allowed;  ///< max_connections of the service

  [[nodiscard]] bool exceeded() const { return allowed && together > *allowed; }
};

/// From the parameters that the run recorded; empty where no contender has a pool.
[[nodiscard]] ConnectionBudget connection_budget(const Evidence& evidence);

}  // namespace shootout::judge
