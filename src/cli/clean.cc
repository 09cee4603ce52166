// shootout clean [SUITE]: ends all servers of ours, removes environments and temporary data. Runs are kept.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <set>

#include "base/folders.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/selection_options.h"
#include "launch/environment.h"
#include "launch/server_set.h"

namespace shootout::cli {
namespace {

namespace fs = std::filesystem;

// The contenders and services that a suite can name.
std::vector<suite::Contender> members_of(const suite::Suite& suite,
                                         const std::map<std::string, suite::Contender>& all) {
  std::set<std::string> names(suite.contenders.begin(), suite.contenders.end());
  names.insert(suite.also.begin(), suite.also.end());
  for (const auto& service : suite.services) {
    for (const auto& [make, folder] : service.makes) names.insert(folder);
  }
  std::vector<suite::Contender> members;
  for (const auto& name : names) {
    if (const auto found = all.find(name); found != all.end()) members.push_back(found->second);
  }
  return members;
}

ExitCode clean(const std::string& suite_name, const trial::Places& places) {
  auto suites = trial::read_suites(places);
  if (!suites) return report_error(suites.error());
  auto all = trial::read_contenders(places);
  if (!all) return report_error(all.error());
  std::vector<suite::Contender> members;
  if (suite_name.empty()) {
    for (const auto& [name, contender] : *all) members.push_back(contender);
  } else if (const auto found = suites->find(suite_name); found != suites->end()) {
    members = members_of(found->second, *all);
  } else {
    std::vector<std::string> names;
    for (const auto& [name, suite] : *suites) names.push_back(name);
    return report_error({ExitCode::usage, unknown_name("suite", suite_name, names), ""});
  }

  for (const auto& name : launch::handed_over_sets()) {
    if (!suite_name.empty() && name != suite_name) continue;
    auto set = launch::ServerSet::attach(name);
    if (!set) return report_error(set.error());
    if (!*set) continue;
    if (auto stopped = (*set)->stop_all(); !stopped) return report_error(stopped.error());
    if (auto printed = print_data(fmt::format("ended the servers of {}\n", name)); !printed)
      return report_error(printed.error());
  }
  auto strays = launch::end_strays();
  if (!strays) return report_error(strays.error());
  auto freed = launch::remove_environments(members);
  if (!freed) return report_error(freed.error());

  std::error_code error;
  for (const char* folder : {"up", "check"}) {
    const fs::path temporary = home_folder() / folder;
    fs::remove_all(
        suite_name.empty() || folder == std::string_view("check") ? temporary : temporary / suite_name,
        error);
    if (error) {
      return report_error({ExitCode::environment,
                           fmt::format("cannot remove {}: {}", temporary.string(), error.message()), ""});
    }
  }
  auto printed = print_data(fmt::format("freed {:.1f} MB; runs are kept (shootout list runs)\n",
                                        static_cast<double>(*freed) / 1e6));
  return printed ? ExitCode::done : report_error(printed.error());
}

}  // namespace

void add_clean(CLI::App& app, Chosen& chosen) {
  struct Options {
    std::string suite;
    trial::Places places;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("clean", "end all servers of ours, remove environments and temporary data");
  command->add_option("suite", options->suite, "only this suite's")->type_name("SUITE");
  add_places(*command, options->places);
  command->callback(
      [options, &chosen] { chosen.action = [options] { return clean(options->suite, options->places); }; });
}

}  // namespace shootout::cli
