// What the guardian does for servers that run in containers.
#include <algorithm>
#include <filesystem>
#include <system_error>

#include "launch/guardian.h"
#include "launch/ports.h"

namespace shootout::launch {
namespace {

constexpr double kHurriedGraceS = 1;
constexpr double kLookEveryS = 0.1;

}  // namespace

Result<void> Guardian::start_in_container(Entry& entry) {
  Server& server = entry.spec.server;
  if (auto free = require_free(server.port, server.name); !free) return free;
  std::error_code no_log_yet;
  const auto size = std::filesystem::file_size(server.log_file, no_log_yet);
  server.log_from = no_log_yet ? 0 : size;
  if (server.bridged) bridged_by_ = entry.spec.container->socket;
  auto container = Container::start(entry.spec, mark_);
  if (!container) return std::unexpected(container.error());
  server.pid = container->pid();
  server.container = container->id();
  entry.container = std::move(*container);
  return {};
}

void Guardian::look_after_containers() {
  for (auto& [name, entry] : entries_) {
    if (!entry.container) continue;
    entry.container->take_log();
    if (!entry.lives() || !entry.container->has_ended()) continue;
    entry.spec.server.ended = entry.container->how_ended();
    ended_.push_back({name, entry.spec.server.ended});
  }
}

Result<void> Guardian::end_container(Entry& entry, double grace_s) {
  auto& container = *entry.container;
  if (entry.lives()) container.ask_to_end();
  bool hurried = false;
  for (double left = grace_s; left > 0 && !container.wait_end(kLookEveryS); left -= kLookEveryS) {
    if (!hurried && owner_gone()) {
      hurried = true;
      left = std::min(left, kHurriedGraceS);
    }
  }
  auto removed = container.remove();
  entry.container.reset();
  if (entry.lives()) entry.spec.server.ended = "ended on request";
  return removed;
}

Result<void> Guardian::remove_own_network() {
  if (bridged_by_.empty()) return {};
  auto engine = DockerEngine::at(bridged_by_);
  return engine ? remove_network(*engine, mark_) : std::unexpected(engine.error());
}

}  // namespace shootout::launch
