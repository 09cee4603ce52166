// What happens in a run, as one typed stream: progress, journal and whoever else listens are fed from it.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "suite/record.h"

namespace shootout::trial {

struct RunStarted {
  std::string run_id;
  int trials = 0;    ///< planned, those already finished included
  int finished = 0;  ///< of an earlier part of the run
  double expected_s = 0;
};
struct ReplicateStarted {
  int replicate = 0, of = 0;
  std::vector<std::string> servers;
};
struct ServerReady {
  std::string name;
  double after_s = 0;
};
struct Verified {
  std::string contender;
  int checks = 0;
};
struct TrialStarted {
  int number = 0, of = 0;
  std::string contender, load, scenario;
  int replicate = 0;
  double expected_s = 0;  ///< of this trial
  double left_s = 0;      ///< of the run, this trial included
};
struct TrialEnded {
  const suite::TrialRecord* trial = nullptr;  ///< valid during the call
};
struct Warning {
  std::string text;
};
/// A trial that is no measurement: the server is looked at under load.
struct Profiling {
  std::string contender, load, scenario;
  double seconds = 0;
};
struct Profiled {};
struct RunEnded {
  std::string run_id;
  suite::RunState state = suite::RunState::finished;
};

using Event = std::variant<RunStarted, ReplicateStarted, ServerReady, Verified, TrialStarted, TrialEnded,
                           Warning, Profiling, Profiled, RunEnded>;
using Listener = std::function<void(const Event&)>;

}  // namespace shootout::trial
