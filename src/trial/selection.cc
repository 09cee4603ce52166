#include "trial/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/folders.h"
#include "base/text.h"
#include "trial/placements.h"

namespace shootout::trial {
namespace {

namespace fs = std::filesystem;

template <class Map>
std::vector<std::string> keys_of(const Map& map) {
  std::vector<std::string> names;
  for (const auto& [name, value] : map) names.push_back(name);
  return names;
}

std::vector<fs::path> with_own(const std::vector<fs::path>& given, const char* own) {
  std::vector<fs::path> folders{program_data_folder() / own};
  folders.insert(folders.end(), given.begin(), given.end());
  return folders;
}

// Of the suite's members those that were asked for, in the suite's order; all where nobody asked.
template <class Member>
Result<std::vector<Member>> pick(std::string_view kind, const std::vector<Member>& members,
                                 const std::vector<std::string>& asked) {
  std::vector<std::string> names;
  for (const auto& member : members) names.push_back(member.name);
  for (const auto& name : asked) {
    if (std::ranges::find(names, name) == names.end())
      return fail(ExitCode::usage, unknown_name(kind, name, names));
  }
  if (asked.empty()) return members;
  std::vector<Member> picked;
  for (const auto& member : members) {
    if (std::ranges::find(asked, member.name) != asked.end()) picked.push_back(member);
  }
  return picked;
}

struct Setting {
  std::string target, parameter, value;  // parameter empty: SERVICE=make
};

Result<Setting> parse_setting(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    return fail(ExitCode::usage,
                fmt::format("--set {}: not of the form CONTENDER.parameter=value or SERVICE=make", text));
  }
  const std::string left = text.substr(0, equals);
  const size_t dot = left.rfind('.');
  if (dot == std::string::npos) return Setting{left, "", text.substr(equals + 1)};
  return Setting{left.substr(0, dot), left.substr(dot + 1), text.substr(equals + 1)};
}

Result<std::vector<std::string>> contender_names(const Choice& choice, const suite::Suite& suite,
                                                 const std::map<std::string, suite::Contender>& all) {
  std::vector<std::string> wanted = choice.contenders.empty() ? suite.contenders : choice.contenders;
  std::vector<std::string> known;
  for (const auto& [name, contender] : all) {
    if (contender.provides.empty()) known.push_back(name);
  }
  std::set<std::string> seen;
  for (const auto& name : wanted) {
    if (std::ranges::find(known, name) == known.end())
      return fail(ExitCode::usage, unknown_name("contender", name, known));
    if (!seen.insert(name).second)
      return fail(ExitCode::usage, fmt::format("the contender '{}' is named twice", name));
  }
  const std::string baseline = choice.baseline.empty() ? suite.baseline : choice.baseline;
  if (baseline == suite::kLeader) return wanted;
  const auto at = std::ranges::find(wanted, baseline);
  if (at == wanted.end() && !choice.baseline.empty()) {
    return fail(ExitCode::usage, fmt::format("the baseline '{}' is not among the contenders", baseline));
  }
  if (at != wanted.end()) std::rotate(wanted.begin(), at, at + 1);
  return wanted;
}

Result<ChosenService> choose_service(const suite::ServiceChoice& service,
                                     const std::map<std::string, std::string>& makes,
                                     const std::map<std::string, suite::Contender>& all) {
  const auto chosen = makes.find(service.name);
  const std::string make = chosen == makes.end() ? service.make : chosen->second;
  const auto folder = service.makes.find(make);
  if (folder == service.makes.end()) {
    return fail(ExitCode::usage,
                unknown_name("make of the service " + service.name, make, keys_of(service.makes)));
  }
  const auto contender = all.find(folder->second);
  if (contender == all.end()) {
    return fail(ExitCode::usage, unknown_name("service folder", folder->second, keys_of(all)));
  }
  return ChosenService{service.name, make, contender->second};
}

// Who serves a scenario in a contender's name, which says `served_by: NAME`.
Result<const suite::Contender*> server_in_its_name(const suite::Contender& contender,
                                                   const std::string& scenario, const std::string& name,
                                                   const std::map<std::string, suite::Contender>& all) {
  const auto wrong = [&](const std::string& what) {
    return fail(ExitCode::usage,
                fmt::format("contender '{}', scenario '{}': {}", contender.name, scenario, what),
                fmt::format("'served_by' in {} names the folder of another contender",
                            (contender.folder / "contender.yaml").string()));
  };
  const auto server = all.find(name);
  if (server == all.end()) return wrong(unknown_name("contender", name, keys_of(all)));
  if (name == contender.name) return wrong("it is served by itself");
  if (!server->second.provides.empty())
    return wrong(fmt::format("'{}' is the service {}", name, server->second.provides));
  const auto its = server->second.scenarios.find(scenario);
  if (its != server->second.scenarios.end() && !its->second.served_by.empty())
    return wrong(fmt::format("'{}' has it served by '{}' itself", name, its->second.served_by));
  return &server->second;
}

// A note of contender.yaml on a scenario that the suite nearly has: mistyped, it would be passed over. One
// that is nothing like any is of another suite.
Result<void> check_notes(const Selection& selection) {
  std::vector<std::string> known;
  for (const auto& scenario : selection.suite.scenarios) known.push_back(scenario.name);
  for (const auto& contender : selection.contenders) {
    for (const auto& [name, note] : contender.scenarios) {
      if (std::ranges::find(known, name) != known.end() || !closest_name(name, known)) continue;
      return fail(ExitCode::usage,
                  fmt::format("contender '{}': {}", contender.name, unknown_name("scenario", name, known)),
                  fmt::format("'scenarios' in {}", (contender.folder / "contender.yaml").string()));
    }
  }
  return {};
}

// Those that serve scenarios of this selection in its contenders' names, and are none of them.
Result<std::vector<suite::Contender>> companions_of(const Selection& selection,
                                                    const std::map<std::string, suite::Contender>& all) {
  std::vector<suite::Contender> companions;
  for (const auto& contender : selection.contenders) {
    for (const auto& scenario : selection.scenarios) {
      const auto has_cell = [&](const auto& load) { return load.cells.contains(scenario.name); };
      const auto note = contender.scenarios.find(scenario.name);
      if (note == contender.scenarios.end() || note->second.served_by.empty()) continue;
      if (std::ranges::none_of(selection.loads, has_cell)) continue;
      const auto server = server_in_its_name(contender, scenario.name, note->second.served_by, all);
      if (!server) return std::unexpected(server.error());
      const auto is_it = [&](const auto& one) { return one.name == (*server)->name; };
      if (std::ranges::none_of(selection.contenders, is_it) && std::ranges::none_of(companions, is_it))
        companions.push_back(**server);
    }
  }
  return companions;
}

// A PostgreSQL server of the user's own, for those that need one.
Result<void> give_database(const std::string& url, Selection& selection) {
  if (!url.starts_with("postgresql://") && !url.starts_with("postgres://"))
    return fail(ExitCode::usage, "--postgres: not of the form postgresql://USER:PASSWORD@HOST:PORT/DATABASE");
  const auto needs_it = [](const ChosenService& service) { return service.name == "postgres"; };
  if (std::ranges::none_of(selection.services, needs_it))
    return fail(ExitCode::usage, "--postgres: none of these contenders needs the service postgres");
  // contender.yaml appends its option with the schema.
  selection.overrides["postgres"]["url"] = url + (url.find('?') == std::string::npos ? "?" : "&");
  return {};
}

// A package from a folder in place of the one that the contender's lock file names.
Result<void> take_source(const Setting& setting, suite::Contender& contender) {
  const auto say = [&](std::string what) {
    return fail(ExitCode::usage, fmt::format("--set {}.source={}: {}", setting.target, setting.value, what),
                "it is the folder of a Python package, with its pyproject.toml or setup.py");
  };
  if (contender.environment.python.empty())
    return say("the contender has no Python environment to put it in");
  std::error_code error;
  const auto folder = fs::canonical(setting.value, error);
  if (error) return say(error.message());
  if (!fs::exists(folder / "pyproject.toml") && !fs::exists(folder / "setup.py"))
    return say("there is no Python package in it");
  contender.environment.source = folder;
  return {};
}

// The contender or companion of that name where `source` is none of its own parameters.
suite::Contender* takes_source(Selection& selection, const Setting& setting) {
  if (setting.parameter != "source") return nullptr;
  for (auto* group : {&selection.contenders, &selection.companions}) {
    const auto found = std::ranges::find(*group, setting.target, &suite::Contender::name);
    if (found != group->end()) return found->parameters.contains("source") ? nullptr : &*found;
  }
  return nullptr;
}

// Settings of the profile first, so that those typed win.
Result<void> apply_settings(const Choice& choice, const std::map<std::string, suite::Contender>& all,
                            Selection& selection) {
  std::vector<std::string> settings;
  for (const auto& [name, value] : selection.profile.set) settings.push_back(name + "=" + value);
  if (!choice.postgres.empty()) settings.push_back("postgres=given");
  settings.insert(settings.end(), choice.set.begin(), choice.set.end());

  std::vector<std::string> service_names;
  for (const auto& service : selection.suite.services) service_names.push_back(service.name);
  std::map<std::string, std::string> makes;
  std::vector<Setting> parameters;
  for (const auto& text : settings) {
    auto setting = parse_setting(text);
    if (!setting) return std::unexpected(setting.error());
    if (!setting->parameter.empty()) {
      parameters.push_back(*setting);
    } else if (std::ranges::find(service_names, setting->target) != service_names.end()) {
      makes[setting->target] = setting->value;
    } else {
      return fail(ExitCode::usage,
                  fmt::format("--set {}: {}", text, unknown_name("service", setting->target, service_names)),
                  "a contender's parameter is set as CONTENDER.parameter=value");
    }
  }

  std::set<std::string> needed;
  for (const auto* group : {&selection.contenders, &selection.companions}) {
    for (const auto& contender : *group) needed.insert(contender.needs.begin(), contender.needs.end());
  }
  for (const auto& name : needed) {
    if (std::ranges::find(service_names, name) == service_names.end()) {
      return fail(ExitCode::usage,
                  fmt::format("a contender needs the service '{}', which the suite {} does not have", name,
                              selection.suite.name));
    }
  }
  for (const auto& service : selection.suite.services) {
    if (!needed.contains(service.name)) continue;
    auto chosen = choose_service(service, makes, all);
    if (!chosen) return std::unexpected(chosen.error());
    selection.services.push_back(std::move(*chosen));
  }
  if (!choice.postgres.empty()) {
    if (auto given = give_database(choice.postgres, selection); !given) return given;
  }

  // What is said of one twin alone wins.
  std::ranges::stable_partition(parameters, [](const Setting& setting) {
    return suite::name_without_twin(setting.target) == setting.target;
  });
  std::vector<std::string> targets = service_names;
  for (const auto& contender : selection.contenders) targets.push_back(contender.name);
  for (const auto& companion : selection.companions) targets.push_back(companion.name);
  for (const auto& setting : parameters) {
    if (std::ranges::find(targets, setting.target) == targets.end()) {
      return fail(ExitCode::usage,
                  "--set: " + unknown_name("contender of this run", setting.target, targets));
    }
    if (auto* contender = takes_source(selection, setting)) {
      if (auto taken = take_source(setting, *contender); !taken) return taken;
    } else {
      selection.overrides[setting.target][setting.parameter] = setting.value;
      for (const char* suffix : suite::kTwinSuffixes) {
        if (const auto twin = setting.target + suffix; selection.find(twin) != nullptr)
          selection.overrides[twin][setting.parameter] = setting.value;
      }
    }
  }
  return {};
}

}  // namespace

const suite::Contender* Selection::find(const std::string& name) const {
  for (const auto* group : {&contenders, &companions}) {
    const auto found = std::ranges::find(*group, name, &suite::Contender::name);
    if (found != group->end()) return &*found;
  }
  return nullptr;
}

const std::string& Selection::server_of(const std::string& contender, const std::string& scenario) const {
  const auto* its = find(contender);
  if (its == nullptr) return contender;
  const auto note = its->scenarios.find(scenario);
  return note == its->scenarios.end() || note->second.served_by.empty() ? contender : note->second.served_by;
}

bool Selection::supports(const std::string& contender, const std::string& scenario) const {
  const auto* its = find(contender);
  if (its == nullptr) return true;
  const auto note = its->scenarios.find(scenario);
  return note == its->scenarios.end() || note->second.unsupported.empty();
}

bool Selection::serves(const std::string& server, const std::string& scenario) const {
  if (std::ranges::find(scenarios, scenario, &suite::Scenario::name) == scenarios.end()) return false;
  return std::ranges::any_of(contenders, [&](const suite::Contender& contender) {
    return supports(contender.name, scenario) && server_of(contender.name, scenario) == server;
  });
}

std::vector<suite::Contender> Selection::everything() const {
  std::vector<suite::Contender> all;
  for (const auto& service : services) all.push_back(service.contender);
  all.insert(all.end(), companions.begin(), companions.end());
  all.insert(all.end(), contenders.begin(), contenders.end());
  return all;
}

Result<std::map<std::string, suite::Suite>> read_suites(const Places& places) {
  std::map<std::string, suite::Suite> suites;
  for (const auto& folder : with_own(places.suite_folders, "suites")) {
    std::error_code error;
    fs::directory_iterator files(folder, error);
    if (error) {
      return fail(ExitCode::usage,
                  fmt::format("cannot read the suites' folder {}: {}", folder.string(), error.message()));
    }
    for (const auto& file : files) {
      if (file.path().extension() != ".yaml") continue;
      auto suite = suite::read_suite(file.path());
      if (!suite) return std::unexpected(suite.error());
      suites[suite->name] = std::move(*suite);
    }
  }
  return suites;
}

Result<std::map<std::string, suite::Contender>> read_contenders(const Places& places) {
  return suite::read_contenders(with_own(places.contender_folders, "contenders"));
}

Result<Selection> select(const Choice& choice) {
  auto suites = read_suites(choice.places);
  if (!suites) return std::unexpected(suites.error());
  const auto found = suites->find(choice.suite);
  if (found == suites->end())
    return fail(ExitCode::usage, unknown_name("suite", choice.suite, keys_of(*suites)));
  return select(choice, std::move(found->second));
}

Result<Selection> select(const Choice& choice, suite::Suite suite) {
  auto folders = read_contenders(choice.places);
  if (!folders) return std::unexpected(folders.error());
  if (auto known = suite::check_contenders(suite, *folders); !known) return std::unexpected(known.error());
  auto all = suite::with_variants(suite, std::move(*folders));
  if (!all) return std::unexpected(all.error());

  Selection selection;
  selection.suite = std::move(suite);
  auto profile = suite::find_profile(selection.suite, choice.profile);
  if (!profile) return std::unexpected(profile.error());
  selection.profile = **profile;
  if (choice.limits) selection.profile.limits = *choice.limits;
  selection.replicates = choice.repeat.value_or(selection.profile.replicates);
  if (selection.replicates < 1) return fail(ExitCode::usage, "--repeat must be at least 1");
  selection.blocks = selection.profile.blocks;
  selection.precision = choice.precision ? choice.precision : selection.profile.precision;
  if (choice.repeat) selection.precision.reset();
  selection.budget_s = choice.budget_s ? choice.budget_s : selection.profile.budget_s;
  // A budget alone: as precise as it allows.
  if (choice.budget_s && !choice.repeat && !selection.precision) selection.precision = 0;

  const auto placements = placements_of(choice, selection.profile);
  if (!placements) return std::unexpected(placements.error());
  auto names = contender_names(choice, selection.suite, *all);
  if (!names) return std::unexpected(names.error());
  add_twins(*placements, *all, *names);
  for (const auto& name : *names) selection.contenders.push_back(all->at(name));

  auto scenarios = pick("scenario", selection.suite.scenarios, choice.scenarios);
  if (!scenarios) return std::unexpected(scenarios.error());
  selection.scenarios = std::move(*scenarios);
  selection.suite = suite::with_also_cells(suite::with_profile(std::move(selection.suite), choice.profile),
                                           choice.scenarios);
  if (placements->size() > 1) selection.suite = suite::with_twins(std::move(selection.suite), *names);
  auto loads = pick("load", selection.suite.loads, choice.loads);
  if (!loads) return std::unexpected(loads.error());
  selection.loads = std::move(*loads);
  if (auto known = check_notes(selection); !known) return std::unexpected(known.error());
  auto companions = companions_of(selection, *all);
  if (!companions) return std::unexpected(companions.error());
  selection.companions = std::move(*companions);

  if (auto applied = apply_settings(choice, *all, selection); !applied)
    return std::unexpected(applied.error());
  place(*placements, selection);
  for (const auto& contender : selection.everything()) {
    if (!contender.environment.source.empty() && selection.contained.contains(contender.name))
      return fail(
          ExitCode::usage,
          fmt::format("--set {}.source: a package from a folder is not taken into an image", contender.name),
          "measure it as a process: --backend process");
  }
  return selection;
}

}  // namespace shootout::trial
