// What a suite says of the checks before any load.
#include <fmt/format.h>

#include <algorithm>

#include "suite/limits.h"
#include "suite/request_parts.h"
#include "suite/request_slots.h"
#include "suite/suite_parts.h"

namespace shootout::suite {
namespace {

std::optional<Verification::Row> read_row(const YamlValue& value, const Suite& suite) {
  if (!value.present()) return std::nullopt;
  YamlMap map = value.map();
  Verification::Row row{read_table(map.require("table")), read_pointer(map.require("pointer"))};
  map.no_other_keys();
  check_postgres(value, suite);
  return row;
}

// What is sent, as it stands.
void read_sent(YamlMap& map, Verification& verification) {
  const auto method = map.get("method"), body = map.get("body"), type = map.get("content_type_sent");
  verification.method = method.text(verification.method);
  const std::vector<std::string> methods{"GET", "POST", "PUT", "PATCH", "DELETE"};
  check_known(method, "method", verification.method, methods);
  verification.body = body.text();
  verification.content_type_sent = type.text();
  if (body.present() && verification.method == "GET")
    body.complain("a GET request carries no body; write the method, such as POST");
  if (type.present() && !body.present()) type.complain("only with 'body'");
}

Verification read_verification(const YamlValue& item, const Suite& suite) {
  YamlMap map = item.map();
  Verification verification;
  const auto scenario = map.get("scenario");
  verification.scenario = scenario.text();
  if (scenario.present()) check_known(scenario, "scenario", verification.scenario, names_of(suite.scenarios));
  const auto target = map.require("target");
  verification.target = read_template(target);
  for (const auto& slot : slots_in(verification.target)) {
    target.complain(fmt::format("slots are of a load's requests; write a value for '{}'", slot));
  }
  read_sent(map, verification);
  verification.status = map.get("status").integer(100, 599, verification.status);
  verification.content_type = map.get("content_type").text();
  verification.checks = read_checks(map.get("checks"), std::nullopt);
  for (const auto& pointer : map.get("has").list()) verification.has.push_back(read_pointer(pointer));
  if (const auto calls = map.get("upstream_calls"); calls.present()) {
    verification.upstream_calls = std::to_string(calls.integer(0, kMostUpstreamCalls, 0));
  }
  verification.row = read_row(map.get("row"), suite);
  if (const auto moves = map.get("moves"); moves.present()) verification.moves = read_pointer(moves);
  map.no_other_keys();
  return verification;
}

}  // namespace

std::vector<Verification> read_verifications(const YamlValue& value, const Suite& suite) {
  std::vector<Verification> verifications;
  for (const auto& item : value.list()) verifications.push_back(read_verification(item, suite));
  return verifications;
}

}  // namespace shootout::suite
