#include <fmt/format.h>

#include <algorithm>

#include "suite/limits.h"
#include "suite/placeholders.h"
#include "suite/request_slots.h"
#include "suite/suite.h"

namespace shootout::suite {
namespace {

// Fills the texts of one cell or warm-up; every error says where in the suite it is.
class Filler {
 public:
  /// The slots are those of the target.
  Filler(const Suite& suite, std::string where, const Launchable& contender, Values parameters,
         const std::string& target)
      : place_(fmt::format("{}: {}", suite.file.string(), where)),
        contender_(contender),
        values_(std::move(parameters)),
        slots_(slots_in(target)) {
    values_.insert_or_assign("health", contender.health);
    for (const auto& [name, path] : contender.paths) values_.insert_or_assign("path." + name, path);
  }

  // Not for the engine: a count, a rate.
  [[nodiscard]] Result<std::string> text(const std::string& text) const {
    return or_explained(text, fill(text, values_));
  }

  // With the engine's slots still in it.
  [[nodiscard]] Result<std::string> engine_text(const std::string& text) const {
    return or_explained(text, fill_for_engine(text, values_, slots_));
  }

  // A request's target as RFC 9112 has it in origin form: nothing in it may end the request line early.
  [[nodiscard]] Result<std::string> target(const std::string& text) const {
    auto filled = engine_text(text);
    if (!filled) return filled;
    const bool visible =
        std::all_of(filled->begin(), filled->end(), [](char c) { return c > ' ' && c < '\x7f'; });
    if (!filled->starts_with('/') || !visible) {
      return wrong(fmt::format("a target begins with '/' and has no spaces, found '{}'", *filled));
    }
    return filled;
  }

  [[nodiscard]] Result<unsigned> count(const std::string& what, const std::string& text, int low,
                                       int high) const {
    const auto filled = this->text(text);
    if (!filled) return std::unexpected(filled.error());
    const auto number = whole_number(*filled, low, high);
    if (!number) return wrong(fmt::format("{}: {}", what, number.error().what));
    return static_cast<unsigned>(*number);
  }

  [[nodiscard]] Result<double> rate(const std::string& text) const {
    const auto filled = this->text(text);
    if (!filled) return std::unexpected(filled.error());
    const auto number = real_number(*filled, kLowestRate, kHighestRate);
    if (!number) return wrong(fmt::format("rate: {}", number.error().what));
    return *number;
  }

  [[nodiscard]] Result<std::vector<AnswerCheck>> checks(const std::vector<AnswerCheck>& checks) const {
    std::vector<AnswerCheck> filled;
    for (const auto& check : checks) {
      auto equals = engine_text(check.equals);
      if (!equals) return std::unexpected(equals.error());
      if (check.kind == AnswerCheck::Kind::json) equals = json_text_with_slots(*equals);
      if (check.kind == AnswerCheck::Kind::size && !equals->contains('{')) {
        const auto size = whole_number(*equals, 0, kMostBodyBytes);
        if (!size) return wrong(fmt::format("size: {}", size.error().what));
      }
      filled.push_back({check.kind, check.name, std::move(*equals)});
    }
    return filled;
  }

 private:
  [[nodiscard]] Result<std::string> or_explained(const std::string& text, Result<std::string> filled) const {
    if (filled) return filled;
    const auto names = placeholders_in(text);
    for (const auto& name : names ? *names : std::vector<std::string>{}) {
      if (!name.starts_with("path.") || values_.contains(name)) continue;
      return fail(
          ExitCode::usage,
          fmt::format("{}: contender '{}' has no path '{}', which '{}' needs", place_, contender_.name,
                      name.substr(5), text),
          fmt::format("give it under 'paths' in {}", (contender_.folder / "contender.yaml").string()));
    }
    return wrong(filled.error().what);
  }

  [[nodiscard]] std::unexpected<Error> wrong(const std::string& what) const {
    return fail(ExitCode::usage, fmt::format("{}: {}", place_, what),
                "docs/suites.md explains the placeholders");
  }

  std::string place_;
  const Launchable& contender_;
  Values values_;
  std::vector<std::string> slots_;
};

}  // namespace

Result<Cell> cell_of(const Suite& suite, const Load& load, const Scenario& scenario,
                     const Launchable& contender) {
  const auto parameters = load.cells.find(scenario.name);
  if (parameters == load.cells.end()) {
    return fail(ExitCode::usage, fmt::format("{}: load '{}' has no cell for scenario '{}'",
                                             suite.file.string(), load.name, scenario.name));
  }
  const Filler filler(suite, fmt::format("load '{}', scenario '{}'", load.name, scenario.name), contender,
                      parameters->second, scenario.request.target);
  auto target = filler.target(scenario.request.target);
  if (!target) return std::unexpected(target.error());
  auto checks = filler.checks(scenario.request.checks);
  if (!checks) return std::unexpected(checks.error());
  const auto connections = filler.count("connections", load.connections, 1, kMostConnections);
  if (!connections) return std::unexpected(connections.error());

  Cell cell;
  cell.connections = *connections;
  cell.window = load.window;
  if (load.window) {
    if (!load.rate.empty()) {
      const auto rate = filler.rate(load.rate);
      if (!rate) return std::unexpected(rate.error());
      cell.rate = *rate;
    }
  } else {
    const auto requests =
        filler.count("requests_per_connection", load.requests_per_connection, 1, kMostRequests);
    if (!requests) return std::unexpected(requests.error());
    cell.requests_per_connection = *requests;
  }
  cell.checked_share = load.checked_share;
  cell.timeout_s = load.timeout_s;
  cell.method = scenario.request.method;
  cell.target = std::move(*target);
  cell.checks = std::move(*checks);
  cell.values = parameters->second;
  if (!scenario.request.upstream_calls.empty()) {
    const auto calls = filler.count("upstream_calls", scenario.request.upstream_calls, 0, kMostUpstreamCalls);
    if (!calls) return std::unexpected(calls.error());
    cell.upstream_calls = *calls;
  }
  return cell;
}

Result<Cell> warm_up_cell(const Suite& suite, const Launchable& contender) {
  const Filler filler(suite, "warm_up", contender, {}, suite.warm_up->target);
  auto target = filler.target(suite.warm_up->target);
  if (!target) return std::unexpected(target.error());
  Cell cell;
  cell.connections = suite.warm_up->connections;
  cell.requests_per_connection = suite.warm_up->requests_per_connection;
  cell.method = "GET";
  cell.target = std::move(*target);
  return cell;
}

}  // namespace shootout::suite
