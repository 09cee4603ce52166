#include "judge/claims.h"

#include <algorithm>

#include "judge/finding.h"

namespace shootout::judge {
namespace {

bool takes_part(const Evidence& evidence, const std::string& contender) {
  return contender.empty() || evidence.takes_part(contender);
}

}  // namespace

std::vector<ClaimVerdict> test_claims(const Evidence& evidence) {
  std::vector<ClaimVerdict> verdicts;
  for (const auto& claim : evidence.suite.claims) {
    const bool applies =
        takes_part(evidence, claim.contender) &&
        std::ranges::all_of(claim.contenders, [&](const auto& one) { return evidence.takes_part(one); });
    if (!applies) continue;
    const auto finding =
        find(evidence, {claim.kind, claim.load, claim.scenario, claim.contender, claim.contenders});
    verdicts.push_back({claim.says, claim.source, within(finding, claim.low, claim.high), finding.text});
  }
  return verdicts;
}

std::vector<GivenAdvice> give_advice(const Evidence& evidence) {
  std::vector<GivenAdvice> given;
  for (const auto& advice : evidence.suite.advice) {
    if (!takes_part(evidence, advice.contender)) continue;
    const auto finding = find(evidence, {advice.kind, advice.load, advice.scenario, advice.contender, {}});
    if (certainly(finding, advice.at_least, advice.below))
      given.push_back({advice.group, advice.says, finding.text});
  }
  return given;
}

}  // namespace shootout::judge
