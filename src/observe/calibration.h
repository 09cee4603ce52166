// How steady this machine computes: the same work, timed over and over.
#pragma once

namespace shootout::observe {

/// Of a fixed amount of arithmetic in registers, of about 3 ms.
struct Calibration {
  int pieces = 0;             ///< how often it was timed
  double piece_s = 0;         ///< the mean time by the thread's CPU clock
  double cpu_variation = 0;   ///< coefficient of variation by that clock: the core's own speed
  double wall_variation = 0;  ///< by the wall clock: what others took is in it
};

/// Runs for so long on one of the allowed cores, the last one, in a thread of its own. Takes a whole core.
[[nodiscard]] Calibration calibrate(double seconds);

}  // namespace shootout::observe
