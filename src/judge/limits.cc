#include "judge/limits.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "judge/offer.h"
#include "judge/recorded.h"
#include "judge/saturation.h"
#include "judge/wording.h"

namespace shootout::judge {
namespace {

using Trials = std::vector<const suite::TrialRecord*>;

struct Range {
  int low, high;
};

/// "7 to 9", or "9".
std::string text(Range range) {
  return range.low == range.high ? fmt::to_string(range.low) : fmt::format("{} to {}", range.low, range.high);
}

std::string rounds_text(Range rounds, double delay_s) {
  const std::string time = rounds.low == rounds.high ? seconds(rounds.low * delay_s)
                                                     : fmt::format("{:.4g} to {}", rounds.low * delay_s,
                                                                   seconds(rounds.high * delay_s));
  return fmt::format("{} {} ({})", text(rounds), rounds.high == 1 ? "round" : "rounds", time);
}

int divided_up(int work, int at_once) {
  return (work + at_once - 1) / at_once;
}

std::optional<Range> range_of(const std::vector<int>& counts) {
  if (counts.empty()) return std::nullopt;
  const auto [low, high] = std::ranges::minmax(counts);
  return Range{low, high};
}

/// Over the trials, the connections of the worker that held most.
std::optional<Range> fullest_worker(const Trials& trials) {
  std::vector<int> counts;
  for (const auto* trial : trials) {
    const auto* split = member(trial->observed, "connections_by_worker");
    if (split == nullptr || !split->is_object()) continue;
    int fullest = 0;
    for (const auto& [pid, count] : split->items())
      if (count.is_number_integer()) fullest = std::max(fullest, count.get<int>());
    if (fullest > 0) counts.push_back(fullest);
  }
  return range_of(counts);
}

/// Over the trials, the most calls that waited at the service at once.
std::optional<Range> peak(const Trials& trials) {
  std::vector<int> counts;
  for (const auto* trial : trials)
    if (const auto count = metric_of(*trial, "upstream_peak")) counts.push_back(static_cast<int>(*count));
  return range_of(counts);
}

/// "4 workers x 2 threads", in parentheses.
std::string made_of(const nlohmann::json& contender) {
  const auto workers = count_at(contender, "workers"), threads = count_at(contender, "threads");
  return workers && threads ? fmt::format(" ({} workers x {} threads)", *workers, *threads) : std::string();
}

std::string slot_bound(const nlohmann::json& contender, int slots, const Offer& offer, const Trials& trials) {
  const auto threads = count_at(contender, "threads");
  const int rounds = divided_up(offer.requests(), slots);
  std::string bound = fmt::format("slot bound: {} slots{} x {}: {} {} need at least {}", slots,
                                  made_of(contender), seconds(offer.delay_s), offer.requests(),
                                  offer.requests_per_connection == 1 ? "clients" : "requests",
                                  rounds_text({rounds, rounds}, offer.delay_s));
  if (const auto fullest = fullest_worker(trials); fullest && threads) {
    const auto its_rounds = [&](int held) {
      return divided_up(held * offer.requests_per_connection, *threads);
    };
    bound += fmt::format("; the fullest worker held {} {}: {}", text(*fullest),
                         fullest->high == 1 ? "connection" : "connections",
                         rounds_text({its_rounds(fullest->low), its_rounds(fullest->high)}, offer.delay_s));
  }
  return bound;
}

/// What the service saw of calls that could all have waited at once.
std::string order_of_calls(const Offer& offer, const Trials& trials) {
  const auto most = peak(trials);
  const int calls = offer.concurrency();
  if (!most) return {};
  if (calls == 1) return fmt::format("one call: at least {}", seconds(offer.delay_s));
  if (most->low == calls)
    return fmt::format("all {} calls at once: at least {}", calls,
                       seconds(offer.delay_s * offer.requests_per_connection));
  if (most->high == 1) {
    const int in_all = offer.requests() * offer.calls;
    return fmt::format("one after the other: {} x {} = {}", in_all, seconds(offer.delay_s),
                       seconds(in_all * offer.delay_s));
  }
  return fmt::format("of {} calls at most {} waited at once", calls, text(*most));
}

std::string limit_of_steady(const Evidence& evidence, const suite::Load& load,
                            const suite::Scenario& scenario, const std::string& contender) {
  const auto trials = evidence.trials(load.name, scenario.name, contender);
  const auto& about = evidence.about(contender);
  if (trials.empty()) return held_back_by_generator(evidence, load, scenario, contender);
  const auto saturation = saturation_of(evidence, trials, contender);
  if (saturation && saturation->full) return saturation->text;
  const auto offer = offer_of(load, scenario);
  const auto slots = count_at(about, "slots");
  if (!offer || offer->calls != 1 || !slots || *slots < 1 || offer->connections <= *slots)
    return saturation && load.rate.empty() ? saturation->text : std::string();
  return fmt::format("slot bound: {} slots{} x {}: at most {:.3g} requests/s", *slots, made_of(about),
                     seconds(offer->delay_s), *slots / offer->delay_s);
}

}  // namespace

std::string limit_of(const Evidence& evidence, const suite::Load& load, const suite::Scenario& scenario,
                     const std::string& contender) {
  if (is_steady(load)) return limit_of_steady(evidence, load, scenario, contender);
  const auto offer = offer_of(load, scenario);
  if (!offer) return {};
  const auto trials = evidence.trials(load.name, scenario.name, contender);
  const auto& about = evidence.about(contender);
  const auto slots = count_at(about, "slots");
  if (!slots || *slots < 1 || offer->calls > 1 || offer->connections == 1)
    return order_of_calls(*offer, trials);
  std::string bound = slot_bound(about, *slots, *offer, trials);
  if (const auto most = peak(trials)) bound += fmt::format("; at most {} calls waited at once", text(*most));
  return bound;
}

}  // namespace shootout::judge
