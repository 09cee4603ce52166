// For test_hdr_oracle.py: records the values (nanoseconds, one a line) of stdin in an engine histogram and
// prints what it says of them as JSON, then its HdrHistogram text. With "merged": recorded in turn into three
// histograms that are merged.
#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <iostream>
#include <string_view>

#include "engine/histogram.h"
#include "generator/hdr_text.h"

int main(int count, char** values) {
  using shootout::engine::Histogram;
  const bool merged = count > 1 && std::string_view(values[1]) == "merged";
  std::array<Histogram, 3> parts;
  std::size_t next = 0;
  for (std::int64_t value = 0; std::cin >> value; next += merged ? 1 : 0) parts[next % 3].record(value);
  Histogram all;
  for (const Histogram& part : parts) all.merge(part);
  fmt::print(R"({{"count": {}, "mean": {}, "stdev": {}, "min": {}, "max": {}, "quantiles": {{)", all.count(),
             all.mean(), all.stdev(), all.min(), all.max());
  for (const double q : {0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1.0})
    fmt::print(R"({}"{}": {})", q == 0.5 ? "" : ", ", q, all.quantile(q));
  fmt::print("}}}}\n{}", shootout::generator::hdr_text(all));
}
