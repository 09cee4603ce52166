#include "trial/budget.h"

#include "trial/plan.h"
#include "trial/time_left.h"

namespace shootout::trial {

int blocks_within_budget(const Selection& selection) {
  constexpr int kLeast = 2;  // one in each order
  Selection tried = selection;
  while (tried.budget_s && tried.blocks > kLeast &&
         TimeLeft(tried, make_plan(tried, 0)).seconds({}) > *tried.budget_s) {
    --tried.blocks;
  }
  return tried.blocks;
}

}  // namespace shootout::trial
