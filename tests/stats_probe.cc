// For test_stats_oracle.py: reads a JSON array a line, the name of a function of stats/ and its arguments,
// and prints what it returns as a JSON array a line, every number with all its digits, what is absent as
// null.
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "stats/comparison.h"
#include "stats/location.h"
#include "stats/normal.h"
#include "stats/paired_ratio.h"
#include "stats/precision.h"
#include "stats/steady_state.h"
#include "stats/student.h"

namespace {

using namespace shootout::stats;
using Json = nlohmann::json;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json all_of(const Estimate& estimate) {
  return {estimate.value, or_null(estimate.low), or_null(estimate.high), estimate.n};
}

Json answer(const Json& call) {
  const auto number = [&](std::size_t i) { return call.at(i).get<double>(); };
  const auto values = [&](std::size_t i) { return call.at(i).get<std::vector<double>>(); };
  const std::map<std::string, Json (*)(decltype(number), decltype(values))> functions{
      {"t_quantile", [](auto n, auto) { return Json{t_quantile(n(1), n(2))}; }},
      {"t_cdf", [](auto n, auto) { return Json{t_cdf(n(1), n(2))}; }},
      {"normal_quantile", [](auto n, auto) { return Json{normal_quantile(n(1))}; }},
      {"normal_cdf", [](auto n, auto) { return Json{normal_cdf(n(1))}; }},
      {"mean", [](auto n, auto v) { return all_of(mean(v(1), n(2))); }},
      {"paired_ratio", [](auto n, auto v) { return all_of(paired_ratio(v(1), v(2), n(3))); }},
      {"median", [](auto, auto v) { return Json{median(v(1))}; }},
      {"trimmed_mean", [](auto n, auto v) { return Json{trimmed_mean(v(1), n(2))}; }},
      {"replicate_estimate", [](auto, auto v) { return Json{replicate_estimate(v(1))}; }},
      {"hodges_lehmann", [](auto n, auto v) { return all_of(hodges_lehmann(v(1), n(2))); }},
      {"t_test", [](auto n, auto v) { return Json{t_test(v(1), n(2))}; }},
      {"welch",
       [](auto n, auto v) {
         const Difference d = welch(v(1), v(2), n(3));
         return Json{d.value, d.low, d.high, d.degrees};
       }},
      {"holm_levels", [](auto n, auto v) { return Json(holm_levels(v(1), n(2))); }},
      {"equivalent", [](auto n, auto v) { return Json{equivalent(v(1), n(2), n(3))}; }},
      {"minimal_detectable", [](auto, auto v) { return Json{or_null(minimal_detectable(v(1)))}; }},
      {"values_needed", [](auto n, auto v) { return Json{or_null(values_needed(v(1), n(2), n(3)))}; }},
      {"precision_of", [](auto n, auto v) { return Json{precision_of(v(1), n(2))}; }},
      {"mser", [](auto n, auto v) { return Json{or_null(mser(v(1), static_cast<std::size_t>(n(2))))}; }},
      {"trend_of",
       [](auto, auto v) {
         const Trend trend = trend_of(v(1));
         return Json{trend.s, trend.variance, trend.p_value()};
       }},
  };
  return functions.at(call.at(0).get<std::string>())(number, values);
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) std::cout << answer(Json::parse(line)) << '\n';
}
