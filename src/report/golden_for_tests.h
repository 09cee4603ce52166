// Compares a text with a file beside the tests. SHOOTOUT_UPDATE_GOLDEN=1 writes the file instead.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace shootout::report {

inline void expect_golden(const std::string& name, const std::string& text) {
  const std::string file = std::string(SHOOTOUT_SOURCE_DIR) + "/src/report/testdata/" + name;
  if (std::getenv("SHOOTOUT_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(file, std::ios::binary) << text;
    return;
  }
  std::ifstream stream(file, std::ios::binary);
  ASSERT_TRUE(stream) << file << " is missing; SHOOTOUT_UPDATE_GOLDEN=1 writes it";
  const std::string expected{std::istreambuf_iterator<char>(stream), {}};
  EXPECT_EQ(text, expected) << "differs from " << file;
}

}  // namespace shootout::report
