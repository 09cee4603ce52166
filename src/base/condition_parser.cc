#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/condition.h"
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

/// What two runs are compared by, and what it is called.
struct ChangeMetric {
  std::string_view name, meant;
};
constexpr std::array<ChangeMetric, 8> kChangeMetrics = {{{"p50", "p50"},
                                                         {"p95", "p95"},
                                                         {"p99", "p99"},
                                                         {"throughput", "throughput"},
                                                         {"rps", "throughput"},
                                                         {"cpu", "cpu"},
                                                         {"duration", "duration"},
                                                         {"memory", "memory"}}};

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

std::string unknown_change_metric(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& metric : kChangeMetrics) names.emplace_back(metric.name);
  if (const auto near = closest_name(name, names))
    return fmt::format("runs are not compared by '{}'; did you mean {}?", name, *near);
  return fmt::format("runs are not compared by '{}', but by {}", name, fmt::join(names, ", "));
}

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

bool is_name_character(char c) {
  return is_word_character(c) || c == '-';
}

}  // namespace

/// Recursive descent over the text.
class ConditionParser {
 public:
  ConditionParser(std::string_view text, Condition::On what) : text_(text), what_(what) {}

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
      left = add({.kind = Kind::any, .left = *left, .right = *right});
    }
    return left;
  }

  Index all_of() {
    auto left = factor();
    while (left && took("&&")) {
      const auto right = factor();
      if (!right) return right;
      left = add({.kind = Kind::all, .left = *left, .right = *right});
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

  /// The characters from here on that `belongs` says yes to.
  std::string_view word(bool (*belongs)(char)) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && belongs(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  /// What stands next, without taking it.
  std::string_view next_word() {
    skip_spaces();
    const std::size_t begin = at_;
    const auto next = word(is_word_character);
    at_ = begin;
    return next;
  }

  Index comparison() {
    skip_spaces();
    return what_ == Condition::On::changes ? change() : figure();
  }

  Index figure() {
    const std::size_t begin = at_;
    static constexpr const char* kOfRuns =
        "this compares two runs (shootout compare); of one load say 'p99 > 50ms'";
    if (!word(is_name_character).empty() && took(":")) return wrong(kOfRuns, begin);
    at_ = begin;
    const std::string name(word(is_word_character));
    if (name.empty()) return wrong("a metric must stand here, such as p99, rps or errors");
    if (const auto next = next_word(); next == "worse" || next == "better") return wrong(kOfRuns);
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
    condition_.comparisons_.push_back(std::move(made));
    return add({.kind = Kind::leaf, .left = condition_.comparisons_.size() - 1});
  }

  Index change() {
    const std::size_t begin = at_;
    Change made;
    auto name = word(is_name_character);
    std::size_t name_at = begin;
    if (took(":")) {
      if (name.empty()) return wrong("a contender must stand before the ':'", begin);
      made.contender = name;
      skip_spaces();
      name_at = at_;
      name = word(is_name_character);
    }
    if (name.empty()) return wrong("a metric must stand here, such as p99, throughput or cpu");
    const auto metric = std::ranges::find(kChangeMetrics, name, &ChangeMetric::name);
    if (metric == kChangeMetrics.end()) return wrong(unknown_change_metric(std::string(name)), name_at);
    made.metric = metric->meant;

    const auto direction = next_word();
    if (direction != "worse" && direction != "better") {
      return wrong(
          "'worse than 5%' or 'better than 5%' must stand here: two runs are compared, and a single "
          "load's figures by `shootout load --fail-if`");
    }
    made.worse = direction == "worse";
    took(direction);
    if (next_word() != "than") return wrong("'than' must stand here");
    took("than");
    if (auto read = percentage(made); !read) return std::unexpected(read.error());
    made.text = std::string(text_.substr(begin, at_ - begin));
    condition_.changes_.push_back(std::move(made));
    return add({.kind = Kind::leaf, .left = condition_.changes_.size() - 1});
  }

  Result<void> percentage(Change& made) {
    skip_spaces();
    const std::size_t begin = at_;
    const auto percent = number();
    if (!percent) return wrong("a number must stand here");
    if (!took("%")) return wrong("a % must stand here");
    made.share = *percent / 100;
    const bool falls = (made.metric == "throughput") == made.worse;
    if (falls && made.share >= 1) return wrong("nothing falls by 100 % and more", begin);
    return {};
  }

  /// A number without sign and exponent.
  std::optional<double> number() {
    double value = 0;
    const char* const end = text_.data() + text_.size();
    const auto [rest, error] = std::from_chars(text_.data() + at_, end, value, std::chars_format::fixed);
    if (error != std::errc() || !std::isfinite(value) || value < 0) return {};
    at_ = static_cast<std::size_t>(rest - text_.data());
    return value;
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
    const auto value = number();
    if (!value) return wrong("a number must stand here");
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
    made.bound = *value * *unit;
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
  Condition::On what_;
  std::size_t at_ = 0;
  unsigned depth_ = 0;
  Condition condition_;
};

Result<Condition> Condition::parse(std::string_view text, On what) {
  return ConditionParser(text, what).parse();
}

}  // namespace shootout
