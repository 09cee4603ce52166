#include "cli/load_stages.h"

#include <gtest/gtest.h>

#include <string>

namespace shootout::cli {
namespace {

StageList read(std::string_view text) {
  auto list = stages_of(text);
  EXPECT_TRUE(list) << text << ": " << list.error().what;
  return list ? *list : StageList{};
}

std::string complaint(std::string_view text) {
  const auto list = stages_of(text);
  EXPECT_FALSE(list) << text;
  if (list) return "";
  EXPECT_EQ(list.error().code, ExitCode::usage);
  EXPECT_FALSE(list.error().remedy.empty());
  return list.error().what;
}

TEST(LoadStages, StepsOverConnections) {
  const auto list = read("10:60s,500:2m,10:30");
  EXPECT_FALSE(list.rates);
  ASSERT_EQ(list.stages.size(), 3u);
  EXPECT_EQ(list.stages[1].from, 500);
  EXPECT_EQ(list.stages[1].to, 500);
  EXPECT_EQ(list.stages[1].duration_s, 120);
  EXPECT_EQ(list.stages[2].duration_s, 30);
}

TEST(LoadStages, RampsAndRates) {
  const auto list = read("100/s:10s,100..1.5k/s:500ms");
  EXPECT_TRUE(list.rates);
  ASSERT_EQ(list.stages.size(), 2u);
  EXPECT_EQ(list.stages[1].from, 100);
  EXPECT_EQ(list.stages[1].to, 1500);
  EXPECT_EQ(list.stages[1].duration_s, 0.5);
  EXPECT_EQ(read("10..500:60s").stages[0].to, 500);
  EXPECT_EQ(read("0.5/s:60s").stages[0].from, 0.5);
}

TEST(LoadStages, MistakesNameTheStage) {
  EXPECT_EQ(complaint("10:60s,x:5s"), "--stages: stage 2, 'x:5s': 'x' is no level");
  EXPECT_EQ(complaint("10:60s,500"), "--stages: stage 2, '500': it has no time (LEVEL:TIME)");
  EXPECT_EQ(complaint("10:1d"), "--stages: stage 1, '10:1d': '1d' is no time");
  EXPECT_NE(complaint("10:5s,100/s:5s").find("of a rate, the one before of connections"), std::string::npos);
  EXPECT_NE(complaint("1.5:5s").find("whole numbers"), std::string::npos);
  for (const char* wrong : {"", ",", "10:5s,", ":5s", "10:", "10:0s", "10..:5s", "..10:5s", "10...20:5s",
                            "10/s..20/s:5s", "10/s..20:5s", "10/s/s:5s", "10 : 5s", "-1:5s"})
    EXPECT_FALSE(complaint(wrong).empty()) << wrong;
}

}  // namespace
}  // namespace shootout::cli
