#include "cli/load_chart.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "cli/load_text.h"
#include "engine/clock.h"

namespace shootout::cli {
namespace {

TEST(LoadText, LatenciesHaveThreeDigits) {
  EXPECT_EQ(latency_text(0.5), "0.50 us");
  EXPECT_EQ(latency_text(850), "850 us");
  EXPECT_EQ(latency_text(999.6), "1.00 ms");
  EXPECT_EQ(latency_text(9'999), "10.0 ms");
  EXPECT_EQ(latency_text(12'340), "12.3 ms");
  EXPECT_EQ(latency_text(1'250'000), "1.25 s");
}

TEST(LoadText, CountsBytesAndShares) {
  EXPECT_EQ(with_commas(1234567), "1,234,567");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(rate_text(1234.6), "1,235");
  EXPECT_EQ(rate_text(12.345), "12.35");
  EXPECT_EQ(bytes_text(850), "850 B");
  EXPECT_EQ(bytes_text(12'340), "12.3 kB");
  EXPECT_EQ(bytes_text(999'999), "1.0 MB");
  EXPECT_EQ(plural(1, "error"), "1 error");
  EXPECT_EQ(plural(2000, "error"), "2,000 errors");
  EXPECT_EQ(share_text(0.4534), "45.34 %");
  EXPECT_EQ(share_text(1), "100.00 %");
  EXPECT_EQ(share_text(0), "0.00 %");
  EXPECT_EQ(share_text(1e-9), "< 0.01 %");
}

TEST(LoadText, ColoursTakeNoColumns) {
  const std::string text = "\033[1ma█b\033[0mc";
  EXPECT_EQ(display_width(text), 4u);
  EXPECT_EQ(clipped(text, 2), "\033[1ma█\033[0m");
  EXPECT_EQ(clipped(text, 9), text);
  EXPECT_EQ(display_width("\033["), 0u);
  EXPECT_EQ(std::string(paint(false).red), "");
}

TEST(LoadChart, ABarIsFilledInEighths) {
  EXPECT_EQ(bar(0, 3), "   ");
  EXPECT_EQ(bar(1, 3), "███");
  EXPECT_EQ(bar(0.5, 3), "█▌ ");
  EXPECT_EQ(bar(1e-9, 2), "▏ ");
  EXPECT_EQ(bar(7, 2), "██");
  EXPECT_EQ(bar(0.5, 0), "");
}

TEST(LoadChart, ASparklineRunsFromNothingToTheHighest) {
  const double values[] = {0, 1, 2, 4, 7, 7};
  EXPECT_EQ(sparkline(values, 10), "▁▂▃▅██");
  EXPECT_EQ(sparkline(values, 3), "▂▄█");
  EXPECT_EQ(sparkline({}, 3), "");
  const double still[] = {0, 0};
  EXPECT_EQ(sparkline(still, 3), "▁▁");
}

engine::Histogram with(std::initializer_list<std::pair<double, int>> values_us) {
  engine::Histogram histogram;
  for (const auto& [us, count] : values_us) {
    for (int i = 0; i < count; ++i) histogram.record(std::llround(us * 1000));
  }
  return histogram;
}

TEST(LoadChart, BandsLieBetweenRoundNumbers) {
  const auto bands = latency_bands(with({{110, 3}, {150, 5}, {160, 1}, {450, 2}}));
  ASSERT_EQ(bands.size(), 7u);
  EXPECT_EQ(bands[0].from_us, 100);
  EXPECT_EQ(bands[0].count, 3u);
  EXPECT_EQ(bands[1].count, 5u);
  EXPECT_EQ(bands[2].from_us, 160);
  EXPECT_EQ(bands[2].count, 1u);
  EXPECT_EQ(bands[3].count, 0u);
  EXPECT_EQ(bands.back().to_us, 500);
  EXPECT_EQ(bands.back().count, 2u);
}

TEST(LoadChart, AWideRangeHasWiderBands) {
  const auto wide = latency_bands(with({{90, 1000}, {3'000'000, 1}}), 15);
  EXPECT_EQ(wide.size(), 15u);
  EXPECT_EQ(wide.front().from_us, 50);
  EXPECT_EQ(wide.back().to_us, 5'000'000);
  EXPECT_LE(latency_bands(with({{1, 1}, {3.6e9, 1}})).size(), 12u);
  for (const double us : {0.001, 1.0, 10.0, 999.999, 1e3, 3.6e9}) {
    const auto one = latency_bands(with({{us, 4}}));
    ASSERT_EQ(one.size(), 1u) << us;
    EXPECT_EQ(one[0].count, 4u);
  }
  EXPECT_TRUE(latency_bands({}).empty());
}

TEST(LoadChart, NoValueIsLost) {
  engine::Histogram histogram;
  for (std::int64_t i = 1; i < 3'000; ++i) histogram.record(i * i * i);
  std::uint64_t counted = 0;
  for (const auto& band : latency_bands(histogram)) counted += band.count;
  EXPECT_EQ(counted, histogram.count());
}

TEST(LoadChart, ItsLinesFitTheTerminal) {
  const std::string text = latency_chart(with({{110, 1'000'000}, {170, 1}, {450, 300'000}}));
  EXPECT_NE(text.find("100 us to  125 us"), std::string::npos) << text;
  EXPECT_NE(text.find("76.92 %  1,000,000"), std::string::npos) << text;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    EXPECT_LE(display_width(std::string_view(text).substr(at, end - at)), 80u);
    at = end + 1;
  }
}

TEST(LoadChart, TheRateOfAShortLastSecondIsLeftOut) {
  std::vector<engine::SeriesPoint> series(3);
  series[0].t_s = 1, series[0].completed = 10;
  series[1].t_s = 2, series[1].completed = 20;
  series[2].t_s = 2.01, series[2].completed = 1;
  EXPECT_EQ(rates_of(series), (std::vector<double>{10, 20}));
  series[2].t_s = 2.5;
  EXPECT_EQ(rates_of(series), (std::vector<double>{10, 20, 2}));
  for (std::size_t i = 0; i < series.size(); ++i) {
    series[i].t_s = 0.1 * static_cast<double>(i + 1), series[i].completed = 5;
  }
  ASSERT_EQ(rates_of(series).size(), 3u);  // tenths are long enough, whatever their difference is as a double
  EXPECT_NEAR(rates_of(series)[2], 50, 1e-9);
  EXPECT_TRUE(rates_of({}).empty());
}

}  // namespace
}  // namespace shootout::cli
