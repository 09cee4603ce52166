#include "base/condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/text.h"

namespace shootout {
namespace {

constexpr unsigned kDeepest = 100;
constexpr std::size_t kLongest = 10'000;

enum class Quantity : std::uint8_t { time, rate, count };

constexpr std::array<const char*, 3> kLatencyPrefixes = {"latency.", "service.", "first_byte."};
constexpr std::array<const char*, 4> kLatencyFigures = {"mean", "max", "min", "stdev"};
constexpr std::array<const char*, 6> kUsualPercentiles = {"p50", "p75", "p90", "p95", "p99", "p99.9"};
constexpr std::array<const char*, 3> kRates = {"rps", "requests_per_second", "bytes_per_second"};
constexpr std::array<const char*, 17> kCounts = {
    "started",        "completed",      "succeeded",       "unanswered",    "never_sent",  "errors",
    "errors.resolve", "errors.connect", "errors.tls",      "errors.write",  "errors.read", "errors.reset",
    "errors.closed",  "errors.timeout", "errors.protocol", "errors.status", "errors.check"};

bool contains(const auto& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// "p50", "p99.9": above 0 and below 100.
bool is_percentile(std::string_view name) {
  if (!name.starts_with('p') || name.size() > 12) return false;
  double percent = 0;
  const char* const end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data() + 1, end, percent, std::chars_format::fixed);
  return error == std::errc() && rest == end && percent > 0 && percent < 100;
}

/// A metric under the name by which it is looked up.
std::optional<std::pair<std::string, Quantity>> metric_named(std::string name) {
  if (name == "rps") return {{"requests_per_second", Quantity::rate}};
  if (contains(kRates, name)) return {{name, Quantity::rate}};
  if (contains(kCounts, name)) return {{name, Quantity::count}};
  std::string prefix, figure = name;
  for (const std::string_view known : kLatencyPrefixes) {
    if (name.starts_with(known)) prefix = known, figure = name.substr(known.size());
  }
  if (figure == "p99_9") figure = "p99.9";  // its name in the JSON
  if (!contains(kLatencyFigures, figure) && !is_percentile(figure)) return {};
  return {{(prefix == "latency." ? "" : prefix) + figure, Quantity::time}};
}

std::string unknown_metric(const std::string& name) {
  std::vector<std::string> names;
  for (const auto* known : kLatencyFigures) names.emplace_back(known);
  for (const auto* known : kUsualPercentiles) names.emplace_back(known);
  for (const std::string_view prefix : kLatencyPrefixes) {
    for (std::size_t i = 0, own = kLatencyFigures.size() + kUsualPercentiles.size(); i < own; ++i)
      names.push_back(std::string(prefix) + names[i]);
  }
  for (const auto* known : kRates) names.emplace_back(known);
  for (const auto* known : kCounts) names.emplace_back(known);
  if (const auto near = closest_name(name, names))
    return fmt::format("there is no metric '{}'; did you mean {}?", name, *near);
  return fmt::format("there is no metric '{}'; there are p50 (any percentile), mean, max, rps, errors ...",
                     name);
}

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

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

}  // namespace

/// Recursive descent over the text.
class ConditionParser {
 public:
  explicit ConditionParser(std::string_view text) : text_(text) {}

  Result<Condition> parse() {
    if (text_.size() > kLongest)
      return fail(ExitCode::usage, fmt::format("the condition is longer than {} characters", kLongest));
    auto root = any_of();
    if (!root) return std::unexpected(root.error());
    skip_spaces();
    if (at_ < text_.size()) return wrong("&& or || must join two comparisons");
    return std::move(condition_);
  }

 private:
  using Index = Result<std::size_t>;
  using Kind = Condition::Node::Kind;

  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
  }

  bool took(std::string_view token) {
    skip_spaces();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  std::unexpected<Error> wrong(const std::string& what) { return wrong(what, at_); }
  /// The message, the text, and a caret below the place.
  std::unexpected<Error> wrong(const std::string& what, std::size_t column) {
    std::string shown;
    for (const char c : text_) shown += c >= ' ' && c < '\x7f' ? c : '?';
    return fail(ExitCode::usage, fmt::format("in the condition, column {}: {}\n    {}\n    {}^", column + 1,
                                             what, shown, std::string(column, ' ')));
  }

  std::size_t add(Condition::Node node) {
    condition_.nodes_.push_back(std::move(node));
    return condition_.nodes_.size() - 1;
  }

  Index any_of() {
    auto left = all_of();
    while (left && took("||")) {
      const auto right = all_of();
      if (!right) return right;
      left = add({.kind = Kind::any, .left = *left, .right = *right, .comparison = {}});
    }
    return left;
  }

  Index all_of() {
    auto left = factor();
    while (left && took("&&")) {
      const auto right = factor();
      if (!right) return right;
      left = add({.kind = Kind::all, .left = *left, .right = *right, .comparison = {}});
    }
    return left;
  }

  Index factor() {
    if (!took("(")) return comparison();
    if (++depth_ > kDeepest) return wrong("too many parentheses");
    auto inside = any_of();
    if (!inside) return inside;
    if (!took(")")) return wrong("a ) is missing");
    --depth_;
    return inside;
  }

  Index comparison() {
    skip_spaces();
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_word_character(text_[at_])) ++at_;
    const std::string name(text_.substr(begin, at_ - begin));
    if (name.empty()) return wrong("a metric must stand here, such as p99, rps or errors");
    const auto metric = metric_named(name);
    if (!metric) return wrong(unknown_metric(name), begin);
    Condition::Comparison made;
    made.metric = metric->first;
    if (auto op = comparing(); op) {
      made.op = *op;
    } else {
      return std::unexpected(op.error());
    }
    if (auto read = bound(metric->second, made); !read) return std::unexpected(read.error());
    made.text = std::string(text_.substr(begin, at_ - begin));
    return add({.kind = Kind::comparison, .left = 0, .right = 0, .comparison = std::move(made)});
  }

  Result<Condition::Operator> comparing() {
    using enum Condition::Operator;
    static constexpr std::array<std::pair<const char*, Condition::Operator>, 6> kOperators = {
        {{"<=", at_most}, {">=", at_least}, {"==", equal}, {"!=", unequal}, {"<", less}, {">", more}}};
    for (const auto& [token, op] : kOperators) {
      if (took(token)) return op;
    }
    return wrong("one of < <= > >= == != must stand here");
  }

  Result<void> bound(Quantity quantity, Condition::Comparison& made) {
    skip_spaces();
    const std::size_t begin = at_;
    double number = 0;
    const char* const end = text_.data() + text_.size();
    const auto [rest, error] = std::from_chars(text_.data() + at_, end, number, std::chars_format::fixed);
    if (error != std::errc() || !std::isfinite(number) || number < 0)
      return wrong("a number must stand here");
    at_ = static_cast<std::size_t>(rest - text_.data());
    const std::size_t unit_at = at_;
    while (at_ < text_.size() && (is_word_character(text_[at_]) || text_[at_] == '%')) ++at_;
    made.unit_name = text_.substr(unit_at, at_ - unit_at);
    const auto unit = unit_of(quantity, made.unit_name);
    if (!unit) {
      const char* const lacks = quantity == Quantity::time   ? "a latency's bound has a unit: us, ms or s"
                                : quantity == Quantity::rate ? "a rate's bound has no unit, or k, M or G"
                                                             : "a count's bound has no unit, or k, M, G or %";
      return wrong(lacks, made.unit_name.empty() ? begin : unit_at);
    }
    made.unit = *unit;
    made.bound = number * *unit;
    made.of_started = made.unit_name == "%";
    return {};
  }

  static std::optional<double> unit_of(Quantity quantity, std::string_view name) {
    if (quantity == Quantity::time) {
      if (name == "us") return 1;
      if (name == "ms") return 1e3;
      if (name == "s") return 1e6;
      return {};
    }
    if (name.empty()) return 1;
    if (name == "k" || name == "K") return 1e3;
    if (name == "M") return 1e6;
    if (name == "G") return 1e9;
    if (name == "%" && quantity == Quantity::count) return 0.01;
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  unsigned depth_ = 0;
  Condition condition_;
};

Result<Condition> Condition::parse(std::string_view text) {
  return ConditionParser(text).parse();
}

Condition::Truth Condition::judged(const Comparison& comparison, const MetricLookup& metric) {
  auto value = metric(comparison.metric);
  if (value && comparison.of_started) {
    const auto started = metric("started");
    value = started && *started > 0 ? std::optional(*value / *started) : std::nullopt;
  }
  if (!value) return {.holds = {}, .parts = {}, .missing = comparison.metric};
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
                                told(*value, comparison.bound, comparison.unit, comparison.unit_name))},
          .missing = {}};
}

Condition::Truth Condition::judged(std::size_t index, const MetricLookup& metric) const {
  const Node& node = nodes_[index];
  if (node.kind == Node::Kind::comparison) return judged(node.comparison, metric);
  Truth left = judged(node.left, metric), right = judged(node.right, metric);
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
  Truth truth = judged(nodes_.size() - 1, metric);
  if (truth.holds) return Outcome{*truth.holds, std::move(truth.parts)};
  return fail(ExitCode::invalid,
              fmt::format("the condition cannot be judged: {} was not taken", truth.missing),
              "a percentile needs 10 requests beyond it: offer a longer load, or ask for a lower percentile");
}

}  // namespace shootout
