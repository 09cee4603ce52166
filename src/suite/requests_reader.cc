// What a suite says of requests.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "suite/limits.h"
#include "suite/request_parts.h"
#include "suite/request_slots.h"
#include "suite/suite_parts.h"

namespace shootout::suite {
namespace {

std::optional<RowClaim> read_rows(const YamlValue& value, const Suite& suite) {
  if (!value.present()) return std::nullopt;
  YamlMap map = value.map();
  RowClaim rows;
  rows.table = read_table(map.require("table"));
  const auto read = map.get("read"), written = map.get("written");
  rows.read = static_cast<unsigned>(read.integer(1, kMostRows, 0));
  rows.written = static_cast<unsigned>(written.integer(1, kMostRows, 0));
  if (value.is_map() && !read.present() && !written.present()) map.complain("'read' or 'written' is needed");
  map.no_other_keys();
  check_postgres(value, suite);
  return rows;
}

bool has_content_type(const std::map<std::string, std::string>& headers) {
  return std::any_of(headers.begin(), headers.end(), [](const auto& header) {
    std::string name = header.first;
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return name == "content-type";
  });
}

// Of a WebSocket: its messages are its requests.
void check_message(const YamlValue& method, const YamlValue& body, const YamlValue& checks,
                   const RequestSpec& request) {
  for (const auto& value : {method, body}) {
    if (value.present())
      value.complain("not together with 'message': a WebSocket's requests are its messages");
  }
  for (const auto& check : request.checks) {
    if (check.kind == AnswerCheck::Kind::header) checks.complain("messages have no headers to check");
  }
}

}  // namespace

std::string read_template(const YamlValue& value, Braces braces) {
  std::string text = value.text();
  if (auto names = placeholders_in(text, braces); !names) value.complain(names.error().what);
  return text;
}

std::string read_with_slots(const YamlValue& value, Braces braces, std::map<std::string, std::string>& seen) {
  std::string text = read_template(value, braces);
  for (const auto& mistake : slot_mistakes(text, braces, seen)) value.complain(mistake);
  return text;
}

std::string read_table(const YamlValue& value) {
  std::string table = value.text();
  const auto in_name = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  if (value.is_text() && (table.empty() || !std::all_of(table.begin(), table.end(), in_name)))
    value.complain("a table's name is made of lower-case letters, digits and '_'");
  return table;
}

void check_postgres(const YamlValue& place, const Suite& suite) {
  const auto services = names_of(suite.services);
  if (std::find(services.begin(), services.end(), "postgres") == services.end())
    place.complain("rows are counted in the service 'postgres', which is not among the suite's services");
}

RequestSpec read_request(const YamlValue& value, const Suite& suite) {
  RequestSpec request;
  YamlMap map = value.map();
  const auto method = map.get("method"), body = map.get("body"), message = map.get("message");
  request.method = method.text(request.method);
  const std::vector<std::string> methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  check_known(method, "method", request.method, methods);

  std::map<std::string, std::string> slots;
  request.target = read_with_slots(map.require("target"), Braces::strict, slots);
  request.headers = read_headers(map.get("headers"), slots);
  request.body = read_body(body, slots);
  if (!request.body.content_type.empty() && has_content_type(request.headers))
    body.complain("its 'content_type' is among the headers already");
  if (message.present()) request.message = read_message(message, slots);
  const auto checks = map.get("checks");
  request.checks = read_checks(checks, names_for_checks(request));
  if (message.present()) {
    check_message(method, body, checks, request);
  } else if (body.present() && (request.method == "GET" || request.method == "HEAD")) {
    body.complain(
        fmt::format("a {} request carries no body; write the method, such as POST", request.method));
  }
  request.upstream_calls = read_template(map.get("upstream_calls"));
  request.rows = read_rows(map.get("rows"), suite);
  map.no_other_keys();
  return request;
}

std::optional<WarmUp> read_warm_up(const YamlValue& value) {
  if (!value.present()) return std::nullopt;
  WarmUp warm_up;
  YamlMap map = value.map();
  std::map<std::string, std::string> slots;
  warm_up.target = read_with_slots(map.require("target"), Braces::strict, slots);
  warm_up.connections = static_cast<unsigned>(map.get("connections").integer(1, kMostConnections, 1));
  warm_up.requests_per_connection =
      static_cast<unsigned>(map.get("requests_per_connection").integer(1, kMostRequests, 1));
  map.no_other_keys();
  return warm_up;
}

}  // namespace shootout::suite
