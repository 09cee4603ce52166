// What a run shows. Pure: from the trials and the suite's rules alone, whether the run still goes on or is
// reported.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "stats/comparison.h"
#include "stats/paired_ratio.h"
#include "suite/record.h"
#include "suite/suite.h"

namespace shootout::judge {

enum class Word { faster, slower, equivalent, inconclusive };
[[nodiscard]] std::string_view name(Word word);

/// What the run shows about a pair in one cell.
struct Verdict {
  std::string load, scenario, contender, baseline;
  /// the load's deciding metric has `says`, `cause`, `decided_by` and `differs`; the others stand beside it
  std::string metric;
  /// Above 1: the contender is better. Its interval is at `confidence`: Holm's level for this pair among
  /// those of the same cell and metric (0.95 of a single pair).
  stats::Estimate ratio;
  double confidence = 0.95;
  std::optional<stats::Estimate> robust;  ///< Hodges-Lehmann of the same log-ratios, at the same confidence
  std::optional<double>
      detectable;        ///< the smallest true ratio above 1 that so many replicates would have found
  double margin = 1.03;  ///< ratios within [1 / margin, margin] count as none
  Word word = Word::inconclusive;
  std::string says;   ///< the suite's word for this size of improvement, interval considered
  std::string cause;  ///< what limits each side, where the figures tell
  std::string note;   ///< why nothing is decided: "one repetition: no interval"; or empty
  /// Of a steady closed loop, which of the two metrics decided, and what the other says: "requests/s; CPU a
  /// request says the same"
  std::string decided_by;
  std::vector<std::string> differs;  ///< what the ledger flags between the two, e.g. "Worker processes: 4, 1"
};

/// A step of a spike: means over the replicates that have the figure.
struct PhaseFigures {
  std::string name;
  suite::Phase::Role role = suite::Phase::Role::ramp;
  unsigned connections = 1;
  std::optional<stats::Estimate> requests_per_second, p50_us, p99_us;
};

/// What became of a contender while its load rose and fell.
struct SpikeFigures {
  std::vector<PhaseFigures> phases;             ///< in their order
  std::optional<stats::Estimate> shed_share;    ///< 0 to 1: requests that got no good answer, of all
  std::map<std::string, double> shed_by_class;  ///< over all trials; only classes that occurred
  std::optional<double> recovery_s;             ///< the median of the replicates in which it recovered
  int recovered = 0, replicates = 0;
};

/// What went wrong in a cell whose errors are findings, over all its valid trials.
struct ErrorFigures {
  std::map<std::string, double> by_class;       ///< of the windows; only classes that occurred
  std::map<std::string, double> before_window;  ///< while connections were opened and settled
  std::map<std::string, std::string> examples;  ///< by class: what the first one was
  /// Where the server's listen queue overflowed: that it did, and what that is the cause of; or empty.
  std::string overflow;
};

/// A contender's figures in one cell, over the replicates.
struct CellFigures {
  std::string load, scenario, contender;
  std::map<std::string, stats::Estimate> metrics;  ///< by metric name
  /// Of its quantiles: the fewest values beyond it that a replicate has.
  std::map<std::string, std::uint64_t> beyond;
  int trials = 0, valid = 0;
  /// By the load's deciding metric, from the intervals of all pairs, Holm-adjusted; absent where n is too
  /// small.
  std::optional<stats::Rank> rank;
  bool leads = false;    ///< the others of the cell are held against it, since it has the best mean
  std::string unsteady;  ///< why its trials do not count: "no steady state: ..."; or empty
  std::optional<SpikeFigures> spike;   ///< of a load with phases
  std::optional<ErrorFigures> errors;  ///< of a load with the statistics of wrk
  /// Why the contender has no trials here: "WHY (the page of its docs)"; or empty.
  std::string unsupported;
  std::string note;   ///< who served in its name, and what the reader must know: "served by ..."; or empty
  std::string limit;  ///< "8 slots x 0.5 s: at least 3 rounds for 20 clients; the fullest worker had 12"
};

/// Average, maximum and minimum improvement of a pair over a load's scenarios.
struct LoadSummary {
  std::string load, contender, baseline;
  /// The average is arithmetic over the scenarios in each replicate, then over the replicates as a ratio is
  /// (log scale, t). Maximum and minimum are those scenarios' own ratios.
  stats::Estimate average, maximum, minimum;
  Word word = Word::inconclusive;  ///< of the average, by the rules of the verdicts
  std::string maximum_scenario, minimum_scenario;
  int scenarios = 0, of = 0;  ///< scenarios in the average (those that all replicates have), and in the load
  std::string matrix_row;     ///< the decision matrix's row(s) that the interval reaches
  std::string recommendation;
};

enum class Holds { held, did_not_hold, could_not_tell };
[[nodiscard]] std::string_view name(Holds holds);

/// One of the figures that a claim hangs on.
struct ClaimPart {
  std::string what;  ///< "Bjoern against Gunicorn, 1,000 connections"
  Holds holds = Holds::could_not_tell;
  std::string figure;  ///< with its interval, or why it cannot be told
};

/// A claim of the seeds with what this run says of it.
struct ClaimVerdict {
  std::string says, source;
  Holds holds = Holds::could_not_tell;
  std::string figure;              ///< the figure of this run that decides, or why it cannot be told
  std::string published{};         ///< the seed's own figures, as the suite has them
  std::vector<ClaimPart> parts{};  ///< of a claim that hangs on several figures: each of them
};

struct GivenAdvice {
  std::string group, says, figure;
  std::string about{};  ///< the contender whose strength or weakness it is; or empty
};

/// A resource line: a contender (or a service) at rest and under load.
struct Resources {
  std::string contender;
  std::optional<stats::Estimate> cpu_idle_percent, cpu_load_percent, pss_bytes, rss_bytes, cpu_us_per_request;
};

/// A difference between contenders that could explain a result.
struct LedgerLine {
  std::string what;
  std::map<std::string, std::string> by_contender;
  bool flagged = false;  ///< they differ beyond a tolerance
  bool live = false;     ///< read off the running servers, not from contender.yaml
};

/// How far a cell of a steady load or a spike is from the wanted precision.
struct CellProgress {
  std::string load, scenario;
  double wanted = 0;   ///< 0.05: +-5 %; 0: as precise as the budget allows
  int replicates = 0;  ///< behind its widest pair
  double half_width =
      0;                 ///< of its widest pair's interval: 0.05 stands for +-5 %; infinite before the second
  bool precise = false;  ///< nothing more is to be measured
  std::optional<int> needed;     ///< replicates in all that the wanted precision is likely to take
  std::optional<double> more_s;  ///< seconds that the missing ones are likely to take
};

struct Judgement {
  std::vector<CellFigures> cells;
  std::vector<Verdict> verdicts;
  std::vector<LoadSummary> summaries;
  std::vector<ClaimVerdict> claims;
  std::vector<GivenAdvice> advice;
  std::vector<Resources> resources;
  std::vector<LedgerLine> ledger;
  /// Where the run wanted a precision; with leaders also where it did not: held against what the suite's most
  /// thorough profile would want, to tell what is still open.
  std::vector<CellProgress> progress;
  std::vector<std::string>
      warnings;  ///< what the reader must know before believing: cores shared, few replicates
  std::vector<const suite::TrialRecord*> void_trials;
  int planned = 0, finished = 0;  ///< trials
};

/// The record must outlive the judgement.
[[nodiscard]] Judgement judge(const suite::Suite& suite, const suite::RunRecord& run);

}  // namespace shootout::judge
