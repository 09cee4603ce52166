#include "judge/ledger.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <functional>

#include "judge/recorded.h"

namespace shootout::judge {
namespace {

using nlohmann::json;
/// The line's text for a contender; empty where it is not known.
using Cell = std::function<std::string(const std::string& contender, const json& about)>;

std::string shown(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string pairs_in(const json* object) {
  if (object == nullptr || !object->is_object()) return {};
  std::vector<std::string> parts;
  for (const auto& [name, value] : object->items()) parts.push_back(fmt::format("{}={}", name, shown(value)));
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// "Hypercorn, run by Quart" -> "hypercorn": the name of the package.
std::string package_name(const std::string& software) {
  std::string name;
  for (const char c : software) {
    if (c == ',' || c == ' ') break;
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return name;
}

/// "Flask 3.1.3".
std::string with_version(const json& about, const std::string& what) {
  const auto software = text_at(about, what);
  if (!software) return {};
  const auto* packages = member(about, "packages");
  if (packages == nullptr || !packages->is_object()) return *software;
  const std::string wanted = package_name(*software);
  for (const auto& [name, version] : packages->items())
    if (package_name(name) == wanted) return fmt::format("{} {}", *software, shown(version));
  return *software;
}

std::string count(const json& about, const std::string& what) {
  const auto number = count_at(about, what);
  return number ? fmt::to_string(*number) : std::string();
}

/// A contender whose workers are known and that has no slots works on any number of requests at once.
std::string count_or_no_limit(const json& about, const std::string& what) {
  if (count_at(about, what)) return count(about, what);
  return count_at(about, "workers") ? "no limit" : "";
}

std::string keep_alive(const json& about) {
  const auto* parameters = member(about, "parameters");
  if (parameters == nullptr || !parameters->is_object()) return {};
  for (const auto& [name, value] : parameters->items())
    if (name.starts_with("keep")) return shown(value);
  return {};
}

std::string cpus(const json& pinning) {
  const auto* servers = member(pinning, "servers");
  if (servers == nullptr || !servers->is_array()) return {};
  if (servers->empty()) return "not pinned";
  std::vector<std::string> numbers;
  for (const auto& cpu : *servers) numbers.push_back(shown(cpu));
  return fmt::format("{}", fmt::join(numbers, ","));
}

std::string answer_bytes(const Evidence& evidence, const std::string& contender) {
  std::vector<double> sizes;
  for (const auto* trial : evidence.trials({}, {}, contender))
    if (const auto size = metric_of(*trial, "bytes_per_answer")) sizes.push_back(*size);
  if (sizes.empty()) return {};
  const auto [low, high] = std::ranges::minmax(sizes);
  return fmt::format("{:.0f}", low) == fmt::format("{:.0f}", high)
             ? fmt::format("{:.0f}", low)
             : fmt::format("{:.0f} to {:.0f}", low, high);
}

}  // namespace

std::vector<LedgerLine> ledger_of(const Evidence& evidence) {
  std::vector<LedgerLine> ledger;
  const auto add = [&](const std::string& what, const Cell& cell) {
    LedgerLine line{what, {}};
    for (const auto& contender : evidence.contenders())
      if (auto text = cell(contender, evidence.about(contender)); !text.empty())
        line.by_contender[contender] = std::move(text);
    if (!line.by_contender.empty()) ledger.push_back(std::move(line));
  };
  add("Framework", [](const auto&, const json& about) { return with_version(about, "framework"); });
  add("Server", [](const auto&, const json& about) { return with_version(about, "server"); });
  add("Interface", [](const auto&, const json& about) { return text_at(about, "interface").value_or(""); });
  add("Worker processes", [](const auto&, const json& about) { return count(about, "workers"); });
  add("Processes in all", [](const auto&, const json& about) { return count(about, "processes"); });
  add("Threads a worker", [](const auto&, const json& about) { return count_or_no_limit(about, "threads"); });
  add("Requests at once (slots)",
      [](const auto&, const json& about) { return count_or_no_limit(about, "slots"); });
  add("Keep-alive", [](const auto&, const json& about) { return keep_alive(about); });
  add("Parameters overridden",
      [](const auto&, const json& about) { return pairs_in(member(about, "overrides")); });
  for (const auto& service : evidence.suite.services) {
    const auto* makes = member(evidence.run.plan, "services");
    const std::string make = makes ? text_at(*makes, service.name).value_or("") : "";
    add("Make of the " + service.name, [&](const auto&, const json&) { return make; });
  }
  const auto* pinning = member(evidence.run.plan, "pinning");
  add("CPUs of the servers", [&](const auto&, const json&) { return pinning ? cpus(*pinning) : ""; });
  add("Bytes an answer",
      [&](const auto& contender, const json&) { return answer_bytes(evidence, contender); });
  return ledger;
}

}  // namespace shootout::judge
