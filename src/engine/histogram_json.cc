#include "engine/histogram_json.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace shootout::engine {

nlohmann::json to_json(const Histogram& histogram) {
  const auto exact = histogram.exact();
  return {{"buckets", histogram.filled_buckets()},
          {"sum_us", exact.sum_us},
          {"sum_squares_us", exact.sum_squares_us},
          {"min_us", exact.min_us},
          {"max_us", exact.max_us}};
}

std::optional<Histogram> histogram_from(const nlohmann::json& json) {
  try {
    const auto buckets = json.at("buckets").get<std::vector<std::pair<std::uint32_t, std::uint64_t>>>();
    Histogram histogram;
    if (!histogram.restore(buckets, {.sum_us = json.at("sum_us"),
                                     .sum_squares_us = json.at("sum_squares_us"),
                                     .min_us = json.at("min_us"),
                                     .max_us = json.at("max_us")}))
      return std::nullopt;
    return histogram;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace shootout::engine
