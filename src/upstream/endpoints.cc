#include "upstream/endpoints.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <expected>
#include <nlohmann/json.hpp>
#include <optional>

namespace shootout::upstream {
namespace {

Refusal bad_parameter(std::string_view parameter, std::string_view message) {
  return {.status = 400,
          .body = fmt::format(R"({{"error": "{0}: {1}", "parameter": "{0}"}})", parameter, message),
          .allow = {}};
}

/// Percent-decoding, with '+' for a space as forms have it.
std::optional<std::string> decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    unsigned char byte = 0;
    const auto digits = text.substr(i + 1, 2);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (error != std::errc() || digits.size() != 2 || end != digits.data() + 2) return std::nullopt;
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

/// A JSON string; nothing where the text is not UTF-8.
std::optional<std::string> to_json(std::string text) {
  const auto plain = [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; };
  if (std::ranges::all_of(text, plain)) return '"' + text + '"';
  try {
    return nlohmann::json(std::move(text)).dump();
  } catch (const nlohmann::json::type_error&) {
    return std::nullopt;
  }
}

std::size_t count_characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(utf8, [](char c) { return (c & 0xc0) != 0x80; }));
}

struct Parameters {
  std::optional<std::string> delay, request_id;
};

std::expected<Parameters, Refusal> parse_query(std::string_view query) {
  Parameters parameters;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    const auto name = pair.substr(0, equals);
    auto* const slot = name == "delay"        ? &parameters.delay
                       : name == "request_id" ? &parameters.request_id
                                              : nullptr;
    if (slot == nullptr) continue;
    if (slot->has_value()) return std::unexpected(bad_parameter(name, "given twice"));
    *slot = decode(pair.substr(std::min(equals + 1, pair.size())));
    if (!slot->has_value()) return std::unexpected(bad_parameter(name, "not legally percent-encoded"));
  }
  return parameters;
}

Endpoint slow_io(std::string_view query) {
  const auto parameters = parse_query(query);
  if (!parameters) return parameters.error();
  if (!parameters->delay) return bad_parameter("delay", "missing; seconds, 0 to 30");

  const std::string& text = *parameters->delay;
  double delay = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), delay);
  if (error != std::errc() || end != text.data() + text.size()) {
    return bad_parameter("delay", "not a number of seconds");
  }
  if (!(delay >= 0 && delay <= kMaxDelay)) return bad_parameter("delay", "outside 0 to 30 seconds");

  const std::string request_id = parameters->request_id.value_or("");
  auto json = to_json(request_id);
  if (!json) return bad_parameter("request_id", "not UTF-8");
  if (count_characters(request_id) > kMaxRequestId) {
    return bad_parameter("request_id", "longer than 256 characters");
  }
  return SlowIo{.delay_s = std::abs(delay),  // no -0
                .delay = static_cast<engine::Nanoseconds>(std::ceil(delay * engine::kSecond)),
                .request_id = std::move(*json)};
}

/// The path and query of a target in origin or absolute form.
std::string_view strip_authority(std::string_view target) {
  constexpr std::string_view kScheme = "http://";
  if (!target.starts_with(kScheme)) return target;
  const auto path = target.find('/', kScheme.size());
  return path == std::string_view::npos ? "/" : target.substr(path);
}

}  // namespace

std::string error_json(std::string_view message) {
  return fmt::format(R"({{"error": "{}"}})", message);
}

Endpoint find_endpoint(std::string_view method, std::string_view target) {
  target = strip_authority(target);
  const auto question = std::min(target.find('?'), target.size());
  const auto path = target.substr(0, question);
  const auto query = target.substr(std::min(question + 1, target.size()));
  const bool known = path == "/health" || path == "/stats" || path == "/slow-io";
  const bool reset = path == "/stats/reset";

  if (!known && !reset) {
    return Refusal{404, error_json("no such path; there are /health, /slow-io, /stats and /stats/reset"), {}};
  }
  if (reset ? method != "POST" : method != "GET" && method != "HEAD") {
    return Refusal{405, error_json("this path does not have that method"), reset ? "POST" : "GET, HEAD"};
  }
  if (path == "/health") return Health{};
  if (path == "/stats") return Stats{};
  if (reset) return StatsReset{};
  return slow_io(query);
}

}  // namespace shootout::upstream
