// One contender several times: as a process, in a container, in a container behind a bridge (docs/docker.md).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "trial/selection.h"

namespace shootout::trial {

/// A way in which each contender of a run is started.
struct Placement {
  std::string suffix;  ///< of the contender's name; the first placement has none
  bool contained = false;
  bool bridged = false;
};

/// At least one: the process first, then the container on this machine's network, then on a bridge. An
/// unknown backend or network is exit code 2.
Result<std::vector<Placement>> placements_of(const Choice& choice, const suite::Profile& profile);

/// Beside each contender that is started here its further placements, which names then lists behind it.
void add_twins(const std::vector<Placement>& placements, std::map<std::string, suite::Contender>& all,
               std::vector<std::string>& names);

/// Sets contained and bridged, once it is known who takes part.
void place(const std::vector<Placement>& placements, Selection& selection);

}  // namespace shootout::trial
