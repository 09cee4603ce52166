// What a cell asks of a contender, in numbers.
#pragma once

#include <optional>
#include <string>

#include "suite/suite.h"

namespace shootout::judge {

struct Offer {
  int connections = 1;              ///< clients at once
  int requests_per_connection = 1;  ///< one after the other
  int calls = 1;                    ///< to the service, of one request
  double delay_s = 0;               ///< of one call

  [[nodiscard]] int requests() const { return connections * requests_per_connection; }
  /// The most calls that could wait at once.
  [[nodiscard]] int concurrency() const { return connections * calls; }
};

/// Nothing where the suite's texts give no numbers, or the cell has no delay or calls nothing.
[[nodiscard]] std::optional<Offer> offer_of(const suite::Load& load, const suite::Scenario& scenario);

/// The connections of a cell, of a spike those of its highest phase; nothing where the suite's texts give no
/// number.
[[nodiscard]] std::optional<int> connections_of(const suite::Load& load, const std::string& scenario);

}  // namespace shootout::judge
