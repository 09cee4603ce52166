#include "launch/container_log.h"

#include <gtest/gtest.h>

namespace shootout::launch {
namespace {

const std::string kFrames = std::string("\1\0\0\0\0\0\0\6", 8) + "hello\n" +
                            std::string("\2\0\0\0\0\0\0\3", 8) + "oh\n" + std::string("\1\0\0\0\0\0\1\0", 8) +
                            std::string(256, 'x');

TEST(OutputFrames, AreTakenApartHoweverTheyCome) {
  for (const size_t piece : {size_t{1}, size_t{3}, size_t{7}, size_t{100}, kFrames.size()}) {
    OutputFrames frames;
    std::string content;
    for (size_t at = 0; at < kFrames.size(); at += piece)
      content += frames.take(std::string_view(kFrames).substr(at, piece));
    EXPECT_EQ(content, "hello\noh\n" + std::string(256, 'x')) << "by " << piece;
  }
}

TEST(OutputFrames, TellTheirStream) {
  OutputFrames frames;
  std::string out, err;
  frames.take(kFrames, [&](int stream, std::string_view text) { (stream == 2 ? err : out) += text; });
  EXPECT_EQ(err, "oh\n");
  EXPECT_TRUE(out.starts_with("hello\nxxx"));
}

}  // namespace
}  // namespace shootout::launch
