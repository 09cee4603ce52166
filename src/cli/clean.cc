// shootout clean [SUITE]: ends all servers of ours, removes environments and temporary data; runs are kept.
// shootout clean --run RUN: removes that run with its logs, and nothing else.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include "base/folders.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/selection_options.h"
#include "launch/docker_image.h"
#include "launch/environment.h"
#include "launch/machine_lock.h"
#include "launch/server_set.h"
#include "store/store.h"
#include "trial/profile.h"
#include "trial/record_of.h"

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
    members.push_back(trial::profiler_tool());
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
  // No engine, no images.
  if (const auto engine = launch::DockerEngine::find()) {
    auto images =
        launch::remove_images(*engine, suite_name.empty() ? std::vector<suite::Contender>() : members);
    if (!images) return report_error(images.error());
    *freed += *images;
  }

  std::error_code error;
  for (const char* folder : {"up", "check", "profile"}) {
    const fs::path temporary = home_folder() / folder;
    fs::remove_all(
        suite_name.empty() || folder != std::string_view("up") ? temporary : temporary / suite_name, error);
    if (error) {
      return report_error({ExitCode::environment,
                           fmt::format("cannot remove {}: {}", temporary.string(), error.message()), ""});
    }
  }
  auto printed =
      print_data(fmt::format("freed {:.1f} MB; runs are kept (shootout list runs; --run RUN removes one)\n",
                             static_cast<double>(*freed) / 1e6));
  return printed ? ExitCode::done : report_error(printed.error());
}

/// Their ids, each once; all of them can be removed.
Result<std::set<std::string>> removable(const store::Store& store, const std::vector<std::string>& named) {
  const auto lines = store.list();
  if (!lines) return std::unexpected(lines.error());
  const auto holder = launch::MachineLock::holder();
  if (!holder) return std::unexpected(holder.error());
  std::set<std::string> ids;
  for (const auto& one : named) {
    auto id = store.find(one);
    if (!id) return std::unexpected(id.error());
    const auto line = std::ranges::find(*lines, *id, &store::RunLine::id);
    // One that was cut off is recorded as running, too, but then nobody measures.
    if (line != lines->end() && line->state == suite::RunState::running && *holder) {
      return fail(ExitCode::environment,
                  fmt::format("run {} is not finished, and process {} measures right now ({})", *id,
                              (*holder)->pid, (*holder)->what),
                  "wait for it, or interrupt it; then remove the run");
    }
    ids.insert(*id);
  }
  return ids;
}

ExitCode remove_runs(const std::vector<std::string>& named) {
  auto store = store::Store::open(home_folder());
  if (!store) return report_error(store.error());
  const auto ids = removable(*store, named);
  if (!ids) return report_error(ids.error());
  for (const auto& id : *ids) {
    // The logs first: what fails half-way can be told again by the run's id.
    std::error_code error;
    const auto folder = trial::run_folder(id);
    fs::remove_all(folder, error);
    if (error) {
      return report_error(
          {ExitCode::environment, fmt::format("cannot remove {}: {}", folder.string(), error.message()), ""});
    }
    if (auto removed = store->remove(id); !removed) return report_error(removed.error());
    if (auto printed = print_data(fmt::format("removed run {}\n", id)); !printed)
      return report_error(printed.error());
  }
  return ExitCode::done;
}

}  // namespace

void add_clean(CLI::App& app, Chosen& chosen) {
  struct Options {
    std::string suite;
    std::vector<std::string> runs;
    trial::Places places;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("clean", "end all servers of ours, remove environments and temporary data");
  auto* suite = command->add_option("suite", options->suite, "only this suite's")->type_name("SUITE");
  command
      ->add_option("--run", options->runs,
                   "remove only this run, with its logs; may be given several times (id, beginning, last)")
      ->type_name("RUN")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->excludes(suite);
  add_places(*command, options->places);
  command->callback([options, &chosen] {
    chosen.action = [options] {
      return options->runs.empty() ? clean(options->suite, options->places) : remove_runs(options->runs);
    };
  });
}

}  // namespace shootout::cli
