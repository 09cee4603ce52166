#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <ranges>

#include "judge/warnings.h"
#include "report/format.h"
#include "report/sections.h"

namespace shootout::report {
namespace {

/// Of the many short trials of a steady load whole pages could be void; CSV and JSON have all.
constexpr std::size_t kShownVoidTrials = 20;

using nlohmann::json;

/// The member of an object; null where there is none.
const json& member(const json& object, const char* key) {
  static const json kNone;
  if (!object.is_object()) return kNone;
  const auto found = object.find(key);
  return found == object.end() ? kNone : *found;
}

/// A JSON value as a person reads it on one line: "cores 2, kernel 6.1"; empty for what holds nothing. `key`
/// is the member's name, whose end may tell the unit.
std::string in_words(const json& value, std::string_view key = {}) {
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() && key.ends_with("_bytes")) {
    return figure({value.get<double>(), std::nullopt, std::nullopt, 1}, Quantity::bytes);
  }
  if (!value.is_structured()) return value.dump();
  std::vector<std::string> parts;
  for (const auto& [name, element] : value.items()) {
    const std::string words = in_words(element, name);
    if (words.empty()) continue;
    std::string shown = name.ends_with("_bytes") ? name.substr(0, name.size() - 6) : name;
    std::ranges::replace(shown, '_', ' ');
    parts.push_back(value.is_array()      ? words
                    : element.is_object() ? fmt::format("{} ({})", shown, words)
                                          : fmt::format("{} {}", shown, words));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

void add_line(List& list, const std::string& what, const std::string& words) {
  if (!words.empty()) list.items.push_back(Text{{what + ": ", Tone::strong}, {words}});
}

std::string profile_of(const Subject& subject) {
  const auto& profiles = subject.suite.profiles;
  const auto profile = std::ranges::find(profiles, subject.run.profile, &suite::Profile::name);
  if (profile == profiles.end() || profile->gives_up.empty()) return subject.run.profile;
  return fmt::format("{}; it gives up {}", subject.run.profile, profile->gives_up);
}

std::string order_of(const Subject& subject) {
  const std::string replicates = in_words(member(subject.run.plan, "replicates"));
  const bool steady =
      std::ranges::any_of(subject.loads(), [](const auto* load) { return load->window.has_value(); });
  const std::string blocks = in_words(member(subject.run.plan, "blocks"));
  return fmt::format(
      "{}each replicate starts the servers afresh and measures every cell's contenders once{}, in an order "
      "drawn from seed {} (of two contenders every second block reverses it)",
      replicates.empty() ? "" : replicates + (replicates == "1" ? " replicate; " : " replicates; "),
      steady && !blocks.empty()
          ? fmt::format(" a block, {} block{} under a steady load", blocks, blocks == "1" ? "" : "s")
          : "",
      subject.run.seed);
}

std::string warm_up_of(const Subject& subject) {
  const auto& warm_up = subject.suite.warm_up;
  if (!warm_up) return {};
  return fmt::format("each replicate begins with traffic that counts for nothing: {} x {} of {}",
                     counted(warm_up->connections, "connection"),
                     counted(warm_up->requests_per_connection, "request"), warm_up->target);
}

std::string pinning_of(const Subject& subject) {
  const auto& pinning = member(subject.run.plan, "pinning");
  if (!pinning.is_object()) return in_words(pinning);
  const std::string generator = in_words(member(pinning, "generator"));
  const std::string servers = in_words(member(pinning, "servers"));
  const std::string note = in_words(member(pinning, "note"));
  std::string words =
      generator.empty() && servers.empty()
          ? "none"
          : fmt::format("generator on CPU {}, servers and upstream on CPU {}",
                        generator.empty() ? "any" : generator, servers.empty() ? "any" : servers);
  if (!note.empty()) words += "; " + note;
  return words;
}

/// What each contender may use, and whether it was held to it.
std::string limits_of(const Subject& subject) {
  const auto& limits = member(subject.run.plan, "limits");
  if (!limits.is_object()) return {};
  std::vector<std::string> parts;
  if (const double cpus = limits.value("cpus", 0.0); cpus > 0)
    parts.push_back(fmt::format("{:g} CPUs", cpus));
  if (const double bytes = limits.value("memory_bytes", 0.0); bytes > 0)
    parts.push_back(figure({bytes, std::nullopt, std::nullopt, 1}, Quantity::bytes));
  const auto refused = judge::limits_refused(subject.run);
  return fmt::format("each contender may use {}; {}", fmt::join(parts, " and "),
                     refused.empty() ? "in force, by control groups" : "not in force: " + refused);
}

/// A command line; programs and files by their names alone, so that a report shows nobody's folders.
std::string command_of(const json& command) {
  std::vector<std::string> words;
  for (const auto& element : command) {
    const std::string word = in_words(element);
    words.push_back(word.starts_with('/') ? std::filesystem::path(word).filename().string() : word);
  }
  return fmt::format("{}", fmt::join(words, " "));
}

/// Settings and versions of a contender or a service.
std::string make_of(const json& contender) {
  std::vector<std::string> parts;
  const auto add = [&](const char* label, const json& value) {
    if (const std::string words = in_words(value); !words.empty()) parts.push_back(label + words);
  };
  if (const auto words = command_of(member(contender, "command")); !words.empty()) parts.push_back(words);
  if (const auto& programs = member(contender, "programs"); programs.is_object()) {
    for (const auto& [name, program] : programs.items())
      parts.push_back(fmt::format("{} x {}: {}", in_words(member(program, "processes")), name,
                                  command_of(member(program, "command"))));
  }
  add("", member(contender, "url"));
  add("overridden: ", member(contender, "overrides"));
  add("Python ", member(contender, "python"));
  add("", member(contender, "packages"));
  return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace

void add_void_trials(const Subject& subject, Document& document) {
  if (subject.judgement.void_trials.empty()) return;
  document.push_back(Heading{2, "Void trials"});
  document.push_back(
      Paragraph{"These were measured and failed a gate. They are in no figure above but the counters."});
  Table table;
  using enum Column::Align;
  table.columns = {{"Trial", right}, {"Contender"}, {"Load, scenario"}, {"Replicate", right}, {"Why"}};
  const auto& all = subject.judgement.void_trials;
  for (const auto* trial : all | std::views::take(kShownVoidTrials)) {
    const std::string again = trial->attempt > 1 ? fmt::format(" (attempt\u00a0{})", trial->attempt) : "";
    table.rows.push_back({std::to_string(trial->number) + again, subject.title(trial->contender),
                          fmt::format("{}, {}", trial->load, trial->scenario),
                          std::to_string(trial->replicate),
                          fmt::format("{}", fmt::join(trial->reasons, "; "))});
  }
  document.push_back(std::move(table));
  if (all.size() > kShownVoidTrials)
    document.push_back(Paragraph{Text{{fmt::format("And {} more: ", all.size() - kShownVoidTrials)},
                                      {"shootout report " + subject.run.id + " --format csv", Tone::code},
                                      {" has them all."}}});
}

void add_method(const Subject& subject, Document& document) {
  const auto& run = subject.run;
  document.push_back(Heading{2, "How it was measured"});
  List list;
  const std::string version = in_words(member(run.plan, "shootout"));
  add_line(
      list, "Run",
      fmt::format("{}, {}{}{}", run.id, run.started_at, run.ended_at.empty() ? "" : " to " + run.ended_at,
                  version.empty() ? "" : ", shootout " + version));
  add_line(list, "Profile", profile_of(subject));
  add_line(list, "Order", order_of(subject));
  add_line(list, "Warm-up", warm_up_of(subject));
  add_line(list, "Interval",
           "95 %, Student's t over the replicates; of a ratio on the log scale, paired by block; of several "
           "pairs Holm-adjusted");
  add_line(list, "Services", in_words(member(run.plan, "services")));
  add_line(list, "Overrides", in_words(member(run.plan, "set")));
  add_line(list, "Ports", in_words(member(run.plan, "ports")));
  add_line(list, "CPUs", pinning_of(subject));
  add_line(list, "Limits", limits_of(subject));
  add_line(list, "Machine", in_words(run.machine));
  if (run.contenders.is_object()) {
    for (const auto& [name, contender] : run.contenders.items()) {
      add_line(list, subject.title(name), make_of(contender));
    }
  }
  document.push_back(std::move(list));
  document.push_back(Paragraph{Text{{"Every trial, and all of this in other forms: "},
                                    {"shootout report " + run.id + " --format md|csv|json", Tone::code},
                                    {"."}}});
}

}  // namespace shootout::report
