#include "judge/verdicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "judge/cell_figures.h"
#include "judge/decision.h"
#include "judge/ledger.h"
#include "judge/limits.h"
#include "judge/steady_state.h"
#include "judge/wording.h"

namespace shootout::judge {
namespace {

constexpr const char* kThroughput = "requests_per_second";
constexpr const char* kCpu = "cpu_us_per_request";

std::vector<std::string> verdict_metrics(const suite::Load& load) {
  std::vector<std::string> metrics{load.decides};
  const auto add = [&](const std::string& metric) {
    if (metric != load.decides) metrics.push_back(metric);
  };
  if (is_fixed_work(load)) add("duration_s");  // of other loads it is the same for all
  for (const auto* metric :
       {"latency_mean_us", "latency_p50_us", "latency_p95_us", "latency_p99_us", kCpu, kThroughput})
    add(metric);
  return metrics;
}

std::string cause_of(const Evidence& evidence, const suite::Load& load, const suite::Scenario& scenario,
                     const Pair& pair) {
  std::string cause;
  for (const auto& name : {pair.baseline, pair.contender}) {
    const std::string limit = limit_of(evidence, load, scenario, name);
    if (limit.empty()) continue;
    cause += fmt::format("{}{}: {}", cause.empty() ? "" : ". ", evidence.title(name), limit);
  }
  return cause;
}

/// The fewest values beyond a quantile that a replicate of either side rests on; nothing for other metrics.
std::optional<std::uint64_t> fewest_beyond(const Evidence& evidence, const suite::Load& load,
                                           const suite::Scenario& scenario, const Pair& pair,
                                           const std::string& metric) {
  const auto one = fewest_beyond(evidence, load, scenario, pair.baseline, metric);
  const auto other = fewest_beyond(evidence, load, scenario, pair.contender, metric);
  return one && other ? std::min(one, other) : one ? one : other;
}

/// "Quart/Hypercorn: no steady state: ..."; empty where both came to rest.
std::string unrest_of(const Evidence& evidence, const suite::Load& load, const suite::Scenario& scenario,
                      const Pair& pair) {
  for (const auto& name : {pair.baseline, pair.contender})
    if (const auto why = unsteady(evidence, load, scenario, name); !why.empty())
      return fmt::format("{}: {}", evidence.title(name), why);
  return {};
}

std::string metric_title(const std::string& metric) {
  return metric == kCpu ? "CPU a request" : "requests/s";
}

/// What the two metrics of a steady closed loop say together.
std::string decided_by(const Verdict& deciding, const Verdict* other, const std::string& other_metric) {
  const std::string this_one = metric_title(deciding.metric), that_one = metric_title(other_metric);
  const bool decided = deciding.word != Word::inconclusive;
  if (other == nullptr)
    return fmt::format("{}; {} was not measured", decided ? this_one : "nothing", that_one);
  if (!decided && other->word == Word::inconclusive)
    return fmt::format("nothing: neither {} nor {} is sure", this_one, that_one);
  if (!decided)
    return fmt::format("{} alone: {}, {}; {} is not sure", that_one, name(other->word),
                       figure(other->ratio, "x"), this_one);
  if (other->word == Word::inconclusive) return fmt::format("{} alone; {} is not sure", this_one, that_one);
  if (other->word == deciding.word) return fmt::format("{}; {} says the same", this_one, that_one);
  const bool opposite = deciding.word != Word::equivalent && other->word != Word::equivalent;
  return fmt::format("{}; {} {}: {}, {}", this_one, that_one, opposite ? "contradicts it" : "says otherwise",
                     name(other->word), figure(other->ratio, "x"));
}

void add_note(std::string& note, const std::string& more) {
  note += (note.empty() ? "" : "; ") + more;
}

/// Takes the word back where there are reasons beside the interval.
void doubt(Verdict& verdict, const std::string& why) {
  verdict.word = Word::inconclusive;
  verdict.note = why;
}

/// The verdicts of one metric, by the place in the family.
std::vector<std::optional<Verdict>> family_of(const Evidence& evidence, const suite::Load& load,
                                              const suite::Scenario& scenario, const std::string& metric) {
  const auto rules = rules_for(evidence, load);
  const auto pairs = evidence.family(load, scenario);
  std::vector<std::optional<Verdict>> verdicts(pairs.size());
  std::vector<std::vector<double>> family;
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    const auto& pair = pairs[i];
    const auto ratios = evidence.improvement(load.name, scenario.name, pair, metric);
    if (ratios.empty()) continue;
    family.push_back(logs_of(ratios));
    auto& verdict = verdicts[i].emplace();
    verdict.load = load.name;
    verdict.scenario = scenario.name;
    verdict.contender = pair.contender;
    verdict.baseline = pair.baseline;
    verdict.metric = metric;
    verdict.margin = rules.margin;
  }
  const auto decisions = decide(family, rules);
  auto decision = decisions.begin();
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    auto& verdict = verdicts[i];
    if (!verdict) continue;
    verdict->ratio = decision->ratio;
    verdict->confidence = decision->confidence;
    verdict->robust = decision->robust;
    verdict->detectable = decision->detectable;
    verdict->word = decision->word;
    verdict->note = decision->note;
    ++decision;
    const auto& pair = pairs[i];
    if (const auto beyond = fewest_beyond(evidence, load, scenario, pair, metric);
        beyond && *beyond < kBeyondToDecide && verdict->ratio.n > 1)
      doubt(*verdict, fmt::format("a replicate has only {} values beyond the quantile: fewer than {} decide "
                                  "nothing",
                                  *beyond, kBeyondToDecide));
    if ((is_steady_closed(load) || is_spike(load)) && metric.starts_with("latency"))
      add_note(verdict->note, "a closed loop measures the two at different rates");
  }
  return verdicts;
}

}  // namespace

std::vector<Verdict> verdicts_of(const Evidence& evidence, const suite::Load& load,
                                 const suite::Scenario& scenario, const std::vector<LedgerLine>& ledger) {
  const auto metrics = verdict_metrics(load);
  std::vector<std::vector<std::optional<Verdict>>> families;
  for (const auto& metric : metrics) families.push_back(family_of(evidence, load, scenario, metric));

  std::vector<Verdict> all;
  const auto pairs = evidence.pairs(load, scenario);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto& pair = pairs[i];
    const std::string unrest = unrest_of(evidence, load, scenario, pair);
    const auto begin = all.size();
    for (auto& family : families) {
      if (!family[i]) continue;
      if (!unrest.empty()) doubt(*family[i], unrest);
      all.push_back(std::move(*family[i]));
    }
    if (begin == all.size() || all[begin].metric != load.decides) continue;
    auto& deciding = all[begin];
    deciding.says = words_for(deciding.ratio, load.words);
    deciding.cause = cause_of(evidence, load, scenario, pair);
    deciding.differs = differences(ledger, pair);
    const bool of_two = load.decides == kThroughput || load.decides == kCpu;
    if (!is_steady_closed(load) || !of_two || !unrest.empty()) continue;
    const std::string other_metric = load.decides == kCpu ? kThroughput : kCpu;
    const auto other = std::ranges::find(all.begin() + static_cast<std::ptrdiff_t>(begin), all.end(),
                                         other_metric, &Verdict::metric);
    deciding.decided_by = decided_by(deciding, other == all.end() ? nullptr : &*other, other_metric);
  }
  return all;
}

std::map<std::string, stats::Rank> ranks_of(const Evidence& evidence, const suite::Load& load,
                                            const suite::Scenario& scenario) {
  const auto rules = rules_for(evidence, load);
  std::vector<std::string> ranked;
  for (const auto& name : evidence.contenders()) {
    std::set<int> replicates;
    for (const auto* trial : evidence.trials(load.name, scenario.name, name))
      replicates.insert(trial->replicate);
    if (static_cast<int>(replicates.size()) >= rules.replicates_to_decide &&
        unsteady(evidence, load, scenario, name).empty())
      ranked.push_back(name);
  }
  if (ranked.size() < 2) return {};

  struct Compared {
    std::size_t i, j;
  };
  std::vector<Compared> comparisons;
  std::vector<std::vector<double>> family;
  for (std::size_t i = 0; i < ranked.size(); ++i)
    for (std::size_t j = i + 1; j < ranked.size(); ++j) {
      const Pair pair{ranked[i], ranked[j]};
      const auto ratios = evidence.improvement(load.name, scenario.name, pair, load.decides);
      const auto beyond = fewest_beyond(evidence, load, scenario, pair, load.decides);
      if (ratios.empty() || (beyond && *beyond < kBeyondToDecide)) continue;
      comparisons.push_back({i, j});
      family.push_back(logs_of(ratios));
    }
  if (family.empty()) return {};
  std::vector<std::vector<bool>> better(ranked.size(), std::vector<bool>(ranked.size(), false));
  const auto decisions = decide(family, rules);
  for (std::size_t k = 0; k < decisions.size(); ++k) {
    better[comparisons[k].j][comparisons[k].i] = decisions[k].word == Word::faster;
    better[comparisons[k].i][comparisons[k].j] = decisions[k].word == Word::slower;
  }
  const auto intervals = stats::rank_intervals(better);
  std::map<std::string, stats::Rank> ranks;
  for (std::size_t i = 0; i < ranked.size(); ++i) ranks[ranked[i]] = intervals[i];
  return ranks;
}

}  // namespace shootout::judge
