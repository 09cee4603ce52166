#include "report/sides.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "judge/evidence.h"
#include "report/metrics.h"

namespace shootout::report {
namespace {

/// Small for the best; infinite where there is no figure.
double place_of(const suite::Load& load, const Side& side) {
  const auto* estimate = estimate_of(load, side, load.decides);
  if (estimate == nullptr) return std::numeric_limits<double>::infinity();
  return judge::more_is_better(load.decides) ? -estimate->value : estimate->value;
}

std::string counted_apart(const stats::Estimate& estimate, int usual) {
  return estimate.n == usual ? std::string() : fmt::format(" (n\u00a0=\u00a0{})", estimate.n);
}

const char* memory_kind(const suite::Load& load, const Side& side) {
  return estimate_of(load, side, "pss_bytes") != nullptr ? "pss" : "rss";
}

}  // namespace

std::vector<Side> sides_of(const Subject& subject, const suite::Load& load, const suite::Scenario& scenario) {
  std::vector<Side> sides;
  for (const auto& contender : subject.contenders())
    sides.push_back({contender, subject.figures(load.name, scenario.name, contender)});
  for (const auto& cell : subject.judgement.cells) {
    if (cell.load != load.name || cell.scenario != scenario.name || cell.unsupported.empty()) continue;
    if (std::ranges::find(sides, cell.contender, &Side::contender) == sides.end())
      sides.push_back({cell.contender, &cell});
  }
  if (has_leader(sides))
    std::ranges::stable_sort(sides, {}, [&](const Side& side) { return place_of(load, side); });
  return sides;
}

const stats::Estimate* estimate_of(const suite::Load& load, const Side& side, std::string_view metric) {
  if (!side.figures) return nullptr;
  const auto& metrics = side.figures->metrics;
  const auto requests = metrics.find("requests");
  // Of a steady load the judge has looked at the merged samples.
  if (!load.window && !enough_samples(metric, requests == metrics.end() ? 0 : requests->second.value))
    return nullptr;
  const auto found = metrics.find(std::string(metric));
  return found == metrics.end() ? nullptr : &found->second;
}

int usual_count(const suite::Load& load, const std::vector<Side>& sides,
                const std::vector<std::string_view>& metrics) {
  std::map<int, int> votes;
  for (const auto& side : sides)
    for (const auto metric : metrics)
      if (const auto* estimate = estimate_of(load, side, metric)) ++votes[estimate->n];
  const auto most = std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
  return most == votes.end() ? 0 : most->first;
}

Text with_count(const stats::Estimate* estimate, Quantity quantity, int usual) {
  if (estimate == nullptr) return kAbsent;
  return figure(*estimate, quantity) + counted_apart(*estimate, usual);
}

std::string titled(std::string_view title, int usual) {
  return usual == 0 ? std::string(title) : fmt::format("{} (n\u00a0=\u00a0{})", title, usual);
}

Text rank_of(const Side& side) {
  if (!side.figures || !side.figures->rank) return kAbsent;
  const auto& rank = *side.figures->rank;
  return rank.low == rank.high ? fmt::format("{}", rank.low) : fmt::format("{} to {}", rank.low, rank.high);
}

bool any_ranked(const std::vector<Side>& sides) {
  return std::ranges::any_of(sides, [](const auto& side) { return side.figures && side.figures->rank; });
}

bool has_leader(const std::vector<Side>& sides) {
  return std::ranges::any_of(sides, [](const auto& side) { return side.figures && side.figures->leads; });
}

Text standing_of(const Subject& subject, const suite::Load& load, const suite::Scenario& scenario,
                 const Side& side, int usual) {
  if (side.figures && side.figures->leads) return Text{{"leads", Tone::strong}};
  for (const auto* verdict : subject.verdicts(load.name, scenario.name, load.decides)) {
    if (verdict->contender != side.contender) continue;
    const auto ratio = figure(verdict->ratio, Quantity::ratio) + counted_apart(verdict->ratio, usual);
    const auto* baseline = subject.figures(load.name, scenario.name, verdict->baseline);
    if (!baseline || !baseline->leads) return ratio;
    return Text{{std::string(judge::name(verdict->word)), tone_of(verdict->word)}, {" " + ratio}};
  }
  return kAbsent;
}

std::string absence_of(const Side& side) {
  if (side.figures && !side.figures->unsupported.empty())
    return "not supported: " + side.figures->unsupported;
  if (!side.figures || side.figures->trials == 0) return "not measured";
  if (side.figures->valid == 0) return "no trial counts: see \"Void trials\"";
  return {};
}

Text memory_of(const suite::Load& load, const Side& side, int usual) {
  const std::string kind = memory_kind(load, side);
  const auto* peak = estimate_of(load, side, kind + "_bytes");
  if (peak == nullptr) return kAbsent;
  const auto plain = [&](const std::string& when) {
    const auto* estimate = estimate_of(load, side, kind + when);
    return estimate ? figure({estimate->value, std::nullopt, std::nullopt, estimate->n}, Quantity::bytes)
                    : std::string(kAbsent);
  };
  const auto begin = plain("_start_bytes"), end = plain("_end_bytes");
  const auto highest = figure(*peak, Quantity::bytes) + counted_apart(*peak, usual);
  if (begin == kAbsent && end == kAbsent) return highest;
  return fmt::format("{} \u2192 {} \u2192 {}", begin, highest, end);
}

std::string memory_title(const suite::Load& load, const std::vector<Side>& sides) {
  const bool shares = std::ranges::any_of(
      sides, [&](const auto& side) { return std::string_view(memory_kind(load, side)) == "pss"; });
  const bool edges = std::ranges::any_of(sides, [&](const auto& side) {
    return estimate_of(load, side, std::string(memory_kind(load, side)) + "_start_bytes") != nullptr;
  });
  return fmt::format("Memory ({}){}", shares ? "PSS" : "RSS", edges ? ", start \u2192 peak \u2192 end" : "");
}

Tone tone_of(judge::Word word) {
  switch (word) {
    case judge::Word::faster:
      return Tone::good;
    case judge::Word::slower:
      return Tone::bad;
    case judge::Word::equivalent:
      return Tone::strong;
    case judge::Word::inconclusive:
      break;
  }
  return Tone::caution;
}

}  // namespace shootout::report
