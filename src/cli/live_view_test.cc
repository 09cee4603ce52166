#include "cli/live_view.h"

#include <gtest/gtest.h>

#include <string>

#include "cli/load_text.h"

namespace shootout::cli {
namespace {

engine::LoadProgress at(double elapsed_s, bool window_begun = true) {
  engine::LoadProgress now;
  now.elapsed_s = elapsed_s;
  now.window_begun = window_begun;
  return now;
}

std::string frame_text(const LiveFrame& frame, std::size_t columns = 79) {
  std::string text;
  for (const auto& line : frame.lines(columns, false)) {
    EXPECT_LE(display_width(line), columns) << line;
    text += line + "\n";
  }
  return text;
}

TEST(LiveView, TellsTimeRateLatenciesAndErrors) {
  engine::LoadPlan plan;
  plan.url = "http://h/";
  plan.duration_s = 10;
  plan.settle_s = 1;
  LiveFrame frame(plan);
  frame.take(at(1, false));
  EXPECT_NE(frame_text(frame).find("0 %  not counted yet (settling)"), std::string::npos)
      << frame_text(frame);
  auto now = at(5);
  now.completed = 3000, now.errors = 1, now.connections = 7;
  now.rate_rps = 2000, now.p50_us = 500, now.p99_us = 900;
  frame.take(now);
  const std::string text = frame_text(frame);
  for (const char* told : {"http://h/\n", "40 %  6 s left", "2,000 requests/s", "500 us p50, 900 us p99",
                           "3,000 answers, 1 error, 7 connections"})
    EXPECT_NE(text.find(told), std::string::npos) << told << " in\n" << text;
  EXPECT_EQ(text.find('\033'), std::string::npos);
  EXPECT_NE(frame.lines(79, true).back().find("\033[31m1 error"), std::string::npos);
  frame.take(at(11.5));
  EXPECT_NE(frame_text(frame).find("waiting for the last answers"), std::string::npos);
}

TEST(LiveView, ACountedLoadTellsHowManyAreDone) {
  engine::LoadPlan plan;
  plan.requests = 10'000;
  LiveFrame frame(plan);
  auto now = at(1);
  now.completed = 2'500;
  frame.take(now);
  EXPECT_NE(frame_text(frame).find("25 %  2,500 of 10,000"), std::string::npos) << frame_text(frame);
}

TEST(LiveView, AnOpenLoopTellsWhatIsOfferedAndSent) {
  engine::LoadPlan plan;
  plan.stages = {{.from = 100, .to = 100, .duration_s = 10}, {.from = 100, .to = 300, .duration_s = 10}};
  plan.stages_are_rates = true;
  LiveFrame frame(plan);
  frame.take(at(0));
  auto now = at(14.75);
  now.started = 1000;
  frame.take(now);
  now = at(15);
  now.started = 1050;
  frame.take(now);
  const std::string text = frame_text(frame);
  EXPECT_NE(text.find("offered 200, sent 200"), std::string::npos) << text;
  EXPECT_NE(text.find("stage 2 of 2: 200 requests/s (from 100 to 300)"), std::string::npos) << text;
  EXPECT_NE(text.find("75 %  5 s left"), std::string::npos) << text;
}

TEST(LiveView, FitsAnyWidthForAnyTime) {
  engine::LoadPlan plan;
  plan.url = "http://" + std::string(300, 'h') + "/";
  plan.duration_s = 100;
  LiveFrame frame(plan);
  for (int i = 0; i < 500; ++i) frame.take(at(0.25 * i));
  for (const std::size_t columns : {20, 44, 45, 79, 300}) frame_text(frame, columns);
}

TEST(LiveView, WipesWhatItDrewAlsoWhereItHasWrapped) {
  EXPECT_EQ(wiping({}, 80), "");
  EXPECT_EQ(wiping({10}, 80), "\r\033[J");
  EXPECT_EQ(wiping({10, 79, 0}, 80), "\r\033[2A\033[J");
  EXPECT_EQ(wiping({10, 79, 0}, 40), "\r\033[3A\033[J");
}

}  // namespace
}  // namespace shootout::cli
