// What a person asked for, checked against the suites and contenders that there are.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "suite/suite.h"

namespace shootout::trial {

/// Where suites and contenders are looked for, beside the program's own folder.
struct Places {
  std::vector<std::filesystem::path> contender_folders;  ///< of --contenders-dir
  std::vector<std::filesystem::path> suite_folders;      ///< of --suites-dir
};

/// As typed; empty means the suite's (or the profile's) own.
struct Choice {
  std::string suite;
  std::string profile = "quick";
  std::vector<std::string> contenders, scenarios, loads;
  std::vector<std::string> set;  ///< "CONTENDER.parameter=value" or "SERVICE=make"
  std::string baseline;
  std::string postgres;             ///< the URL of a PostgreSQL server of the user's own
  std::optional<int> repeat;        ///< exactly so many replicates, whatever precision they give
  std::optional<double> precision;  ///< 0.05: +-5 %
  std::optional<double> budget_s;
  std::optional<suite::Limits> limits;  ///< of each contender, in place of the profile's
  Places places;
  std::vector<std::string> backends;  ///< "process", "docker", or both; empty: process
  std::vector<std::string> networks;  ///< of containers: "host", "bridge", or both; empty: the profile's
};

/// A service with the make that was chosen.
struct ChosenService {
  std::string name;  ///< upstream
  std::string make;  ///< native
  suite::Contender contender;
};

struct Selection {
  suite::Suite suite;
  suite::Profile profile;
  std::vector<ChosenService> services;       ///< only those that a contender needs
  std::vector<suite::Contender> contenders;  ///< the baseline first, where it is one of them
  /// Those that serve a scenario in another's name (contender.yaml: `scenarios: {ws-echo: {served_by:
  /// ...}}`); started beside it, no contenders of their own.
  std::vector<suite::Contender> companions;
  std::vector<suite::Scenario> scenarios;
  std::vector<suite::Load> loads;
  std::map<std::string, std::map<std::string, std::string>> overrides;  ///< by contender or service name
  int replicates = 1;               ///< of fixed work, and of steady loads without a wanted precision
  int blocks = 1;                   ///< of a steady load in a replicate
  std::optional<double> precision;  ///< of steady loads: replicates go on until it is reached
  std::optional<double> budget_s;   ///< of the run; no replicate is begun that would not fit

  std::set<std::string> contained;  ///< names of those in `everything()` that run in containers
  std::set<std::string> bridged;    ///< of these, those on a network of the set's own: docs/docker.md

  /// Who serves the scenario in the contender's name: itself, or a companion.
  [[nodiscard]] const std::string& server_of(const std::string& contender, const std::string& scenario) const;
  /// Whether the contender can be measured in the scenario at all.
  [[nodiscard]] bool supports(const std::string& contender, const std::string& scenario) const;
  /// Whether any of the contenders is measured in the scenario at this server: itself, or as its companion.
  [[nodiscard]] bool serves(const std::string& server, const std::string& scenario) const;

  /// A contender of the selection or a companion, by name.
  [[nodiscard]] const suite::Contender* find(const std::string& name) const;

  /// Services, companions and contenders: all that must be prepared and started.
  [[nodiscard]] std::vector<suite::Contender> everything() const;
};

/// All suites that can be named, by name.
Result<std::map<std::string, suite::Suite>> read_suites(const Places& places);
/// All contenders and services that can be named.
Result<std::map<std::string, suite::Contender>> read_contenders(const Places& places);

/// Errors (exit code 2) name what was mistyped and suggest the nearest name.
Result<Selection> select(const Choice& choice);
/// The same for a suite that is already read (a stored run's own).
/// The selection's suite is the profile's, with the cells that are there only for scenarios that were asked
/// for.
Result<Selection> select(const Choice& choice, suite::Suite suite);

}  // namespace shootout::trial
