#include "base/condition.h"

#include <fmt/format.h>

#include <utility>

namespace shootout {
namespace {

/// A figure in the bound's own unit, with as many digits as it takes to tell it from the bound.
std::string told(double value, double bound, double unit, const std::string& unit_name) {
  const std::string of_bound = fmt::format("{:.12g}", bound / unit);
  std::string text;
  for (const int digits : {4, 6, 8, 12, 17}) {
    text = fmt::format("{:.{}g}", value / unit, digits);
    if (value == bound || text != of_bound) break;
  }
  return text + unit_name;
}

}  // namespace

double Change::bound() const {
  // Of what should be large, so much less (or more) than before; of what should be small, so much more (or
  // less).
  if (metric == "throughput") return worse ? 1 - share : 1 + share;
  return worse ? 1 / (1 + share) : 1 / (1 - share);
}

Condition::Truth Condition::judged(const Comparison& comparison, const MetricLookup& metric) {
  auto value = metric(comparison.metric);
  if (value && comparison.of_started) {
    const auto started = metric("started");
    value = started && *started > 0 ? std::optional(*value / *started) : std::nullopt;
  }
  if (!value) return {.holds = {}, .parts = {comparison.metric}};
  const auto compared = [&](double a, double b) {
    switch (comparison.op) {
      case Operator::less:
        return a < b;
      case Operator::at_most:
        return a <= b;
      case Operator::more:
        return a > b;
      case Operator::at_least:
        return a >= b;
      case Operator::equal:
        return a == b;
      case Operator::unequal:
        break;
    }
    return a != b;
  };
  return {.holds = compared(*value, comparison.bound),
          .parts = {fmt::format("{}: it is {}", comparison.text,
                                told(*value, comparison.bound, comparison.unit, comparison.unit_name))}};
}

Condition::Truth Condition::judged(std::size_t index, const Leaf& leaf) const {
  const Node& node = nodes_[index];
  if (node.kind == Node::Kind::leaf) return leaf(node.left);
  Truth left = judged(node.left, leaf), right = judged(node.right, leaf);
  // One false part makes "all" false and one true part makes "any" true, whatever the other came to.
  const bool decisive = node.kind == Node::Kind::any;
  if (left.holds != right.holds) {
    if (left.holds == decisive) return left;
    if (right.holds == decisive) return right;
    return left.holds ? right : left;  // the other one is not known
  }
  left.parts.insert(left.parts.end(), right.parts.begin(), right.parts.end());
  return left;
}

Result<Outcome> Condition::evaluate(const MetricLookup& metric) const {
  Truth truth =
      judged(nodes_.size() - 1, [&](std::size_t index) { return judged(comparisons_[index], metric); });
  if (truth.holds) return Outcome{*truth.holds, std::move(truth.parts)};
  return fail(ExitCode::invalid,
              fmt::format("the condition cannot be judged: {} was not taken", truth.parts.front()),
              "a percentile needs 10 requests beyond it: offer a longer load, or ask for a lower percentile");
}

ChangeOutcome Condition::evaluate_changes(const ChangeLookup& change) const {
  Truth truth = judged(nodes_.size() - 1, [&](std::size_t index) {
    ChangeFound found = change(index);
    return Truth{.holds = found.holds, .parts = {std::move(found.part)}};
  });
  return {.holds = truth.holds, .parts = std::move(truth.parts)};
}

}  // namespace shootout
