#include "stats/normal.h"

#include <gtest/gtest.h>

#include <cmath>

namespace shootout::stats {
namespace {

// The literals are SciPy 1.17.1's scipy.stats.norm.ppf.
TEST(NormalQuantile, EqualsSciPy) {
  EXPECT_EQ(normal_quantile(0.5), 0);
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-15);
  EXPECT_NEAR(normal_quantile(0.6), 0.2533471031357997, 1e-15);
  EXPECT_NEAR(normal_quantile(1e-3), -3.090232306167813, 1e-14);
  EXPECT_NEAR(normal_quantile(1e-30), -11.464024688443613, 1e-13);
}

TEST(NormalQuantile, InvertsTheCdf) {
  for (const double p : {1e-200, 1e-12, 1e-11, 0.01, 0.0749, 0.0751, 0.3, 0.7, 0.926, 0.999999})
    EXPECT_NEAR(normal_cdf(normal_quantile(p)), p, 1e-12 * p) << p;
}

}  // namespace
}  // namespace shootout::stats
