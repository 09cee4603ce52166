// Conditions on a load's figures, 'p99 > 50ms || errors > 0.1%', and on what changed from one run to another,
// 'p99 worse than 5%'.
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

/// What one comparison with an earlier run asks: 'flask-gunicorn:p99 worse than 5%'.
struct Change {
  std::string contender;  ///< empty: every one
  std::string metric;     ///< p50, p95, p99, throughput, cpu, duration, memory
  bool worse = true;      ///< else better
  double share = 0;       ///< of the earlier run's figure: 0.05
  std::string text;       ///< as it was written

  /// How many times as good as before the later run must be: it is worse than so much below, better above.
  /// 5 % worse: of throughput 0.95, of what should be small 1 / 1.05.
  [[nodiscard]] double bound() const;
};

/// Whether a change is there: surely (true), surely not (false), or nothing where that cannot be told; and
/// the figure that says so.
struct ChangeFound {
  std::optional<bool> holds;
  std::string part;
};
/// `index`: the change's place in Condition::changes().
using ChangeLookup = std::function<ChangeFound(std::size_t index)>;

/// What a condition on changes came to; nothing: it cannot be told.
struct ChangeOutcome {
  std::optional<bool> holds;
  std::vector<std::string> parts;  ///< of the changes that made it so, or that cannot be told
};

/// A condition that has been read. The grammar:
///
///     condition  = all { "||" all }
///     all        = factor { "&&" factor }
///     factor     = "(" condition ")" | comparison
///
/// On a load's figures:
///
///     comparison = metric operator number [unit]
///     metric     = [ ("latency." | "service." | "first_byte.") ] ( "p" number | mean | max | min | stdev )
///                | rps | requests_per_second | bytes_per_second
///                | started | completed | succeeded | unanswered | never_sent | errors | errors.CLASS
///     operator   = "<" | "<=" | ">" | ">=" | "==" | "!="
///     unit       = us | ms | s (latencies, which must have one) | k | M | G | % (counts, of the started)
///
/// On what changed from one run to another:
///
///     comparison = [ CONTENDER ":" ] metric ( worse | better ) than number "%"
///     metric     = p50 | p95 | p99 | throughput | rps | cpu | duration | memory
class Condition {
 public:
  enum class On : std::uint8_t { figures, changes };

  /// Fails (usage) with a message that shows the place; a comparison of the other kind is one.
  static Result<Condition> parse(std::string_view text, On what = On::figures);

  /// Latencies are looked up in microseconds, the rest as counts or per second. A figure that was not taken
  /// makes its comparison neither true nor false; where the whole hangs on such a one, this fails (invalid).
  [[nodiscard]] Result<Outcome> evaluate(const MetricLookup& metric) const;

  /// Of a condition on changes, in the order in which they were written.
  [[nodiscard]] const std::vector<Change>& changes() const { return changes_; }
  [[nodiscard]] ChangeOutcome evaluate_changes(const ChangeLookup& change) const;

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
  /// What joins the two nodes `left` and `right`, or a leaf: `left` is its place among the comparisons or the
  /// changes.
  struct Node {
    enum class Kind : std::uint8_t { leaf, all, any } kind = Kind::leaf;
    std::size_t left = 0, right = 0;
  };
  /// What a part came to; nothing: it is not known.
  struct Truth {
    std::optional<bool> holds;
    std::vector<std::string> parts;  ///< that made it so, or that are not known
  };
  using Leaf = std::function<Truth(std::size_t index)>;

  [[nodiscard]] static Truth judged(const Comparison& comparison, const MetricLookup& metric);
  [[nodiscard]] Truth judged(std::size_t node, const Leaf& leaf) const;

  std::vector<Node> nodes_;  ///< children before their parents; the last one is the root
  std::vector<Comparison> comparisons_;
  std::vector<Change> changes_;
};

}  // namespace shootout
