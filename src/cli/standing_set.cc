#include "cli/standing_set.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace shootout::cli {

Result<launch::ServerSet> standing_set(const std::string& suite) {
  auto set = launch::ServerSet::attach(suite);
  if (!set) return std::unexpected(set.error());
  if (!*set) {
    return fail(ExitCode::environment, fmt::format("no servers of the suite '{}' are up", suite),
                "start them with: shootout up " + suite);
  }
  return std::move(**set);
}

Result<std::vector<launch::Server>> chosen_servers(const launch::ServerSet& set, const std::string& name) {
  auto servers = set.servers();
  if (name.empty()) return servers;
  const auto found = std::ranges::find(servers, name, &launch::Server::name);
  if (found != servers.end()) return std::vector{*found};
  std::vector<std::string> names;
  for (const auto& server : servers) names.push_back(server.name);
  return fail(ExitCode::usage, unknown_name("server", name, names));
}

}  // namespace shootout::cli
