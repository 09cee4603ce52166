#include "judge/ledger.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "judge/connection_budget.h"
#include "judge/live_portrait.h"
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

std::string answer_bytes(const Evidence& evidence, const std::string& scenario,
                         const std::string& contender) {
  std::vector<double> sizes;
  for (const auto* trial : evidence.trials({}, scenario, contender))
    if (const auto size = metric_of(*trial, "bytes_per_answer")) sizes.push_back(*size);
  if (sizes.empty()) return {};
  const auto [low, high] = std::ranges::minmax(sizes);
  return fmt::format("{:.0f}", low) == fmt::format("{:.0f}", high)
             ? fmt::format("{:.0f}", low)
             : fmt::format("{:.0f} to {:.0f}", low, high);
}

std::string fullest_worker(const Evidence& evidence, const std::string& contender) {
  const auto shares = averages(evidence.trials({}, {}, contender), "fullest_worker_share");
  return shares.empty() ? std::string() : fmt::format("{:.0f} %", 100 * mean_over(shares).value);
}

/// The numbers of "8", "8 %" or "5 to 7"; nothing for other texts.
std::optional<std::pair<double, double>> numbers_in(const std::string& text) {
  const char* end = text.data() + text.size();
  double low = 0;
  const auto [after, error] = std::from_chars(text.data(), end, low);
  if (error != std::errc()) return std::nullopt;
  const std::string_view rest(after, end);
  if (rest.empty() || rest == " %" || rest == "s" || rest == " s") return std::pair(low, low);
  constexpr std::string_view kTo = " to ";
  if (!rest.starts_with(kTo)) return std::nullopt;
  double high = 0;
  const auto [stopped, wrong] = std::from_chars(after + kTo.size(), end, high);
  return wrong == std::errc() && stopped == end ? std::optional(std::pair(low, high)) : std::nullopt;
}

bool differ(const std::string& one, const std::string& other) {
  constexpr double kTolerance = 0.10;
  const auto apart = [](double a, double b) {
    return std::abs(a - b) > kTolerance * std::min(std::abs(a), std::abs(b));
  };
  const auto these = numbers_in(one), those = numbers_in(other);
  if (!these || !those) return one != other;
  return apart(these->first, those->first) || apart(these->second, those->second);
}

/// What is not known of one is no difference.
bool any_differ(const std::map<std::string, std::string>& by_contender) {
  return std::ranges::any_of(by_contender, [&](const auto& one) {
    return std::ranges::any_of(by_contender,
                               [&](const auto& other) { return differ(one.second, other.second); });
  });
}

constexpr const char* kOverrides = "Parameters overridden";

const std::vector<std::string> kEventLoops{"uvloop", "libev", "libuv", "bjoern", "granian"};
const std::vector<std::string> kParsers{"httptools", "llhttp", "h11", "bjoern", "granian"};

/// Adds lines in their order.
class Lines {
 public:
  explicit Lines(const Evidence& evidence) : evidence_(evidence) {}

  enum class Kind { name, claimed, live };

  void add(const std::string& what, Kind kind, const Cell& cell) {
    LedgerLine line{what, {}, false, kind == Kind::live};
    for (const auto& contender : evidence_.contenders())
      if (auto text = cell(contender, evidence_.about(contender)); !text.empty())
        line.by_contender[contender] = std::move(text);
    if (line.by_contender.empty()) return;
    line.flagged = kind != Kind::name && any_differ(line.by_contender);
    lines_.push_back(std::move(line));
  }

  [[nodiscard]] std::vector<LedgerLine> take() { return std::move(lines_); }

 private:
  const Evidence& evidence_;
  std::vector<LedgerLine> lines_;
};

/// "Database connections (workers x pool; together 96, 100 are allowed)".
std::string title_of(const ConnectionBudget& budget) {
  return fmt::format("Database connections (workers x pool; together {}{})", budget.together,
                     budget.allowed ? fmt::format(", {} are allowed", *budget.allowed) : "");
}

void add_claimed(const Evidence& evidence, Lines& lines) {
  using enum Lines::Kind;
  lines.add("Framework", name,
            [](const auto&, const json& about) { return with_version(about, "framework"); });
  lines.add("Server", name, [](const auto&, const json& about) { return with_version(about, "server"); });
  const auto add = [&](const std::string& what, const Cell& cell) { lines.add(what, claimed, cell); };
  add("Interface", [](const auto&, const json& about) { return text_at(about, "interface").value_or(""); });
  // Told where somebody runs in a container.
  if (member(evidence.run.plan, "networks") != nullptr) {
    add("Runs as", [](const auto&, const json& about) {
      return text_at(about, "backend") == "docker"
                 ? fmt::format("container, network {}", text_at(about, "network").value_or("host"))
                 : "process";
    });
    lines.add("Image", name,
              [](const auto&, const json& about) { return text_at(about, "image").value_or(""); });
  }
  add("Python", [](const auto&, const json& about) { return text_at(about, "python").value_or(""); });
  add("Worker processes", [](const auto&, const json& about) { return count(about, "workers"); });
  add("Processes in all", [](const auto&, const json& about) { return count(about, "processes"); });
  add("Threads a worker", [](const auto&, const json& about) { return count_or_no_limit(about, "threads"); });
  add("Requests at once (slots)",
      [](const auto&, const json& about) { return count_or_no_limit(about, "slots"); });
  add("Keep-alive", [](const auto&, const json& about) { return keep_alive(about); });
  const auto budget = connection_budget(evidence);
  add(title_of(budget), [&](const auto& contender, const json&) {
    const auto its = budget.by_contender.find(contender);
    return its == budget.by_contender.end() ? std::string() : fmt::to_string(its->second);
  });
  add(kOverrides, [](const auto&, const json& about) { return pairs_in(member(about, "overrides")); });
  for (const auto& service : evidence.suite.services) {
    const auto* makes = member(evidence.run.plan, "services");
    const std::string make = makes ? text_at(*makes, service.name).value_or("") : "";
    add("Make of the " + service.name, [&](const auto&, const json&) { return make; });
  }
}

void add_live(const Evidence& evidence, Lines& lines) {
  std::map<std::string, LivePortrait> portraits;
  for (const auto& contender : evidence.contenders())
    portraits.emplace(contender, LivePortrait(evidence, contender));
  const auto add = [&](const std::string& what, const auto& words) {
    lines.add(what, Lines::Kind::live,
              [&](const auto& contender, const json&) { return words(portraits.at(contender)); });
  };
  const auto number = [&](const std::string& what, const std::string& name) {
    add(what, [&](const LivePortrait& its) { return its.number(name); });
  };
  number("Processes seen", "processes");
  number("Threads seen, of all processes", "threads");
  add("Event loop", [](const LivePortrait& its) { return its.libraries(kEventLoops, "the language's own"); });
  add("HTTP parser", [](const LivePortrait& its) { return its.libraries(kParsers, "the language's own"); });
  auto named = kEventLoops;
  named.insert(named.end(), kParsers.begin(), kParsers.end());
  add("Other native modules", [&](const LivePortrait& its) { return its.other_libraries(named); });
  number("Listening sockets", "listeners");
  number("Backlog", "backlog");
  number("Open files allowed", "open_files");
  add("Access log", [](const LivePortrait& its) { return its.access_log(); });
  add("Connection header of an answer",
      [](const LivePortrait& its) { return its.answer_header("connection", "none"); });
  add("Date in an answer", [](const LivePortrait& its) { return its.has_date(); });
  add("Compression of an answer",
      [](const LivePortrait& its) { return its.answer_header("content_encoding", "none"); });
  add("Type of an answer", [](const LivePortrait& its) { return its.answer_header("content_type", "none"); });
  add("Bytes of an answer's head", [](const LivePortrait& its) { return its.answer_number("head_bytes"); });
  if (!evidence.is_led())
    lines.add("Bytes an answer", Lines::Kind::live,
              [&](const auto& contender, const json&) { return answer_bytes(evidence, {}, contender); });
  else  // over many scenarios a range would say nothing
    for (const auto& scenario : evidence.suite.scenarios)
      lines.add("Bytes an answer, " + scenario.name, Lines::Kind::live,
                [&](const auto& contender, const json&) {
                  return answer_bytes(evidence, scenario.name, contender);
                });
  lines.add("Connections of the fullest worker", Lines::Kind::live,
            [&](const auto& contender, const json&) { return fullest_worker(evidence, contender); });
  const auto seen = [&](const auto& one) { return !one.second.cpus().empty(); };
  if (std::ranges::any_of(portraits, seen)) {
    add("CPUs of the servers", [](const LivePortrait& its) { return its.cpus(); });
    return;
  }
  const auto* pinning = member(evidence.run.plan, "pinning");
  lines.add("CPUs of the servers", Lines::Kind::claimed,
            [&](const auto&, const json&) { return pinning ? cpus(*pinning) : ""; });
}

}  // namespace

std::vector<LedgerLine> ledger_of(const Evidence& evidence) {
  Lines lines(evidence);
  add_claimed(evidence, lines);
  add_live(evidence, lines);
  auto ledger = lines.take();
  const auto budget = connection_budget(evidence);
  for (auto& line : ledger)
    if (budget.exceeded() && line.what == title_of(budget)) line.flagged = true;
  // A parameter that one contender alone has changed is a difference, too.
  for (auto& line : ledger)
    if (line.what == kOverrides && line.by_contender.size() < evidence.contenders().size())
      line.flagged = true;
  return ledger;
}

std::vector<std::string> differences(const std::vector<LedgerLine>& ledger, const Pair& pair) {
  std::vector<std::string> texts;
  for (const auto& line : ledger) {
    if (!line.flagged) continue;
    const auto of = [&](const std::string& name) {
      const auto found = line.by_contender.find(name);
      if (found != line.by_contender.end()) return found->second;
      return std::string(line.what == kOverrides ? "none" : "");
    };
    const auto one = of(pair.baseline), other = of(pair.contender);
    if (!one.empty() && !other.empty() && differ(one, other))
      texts.push_back(fmt::format("{}: {}, {}", line.what, one, other));
  }
  return texts;
}

}  // namespace shootout::judge
