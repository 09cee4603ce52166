#include "observe/portrait.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "observe/cores.h"
#include "observe/portrait_text.h"
#include "observe/proc_file.h"
#include "observe/process_stat.h"
#include "observe/process_tree.h"
#include "observe/socket_dump.h"

namespace shootout::observe {
namespace {

/// Those of `cores` that are in `others`, too.
std::vector<int> common(const std::vector<int>& cores, const std::vector<int>& others) {
  std::vector<int> both;
  std::ranges::set_intersection(cores, others, std::back_inserter(both));
  return both;
}

void add_listeners(nlohmann::json& portrait, std::uint16_t port) {
  auto dump = port == 0 ? fail(ExitCode::usage, "") : SocketDump::open();
  const auto listeners = dump ? dump->listeners(port) : std::unexpected(dump.error());
  if (!listeners || listeners->empty()) return;
  portrait["listeners"] = listeners->size();
  portrait["backlog"] = std::ranges::min(*listeners, {}, &TcpListener::backlog).backlog;
}

}  // namespace

nlohmann::json portrait_of(pid_t root, std::uint16_t port) {
  nlohmann::json portrait = nlohmann::json::object();
  std::int64_t processes = 0, threads = 0;
  std::optional<std::vector<int>> cpus;
  std::optional<std::int64_t> open_files;
  std::set<std::string> libraries;
  bool maps_seen = false;
  for (const pid_t pid : tree_of(root)) {
    const auto stat = process_stat(pid);
    if (!stat || stat->ended()) continue;
    ++processes;
    threads += stat->threads;
    const auto text_of = [&](const char* file) {
      return read_proc_file(fmt::format("/proc/{}/{}", pid, file));
    };
    if (const auto status = text_of("status")) {
      const auto may_run_on = parse_allowed_cores(*status);
      cpus = cpus ? common(*cpus, may_run_on) : may_run_on;
    }
    const auto limits = text_of("limits");
    const auto limit = limits ? parse_open_files_limit(*limits) : std::nullopt;
    if (limit) open_files = std::min(open_files.value_or(*limit), *limit);
    if (const auto maps = text_of("maps")) {
      maps_seen = true;
      libraries.merge(known_libraries(*maps));
    }
  }
  if (processes == 0) return portrait;
  portrait["processes"] = processes;
  portrait["threads"] = threads;
  if (cpus) portrait["cpus"] = *cpus;
  if (open_files) portrait["open_files"] = *open_files;
  if (maps_seen) portrait["libraries"] = libraries;
  add_listeners(portrait, port);
  return portrait;
}

}  // namespace shootout::observe
