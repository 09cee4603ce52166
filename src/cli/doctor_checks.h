// Is this machine fit to measure on? The judgement over the facts.
#pragma once

#include <string>
#include <vector>

#include "cli/doctor_facts.h"

namespace shootout::cli {

struct Check {
  enum class State { ok, warning, wrong };
  std::string name;
  State state = State::ok;
  std::string fact;
  std::string remedy;  ///< empty where the state is ok
};

/// "ok", "warning" or "wrong": a warning can be lived with, with what is wrong nothing can be measured.
[[nodiscard]] std::string state_name(Check::State state);

/// What is unknown is left out.
[[nodiscard]] std::vector<Check> doctor_checks(const DoctorFacts& facts);

}  // namespace shootout::cli
