// How long to wait before a program that died is started again.
#pragma once

#include <optional>

namespace shootout::launch {

/// Of one program. Who dies at once each time waits twice as long each time, so that it takes neither the
/// machine nor the log; who does so too often is given up.
class RestartPause {
 public:
  static constexpr double kAtOnce_s = 1;  ///< who lived shorter died at once
  static constexpr double kShortest_s = 0.1;
  static constexpr int kPatience = 4;  ///< deaths at once, one after the other

  /// Seconds to wait now that it has died after `lived_s`; nothing: it is not to be started any more.
  [[nodiscard]] std::optional<double> after(double lived_s);

 private:
  int deaths_at_once_ = 0;
};

}  // namespace shootout::launch
