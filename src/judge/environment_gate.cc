#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "judge/gate_list.h"
#include "judge/recorded.h"

namespace shootout::judge {
namespace {

using nlohmann::json;

constexpr const char* kEnvironment = "environment";

/// Files that a server has open beside its connections.
constexpr double kFilesBeside = 50;

/// ": stress (pid 123) 61 %, ..."; empty where nobody is named.
std::string culprits(const json& environment) {
  const auto* others = member(environment, "others");
  if (others == nullptr || !others->is_array()) return {};
  std::vector<std::string> names;
  for (const auto& one : *others) {
    const auto cpu = number_at(one, "cpu_percent");
    if (cpu)
      names.push_back(fmt::format("{} (pid {}) {:.0f} %", text_at(one, "name").value_or("?"),
                                  count_at(one, "pid").value_or(0), *cpu));
  }
  return names.empty() ? "" : fmt::format(": {}", fmt::join(names, ", "));
}

}  // namespace

void look_at_environment(const suite::TrialRecord& trial, const suite::Cell& cell, const suite::Gates& gates,
                         GateList& list) {
  const auto* watched = member(trial.observed, "environment");
  const json environment = watched == nullptr ? json::object() : *watched;
  const auto look = [&](const char* figure, double at_most, const char* what, const auto& after) {
    const auto value = number_at(environment, figure);
    if (!value) return;
    list.at_most(kEnvironment, figure, *value, at_most,
                 [&] { return fmt::format("{} {:.3g} %{} (at most {:g} %)", what, *value, after, at_most); });
  };
  look("steal_percent", gates.steal_percent, "the hypervisor gave others",
       " of the time of this machine's cores");
  look("others_cpu_percent", gates.others_cpu_percent, "other processes took",
       " of a core" + culprits(environment));
  look("memory_pressure_percent", gates.memory_pressure_percent, "processes waited for memory",
       " of the time");
  look("io_pressure_percent", gates.io_pressure_percent, "processes waited for the disk", " of the time");
  look("throttled_percent", gates.throttled_percent, "the CPU quota held the cgroup back", " of the time");
  look("frequency_change_percent", gates.frequency_change_percent, "a core's frequency changed by", "");
  look("ports_in_use_percent", gates.ports_in_use_percent, "connections, those in TIME_WAIT included, held",
       " of the outgoing ports");
  if (const auto pages = number_at(environment, "swapped_pages"))
    list.at_most(kEnvironment, "swapped_pages", *pages, 0,
                 [&] { return fmt::format("the machine swapped {:.0f} pages", *pages); });
  if (const auto* portrait = member(trial.observed, "portrait"))
    if (const auto files = number_at(*portrait, "open_files")) {
      const double needed = cell.connections + kFilesBeside;
      list.at_least(kEnvironment, "open_files", *files, needed, [&] {
        return fmt::format(
            "a process of the server may have {:.0f} open files: {} connections need up to {:.0f}", *files,
            cell.connections, needed);
      });
    }
}

}  // namespace shootout::judge
