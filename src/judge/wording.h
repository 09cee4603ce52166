// Figures and thresholds in words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "stats/paired_ratio.h"
#include "suite/suite.h"

namespace shootout::judge {

/// Three significant digits, without an exponent; none behind the point from 100 on.
[[nodiscard]] std::string digits(double value);

/// "0.5 s".
[[nodiscard]] std::string seconds(double value);

/// "8.12x [7.90, 8.33], n = 3", each figure divided by `divisor` and followed by `unit`; "8.12x, n = 1: no
/// interval". An interval at another `confidence` than 0.95 says so: "8.12x [7.50, 8.78] at 99 %, n = 3".
[[nodiscard]] std::string figure(const stats::Estimate& estimate, std::string_view unit, double divisor = 1,
                                 double confidence = 0.95);

/// The word whose range the whole interval lies in; where it crosses thresholds, both ends' words and the
/// thresholds: "between 'Good' and 'Excellent': the interval crosses 5x". Without an interval the value's
/// word, and that it is one repetition's. `thresholds` are sorted from the highest; empty where none reaches
/// down to the value.
[[nodiscard]] std::string words_for(const stats::Estimate& estimate,
                                    const std::vector<suite::Threshold>& thresholds);

/// The thresholds as rows of a decision matrix: "5 to 10x: Strong case", "> 10x: ...", "< 2x: ...".
[[nodiscard]] std::vector<suite::Threshold> as_rows(const std::vector<suite::Threshold>& thresholds);

}  // namespace shootout::judge
