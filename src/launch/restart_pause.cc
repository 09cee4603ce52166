#include "launch/restart_pause.h"

namespace shootout::launch {

std::optional<double> RestartPause::after(double lived_s) {
  if (lived_s >= kAtOnce_s) {
    deaths_at_once_ = 0;
    return kShortest_s;
  }
  if (++deaths_at_once_ > kPatience) return std::nullopt;
  return kShortest_s * (1 << deaths_at_once_);
}

}  // namespace shootout::launch
