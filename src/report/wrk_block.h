// A contender's figures in the words and columns of wrk.
#pragma once

#include <string>
#include <vector>

#include "report/document.h"

namespace shootout::report {

/// What wrk prints; latencies in microseconds, rates of one thread in requests/s.
struct WrkFigures {
  struct Line {
    double mean = 0, stdev = 0, max = 0;
    double within_1_stdev = 0;  ///< 0 to 1
  };
  std::string target{};
  unsigned threads = 1, connections = 1;
  double duration_s = 0;
  Line latency{}, rate{};
  double requests = 0, bytes = 0;
  double connect = 0, read = 0, write = 0, timeout = 0;  ///< socket errors; the line is left out without any
};

/// Its lines, as wrk 4 lays them out and rounds them.
[[nodiscard]] Verbatim as_wrk_prints(const WrkFigures& figures);

}  // namespace shootout::report
