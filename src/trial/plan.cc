#include "trial/plan.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace shootout::trial {
namespace {

// Fisher-Yates by hand: std::shuffle's order differs between standard libraries, and a seed must mean one
// plan.
std::vector<size_t> random_order(size_t count, std::mt19937_64& random) {
  std::vector<size_t> order(count);
  for (size_t i = 0; i < count; ++i) order[i] = i;
  for (size_t i = count; i > 1; --i) std::swap(order[i - 1], order[random() % i]);
  return order;
}

double number_or(const suite::Values& values, const std::string& name, double otherwise) {
  const auto found = values.find(name);
  if (found == values.end()) return otherwise;
  char* end = nullptr;
  const double value = std::strtod(found->second.c_str(), &end);
  return end == found->second.c_str() ? otherwise : value;
}

}  // namespace

std::vector<PlannedTrial> make_plan(const Selection& selection, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const size_t contenders = selection.contenders.size();

  struct CellPlan {
    const suite::Load* load;
    const suite::Scenario* scenario;
    std::vector<size_t> order;
  };
  std::vector<CellPlan> cells;
  for (const auto& load : selection.loads) {
    for (const auto& scenario : selection.scenarios) {
      if (load.cells.contains(scenario.name))
        cells.push_back({&load, &scenario, random_order(contenders, random)});
    }
  }

  std::vector<PlannedTrial> plan;
  for (int replicate = 1; replicate <= selection.replicates; ++replicate) {
    for (auto& cell : cells) {
      int position = 0;
      for (const size_t index : cell.order) {
        plan.push_back({static_cast<int>(plan.size()) + 1, selection.contenders[index].name,
                        cell.scenario->name, cell.load->name, replicate, 1, ++position});
      }
      if (contenders == 2) {
        std::ranges::reverse(cell.order);
      } else {
        cell.order = random_order(contenders, random);
      }
    }
  }
  return plan;
}

double expected_seconds(const suite::Cell& cell, const suite::Launchable& contender) {
  constexpr double kOverhead = 0.1;
  const double delay = number_or(cell.values, "delay", 0.5);
  const double calls = number_or(cell.values, "calls", 1);
  const auto slots = contender.slots();
  if (!slots) return delay * cell.requests_per_connection + kOverhead;
  // A thread for each request: one call after the other, and the rest waits for a slot.
  const double rounds =
      std::ceil(static_cast<double>(cell.connections) / *slots) * cell.requests_per_connection;
  return rounds * calls * delay + kOverhead;
}

}  // namespace shootout::trial
