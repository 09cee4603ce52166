// Conditions on a load's figures: 'p99 > 50ms || errors > 0.1%'.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace shootout {

/// A figure that conditions speak of, by its name there: `p99`, `service.mean`, `requests_per_second`,
/// `errors.timeout`. Nothing where it was not taken.
using MetricLookup = std::function<std::optional<double>(std::string_view metric)>;

/// What a condition came to.
struct Outcome {
  bool holds = false;
  std::vector<std::string> parts;  ///< the comparisons that made it so: "p99 > 50ms: it is 61.2ms"
};

/// A condition that has been read. The grammar:
///
///     condition  = all { "||" all }
///     all        = factor { "&&" factor }
///     factor     = "(" condition ")" | metric operator number [unit]
///     metric     = [ ("latency." | "service." | "first_byte.") ] ( "p" number | mean | max | min | stdev )
///                | rps | requests_per_second | bytes_per_second
///                | started | completed | succeeded | unanswered | never_sent | errors | errors.CLASS
///     operator   = "<" | "<=" | ">" | ">=" | "==" | "!="
///     unit       = us | ms | s (latencies, which must have one) | k | M | G | % (counts, of the started)
class Condition {
 public:
  /// Fails (usage) with a message that shows the place.
  static Result<Condition> parse(std::string_view text);

  /// Latencies are looked up in microseconds, the rest as counts or per second. A figure that was not taken
  /// makes its comparison neither true nor false; where the whole hangs on such a one, this fails (invalid).
  [[nodiscard]] Result<Outcome> evaluate(const MetricLookup& metric) const;

 private:
  friend class ConditionParser;

  enum class Operator : std::uint8_t { less, at_most, more, at_least, equal, unequal };
  struct Comparison {
    std::string text;    ///< as it was written
    std::string metric;  ///< as it is looked up
    Operator op = Operator::less;
    double bound = 0;  ///< in the lookup's unit; a share as a fraction of 1
    double unit = 1;   ///< what the written number was multiplied by
    std::string unit_name;
    bool of_started = false;  ///< compare the share of the started requests
  };
  /// A comparison, or what joins the two nodes `left` and `right`.
  struct Node {
    enum class Kind : std::uint8_t { comparison, all, any } kind = Kind::comparison;
    std::size_t left = 0, right = 0;
    Comparison comparison;
  };
  /// What a part came to; nothing: a figure was missing.
  struct Truth {
    std::optional<bool> holds;
    std::vector<std::string> parts;
    std::string missing;  ///< the figure
  };

  [[nodiscard]] static Truth judged(const Comparison& comparison, const MetricLookup& metric);
  [[nodiscard]] Truth judged(std::size_t node, const MetricLookup& metric) const;

  std::vector<Node> nodes_;  ///< children before their parents; the last one is the root
};

}  // namespace shootout
