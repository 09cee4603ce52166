#include <algorithm>
#include <array>
#include <string_view>

#include "suite/suite_parts.h"

namespace shootout::suite {
namespace {

struct PercentGate {
  std::string_view key;
  double Gates::* percent;
  double most;
};

constexpr double kWhole = 100;
constexpr double kManyCores = 100 * 1024;
constexpr std::array kPercentGates{
    PercentGate{"errors", &Gates::errors_percent, kWhole},
    PercentGate{"generator_cpu", &Gates::generator_cpu_percent, kWhole},
    PercentGate{"generator_wait", &Gates::generator_wait_percent, kWhole},
    PercentGate{"littles_law", &Gates::littles_law_percent, kWhole},
    PercentGate{"carried", &Gates::carried_percent, kWhole},
    PercentGate{"steal", &Gates::steal_percent, kWhole},
    PercentGate{"others_cpu", &Gates::others_cpu_percent, kManyCores},
    PercentGate{"memory_pressure", &Gates::memory_pressure_percent, kWhole},
    PercentGate{"io_pressure", &Gates::io_pressure_percent, kWhole},
    PercentGate{"throttled", &Gates::throttled_percent, kWhole},
    PercentGate{"frequency_change", &Gates::frequency_change_percent, kWhole},
    PercentGate{"ports_in_use", &Gates::ports_in_use_percent, kWhole},
    PercentGate{"drift", &Gates::drift_percent, kWhole},
    PercentGate{"margin", &Gates::margin_percent, kWhole},
};

constexpr int kFewestToDecide = 2, kMostToDecide = 1000;  // an interval needs two values

}  // namespace

Gates read_gates(const YamlValue& value) {
  Gates gates;
  YamlMap map = value.map();
  for (const auto& [key, percent, most] : kPercentGates) {
    if (const auto share = map.get(std::string(key)); share.present()) {
      gates.*percent = 100 * share.share(0, most / 100, gates.*percent / 100);
    }
  }
  gates.ceiling_ratio = map.get("ceiling").number(0, kHighestCeiling, gates.ceiling_ratio);
  gates.replicates_to_decide =
      map.get("replicates_to_decide").integer(kFewestToDecide, kMostToDecide, gates.replicates_to_decide);
  map.no_other_keys();
  return gates;
}

Gates gates_of(const Suite& suite, const std::string& scenario) {
  Gates gates = suite.gates;
  const auto found = std::ranges::find(suite.scenarios, scenario, &Scenario::name);
  if (found != suite.scenarios.end()) gates.ceiling_ratio = found->ceiling.value_or(gates.ceiling_ratio);
  return gates;
}

}  // namespace shootout::suite
