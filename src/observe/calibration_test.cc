#include "observe/calibration.h"

#include <gtest/gtest.h>
#include <sched.h>

#include "observe/clocks.h"

namespace shootout::observe {
namespace {

TEST(Calibration, TimesTheSameWorkOverAndOver) {
  cpu_set_t before, after;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  const double begin = monotonic_s();
  const auto found = calibrate(0.1);
  EXPECT_GE(monotonic_s() - begin, 0.1);
  EXPECT_GE(found.pieces, 1);
  EXPECT_GT(found.piece_s, 0);
  EXPECT_GE(found.cpu_variation, 0);
  EXPECT_GE(found.wall_variation, 0);
  ASSERT_EQ(::sched_getaffinity(0, sizeof after, &after), 0);
  EXPECT_TRUE(CPU_EQUAL(&before, &after)) << "the calling thread stays where it was";
}

}  // namespace
}  // namespace shootout::observe
