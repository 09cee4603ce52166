#include "trial/room.h"

#include <algorithm>

#include "engine/preflight.h"
#include "engine/url.h"
#include "generator/engine_error.h"
#include "trial/stage.h"

namespace shootout::trial {
namespace {

constexpr double kPatience_s = 10;  // as the engine has

struct Need {
  unsigned connections = 0, threads = 1;
};

// The most of all loads that a contender is measured under.
Result<Need> need_of(const Selection& selection, const suite::Contender& contender) {
  Need need;
  for (const auto& load : selection.loads) {
    for (const auto& scenario : selection.scenarios) {
      if (!load.cells.contains(scenario.name) || !selection.supports(contender.name, scenario.name)) continue;
      const auto& serves = selection.server_of(contender.name, scenario.name);
      const auto server = std::ranges::find(selection.companions, serves, &suite::Contender::name);
      const auto what =
          resolve_for_planning(server == selection.companions.end() ? contender : *server, serves, selection);
      if (!what) return std::unexpected(what.error());
      const auto cell = suite::cell_of(selection.suite, load, scenario, *what);
      if (!cell) return std::unexpected(cell.error());
      need.connections = std::max(need.connections, cell->connections);
      need.threads = std::max(need.threads, cell->offering.threads);
    }
  }
  return need;
}

// Loopback has addresses enough to connect from (engine/preflight.h); so this is of those served elsewhere.
engine::Result<void> ports_for(const std::string& address, unsigned connections) {
  if (connections <= engine::local_ports()) return {};
  const auto url = engine::parse_url(address);
  if (!url) return std::unexpected(url.error());
  const auto target = engine::find_target(*url, kPatience_s);
  if (!target) return std::unexpected(target.error());
  return engine::check_ports(*target, connections);
}

}  // namespace

Result<void> make_room(const Selection& selection) {
  Need most;
  for (const auto& contender : selection.contenders) {
    const auto need = need_of(selection, contender);
    if (!need) return std::unexpected(need.error());
    most.connections = std::max(most.connections, need->connections);
    most.threads = std::max(most.threads, need->threads);
    if (contender.url.empty()) continue;
    if (auto enough = ports_for(contender.url, need->connections); !enough)
      return std::unexpected(generator::translated(enough.error()));
  }
  if (auto allowed = engine::allow_open_files(most.connections, most.threads); !allowed)
    return std::unexpected(generator::translated(allowed.error()));
  return {};
}

}  // namespace shootout::trial
