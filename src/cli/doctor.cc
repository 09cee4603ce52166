// shootout doctor: is this machine fit to measure on, and what is missing?
#include "cli/doctor.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "cli/commands.h"

namespace shootout::cli {
namespace {

std::string coloured(const std::string& text, Check::State state) {
  constexpr int kGreen = 32, kYellow = 33, kRed = 31;
  const int colour = state == Check::State::ok ? kGreen : state == Check::State::warning ? kYellow : kRed;
  return fmt::format("\033[{}m{}\033[0m", colour, text);
}

// Broken between words where the line would be longer; a word that is longer itself stays whole.
std::string wrapped(const std::string& text, size_t indent, int width) {
  std::string result;
  size_t column = indent;
  for (const auto& word : split(text, ' ')) {
    if (!result.empty() && column + 1 + word.size() > static_cast<size_t>(width)) {
      result += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (!result.empty()) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
  }
  return result;
}

auto count(const std::vector<Check>& checks, Check::State state) {
  return std::ranges::count(checks, state, &Check::state);
}

ExitCode doctor(bool as_json) {
  const DoctorFacts facts = collect_doctor_facts();
  const auto checks = doctor_checks(facts);
  const std::string text =
      as_json ? doctor_json(checks, facts.machine).dump(2) + "\n"
              : doctor_text(checks, colour_allowed(STDOUT_FILENO), columns_of(STDOUT_FILENO));
  if (auto printed = print_data(text); !printed) return report_error(printed.error());
  return doctor_exit_code(checks);
}

}  // namespace

std::string doctor_text(const std::vector<Check>& checks, bool colour, int width) {
  constexpr size_t kStateWidth = 7, kGap = 2;
  size_t name_width = 0;
  for (const auto& check : checks) name_width = std::max(name_width, check.name.size());
  const size_t indent = kStateWidth + kGap + name_width + kGap;
  std::string text;
  for (const auto& check : checks) {
    const std::string state = fmt::format("{:<{}}", state_name(check.state), kStateWidth);
    text += fmt::format("{}  {:<{}}  {}\n", colour ? coloured(state, check.state) : state, check.name,
                        name_width, wrapped(check.fact, indent, width));
    if (check.remedy.empty()) continue;
    text += fmt::format("{:{}}-> {}\n", "", indent, wrapped(check.remedy, indent + 3, width));
  }
  const auto wrong = count(checks, Check::State::wrong), warnings = count(checks, Check::State::warning);
  if (wrong > 0) {
    text +=
        fmt::format("\nNothing can be measured here: {} of {} checks went wrong.\n", wrong, checks.size());
  } else if (warnings > 0) {
    text += fmt::format("\nFit to measure, with {} {} to bear in mind.\n", warnings,
                        warnings == 1 ? "warning" : "warnings");
  } else {
    text += "\nFit to measure.\n";
  }
  return text;
}

nlohmann::ordered_json doctor_json(const std::vector<Check>& checks, const nlohmann::json& machine) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const auto& check : checks) {
    list.push_back({{"name", check.name},
                    {"state", state_name(check.state)},
                    {"fact", check.fact},
                    {"remedy", check.remedy}});
  }
  return {{"schema", "shootout.doctor/1"}, {"checks", std::move(list)}, {"machine", machine}};
}

ExitCode doctor_exit_code(const std::vector<Check>& checks) {
  return count(checks, Check::State::wrong) > 0 ? ExitCode::environment : ExitCode::done;
}

void add_doctor(CLI::App& app, Chosen& chosen) {
  auto as_json = std::make_shared<bool>(false);
  auto* command = app.add_subcommand("doctor", "is this machine fit to measure on? what is missing?");
  command->add_flag("--json", *as_json, "as JSON");
  command->callback([as_json, &chosen] { chosen.action = [as_json] { return doctor(*as_json); }; });
}

}  // namespace shootout::cli
