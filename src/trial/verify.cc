#include "trial/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/http_get.h"
#include "trial/counters.h"

namespace shootout::trial {
namespace {

constexpr double kAnswerTimeout = 30;

suite::Values values_of(const suite::Launchable& contender) {
  suite::Values values;
  for (const auto& [name, path] : contender.paths) values["path." + name] = path;
  values["health"] = contender.health;
  return values;
}

std::unexpected<Error> wrong(const suite::Launchable& contender, const std::string& target,
                             const std::string& expected, const std::string& came) {
  return fail(ExitCode::verification,
              fmt::format("{} answers wrongly\n  GET {}\n  expected {}\n  came     {}", contender.name,
                          target, expected, came),
              "its figures would say nothing; see its log, or try: curl -i '" + contender.url + target + "'");
}

// What of the answer breaks the rule; empty: nothing.
struct Broken {
  std::string expected, came;
};

// What a check of the answer as it came (none of its JSON) expected, where it is not so.
std::optional<std::string> unmet(const suite::AnswerCheck& check, const HttpAnswer& answer) {
  using enum suite::AnswerCheck::Kind;
  switch (check.kind) {
    case json:
      break;
    case body:
      if (answer.body != check.equals) return "the body " + check.equals;
      break;
    case contains:
      if (!answer.body.contains(check.equals)) return "a body with " + check.equals;
      break;
    case size:
      if (std::to_string(answer.body.size()) != check.equals)
        return fmt::format("a body of {} bytes", check.equals);
      break;
    case header: {
      std::string name = check.name;
      std::ranges::transform(name, name.begin(),
                             [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      const auto found = answer.headers.find(name);
      if (found == answer.headers.end() || found->second != check.equals)
        return fmt::format("the header {}: {}", check.name, check.equals);
      break;
    }
  }
  return std::nullopt;
}

std::optional<Broken> broken_rule(const suite::Verification& rule, const HttpAnswer& answer) {
  const std::string shown = fmt::format("status {}: {}", answer.status, answer.body.substr(0, 300));
  if (answer.status != rule.status) return Broken{fmt::format("status {}", rule.status), shown};
  if (!rule.content_type.empty()) {
    const auto header = answer.headers.find("content-type");
    const std::string type = header == answer.headers.end() ? "none" : header->second;
    if (!type.starts_with(rule.content_type))
      return Broken{"Content-Type " + rule.content_type, "Content-Type " + type};
  }
  for (const auto& check : rule.checks) {
    if (check.kind == suite::AnswerCheck::Kind::json) continue;
    if (auto expected = unmet(check, answer)) return Broken{*expected, shown};
  }
  const bool wants_json = rule.content_type == "application/json" || !rule.has.empty() ||
                          std::ranges::any_of(rule.checks, [](const auto& check) {
                            return check.kind == suite::AnswerCheck::Kind::json;
                          });
  if (!wants_json) return std::nullopt;
  const auto json = nlohmann::json::parse(answer.body, nullptr, false);
  if (json.is_discarded()) return Broken{"a body of JSON", shown};
  for (const auto& pointer : rule.has) {
    if (!json.contains(nlohmann::json::json_pointer(pointer))) return Broken{"a value at " + pointer, shown};
  }
  for (const auto& check : rule.checks) {
    if (check.kind != suite::AnswerCheck::Kind::json) continue;
    const nlohmann::json::json_pointer pointer(check.name);
    const auto expected = nlohmann::json::parse(check.equals, nullptr, false);
    if (!json.contains(pointer) || json.at(pointer) != expected) {
      return Broken{fmt::format("{} at {}", check.equals, check.name), shown};
    }
  }
  return std::nullopt;
}

Result<void> verify_one(const suite::Verification& rule, const suite::Launchable& contender,
                        const ServiceUrls& services) {
  auto target = suite::fill(rule.target, values_of(contender));
  if (!target) return std::unexpected(target.error());

  const auto upstream = services.find("upstream");
  const bool counted = !rule.upstream_calls.empty() && upstream != services.end();
  Counters before;
  if (counted) {
    auto counters = read_counters(upstream->second);
    if (!counters) return std::unexpected(counters.error());
    before = *counters;
  }
  auto answer = http_get(contender.url + *target, {.timeout_s = kAnswerTimeout});
  if (!answer) return wrong(contender, *target, fmt::format("status {}", rule.status), answer.error().what);
  if (auto broken = broken_rule(rule, *answer))
    return wrong(contender, *target, broken->expected, broken->came);
  if (counted) {
    auto after = drained_counters(upstream->second, kAnswerTimeout, {});
    if (!after) return std::unexpected(after.error());
    if (const auto calls = after->received - before.received; std::to_string(calls) != rule.upstream_calls) {
      return wrong(contender, *target,
                   fmt::format("{} calls to the upstream, as the answer claims", rule.upstream_calls),
                   fmt::format("the upstream counted {}", calls));
    }
  }
  return {};
}

}  // namespace

Result<int> verify(const suite::Suite& suite, const suite::Launchable& contender,
                   const ServiceUrls& services) {
  int checks = 0;
  for (const auto& rule : suite.verifications) {
    if (auto good = verify_one(rule, contender, services); !good) return std::unexpected(good.error());
    ++checks;
  }
  auto split = http_get(contender.url + contender.health, {.timeout_s = kAnswerTimeout, .split = true});
  if (!split || split->status != 200) {
    return wrong(contender, contender.health, "status 200 to a request that comes in three packets",
                 split ? fmt::format("status {}", split->status) : split.error().what);
  }
  return checks + 1;
}

}  // namespace shootout::trial
