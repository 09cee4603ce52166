#include "cli/load_view.h"

#include <gtest/gtest.h>

#include "cli/load_units.h"
#include "engine/clock.h"

namespace shootout::cli {
namespace {

TEST(LoadUnits, ReadDurations) {
  EXPECT_EQ(duration_of("500ms"), 0.5);
  EXPECT_EQ(duration_of("10s"), 10);
  EXPECT_EQ(duration_of("2m"), 120);
  EXPECT_EQ(duration_of("1h"), 3600);
  EXPECT_EQ(duration_of("1.5"), 1.5);
  for (const char* wrong : {"", "s", "-1s", "1d", "1 s", "1e3s", "inf", "nan", "1s1"})
    EXPECT_FALSE(duration_of(wrong)) << wrong;
}

TEST(LoadUnits, ReadCounts) {
  EXPECT_EQ(count_of("200"), 200u);
  EXPECT_EQ(count_of("10k"), 10'000u);
  EXPECT_EQ(count_of("2M"), 2'000'000u);
  for (const char* wrong : {"", "k", "-1", "1.5k", "1 k", "18446744073709551615k"})
    EXPECT_FALSE(count_of(wrong)) << wrong;
}

TEST(LoadView, LatenciesHaveThreeDigits) {
  EXPECT_EQ(latency_text(0.5), "0.50 us");
  EXPECT_EQ(latency_text(850), "850 us");
  EXPECT_EQ(latency_text(999.6), "1.00 ms");
  EXPECT_EQ(latency_text(12'340), "12.3 ms");
  EXPECT_EQ(latency_text(1'250'000), "1.25 s");
}

TEST(LoadView, TheSummaryNamesErrorsAndWhatSpoiledIt) {
  engine::LoadPlan plan;
  engine::LoadResult result;
  result.url = "http://h/";
  result.duration_s = 1;
  result.started = 3;
  result.errors[static_cast<std::size_t>(engine::ErrorClass::protocol)] = 3;
  result.offences.push_back({engine::ErrorClass::protocol, "a bare\nLF", ""});
  result.reasons = {"too busy"};
  const std::string text = load_summary(plan, result, {});
  EXPECT_NE(text.find("3 protocol: a bare\\x0aLF"), std::string::npos) << text;
  EXPECT_NE(text.find("not valid: too busy"), std::string::npos);
  EXPECT_NE(text.find("no request was answered"), std::string::npos);
  EXPECT_EQ(text.find('\033'), std::string::npos);
  EXPECT_NE(load_summary(plan, result, {.colour = true}).find('\033'), std::string::npos);
}

TEST(LoadView, ThePercentilesNeedValuesBeyond) {
  engine::LoadResult result;
  for (int i = 0; i < 150; ++i) result.latency.record(engine::kMillisecond);
  const std::string text = load_summary({}, result, {});
  EXPECT_NE(text.find("p90"), std::string::npos);
  EXPECT_EQ(text.find("p95"), std::string::npos);
}

TEST(LoadView, TheLiveLineTellsRateAndTimeLeft) {
  engine::LoadPlan plan;
  plan.duration_s = 10;
  const std::string text =
      progress_line(plan, {.elapsed_s = 2, .completed = 3000, .errors = 1, .p50_us = 500, .p99_us = 900},
                    {.elapsed_s = 1, .completed = 1000, .errors = 0, .p50_us = 0, .p99_us = 0});
  EXPECT_EQ(text, "2.0 s, 8 s left  2,000/s  p50 500 us  p99 900 us  1 error");
}

}  // namespace
}  // namespace shootout::cli
