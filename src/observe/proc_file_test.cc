#include "observe/proc_file.h"

#include <gtest/gtest.h>

namespace shootout::observe {
namespace {

TEST(ProcFile, NumberAfterAKey) {
  const std::string text =
      "rchar: 1\nread_bytes: 4096\ncancelled_write_bytes: 7\nwrite_bytes:   12 kB\nempty:\nneg: -3";
  EXPECT_EQ(number_after(text, "read_bytes"), 4096);
  EXPECT_EQ(number_after(text, "write_bytes"), 12);
  EXPECT_EQ(number_after(text, "neg"), -3);
  EXPECT_EQ(number_after(text, "empty"), std::nullopt);
  EXPECT_EQ(number_after(text, "bytes"), std::nullopt);
  EXPECT_EQ(number_after("", "x"), std::nullopt);
}

TEST(ProcFile, ReadsWholeFilesAndSaysWhenItCannot) {
  const auto self = read_proc_file("/proc/self/smaps");  // longer than one page
  ASSERT_TRUE(self);
  EXPECT_GT(self->size(), 4096U);
  EXPECT_NE(self->rfind("VmFlags"), std::string::npos);
  EXPECT_FALSE(read_proc_file("/proc/no-such-file"));
  EXPECT_TRUE(numbered_entries("/proc/no-such-folder").empty());
}

}  // namespace
}  // namespace shootout::observe
