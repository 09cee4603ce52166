#include <fmt/format.h>

#include <algorithm>

#include "suite/limits.h"
#include "suite/names.h"
#include "suite/placeholders.h"
#include "suite/request_slots.h"
#include "suite/suite.h"

namespace shootout::suite {
namespace {

// Fills the texts of one cell or warm-up; every error says where in the suite it is.
class Filler {
 public:
  /// `slots` are the request's, `names` what its checks may name.
  Filler(const Suite& suite, std::string where, const Launchable& contender, Values parameters,
         std::vector<std::string> slots, std::vector<std::string> names)
      : place_(fmt::format("{}: {}", suite.file.string(), where)),
        contender_(contender),
        values_(std::move(parameters)),
        slots_(std::move(slots)),
        names_(std::move(names)) {
    for (const auto& [name, value] : values_) {
      const auto slot = slot_that_is(value);
      if (!slot) continue;
      slot_values_.emplace(name, value);
      names_of_slots_.emplace(name, "{" + *slot + "}");
    }
    values_.insert_or_assign("health", contender.health);
    for (const auto& [name, path] : contender.paths) values_.insert_or_assign("path." + name, path);
  }

  // Not for the engine: a count, a rate.
  [[nodiscard]] Result<std::string> text(const std::string& text) const {
    return or_explained(text, fill(text, values_));
  }

  // With the engine's slots still in it.
  [[nodiscard]] Result<std::string> engine_text(const std::string& text,
                                                Braces braces = Braces::strict) const {
    return or_explained(text, fill_for_engine(text, values_, slots_, braces, slot_values_), braces);
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
      auto equals = or_explained(
          check.equals, fill_for_engine(check.equals, values_, names_, Braces::strict, names_of_slots_));
      if (!equals) return std::unexpected(equals.error());
      if (check.kind == AnswerCheck::Kind::json) equals = json_text_with_slots(*equals);
      if (check.kind == AnswerCheck::Kind::size && !equals->contains('{')) {
        const auto size = whole_number(*equals, 0, kMostBodyBytes);
        if (!size) return wrong(fmt::format("size: {}", size.error().what));
      }
      if (check.kind == AnswerCheck::Kind::sha256 && !equals->contains('{') && !is_sha256(*equals))
        return wrong(fmt::format("sha256: 64 hex digits are needed, found '{}'", *equals));
      filled.push_back({check.kind, check.name, std::move(*equals)});
    }
    return filled;
  }

  // Of those parameters that are slots: nothing, or what is wrong with one.
  [[nodiscard]] Result<void> slots_are_right() const {
    std::map<std::string, std::string> seen;
    for (const auto& [name, slot] : slot_values_) {
      if (const auto mistakes = slot_mistakes(slot, Braces::strict, seen); !mistakes.empty())
        return wrong(fmt::format("{}: {}", name, mistakes.front()));
    }
    return {};
  }

  // What the request carries besides its target.
  [[nodiscard]] Result<void> content(const RequestSpec& request, Cell& cell) const {
    for (const auto& [name, value] : request.headers) {
      auto filled = engine_text(value, Braces::loose);
      if (!filled) return std::unexpected(filled.error());
      cell.headers.emplace(name, std::move(*filled));
    }
    cell.body = request.body;
    auto text = engine_text(request.body.text, Braces::loose);
    if (!text) return std::unexpected(text.error());
    cell.body.text = std::move(*text);
    if (!request.message) return {};
    cell.message = request.message;
    auto message = engine_text(request.message->text, Braces::loose);
    if (!message) return std::unexpected(message.error());
    cell.message->text = std::move(*message);
    return {};
  }

 private:
  [[nodiscard]] Result<std::string> or_explained(const std::string& text, Result<std::string> filled,
                                                 Braces braces = Braces::strict) const {
    if (filled) return filled;
    const auto names = placeholders_in(text, braces);
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
  std::vector<std::string> slots_, names_;
  /// By parameter, of those that are slots: the slot, for the request; its name, for the checks.
  Values slot_values_{}, names_of_slots_{};
};

// How many connections, for how long or for how many requests.
Result<void> fill_amount(const Load& load, const Filler& filler, Cell& cell) {
  if (!load.phases.empty()) {
    cell.phases = load.phases;
    cell.connections = std::ranges::max(load.phases, {}, &Phase::connections).connections;
    return {};
  }
  const auto connections = filler.count("connections", load.connections, 1, kMostConnections);
  if (!connections) return std::unexpected(connections.error());
  cell.connections = *connections;
  cell.window = load.window;
  if (load.window && load.rate.empty()) return {};
  if (load.window) {
    const auto rate = filler.rate(load.rate);
    if (!rate) return std::unexpected(rate.error());
    cell.rate = *rate;
    return {};
  }
  const auto requests =
      filler.count("requests_per_connection", load.requests_per_connection, 1, kMostRequests);
  if (!requests) return std::unexpected(requests.error());
  cell.requests_per_connection = *requests;
  return {};
}

}  // namespace

Result<Cell> cell_of(const Suite& suite, const Load& load, const Scenario& scenario,
                     const Launchable& contender) {
  const auto parameters = load.cells.find(scenario.name);
  if (parameters == load.cells.end()) {
    return fail(ExitCode::usage, fmt::format("{}: load '{}' has no cell for scenario '{}'",
                                             suite.file.string(), load.name, scenario.name));
  }
  const auto& request = scenario.request;
  const Filler filler(suite, fmt::format("load '{}', scenario '{}'", load.name, scenario.name), contender,
                      parameters->second, slots_of(request), names_for_checks(request));
  if (auto right = filler.slots_are_right(); !right) return std::unexpected(right.error());
  auto target = filler.target(request.target);
  if (!target) return std::unexpected(target.error());
  auto checks = filler.checks(request.checks);
  if (!checks) return std::unexpected(checks.error());

  Cell cell;
  if (auto filled = filler.content(request, cell); !filled) return std::unexpected(filled.error());
  if (auto filled = fill_amount(load, filler, cell); !filled) return std::unexpected(filled.error());
  cell.checked_share = load.checked_share;
  cell.timeout_s = load.timeout_s;
  cell.offering = load.offering;
  cell.statistics = load.statistics;
  cell.method = request.method;
  cell.target = std::move(*target);
  cell.checks = std::move(*checks);
  cell.rows = request.rows;
  cell.values = parameters->second;
  if (!request.upstream_calls.empty()) {
    const auto calls = filler.count("upstream_calls", request.upstream_calls, 0, kMostUpstreamCalls);
    if (!calls) return std::unexpected(calls.error());
    cell.upstream_calls = *calls;
  }
  return cell;
}

Result<Cell> warm_up_cell(const Suite& suite, const Launchable& contender) {
  const auto slots = slots_in(suite.warm_up->target);
  const Filler filler(suite, "warm_up", contender, {}, slots, slots);
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
