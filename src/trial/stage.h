// The servers of a selection, standing and ready: what `up`, `check` and each replicate of a run begin with.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "launch/docker_image.h"
#include "launch/environment.h"
#include "launch/server_set.h"
#include "trial/events.h"
#include "trial/selection.h"

namespace shootout::trial {

/// What servers in containers are started with.
struct Containers {
  std::filesystem::path socket;                 ///< of the Docker engine
  std::map<std::string, launch::Image> images;  ///< by contender's name: all of Selection::contained
};

struct StageOptions {
  std::string name;              ///< of the set of servers
  std::filesystem::path folder;  ///< for temporary data, where it does; removed at teardown
  std::filesystem::path logs;    ///< each server's output goes to LOGS/PREFIX + NAME.log
  std::string log_prefix;
  bool own_ports = false;  ///< insist on the contenders' own ports
  std::vector<int> cpus;   ///< of the servers; empty: not pinned
  bool for_load = false;   ///< also what only a load needs: the ceiling server
  suite::Limits limits{};  ///< of each contender
  Containers containers{};
};

struct Stage {
  launch::ServerSet set;
  std::vector<suite::Launchable> contenders;          ///< in the selection's order
  std::vector<suite::Launchable> companions;          ///< who serves a scenario in another's name
  std::map<std::string, suite::Launchable> services;  ///< by service name
  std::map<std::string, launch::Server> servers;      ///< by contender's name, services included
  /// shootout's own minimal server: its rate under a load is the generator's ceiling. Only where a load needs
  /// it.
  std::optional<suite::Launchable> ceiling;

  /// A contender or a companion.
  [[nodiscard]] const suite::Launchable& contender(const std::string& name) const;
  /// Contenders and companions: all that are frozen while another is measured.
  [[nodiscard]] std::vector<const suite::Launchable*> everybody() const;
  [[nodiscard]] std::map<std::string, std::string> service_urls() const;
  /// The services whose own processes do the work, by service name: not a database of the user's own.
  [[nodiscard]] std::map<std::string, const launch::Server*> services_at_work() const;
};

/// A contender (or a service, known in the suite by another name) with its parameters filled in, but without
/// the addresses and folders that only a start gives it.
Result<suite::Launchable> resolve_for_planning(const suite::Contender& contender, const std::string& known_as,
                                               const Selection& selection);

/// An error (exit code 2) where two of them have the same port of their own: on those ports they cannot stand
/// side by side.
Result<void> require_ports_of_their_own(const Selection& selection);

/// Starts the services, then the contenders, and waits until all are ready. On failure everything is ended.
Result<Stage> raise(const Selection& selection,
                    const std::map<std::string, launch::Environment>& environments,
                    const StageOptions& options, const Listener& listener,
                    const std::function<bool()>& stop_asked);

}  // namespace shootout::trial
