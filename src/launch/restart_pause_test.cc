#include "launch/restart_pause.h"

#include <gtest/gtest.h>

namespace shootout::launch {
namespace {

TEST(RestartPause, IsShortForWhoLivedAndGrowsForWhoDiesAtOnce) {
  RestartPause pause;
  EXPECT_DOUBLE_EQ(pause.after(60).value(), 0.1);
  EXPECT_DOUBLE_EQ(pause.after(60).value(), 0.1);
  EXPECT_DOUBLE_EQ(pause.after(0.5).value(), 0.2);
  EXPECT_DOUBLE_EQ(pause.after(0.5).value(), 0.4);
  EXPECT_DOUBLE_EQ(pause.after(0.5).value(), 0.8);
  EXPECT_DOUBLE_EQ(pause.after(2).value(), 0.1) << "it has lived: what was before is forgotten";
  EXPECT_DOUBLE_EQ(pause.after(0.5).value(), 0.2);
}

TEST(RestartPause, GivesUpWhoNeverLives) {
  RestartPause pause;
  for (int i = 0; i < RestartPause::kPatience; ++i) EXPECT_TRUE(pause.after(0.01)) << i;
  EXPECT_FALSE(pause.after(0.01));
}

}  // namespace
}  // namespace shootout::launch
