// A histogram as JSON, for storing it and for sending it to another process.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "engine/histogram.h"

namespace shootout::engine {

/// {"buckets": [index, count, index, count ...], "sum_us", "sum_squares_us", "min_us", "max_us"}; see
/// Histogram::filled_buckets().
[[nodiscard]] nlohmann::json to_json(const Histogram& histogram);

/// The inverse, also of buckets as pairs ([[index, count] ...], as earlier runs stored them); nothing where
/// it is no histogram, or has values out of range.
[[nodiscard]] std::optional<Histogram> histogram_from(const nlohmann::json& json);

}  // namespace shootout::engine
