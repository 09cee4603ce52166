#include "generator/hdr_text.h"

#include <gtest/gtest.h>

#include <string>

namespace shootout::generator {
namespace {

/// 60 values between 50 us and 1.05 ms, and two far away.
engine::Histogram sixty_two_values() {
  engine::Histogram histogram;
  std::uint64_t x = 12345;
  for (int i = 0; i < 60; ++i) {
    x = (x * 1103515245 + 12345) % (std::uint64_t{1} << 31);
    histogram.record(50'000 + static_cast<std::int64_t>(x % 1'000'000));
  }
  histogram.record(250'000'000);
  histogram.record(3'000'000'000);
  return histogram;
}

// The lines of hdr-histogram-js 3.0.1, a port of HdrHistogram, for the same nanoseconds: built for 1 to
// 3600e9 with 3 digits, outputPercentileDistribution(5, 1e6). All but the standard deviation, which is the
// population's there.
constexpr const char* kOfHdrHistogram = R"(       Value     Percentile TotalCount 1/(1-Percentile)

       0.088 0.000000000000          1           1.00
       0.216 0.100000000000          7           1.11
       0.286 0.200000000000         13           1.25
       0.347 0.300000000000         19           1.43
       0.522 0.400000000000         25           1.67
       0.596 0.500000000000         31           2.00
       0.622 0.550000000000         35           2.22
       0.663 0.600000000000         38           2.50
       0.754 0.650000000000         41           2.86
       0.817 0.700000000000         44           3.33
       0.893 0.750000000000         47           4.00
       0.909 0.775000000000         49           4.44
       0.962 0.800000000000         50           5.00
       0.980 0.825000000000         52           5.71
       0.983 0.850000000000         53           6.67
       1.014 0.875000000000         55           8.00
       1.022 0.887500000000         56           8.89
       1.022 0.900000000000         56          10.00
       1.027 0.912500000000         57          11.43
       1.035 0.925000000000         58          13.33
       1.039 0.937500000000         59          16.00
       1.039 0.943750000000         59          17.78
       1.039 0.950000000000         59          20.00
       1.042 0.956250000000         60          22.86
       1.042 0.962500000000         60          26.67
     250.085 0.968750000000         61          32.00
     250.085 0.971875000000         61          35.56
     250.085 0.975000000000         61          40.00
     250.085 0.978125000000         61          45.71
     250.085 0.981250000000         61          53.33
    3001.025 0.984375000000         62          64.00
    3001.025 1.000000000000         62
#[Mean    =       52.988, StdDeviation   =      381.723]
#[Max     =     3000.000, Total count    =           62]
#[Buckets =           32, SubBuckets     =         2048]
)";

TEST(HdrText, IsWhatHdrHistogramWrites) {
  EXPECT_EQ(hdr_text(sixty_two_values()), kOfHdrHistogram);
}

TEST(HdrText, OfNothingIsHeadAndFoot) {
  const std::string text = hdr_text({});
  EXPECT_NE(text.find("1/(1-Percentile)\n\n#[Mean"), std::string::npos) << text;
  EXPECT_NE(text.find("Total count    =            0]"), std::string::npos);
}

TEST(RecordedValues, HoldTheValuesAndTheHistogramsQuantiles) {
  for (const std::int64_t nanoseconds : {0L, 1L, 1023L, 1024L, 2047L, 2048L, 2049L, 4095L, 4096L, 1'000'000L,
                                         3'599'999'999'999L, 3'600'000'000'000L}) {
    engine::Histogram histogram;
    histogram.record(nanoseconds);
    histogram.record(nanoseconds);
    const auto values = histogram.recorded();
    ASSERT_EQ(values.size(), 1u);
    EXPECT_EQ(values[0].count, 2u);
    const double us = static_cast<double>(nanoseconds) / 1000;
    EXPECT_LE(values[0].lowest_us, us);
    EXPECT_GE(values[0].highest_us, us);
    EXPECT_LE(values[0].highest_us - values[0].lowest_us, us / 1024);
  }
  const auto histogram = sixty_two_values();
  std::uint64_t so_far = 0;
  for (const auto& value : histogram.recorded()) {
    so_far += value.count;
    const double quantile = histogram.quantile(static_cast<double>(so_far) / 62);
    EXPECT_LE(value.lowest_us, quantile);
    EXPECT_GE(value.highest_us, quantile);
  }
  EXPECT_EQ(so_far, 62u);
}

}  // namespace
}  // namespace shootout::generator
