// Contenders that are not being measured stand still: switching between them costs no start, and an idle
// server takes no CPU.
#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "trial/stage.h"

namespace shootout::trial {

/// Waits until nobody is connected to the contender any more, then freezes it. False where connections were
/// still there after two seconds: it goes on running, since only a drained server may be frozen. Nothing
/// happens where somebody else serves it.
Result<bool> lay_to_rest(Stage& stage, const std::string& contender, const std::function<bool()>& stop_asked);

/// Lets it go on. Where its processes are not those that were frozen (one was killed meanwhile), waits until
/// it is whole again, and says so to the listener.
Result<void> wake(Stage& stage, const std::string& contender, const Listener& listener,
                  const std::function<bool()>& stop_asked);

}  // namespace shootout::trial
