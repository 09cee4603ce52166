#include "trial/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "base/http_get.h"
#include "base/text.h"
#include "trial/counters.h"

namespace shootout::trial {
namespace {

constexpr double kAnswerTimeout = 30;
constexpr std::chrono::milliseconds kUntilItMoves{50};

suite::Values values_of(const suite::Launchable& contender) {
  suite::Values values;
  for (const auto& [name, path] : contender.paths) values["path." + name] = path;
  values["health"] = contender.health;
  return values;
}

// One request, and whom it goes to.
struct Question {
  const suite::Launchable* contender = nullptr;
  std::string method, target;
  HttpOptions options{.timeout_s = kAnswerTimeout};

  [[nodiscard]] Result<HttpAnswer> ask() const {
    return http_request(method, contender->url + target, options);
  }
};

std::unexpected<Error> wrong(const Question& question, const std::string& expected, const std::string& came) {
  const std::string data = question.method == "GET" ? ""
                           : question.options.body.empty()
                               ? fmt::format(" -X {}", question.method)
                               : fmt::format(" -X {} -H 'Content-Type: {}' -d '{}'", question.method,
                                             question.options.content_type, question.options.body);
  return fail(ExitCode::verification,
              fmt::format("{} answers wrongly\n  {} {}\n  expected {}\n  came     {}",
                          question.contender->name, question.method, question.target, expected, came),
              fmt::format("its figures would say nothing; see its log, or try: curl -i{} '{}{}'", data,
                          question.contender->url, question.target));
}

/// URLs of the services by name, e.g. upstream.
using ServiceUrls = std::map<std::string, std::string>;

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
    case moves:
    case sha256:  // of an answer to what is uploaded: the engine's business
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
  const std::string shown =
      fmt::format("status {}: {}", answer.status, printable(answer.body.substr(0, 300)));
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

// The JSON value at the pointer; nothing where there is none.
std::optional<nlohmann::json> value_at(const HttpAnswer& answer, const std::string& pointer) {
  const auto json = nlohmann::json::parse(answer.body, nullptr, false);
  const nlohmann::json::json_pointer place(pointer);
  if (json.is_discarded() || !json.contains(place)) return std::nullopt;
  return json.at(place);
}

// Asked again a little later, what must move has moved.
Result<void> verify_moves(const Question& question, const std::string& pointer, const HttpAnswer& first) {
  std::this_thread::sleep_for(kUntilItMoves);
  auto second = question.ask();
  if (!second) return wrong(question, "another answer", second.error().what);
  const auto before = value_at(first, pointer), after = value_at(*second, pointer);
  if (before && after && *before != *after) return {};
  return wrong(question, fmt::format("a value at {} that is another one 50 ms later", pointer),
               fmt::format("twice {}", before ? before->dump() : "none"));
}

// The row that the answer claims to have made is there.
Result<void> verify_row(const Question& question, const suite::Verification::Row& row,
                        const HttpAnswer& answer, observe::Database* database) {
  const auto id = value_at(answer, row.pointer);
  if (!id || !(id->is_number_integer() || id->is_string()))
    return wrong(question, fmt::format("a row's id at {}", row.pointer),
                 printable(answer.body.substr(0, 300)));
  if (database == nullptr) return {};
  const std::string text = id->is_string() ? id->get<std::string>() : id->dump();
  auto there = database->has_row(row.table, text);
  if (!there) return std::unexpected(there.error());
  if (*there) return {};
  return wrong(question, fmt::format("the row {} in the table {}, as the answer claims", text, row.table),
               "the database has none");
}

Result<void> verify_one(const suite::Verification& rule, const suite::Launchable& contender,
                        const ServiceUrls& services, observe::Database* database) {
  auto target = suite::fill(rule.target, values_of(contender));
  if (!target) return std::unexpected(target.error());
  const Question question{
      &contender,
      rule.method,
      *target,
      {.timeout_s = kAnswerTimeout, .body = rule.body, .content_type = rule.content_type_sent}};

  const auto upstream = services.find("upstream");
  const bool counted = !rule.upstream_calls.empty() && upstream != services.end();
  Counters before;
  if (counted) {
    auto counters = read_counters(upstream->second);
    if (!counters) return std::unexpected(counters.error());
    before = *counters;
  }
  auto answer = question.ask();
  if (!answer) return wrong(question, fmt::format("status {}", rule.status), answer.error().what);
  if (auto broken = broken_rule(rule, *answer)) return wrong(question, broken->expected, broken->came);
  if (counted) {
    auto after = drained_counters(upstream->second, kAnswerTimeout, {});
    if (!after) return std::unexpected(after.error());
    if (const auto calls = after->received - before.received; std::to_string(calls) != rule.upstream_calls) {
      return wrong(question,
                   fmt::format("{} calls to the upstream, as the answer claims", rule.upstream_calls),
                   fmt::format("the upstream counted {}", calls));
    }
  }
  if (!rule.moves.empty()) {
    if (auto moved = verify_moves(question, rule.moves, *answer); !moved) return moved;
  }
  return rule.row ? verify_row(question, *rule.row, *answer, database) : Result<void>{};
}

}  // namespace

Result<int> verify(const Selection& selection, const Stage& stage, const suite::Launchable& server,
                   observe::Database* database) {
  int checks = 0;
  const auto urls = stage.service_urls();
  const bool is_companion = std::ranges::any_of(
      selection.companions, [&](const auto& companion) { return companion.name == server.name; });
  for (const auto& rule : selection.suite.verifications) {
    if (rule.scenario.empty() ? is_companion : !selection.serves(server.name, rule.scenario)) continue;
    if (auto good = verify_one(rule, server, urls, database); !good) return std::unexpected(good.error());
    ++checks;
  }
  const Question health{&server, "GET", server.health, {.timeout_s = kAnswerTimeout, .split = true}};
  auto split = health.ask();
  if (!split || split->status != 200) {
    return wrong(health, "status 200 to a request that comes in three packets",
                 split ? fmt::format("status {}", split->status) : split.error().what);
  }
  return checks + 1;
}

Result<std::optional<observe::Database>> open_database(const Stage& stage) {
  const auto service = stage.services.find("postgres");
  if (service == stage.services.end()) return std::nullopt;
  auto database = observe::Database::connect(service->second.url);
  if (!database) return std::unexpected(database.error());
  return std::optional(std::move(*database));
}

}  // namespace shootout::trial
