#include "trial/portrait.h"

#include <gtest/gtest.h>

namespace shootout::trial {
namespace {

TEST(SampleTarget, FillsEachSlotWithItsLowestValue) {
  EXPECT_EQ(sample_target("/health"), "/health");
  EXPECT_EQ(sample_target("/sum?a={a:3..99}&b={b:7..8:in-order}&c={a}"), "/sum?a=3&b=7&c=3");
  EXPECT_EQ(sample_target("/{uuid}"), "/00000000-0000-4000-8000-000000000000");
}

}  // namespace
}  // namespace shootout::trial
