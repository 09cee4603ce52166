// A suite: contenders x scenarios x loads, a baseline, and the rules of its verdict.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "suite/contender.h"
#include "suite/gates.h"

namespace shootout::suite {

/// A rule that every answer of a scenario must meet.
struct AnswerCheck {
  enum class Kind {
    json,      ///< the JSON value at the pointer `name` (RFC 6901) equals the JSON text `equals`
    body,      ///< the body is `equals`, byte for byte
    contains,  ///< the body contains `equals`
    size,      ///< the body has `equals` bytes
    header,    ///< the header `name` has the value `equals`
  };
  Kind kind = Kind::json;
  std::string name;
  std::string equals;  ///< in a RequestSpec with placeholders still in it, as cell_of fills them
};

/// The request of a scenario; texts hold {placeholders} of the cell and of the contender ({path.io-test}),
/// and slots of the engine's, {name:1..1000} or {uuid}, filled anew for each request; the target gives them
/// their ranges, checks may name them again.
struct RequestSpec {
  std::string method = "GET";
  std::string target;
  std::vector<AnswerCheck> checks;
  /// How many calls to the service one good answer claims; empty: none are counted.
  std::string upstream_calls;
};

/// A check before any load: one request, and what must come.
struct Verification {
  std::string target;
  int status = 200;
  std::string content_type;  ///< empty: any
  std::vector<AnswerCheck> checks;
  std::vector<std::string> has;  ///< JSON pointers that must exist
  std::string upstream_calls;    ///< empty: not counted
};

/// Traffic of each replicate that counts for nothing: servers are started afresh, and first requests are
/// slow.
struct WarmUp {
  std::string target;  ///< placeholders of the contender
  unsigned connections = 1;
  unsigned requests_per_connection = 1;
};

struct Scenario {
  std::string name, title;
  RequestSpec request;  ///< the suite's, where the scenario has none of its own
};

/// Where an interval reaches `at_least`, the word is earned. Sorted from the highest.
struct Threshold {
  double at_least = 0;
  std::string says;
};

/// How a steady load is measured: many short trials.
struct Window {
  double seconds = 0.5;   ///< of one trial, at least; longer where it would not hold 20 mean latencies
  double settle_s = 0.1;  ///< of each trial, not counted
  double warm_up_s = 1;   ///< of each contender in each replicate, not counted
};

/// Fixed work in a closed loop (a count of connections, and of requests on each), or a steady load over a
/// window: a closed loop, or with `rate` an open one.
struct Load {
  std::string name, title;
  std::string question;                       ///< the question that this load answers
  std::string connections;                    ///< placeholders of the cell
  std::string requests_per_connection = "1";  ///< of fixed work
  std::optional<Window> window;  ///< a steady load; then nothing is said of requests_per_connection
  std::string rate;  ///< requests/s of an open loop (Poisson arrivals), placeholders of the cell; or empty
  double checked_share = 1;  ///< of the answers held against the checks: 0 < share <= 1
  /// The metric that the verdicts are about: duration_s of fixed work, requests_per_second of a steady closed
  /// loop, latency_p99_us of an open one, unless the suite says another of these or cpu_us_per_request,
  /// latency_p50_us, latency_p95_us.
  std::string decides = "duration_s";
  double timeout_s = 10;
  std::string counts;  ///< what its requests/s counts: "client requests" or "upstream calls"
  /// The cell's parameters by scenario, e.g. {delay: 0.5, calls: 1}; a scenario that is not here has no cell.
  std::map<std::string, std::map<std::string, std::string>> cells;
  std::vector<Threshold> words;            ///< of a scenario's improvement
  std::vector<Threshold> recommendations;  ///< of the load's average improvement
};

/// A service that a suite's contenders need, and the makes there are of it.
struct ServiceChoice {
  std::string name;                          ///< upstream
  std::string make;                          ///< the default make: native
  std::map<std::string, std::string> makes;  ///< make -> contender folder
};

/// An expectation of the seeds, put to the test.
struct Claim {
  enum class Kind {
    speedup,          ///< the improvement of `scenario` under `load` lies between low and high
    average_speedup,  ///< of the load's scenarios, arithmetic
    maximum_speedup,
    upstream_peak,  ///< the most calls of `contender` that ever waited at once, under `load`
    rises,          ///< the improvement rises with the concurrency, under `load`
    cpu_ratio,      ///< CPU a request of `contender` against the baseline's, under `load`: below 1 is less
    cpu_idle,       ///< CPU % of `contender` at rest
    cpu_load,       ///< CPU % of `contender` under load
    memory,         ///< bytes (PSS) of `contender` under load
    success,        ///< every request of every trial succeeded
  };
  Kind kind = Kind::speedup;
  std::string says, source;  ///< the seed's words, and which seed
  std::string load, scenario, contender;
  std::optional<double> low, high;
  std::vector<std::string> contenders;  ///< only where all of these take part; empty: always
};

/// A piece of advice of the seeds, given only where a figure of this run carries it.
struct Advice {
  std::string group;  ///< "Migration", "When to use Gunicorn + Flask" ...
  std::string says;
  Claim::Kind kind = Claim::Kind::average_speedup;  ///< the figure that it hangs on
  std::string load, scenario, contender;
  std::optional<double> at_least, below;
};

struct Profile {
  std::string name;
  std::string gives_up;  ///< what it does not do, for the reader
  int replicates = 3;    ///< of fixed work, and of steady loads where no precision is wanted
  std::map<std::string, std::string> set;  ///< as --set
  int blocks = 10;                         ///< of a steady load in a replicate; fixed work has one
  /// Steady loads: replicates go on (from at least 10) until every verdict's interval is within +- so much of
  /// its ratio (0.05: 5 %), or the budget is spent.
  std::optional<double> precision;
  std::optional<double> budget_s;  ///< of the whole run
};

/// A contender once more under another name, with settings of its own.
struct Variant {
  std::string name;
  std::string of;                          ///< the contender's folder
  std::string title;                       ///< empty: the contender's, with the variant's name
  std::map<std::string, std::string> set;  ///< parameter -> value, as --set
};

struct Suite {
  std::string name, title, question;
  std::filesystem::path file;
  std::string text;                     ///< the file as it was read; stored with each run
  std::vector<std::string> contenders;  ///< the default ones, the baseline first
  std::vector<std::string> also;        ///< those on demand
  std::vector<Variant> variants;        ///< names that `contenders` and `also` may hold beside folders' names
  std::string baseline;
  /// (baseline, contender), for selections without the baseline.
  std::vector<std::pair<std::string, std::string>> pairs;
  std::vector<ServiceChoice> services;
  std::vector<Scenario> scenarios;          ///< in the order of the report
  std::vector<Load> loads;                  ///< in the order of the report
  std::vector<Verification> verifications;  ///< of every contender
  std::optional<WarmUp> warm_up;            ///< `warm_up: {target, connections, requests_per_connection}`
  std::vector<Threshold> matrix;            ///< decision matrix, by average improvement
  std::vector<Claim> claims;
  std::vector<Advice> advice;
  std::vector<Profile> profiles;  ///< "quick", "full", "seed"
  Gates gates;
};

/// Reads and checks a suite file: unknown keys, wrong types and ranges, names that nothing defines are errors
/// with file and line (exit code 2).
Result<Suite> read_suite(const std::filesystem::path& file);
/// The same from a text that a run stored.
Result<Suite> parse_suite(const std::string& text, const std::filesystem::path& name_for_errors);

/// The contenders, and with them each variant of the suite: its contender once more (the same folder and
/// environment) under the variant's name, with its title ("Flask/Gunicorn (flask-again)" where it has none)
/// and with its settings as the parameters' defaults. Errors (exit code 2): `of` that is none of the
/// contenders, a parameter that it has not, a name that a contender has.
Result<std::map<std::string, Contender>> with_variants(const Suite& suite,
                                                       std::map<std::string, Contender> all);

/// Whether the contenders that the suite names are there, and give the services that they are named for; the
/// error (exit code 2) suggests the nearest names.
Result<void> check_contenders(const Suite& suite, const std::map<std::string, Contender>& contenders);

/// One measurement's parameters: a load's numbers for a scenario and a contender.
struct Cell {
  unsigned connections = 1;
  unsigned requests_per_connection = 1;
  std::optional<Window> window;  ///< a steady load; then requests_per_connection means nothing
  std::optional<double> rate;    ///< requests/s of an open loop
  double timeout_s = 10;
  std::string method, target;  ///< the target may hold the engine's slots
  std::vector<AnswerCheck> checks;
  double checked_share = 1;
  std::optional<unsigned> upstream_calls;  ///< of one good answer
  Values values;                           ///< the parameters, for the report
};
/// Errors (exit code 2) name the suite's file: the load has no cell for the scenario, a placeholder that
/// neither the cell nor the contender fills, a count that is no whole number in its range.
Result<Cell> cell_of(const Suite& suite, const Load& load, const Scenario& scenario,
                     const Launchable& contender);
/// The warm-up as a cell without checks. The suite must have one.
Result<Cell> warm_up_cell(const Suite& suite, const Launchable& contender);

/// The members of the suite by name; the error suggests the nearest name (exit code 2).
Result<const Load*> find_load(const Suite& suite, const std::string& name);
Result<const Scenario*> find_scenario(const Suite& suite, const std::string& name);
Result<const Profile*> find_profile(const Suite& suite, const std::string& name);

}  // namespace shootout::suite
