#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "report/format.h"
#include "report/metrics.h"
#include "report/sections.h"

namespace shootout::report {
namespace {

/// "from 1.02x [0.98, 1.06] (Baseline) to 4.62x [4.31, 4.93] (Stress)".
std::string range_of(const Subject& subject, const judge::LoadSummary& summary) {
  if (summary.scenarios == 1)
    return fmt::format("in one scenario ({})", subject.scenario_title(summary.maximum_scenario));
  return fmt::format("from {} ({}) to {} ({})", figure(summary.minimum, Quantity::ratio),
                     subject.scenario_title(summary.minimum_scenario),
                     figure(summary.maximum, Quantity::ratio),
                     subject.scenario_title(summary.maximum_scenario));
}

/// "B is faster than A", or that it is not known, and why.
void add_word(judge::Word word, const stats::Estimate& ratio, const std::string& contender,
              const std::string& baseline, int replicates_to_decide, Text& text) {
  switch (word) {
    case judge::Word::faster:
    case judge::Word::slower:
      text.spans.emplace_back(contender + " is ");
      text.spans.emplace_back(std::string(judge::name(word)),
                              word == judge::Word::faster ? Tone::good : Tone::bad);
      text.spans.emplace_back(" than " + baseline);
      return;
    case judge::Word::equivalent:
      text.spans.emplace_back(contender + " is ");
      text.spans.emplace_back("equivalent", Tone::strong);
      text.spans.emplace_back(" to " + baseline);
      return;
    case judge::Word::inconclusive:
      break;
  }
  if (!ratio.low || !ratio.high) {
    text.spans.emplace_back("One replicate decides nothing", Tone::caution);
    text.spans.emplace_back(fmt::format("; {} against {}", contender, baseline));
  } else if (ratio.n < replicates_to_decide) {
    text.spans.emplace_back(fmt::format("{} replicates decide nothing", ratio.n), Tone::caution);
    text.spans.emplace_back(fmt::format("; {} against {}", contender, baseline));
  } else {
    text.spans.emplace_back("No difference is sure", Tone::caution);
    text.spans.emplace_back(fmt::format(" between {} and {}", contender, baseline));
  }
}

Text sentence_for(const Subject& subject, const suite::Load& load, const judge::LoadSummary& summary) {
  const std::string contender = subject.title(summary.contender);
  const std::string baseline = subject.title(summary.baseline);
  const auto& average = summary.average;
  Text text{{load.question, Tone::strong}, {" "}};
  add_word(summary.word, average, contender, baseline, subject.suite.gates.replicates_to_decide, text);
  text.spans.emplace_back(
      fmt::format(": on average {}; {}.", ratio_with_count(average), range_of(subject, summary)));
  const bool decided = summary.word != judge::Word::inconclusive;
  if (decided && !summary.recommendation.empty()) text.spans.emplace_back(" " + summary.recommendation + ".");
  return text;
}

/// "b (rank 1 to 2), c (1 to 2), a (3)", the best first; empty where there are no ranks to speak of.
std::string ranking_of(const Subject& subject, const suite::Load& load, const suite::Scenario& scenario) {
  struct Ranked {
    std::string title;
    stats::Rank rank;
  };
  std::vector<Ranked> ranked;
  for (const auto& contender : subject.contenders())
    if (const auto* figures = subject.figures(load.name, scenario.name, contender); figures && figures->rank)
      ranked.push_back({subject.title(contender), *figures->rank});
  if (ranked.size() < 3) return {};
  std::ranges::stable_sort(ranked, {},
                           [](const auto& one) { return std::pair(one.rank.low, one.rank.high); });
  std::vector<std::string> parts;
  for (const auto& [title, rank] : ranked)
    parts.push_back(rank.low == rank.high ? fmt::format("{} (rank {})", title, rank.low)
                                          : fmt::format("{} (rank {} to {})", title, rank.low, rank.high));
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// A steady load has no average over its scenarios: each has a sentence of its own.
std::vector<Text> sentences_for_steady(const Subject& subject, const suite::Load& load) {
  std::vector<Text> sentences;
  for (const auto* scenario : subject.scenarios(load)) {
    const auto verdicts = subject.verdicts(load.name, scenario->name, load.decides);
    if (verdicts.empty()) continue;
    const std::string where =
        fmt::format("{}, by {}: ", subject.scenario_title(scenario->name), metric_title(load.decides));
    if (const auto ranking = ranking_of(subject, load, *scenario); !ranking.empty()) {
      sentences.push_back(Text{{load.question, Tone::strong}, {" " + where + ranking + "."}});
      continue;
    }
    for (const auto* verdict : verdicts) {
      Text text{{load.question, Tone::strong}, {" " + where}};
      add_word(verdict->word, verdict->ratio, subject.title(verdict->contender),
               subject.title(verdict->baseline), subject.suite.gates.replicates_to_decide, text);
      text.spans.emplace_back(fmt::format(", {}.", ratio_with_count(verdict->ratio)));
      sentences.push_back(std::move(text));
    }
  }
  return sentences;
}

void add_sentences(const Subject& subject, Document& document) {
  std::vector<std::string> unanswered;
  bool any = false;
  for (const auto& load : subject.suite.loads) {
    const auto summaries = subject.summaries(load.name);
    auto steady = load.window ? sentences_for_steady(subject, load) : std::vector<Text>();
    if (summaries.empty() && steady.empty() && !load.question.empty()) unanswered.push_back(load.question);
    for (auto& sentence : steady) {
      document.push_back(Paragraph{std::move(sentence)});
      any = true;
    }
    for (const auto* summary : summaries) {
      document.push_back(Paragraph{sentence_for(subject, load, *summary)});
      any = true;
    }
  }
  if (!any) {
    document.push_back(
        Paragraph{Text{{"No pair was compared", Tone::caution},
                       {": it takes two contenders with valid trials in the same scenario."}}});
  } else if (!unanswered.empty()) {
    document.push_back(Paragraph{fmt::format("Not answered by this run: {}", fmt::join(unanswered, " "))});
  }
}

Text state_of(const Subject& subject) {
  const auto& judgement = subject.judgement;
  std::set<int> replicates;
  for (const auto& trial : subject.run.trials) {
    if (trial.valid) replicates.insert(trial.replicate);
  }
  const std::string progress =
      fmt::format("{} of {} finished, {} of them valid, over {} (fresh starts of the servers)",
                  judgement.finished, counted(judgement.planned, "trial"),
                  std::ranges::count(subject.run.trials, true, &suite::TrialRecord::valid),
                  counted(static_cast<long>(replicates.size()), "replicate"));
  switch (subject.run.state) {
    case suite::RunState::finished:
      break;
    case suite::RunState::interrupted:
      return Text{{"The run was interrupted", Tone::caution},
                  {": " + progress + "; it goes on with "},
                  {fmt::format("shootout run {} --resume {}", subject.run.suite, subject.run.id), Tone::code},
                  {"."}};
    case suite::RunState::failed:
      return Text{{"The run failed", Tone::bad}, {": " + progress + "."}};
    case suite::RunState::running:
      return Text{{"The run has no end", Tone::caution},
                  {" (it goes on, or was cut off): " + progress + "."}};
  }
  return progress + ".";
}

/// How precise a steady load's cell has become, and what more time would bring.
Text precision_of(const Subject& subject, const judge::CellProgress& progress) {
  const double wanted = progress.wanted;
  std::string text = fmt::format("{}, {}: ", progress.load, subject.scenario_title(progress.scenario));
  if (std::isfinite(progress.half_width))
    text += fmt::format("intervals within +-{:.2g} % after {}", 100 * progress.half_width,
                        counted(progress.replicates, "replicate"));
  else
    text += "no interval yet";
  if (progress.precise) return text + fmt::format(" (+-{:.3g} % was wanted).", 100 * wanted);
  Text whole{{text + "; "}};
  if (progress.more_s && wanted > 0)
    whole.spans.emplace_back(
        fmt::format("for +-{:.3g} %: {} more", 100 * wanted, duration_text(*progress.more_s)), Tone::caution);
  else if (wanted > 0)
    whole.spans.emplace_back(fmt::format("+-{:.3g} % was wanted", 100 * wanted), Tone::caution);
  else
    whole.spans.emplace_back("as precise as the budget allowed");
  whole.spans.emplace_back(".");
  return whole;
}

/// Of suites whose cells have a leader.
constexpr const char* kOfLeaders =
    " A quantile stands with at least 10 requests beyond it in a replicate; how many they were in the "
    "poorest "
    "one is in parentheses. The baseline of a cell is the contender that leads it: ratios below 1 are that "
    "much behind. The leader is "
    "chosen from the same figures, so the intervals of a cell are adjusted for all its pairs (Holm), not "
    "only for "
    "those with the leader.";

void add_belief(const Subject& subject, Document& document) {
  document.push_back(Heading{2, "Whether to believe it"});
  List list;
  list.items.push_back(state_of(subject));
  if (subject.is_led()) {
    add_open(subject, list);
  } else {
    for (const auto& progress : subject.judgement.progress)
      list.items.push_back(precision_of(subject, progress));
  }
  for (const auto& warning : subject.judgement.warnings) {
    list.items.push_back(Text{{"Warning", Tone::caution}, {": " + warning + "."}});
  }
  document.push_back(std::move(list));
  document.push_back(
      Paragraph{"How to read the tables: figures are means over n replicates [95 % interval]; an improvement "
                "is the ratio of "
                "figures measured side by side, above 1 where the contender is better than the baseline; a "
                "dash stands where "
                "nothing was taken." +
                std::string(subject.is_led() ? kOfLeaders : "")});
}

}  // namespace

void add_answer(const Subject& subject, Document& document) {
  document.push_back(Heading{1, subject.suite.title});
  document.push_back(Paragraph{subject.suite.question});
  document.push_back(Heading{2, "The answer"});
  if (subject.is_led())
    add_leaders(subject, document);
  else
    add_sentences(subject, document);
  add_belief(subject, document);
}

}  // namespace shootout::report
