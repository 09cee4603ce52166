// A histogram in the text form that HdrHistogram's tools and plotters read.
#pragma once

#include <string>

#include "engine/histogram.h"

namespace shootout::generator {

/// The percentile distribution as HdrHistogram's outputPercentileDistribution() writes it for a histogram of
/// nanoseconds from 1 ns to 1 h with 3 significant digits: milliseconds, 5 ticks for each half of the way to
/// 100 %. The same values give the same lines there; mean, maximum and standard
/// deviation (of the sample) are exact here.
[[nodiscard]] std::string hdr_text(const engine::Histogram& histogram);

}  // namespace shootout::generator
