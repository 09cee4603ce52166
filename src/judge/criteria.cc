#include "judge/criteria.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "judge/saturation.h"
#include "stats/comparison.h"

namespace shootout::judge {
namespace {

using Kind = suite::Criterion::Kind;

/// One figure of a criterion.
struct Asked {
  std::string what;
  Finding finding;
  Bounds bounds;
};

/// One empty name where there is none.
std::vector<std::string> or_none(std::vector<std::string> names) {
  if (names.empty()) names.emplace_back();
  return names;
}

/// Those kinds are about one cell; the others take a load's scenarios together.
bool of_one_cell(Kind kind) {
  return kind == Kind::ratio || kind == Kind::change || kind == Kind::metric;
}

std::vector<std::string> scenarios_for(const Evidence& evidence, const suite::Criterion& criterion,
                                       const std::string& load_name) {
  const auto* load = evidence.load(load_name);
  if (!criterion.scenario.empty() || !of_one_cell(criterion.kind) || load == nullptr)
    return {criterion.scenario};
  std::vector<std::string> names;
  for (const auto* scenario : evidence.scenarios(*load)) names.push_back(scenario->name);
  return or_none(std::move(names));
}

std::string title_of_load(const Evidence& evidence, const std::string& name) {
  const auto* load = evidence.load(name);
  return load == nullptr || load->title.empty() ? name : load->title;
}

/// "Bjoern against Gunicorn, 1,000 connections".
std::string what_of(const Evidence& evidence, const Question& question) {
  std::string what = question.contender.empty() ? std::string() : evidence.title(question.contender);
  if (!question.against.empty()) what += " against " + evidence.title(question.against);
  const auto add = [&](const std::string& more) { what += (what.empty() ? "" : ", ") + more; };
  if (!question.load.empty()) add(title_of_load(evidence, question.load));
  if (!question.from.empty()) what += " against " + title_of_load(evidence, question.from);
  const auto& scenarios = evidence.suite.scenarios;
  const auto scenario = std::ranges::find(scenarios, question.scenario, &suite::Scenario::name);
  if (scenarios.size() > 1 && scenario != scenarios.end()) add(scenario->title);
  return what;
}

Finding find_on(const Evidence& evidence, int cores_needed, const Question& question) {
  if (cores_needed > 0) {
    const auto cores = cores_of_servers(evidence);
    if (!cores) return unknown("the run did not record how many cores the servers had");
    if (*cores < cores_needed)
      return unknown(fmt::format("the servers had {} core{}, and this takes {}", *cores,
                                 *cores == 1 ? "" : "s", cores_needed));
  }
  return find(evidence, question);
}

std::vector<Asked> ask(const Evidence& evidence, const suite::Criterion& criterion,
                       const std::vector<std::string>& participants) {
  std::vector<Asked> all;
  for (const auto& load : or_none(criterion.loads))
    for (const auto& scenario : scenarios_for(evidence, criterion, load))
      for (const auto& contender : or_none(criterion.contenders))
        for (const auto& against : or_none(criterion.against)) {
          if (!against.empty() && against == contender) continue;
          const Question question{.kind = criterion.kind,
                                  .load = load,
                                  .scenario = scenario,
                                  .contender = contender,
                                  .against = against,
                                  .from = criterion.from,
                                  .metric = criterion.metric,
                                  .participants = participants};
          all.push_back({what_of(evidence, question),
                         find_on(evidence, criterion.cores, question),
                         {criterion.low, criterion.high, criterion.below}});
        }
  return all;
}

bool is_interval(const Finding& finding) {
  return finding.figure && finding.figure->low && finding.figure->high;
}

bool is_enough(const Finding& finding) {
  return is_interval(finding) && finding.doubt.empty() && finding.figure->n >= finding.enough;
}

Holds within(const stats::Estimate& interval, const Bounds& bounds) {
  const double low = bounds.low.value_or(-std::numeric_limits<double>::infinity());
  const double high = bounds.high.value_or(std::numeric_limits<double>::infinity());
  if (bounds.holds(*interval.low) && bounds.holds(*interval.high)) return Holds::held;
  const bool above = bounds.below ? *interval.low >= high : *interval.low > high;
  return *interval.high < low || above ? Holds::did_not_hold : Holds::could_not_tell;
}

/// Of the null hypothesis that the figure lies in its bounds: 1 where it seems to.
double p_of_being_within(const Asked& asked) {
  const auto& figure = asked.finding.figure;
  if (!is_enough(asked.finding) || asked.bounds.holds(figure->value)) return 1;
  const bool under = asked.bounds.low && figure->value < *asked.bounds.low;
  return stats::p_value(*figure, asked.finding.scale, under ? *asked.bounds.low : *asked.bounds.high);
}

/// How near it is to leaving its bounds: the largest of several is the one that is held the least surely.
double p_of_leaving(const Asked& asked) {
  double p = 0;
  if (!is_enough(asked.finding)) return p;
  for (const auto& bound : {asked.bounds.low, asked.bounds.high})
    if (bound && (*bound > 0 || asked.finding.scale == stats::Scale::plain))
      p = std::max(p, stats::p_value(*asked.finding.figure, asked.finding.scale, *bound));
  return p;
}

/// Why a figure decides nothing, behind it.
std::string with_reason(const Finding& finding, std::string text) {
  if (is_interval(finding) && finding.figure->n < finding.enough)
    text += fmt::format(": fewer than {} decide nothing", finding.enough);
  return finding.doubt.empty() ? text : text + "; " + finding.doubt;
}

ClaimPart decided(const Asked& asked, double level) {
  const auto& finding = asked.finding;
  ClaimPart part{asked.what, judge::within(finding, asked.bounds), with_reason(finding, finding.text)};
  if (!is_enough(finding)) return part;
  const bool seems_within = asked.bounds.holds(finding.figure->value);
  const double confidence = 1 - (seems_within ? finding.error_rate : level);
  const auto interval = stats::at_confidence(*finding.figure, finding.scale, confidence);
  part.holds = within(interval, asked.bounds);
  part.figure = told(finding, interval, confidence);
  return part;
}

/// The part that speaks for all of them.
std::string sum_up(const Answer& answer, const std::vector<Asked>& all) {
  const auto& parts = answer.parts;
  if (parts.size() == 1) return parts.front().figure;
  const auto in_words = [&](const ClaimPart& part) { return fmt::format("{}: {}", part.what, part.figure); };
  if (answer.holds == Holds::held) {
    std::size_t least = 0;
    for (std::size_t i = 1; i < all.size(); ++i)
      if (p_of_leaving(all[i]) > p_of_leaving(all[least])) least = i;
    return fmt::format("all {} hold, the least surely {}", parts.size(), in_words(parts[least]));
  }
  const auto held = std::ranges::count(parts, Holds::held, &ClaimPart::holds);
  const auto speaker = std::ranges::find(parts, answer.holds, &ClaimPart::holds);
  return fmt::format("{} of {} hold; {} {}", held, parts.size(),
                     answer.holds == Holds::did_not_hold ? "not" : "unsure is", in_words(*speaker));
}

}  // namespace

bool Bounds::holds(double value) const {
  return (!low || value >= *low) && (!high || (below ? value < *high : value <= *high));
}

Holds within(const Finding& finding, const Bounds& bounds) {
  if (finding.decided) return *finding.decided;
  if (!bounds.low && !bounds.high) return Holds::could_not_tell;
  if (finding.count) {
    const auto& most = finding.most_possible;
    if (most && ((bounds.high && bounds.holds(*most)) || (bounds.low && *most < *bounds.low)))
      return Holds::could_not_tell;
    if (!bounds.holds(*finding.count)) {
      const bool too_little = bounds.low && *finding.count < *bounds.low;
      return too_little && finding.seldom ? Holds::could_not_tell : Holds::did_not_hold;
    }
    return bounds.high && finding.seldom ? Holds::could_not_tell : Holds::held;
  }
  return is_enough(finding) ? within(*finding.figure, bounds) : Holds::could_not_tell;
}

Answer answer(const Evidence& evidence, const std::vector<suite::Criterion>& criteria,
              const std::vector<std::string>& participants) {
  std::vector<Asked> all;
  for (const auto& criterion : criteria)
    for (auto& asked : ask(evidence, criterion, participants)) all.push_back(std::move(asked));
  if (all.empty()) return {.figure = "there is nothing to compare"};

  std::vector<double> p_values;
  double error_rate = 1;
  for (const auto& asked : all) {
    p_values.push_back(p_of_being_within(asked));
    error_rate = std::min(error_rate, asked.finding.error_rate);
  }
  const auto levels = stats::holm_levels(p_values, error_rate);
  Answer answer;
  for (std::size_t i = 0; i < all.size(); ++i) answer.parts.push_back(decided(all[i], levels[i]));
  const auto any = [&](Holds word) {
    return std::ranges::find(answer.parts, word, &ClaimPart::holds) != answer.parts.end();
  };
  answer.holds = any(Holds::did_not_hold)     ? Holds::did_not_hold
                 : any(Holds::could_not_tell) ? Holds::could_not_tell
                                              : Holds::held;
  answer.figure = sum_up(answer, all);
  return answer;
}

}  // namespace shootout::judge
