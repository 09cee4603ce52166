#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "report/format.h"
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

Text sentence_for(const Subject& subject, const suite::Load& load, const judge::LoadSummary& summary) {
  const std::string contender = subject.title(summary.contender);
  const std::string baseline = subject.title(summary.baseline);
  const auto& average = summary.average;
  Text text{{load.question, Tone::strong}, {" "}};
  if (!average.low || !average.high) {
    text.spans.emplace_back("One replicate decides nothing", Tone::caution);
    text.spans.emplace_back(fmt::format("; {} against {}", contender, baseline));
  } else if (*average.low > 1 || *average.high < 1) {
    const bool faster = *average.low > 1;
    text.spans.emplace_back(contender + " is ");
    text.spans.emplace_back(faster ? "faster" : "slower", faster ? Tone::good : Tone::bad);
    text.spans.emplace_back(" than " + baseline);
  } else {
    text.spans.emplace_back("No difference shown", Tone::caution);
    text.spans.emplace_back(fmt::format(" between {} and {}", contender, baseline));
  }
  text.spans.emplace_back(
      fmt::format(": on average {}; {}.", ratio_with_count(average), range_of(subject, summary)));
  if (!summary.recommendation.empty()) text.spans.emplace_back(" " + summary.recommendation + ".");
  return text;
}

void add_sentences(const Subject& subject, Document& document) {
  std::vector<std::string> unanswered;
  bool any = false;
  for (const auto& load : subject.suite.loads) {
    const auto summaries = subject.summaries(load.name);
    if (summaries.empty()) unanswered.push_back(load.question);
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

void add_belief(const Subject& subject, Document& document) {
  document.push_back(Heading{2, "Whether to believe it"});
  List list;
  list.items.push_back(state_of(subject));
  for (const auto& warning : subject.judgement.warnings) {
    list.items.push_back(Text{{"Warning", Tone::caution}, {": " + warning + "."}});
  }
  document.push_back(std::move(list));
  document.push_back(
      Paragraph{"How to read the tables: figures are means over n replicates [95 % interval]; an improvement "
                "is the ratio of "
                "figures measured side by side, above 1 where the contender is better than the baseline; a "
                "dash stands where "
                "nothing was taken."});
}

}  // namespace

void add_answer(const Subject& subject, Document& document) {
  document.push_back(Heading{1, subject.suite.title});
  document.push_back(Paragraph{subject.suite.question});
  document.push_back(Heading{2, "The answer"});
  add_sentences(subject, document);
  add_belief(subject, document);
}

}  // namespace shootout::report
