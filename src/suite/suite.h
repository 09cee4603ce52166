// A suite: contenders x scenarios x loads, a baseline, and the rules of its verdict.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "suite/contender.h"

namespace shootout::suite {

/// A rule that every answer of a scenario must meet: the JSON value at `pointer` (RFC 6901) equals `equals`
/// (JSON text; in a RequestSpec with placeholders still in it, as cell_of fills them).
struct AnswerCheck {
  std::string pointer;
  std::string equals;
};

/// The request of a scenario; texts hold {placeholders} of the cell and of the contender ({path.io-test}).
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

/// Fixed work in a closed loop: a count of connections, and of requests on each.
struct Load {
  std::string name, title;
  std::string question;     ///< the question that this load answers
  std::string connections;  ///< placeholders of the cell
  std::string requests_per_connection = "1";
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
  int replicates = 3;
  std::map<std::string, std::string> set;  ///< as --set
};

struct Suite {
  std::string name, title, question;
  std::filesystem::path file;
  std::string text;                     ///< the file as it was read; stored with each run
  std::vector<std::string> contenders;  ///< the default ones, the baseline first
  std::vector<std::string> also;        ///< those on demand
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
};

/// Reads and checks a suite file: unknown keys, wrong types and ranges, names that nothing defines are errors
/// with file and line (exit code 2).
Result<Suite> read_suite(const std::filesystem::path& file);
/// The same from a text that a run stored.
Result<Suite> parse_suite(const std::string& text, const std::filesystem::path& name_for_errors);

/// Whether the contenders that the suite names are there, and give the services that they are named for; the
/// error (exit code 2) suggests the nearest names.
Result<void> check_contenders(const Suite& suite, const std::map<std::string, Contender>& contenders);

/// One measurement's parameters: a load's numbers for a scenario and a contender.
struct Cell {
  unsigned connections = 1;
  unsigned requests_per_connection = 1;
  double timeout_s = 10;
  std::string method, target;
  std::vector<AnswerCheck> checks;
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
