#include "trial/plan.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "stats/precision.h"

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

// SplitMix64 (Steele, Lea & Flood 2014): spreads seeds that lie close together.
std::uint64_t mixed(std::uint64_t seed, std::uint64_t with) {
  std::uint64_t z = seed + 0x9e3779b97f4a7c15 * (with + 1);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// The contenders' order in a cell's block, which is its block number `index` of the run, from 0.
std::vector<size_t> block_order(std::uint64_t cell_seed, std::uint64_t index, size_t contenders) {
  if (contenders != 2) {
    std::mt19937_64 random(mixed(cell_seed, index));
    return random_order(contenders, random);
  }
  std::mt19937_64 random(cell_seed);
  auto order = random_order(contenders, random);
  if (index % 2 == 1) std::ranges::reverse(order);
  return order;
}

}  // namespace

std::vector<std::string> contenders_of(const Selection& selection, const std::string& scenario) {
  std::vector<std::string> names;
  for (const auto& contender : selection.contenders) {
    if (selection.supports(contender.name, scenario)) names.push_back(contender.name);
  }
  return names;
}

std::vector<CellName> cells_of(const Selection& selection) {
  std::vector<CellName> cells;
  for (const auto& load : selection.loads) {
    for (const auto& scenario : selection.scenarios) {
      if (load.cells.contains(scenario.name) && !contenders_of(selection, scenario.name).empty())
        cells.push_back({load.name, scenario.name});
    }
  }
  return cells;
}

bool is_steady(const Selection& selection, const CellName& cell) {
  const auto load = std::ranges::find(selection.loads, cell.load, &suite::Load::name);
  return load != selection.loads.end() && load->window.has_value();
}

bool is_spike(const Selection& selection, const CellName& cell) {
  const auto load = std::ranges::find(selection.loads, cell.load, &suite::Load::name);
  return load != selection.loads.end() && !load->phases.empty();
}

std::vector<PlannedTrial> plan_replicate(const Selection& selection, std::uint64_t seed, int replicate,
                                         const std::vector<CellName>& cells, int first_number) {
  const auto all = cells_of(selection);
  std::vector<PlannedTrial> plan;
  for (const auto& cell : cells) {
    const auto place = static_cast<std::uint64_t>(std::ranges::find(all, cell) - all.begin());
    const auto contenders = contenders_of(selection, cell.scenario);
    const int blocks = is_steady(selection, cell) ? selection.blocks : 1;
    for (int block = 1; block <= blocks; ++block) {
      const auto index = static_cast<std::uint64_t>((replicate - 1) * blocks + block - 1);
      int position = 0;
      for (const size_t contender : block_order(mixed(seed, place), index, contenders.size())) {
        plan.push_back(
            {first_number++, contenders[contender], cell.scenario, cell.load, replicate, block, ++position});
      }
    }
  }
  return plan;
}

int planned_replicates(const Selection& selection) {
  const auto cells = cells_of(selection);
  const bool any_steady =
      std::ranges::any_of(cells, [&](const auto& cell) { return is_steady(selection, cell); });
  const bool precise = selection.precision && any_steady;
  return precise ? std::max(selection.replicates, stats::kReplicatesForPrecision) : selection.replicates;
}

std::vector<PlannedTrial> make_plan(const Selection& selection, std::uint64_t seed) {
  std::vector<PlannedTrial> plan;
  for (int replicate = 1; replicate <= planned_replicates(selection); ++replicate) {
    std::vector<CellName> cells;
    for (const auto& cell : cells_of(selection)) {
      if (is_steady(selection, cell) || replicate <= selection.replicates) cells.push_back(cell);
    }
    const auto more = plan_replicate(selection, seed, replicate, cells, static_cast<int>(plan.size()) + 1);
    plan.insert(plan.end(), more.begin(), more.end());
  }
  return plan;
}

double opening_seconds(const suite::Cell& cell) {
  const double pace = cell.offering.opened_per_second;
  return pace > 0 ? cell.connections / pace : 0;
}

double expected_seconds(const suite::Cell& cell, const suite::Launchable& contender) {
  constexpr double kOverhead = 0.1;
  if (cell.window) return opening_seconds(cell) + cell.window->settle_s + cell.window->seconds + kOverhead;
  if (!cell.phases.empty()) {
    double seconds = kOverhead;
    for (const auto& phase : cell.phases) seconds += phase.seconds;
    return seconds;
  }
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
