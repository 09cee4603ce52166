// This machine, for one measurement at a time.
#pragma once

#include <string>

#include "base/error.h"
#include "launch/machine_lock.h"

namespace shootout::cli {

/// Two runs never measure at the same time: waits for the other one, and says for whom unless `quiet`. Then
/// ends what a crash may have left. Fails when interrupted.
Result<launch::MachineLock> take_machine(const std::string& what, bool quiet);

}  // namespace shootout::cli
