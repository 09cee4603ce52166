#include "engine/histogram_json.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace shootout::engine {

namespace {

using FilledBuckets = std::vector<std::pair<std::uint32_t, std::uint64_t>>;

/// [index, count, index, count ...]; earlier runs stored pairs.
FilledBuckets buckets_from(const nlohmann::json& stored) {
  if (stored.empty() || stored.front().is_array()) return stored.get<FilledBuckets>();
  FilledBuckets buckets;
  for (std::size_t i = 0; i < stored.size(); i += 2)
    buckets.emplace_back(stored.at(i).get<std::uint32_t>(), stored.at(i + 1).get<std::uint64_t>());
  return buckets;
}

}  // namespace

nlohmann::json to_json(const Histogram& histogram) {
  const auto exact = histogram.exact();
  // In one row, not as pairs: of thousands of buckets each pair would be an array of its own.
  std::vector<std::uint64_t> buckets;
  for (const auto& [index, count] : histogram.filled_buckets()) buckets.insert(buckets.end(), {index, count});
  return {{"buckets", std::move(buckets)},
          {"sum_us", exact.sum_us},
          {"sum_squares_us", exact.sum_squares_us},
          {"min_us", exact.min_us},
          {"max_us", exact.max_us}};
}

std::optional<Histogram> histogram_from(const nlohmann::json& json) {
  try {
    const auto buckets = buckets_from(json.at("buckets"));
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
