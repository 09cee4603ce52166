#include "judge/claims.h"

#include <algorithm>
#include <utility>

#include "judge/criteria.h"

namespace shootout::judge {
namespace {

bool all_take_part(const Evidence& evidence, const std::vector<std::string>& names) {
  return std::ranges::all_of(names, [&](const auto& name) { return evidence.takes_part(name); });
}

bool all_take_part(const Evidence& evidence, const std::vector<suite::Criterion>& criteria) {
  return std::ranges::all_of(criteria, [&](const auto& criterion) {
    return all_take_part(evidence, criterion.contenders) && all_take_part(evidence, criterion.against);
  });
}

}  // namespace

std::vector<ClaimVerdict> test_claims(const Evidence& evidence) {
  std::vector<ClaimVerdict> verdicts;
  for (const auto& claim : evidence.suite.claims) {
    if (!all_take_part(evidence, claim.contenders) || !all_take_part(evidence, claim.criteria)) continue;
    auto found = answer(evidence, claim.criteria, claim.contenders);
    if (found.parts.size() == 1) found.parts.clear();
    verdicts.push_back({claim.says, claim.source, found.holds, std::move(found.figure), claim.published,
                        std::move(found.parts)});
  }
  return verdicts;
}

std::vector<GivenAdvice> give_advice(const Evidence& evidence) {
  std::vector<GivenAdvice> given;
  for (const auto& advice : evidence.suite.advice) {
    if (!advice.about.empty() && !evidence.takes_part(advice.about)) continue;
    if (!all_take_part(evidence, advice.criteria)) continue;
    auto found = answer(evidence, advice.criteria);
    if (found.holds != Holds::held) continue;
    std::string figures;
    // Several criteria are several figures; what one criterion makes of many contenders is summed up.
    if (found.parts.size() == advice.criteria.size()) {
      for (const auto& part : found.parts) figures += (figures.empty() ? "" : "; ") + part.figure;
    } else {
      figures = std::move(found.figure);
    }
    given.push_back({advice.group, advice.says, std::move(figures), advice.about});
  }
  return given;
}

}  // namespace shootout::judge
