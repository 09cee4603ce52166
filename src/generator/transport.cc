// The whole plan and the whole result as JSON, and back (load_document.h).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/histogram_json.h"
#include "generator/byte_text.h"
#include "generator/load_document.h"
#include "generator/transport_members.h"

namespace shootout::generator {
namespace {

using engine::Histogram;
using nlohmann::json;

using ErrorCounts = std::array<std::uint64_t, engine::kErrorClasses>;

template <class T>
concept Number = std::is_arithmetic_v<T>;
template <class T>
concept Enumeration = std::is_enum_v<T>;

// Declared before they are defined: they call each other for what lies within.
template <class T>
json encoded(const T& whole);
template <class T>
json encoded(const std::vector<T>& list);
template <class T>
json encoded(const std::optional<T>& value);
template <class T>
void decode(const json& from, T& whole);
template <class T>
void decode(const json& from, std::vector<T>& list);
template <class T>
void decode(const json& from, std::optional<T>& value);

template <Number T>
json encoded(const T& number) {
  return number;
}
template <Number T>
void decode(const json& from, T& number) {
  from.get_to(number);
}

json encoded(const std::string& bytes) {
  return text_of_bytes(bytes);
}
void decode(const json& from, std::string& bytes) {
  bytes = bytes_of_text(from.get_ref<const std::string&>());
}

template <Enumeration T>
json encoded(const T& value) {
  return kEnumerators<T>.at(static_cast<std::size_t>(value));
}
template <Enumeration T>
void decode(const json& from, T& value) {
  const auto named = std::ranges::find(kEnumerators<T>, from.get_ref<const std::string&>());
  if (named == kEnumerators<T>.end()) throw json::other_error::create(501, "an unknown name", &from);
  value = static_cast<T>(named - kEnumerators<T>.begin());
}

json encoded(const std::pair<std::string, std::string>& header) {
  return json::array({encoded(header.first), encoded(header.second)});
}
void decode(const json& from, std::pair<std::string, std::string>& header) {
  decode(from.at(0), header.first);
  decode(from.at(1), header.second);
}

json encoded(const std::map<int, std::uint64_t>& counts) {
  return counts;
}
void decode(const json& from, std::map<int, std::uint64_t>& counts) {
  from.get_to(counts);
}

json encoded(const ErrorCounts& counts) {
  json to = json::object();
  for (std::size_t i = 0; i < counts.size(); ++i)
    to[std::string(kEnumerators<engine::ErrorClass>[i])] = counts[i];
  return to;
}
void decode(const json& from, ErrorCounts& counts) {
  for (std::size_t i = 0; i < counts.size(); ++i)
    from.at(std::string(kEnumerators<engine::ErrorClass>[i])).get_to(counts[i]);
}

json encoded(const Histogram& histogram) {
  return engine::to_json(histogram);
}
void decode(const json& from, Histogram& histogram) {
  auto decoded = engine::histogram_from(from);
  if (!decoded) throw json::other_error::create(501, "no histogram, or one with values out of range", &from);
  histogram = std::move(*decoded);
}

template <class T>
json encoded(const std::vector<T>& list) {
  json to = json::array();
  for (const T& element : list) to.push_back(encoded(element));
  return to;
}
template <class T>
void decode(const json& from, std::vector<T>& list) {
  if (!from.is_array()) throw json::other_error::create(501, "no list", &from);
  list.clear();
  for (const json& element : from) decode(element, list.emplace_back());
}

template <class T>
json encoded(const std::optional<T>& value) {
  return value ? encoded(*value) : json();
}
template <class T>
void decode(const json& from, std::optional<T>& value) {
  value.reset();
  if (!from.is_null()) decode(from, value.emplace());
}

template <class T>
json encoded(const T& whole) {
  json to = json::object();
  each_member(whole, [&](const char* name, const auto& member) { to[name] = encoded(member); });
  return to;
}
template <class T>
void decode(const json& from, T& whole) {
  each_member(whole, [&](const char* name, auto& member) { decode(from.at(name), member); });
}

template <class T>
Result<T> read_whole(const json& from, const char* what) {
  try {
    T whole;
    decode(from, whole);
    return whole;
  } catch (const json::exception& error) {
    return fail(ExitCode::internal, fmt::format("cannot read a load's {} from JSON: {}", what, error.what()));
  }
}

}  // namespace

json to_json(const engine::LoadResult& result) {
  return encoded(result);
}
Result<engine::LoadResult> load_result_from_json(const json& from) {
  return read_whole<engine::LoadResult>(from, "result");
}

json to_json(const engine::LoadPlan& plan) {
  return encoded(plan);
}
Result<engine::LoadPlan> load_plan_from_json(const json& from) {
  return read_whole<engine::LoadPlan>(from, "plan");
}

}  // namespace shootout::generator
