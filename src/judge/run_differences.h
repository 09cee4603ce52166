// What differs between two runs besides what they measured.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "judge/evidence.h"

namespace shootout::judge {

struct RunDifference {
  enum class Kind {
    machine,   ///< the figures are of different machines
    settings,  ///< ... of servers or of a measurement that were set up differently
    measured,  ///< only one of the runs measured it
  };
  Kind kind = Kind::settings;
  std::string what;           ///< "kernel", "flask-gunicorn: workers"
  std::string before, after;  ///< "none" where a run does not have it
};

/// In the order machine, settings, measured. The seed, and how often was measured, are no differences.
[[nodiscard]] std::vector<RunDifference> differences_of(const Evidence& before, const Evidence& after);

/// Four hexadecimal digits of what `differences_of` compares two machines by: runs whose machines do not
/// differ have the same. Empty where the run recorded no machine.
[[nodiscard]] std::string fingerprint_of(const nlohmann::json& machine);

}  // namespace shootout::judge
