#include "trial/agenda.h"

#include <algorithm>
#include <limits>
#include <set>

#include "judge/evidence.h"
#include "judge/progress.h"

namespace shootout::trial {
namespace {

constexpr int kMostReplicates = 200;  // of a precision that is never reached, without a budget

// What was measured in the replicates before this one.
suite::RunRecord before(const suite::RunRecord& record, int replicate) {
  suite::RunRecord earlier = record;
  std::erase_if(earlier.trials, [&](const auto& trial) { return trial.replicate >= replicate; });
  return earlier;
}

double spent_s(const suite::RunRecord& record) {
  double spent = 0;
  for (const auto& trial : record.trials) spent = std::max(spent, trial.run_s);
  return spent;
}

// Seconds that each cell's part of a replicate takes, its share of the start included: the mean over the last
// replicate's cells.
double seconds_a_cell(const suite::RunRecord& earlier) {
  int last = 0;
  for (const auto& trial : earlier.trials) last = std::max(last, trial.replicate);
  double begin = 0, end = 0;
  std::set<CellName> cells;
  for (const auto& trial : earlier.trials) {
    if (trial.replicate < last) begin = std::max(begin, trial.run_s);
    if (trial.replicate != last) continue;
    end = std::max(end, trial.run_s);
    cells.insert({trial.load, trial.scenario});
  }
  return cells.empty() ? 0 : (end - begin) / static_cast<double>(cells.size());
}

}  // namespace

bool is_final(const suite::TrialRecord& trial) {
  return trial.valid || trial.attempt >= kAttempts;
}

std::vector<CellName> Agenda::wanted_cells(const suite::RunRecord& earlier) const {
  const int replicate = replicate_;
  std::vector<CellName> fixed;
  struct Open {
    CellName cell;
    double half_width;
  };
  std::vector<Open> open;
  std::vector<judge::CellProgress> progress;
  if (selection_.precision && replicate > 1)
    progress = judge::progress_of(judge::Evidence(selection_.suite, earlier), *selection_.precision);
  for (const auto& cell : cells_of(selection_)) {
    if (!is_steady(selection_, cell) || !selection_.precision) {
      if (replicate <= selection_.replicates) fixed.push_back(cell);
      continue;
    }
    const auto known = std::ranges::find_if(
        progress, [&](const auto& one) { return one.load == cell.load && one.scenario == cell.scenario; });
    if (known != progress.end() && known->precise) continue;
    open.push_back(
        {cell, known == progress.end() ? std::numeric_limits<double>::infinity() : known->half_width});
  }
  if (replicate > kMostReplicates) return {};

  size_t fits = open.size();
  // The first replicate is measured whatever the budget says: nothing would be known without it.
  if (selection_.budget_s && replicate > 1) {
    const double left = *selection_.budget_s - spent_s(earlier);
    const auto room = static_cast<size_t>(std::max(0.0, left / std::max(seconds_a_cell(earlier), 1e-3)));
    fits = std::min(fits, room > fixed.size() ? room - fixed.size() : 0);
  }
  std::ranges::stable_sort(open, std::ranges::greater{}, &Open::half_width);
  open.resize(fits);

  std::set<CellName> wanted(fixed.begin(), fixed.end());
  for (const auto& one : open) wanted.insert(one.cell);
  std::vector<CellName> cells;
  for (const auto& cell : cells_of(selection_)) {
    if (wanted.contains(cell)) cells.push_back(cell);
  }
  return cells;
}

std::optional<Agenda::Replicate> Agenda::next(const suite::RunRecord& so_far) {
  std::set<int> done;
  for (const auto& trial : so_far.trials) {
    if (is_final(trial)) done.insert(trial.number);
  }
  for (;;) {
    std::vector<PlannedTrial> pending;
    for (const auto& trial : trials_) {
      if (!done.contains(trial.number)) pending.push_back(trial);
    }
    if (!pending.empty()) return Replicate{replicate_, std::move(pending)};
    first_number_ += static_cast<int>(trials_.size());
    ++replicate_;
    const auto cells = wanted_cells(before(so_far, replicate_));
    trials_ = plan_replicate(selection_, seed_, replicate_, cells, first_number_);
    if (trials_.empty()) return std::nullopt;
  }
}

}  // namespace shootout::trial
