#include "engine/http_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace shootout::engine {
namespace {

/// Each byte at each place of texts of each length up to 20, each in memory of exactly that length.
template <class Use>
void for_each_scanned_text(Use use) {
  for (std::size_t length = 0; length <= 20; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(length, 'a');
        text[at] = static_cast<char>(byte);
        use(text);
      }
    }
  }
}

TEST(HttpScan, FindsTheEndOfAValueAtEveryPlace) {
  for_each_scanned_text([](const std::string& text) {
    const auto end = std::ranges::find_if_not(text, is_value_character);
    ASSERT_EQ(value_length(text), static_cast<std::size_t>(end - text.begin())) << printable(text);
  });
  EXPECT_EQ(value_length(""), 0);
  EXPECT_EQ(value_length("\t\t\t\t\t\t\t\t\t\r\n"), 9);
  EXPECT_EQ(value_length("abcd\x80\xff\xa0~ef\x1f\x7f"), 10);
}

TEST(HttpScan, FindsTheEndOfATokenAtEveryPlace) {
  for_each_scanned_text([](const std::string& text) {
    const auto end = std::ranges::find_if_not(text, is_token_character);
    ASSERT_EQ(token_length(text), static_cast<std::size_t>(end - text.begin())) << printable(text);
  });
}

TEST(HttpScan, ComparesNamesAsSameTextDoes) {
  for (int byte = ' '; byte < 256; ++byte) {
    for (std::size_t at = 0; at < 10; ++at) {
      for (std::string name : {"keep-alive", "KEEP-ALIVE", "Keep-Alive"}) {
        name[at] = static_cast<char>(byte);
        ASSERT_EQ(same_name(name, "keep-alive"), same_text(name, "keep-alive")) << printable(name);
      }
    }
  }
  EXPECT_FALSE(same_name("keep-aliv", "keep-alive"));
  EXPECT_FALSE(same_name("keep-alives", "keep-alive"));
}

}  // namespace
}  // namespace shootout::engine
