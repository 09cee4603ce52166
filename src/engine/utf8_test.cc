#include "engine/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace shootout::engine {
namespace {

struct Utf8Verdict {
  std::size_t good = 0;   ///< bytes before the first wrong one
  bool boundary = false;  ///< where all are good: the text may end there
  bool operator==(const Utf8Verdict&) const = default;
};

Utf8Verdict validated(const std::vector<std::string>& pieces) {
  Utf8Validator validator;
  std::size_t good = 0;
  for (const auto& piece : pieces) {
    const std::size_t accepted = validator.accept(piece);
    good += accepted;
    if (accepted < piece.size()) {
      EXPECT_EQ(validator.accept(std::string_view(piece).substr(accepted)), 0) << "as wrong the second time";
      return {good, false};
    }
  }
  return {good, validator.at_boundary()};
}

/// Whole, in every two pieces, byte by byte, and behind and before ASCII that takes the fast path.
void expect_utf8(const std::string& text, Utf8Verdict expected) {
  SCOPED_TRACE(::testing::PrintToString(text));
  for (const std::size_t before : {0, 1, 7, 8, 9, 16, 21}) {
    for (const std::size_t after : {0, 1, 8, 13}) {
      if (after > 0 && expected.good == text.size() && !expected.boundary) continue;
      const std::string bytes = std::string(before, 'a') + text + std::string(after, 'z');
      Utf8Verdict whole = expected;
      whole.good += before + (expected.good == text.size() ? after : 0);
      std::vector<std::string> single;
      for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        ASSERT_EQ(validated({bytes.substr(0, cut), bytes.substr(cut)}), whole) << before << " " << cut;
        if (cut < bytes.size()) single.push_back(bytes.substr(cut, 1));
      }
      ASSERT_EQ(validated(single), whole);
    }
  }
}

void expect_legal(const std::string& text) {
  expect_utf8(text, {text.size(), true});
}

std::string encoded(std::uint32_t point) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  if (point < 0x80) return {byte(point)};
  if (point < 0x800) return {byte(0xc0 | point >> 6), byte(0x80 | (point & 0x3f))};
  if (point < 0x10000)
    return {byte(0xe0 | point >> 12), byte(0x80 | (point >> 6 & 0x3f)), byte(0x80 | (point & 0x3f))};
  return {byte(0xf0 | point >> 18), byte(0x80 | (point >> 12 & 0x3f)), byte(0x80 | (point >> 6 & 0x3f)),
          byte(0x80 | (point & 0x3f))};
}

TEST(Utf8, TakesTheEdgesOfEveryLength) {
  expect_legal("");
  expect_legal("plain");
  expect_legal(std::string("a\0b", 3));
  for (const std::uint32_t point :
       {0x7fU, 0x80U, 0x7ffU, 0x800U, 0xfffU, 0x1000U, 0xcfffU, 0xd000U, 0xd7ffU, 0xe000U, 0xfffdU, 0xffffU,
        0x10000U, 0x3ffffU, 0x40000U, 0xfffffU, 0x100000U, 0x10ffffU}) {
    expect_legal(encoded(point));
    expect_legal(encoded(point) + encoded(0x10ffff) + encoded(0xe9) + "x" + encoded(point));
  }
}

TEST(Utf8, EveryCodePointAndNothingElse) {
  for (std::uint32_t point = 0; point <= 0x1fffff; ++point) {
    const std::string bytes = encoded(point);
    const bool legal = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    Utf8Validator validator;
    ASSERT_EQ(validator.accept(bytes) == bytes.size() && validator.at_boundary(), legal) << point;
  }
}

TEST(Utf8, EveryPairOfBytes) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const bool ascii = second < 0x80, tail = second >= 0x80 && second < 0xc0;
      const bool lead = second >= 0xc2 && second <= 0xf4;
      bool legal = false;
      if (first < 0x80) legal = ascii || lead;
      if (first >= 0xc2 && first <= 0xf4) legal = tail;
      if (first == 0xe0) legal = second >= 0xa0 && tail;
      if (first == 0xed) legal = tail && second < 0xa0;
      if (first == 0xf0) legal = tail && second >= 0x90;
      if (first == 0xf4) legal = tail && second < 0x90;
      const std::string bytes = {static_cast<char>(first), static_cast<char>(second)};
      ASSERT_EQ(validated({bytes}).good == 2, legal) << first << " " << second;
    }
  }
}

TEST(Utf8, RefusesWhatIsNoneAtItsFirstWrongByte) {
  // Overlong forms.
  expect_utf8("\xc0\x80", {0, false});
  expect_utf8("\xc1\xbf", {0, false});
  expect_utf8("\xe0\x80\x80", {1, false});
  expect_utf8("\xe0\x9f\xbf", {1, false});
  expect_utf8("\xf0\x80\x80\x80", {1, false});
  expect_utf8("\xf0\x8f\xbf\xbf", {1, false});
  // Surrogates, alone and in pairs (CESU-8).
  expect_utf8("\xed\xa0\x80", {1, false});
  expect_utf8("\xed\xbf\xbf", {1, false});
  expect_utf8("\xed\xa0\xbd\xed\xb8\x80", {1, false});
  // Above U+10FFFF, and lead bytes of old.
  expect_utf8("\xf4\x90\x80\x80", {1, false});
  expect_utf8("\xf5\x80\x80\x80", {0, false});
  expect_utf8("\xf8\x88\x80\x80\x80", {0, false});
  expect_utf8("\xfe", {0, false});
  expect_utf8("\xff", {0, false});
  // Continuation bytes without a lead, and one too many.
  expect_utf8("\x80", {0, false});
  expect_utf8("\xbf", {0, false});
  expect_utf8("\xc3\xa9\xa9", {2, false});
  // A sequence that breaks off, by ASCII or by another lead.
  expect_utf8("\xc3z", {1, false});
  expect_utf8("\xe2\x82z", {2, false});
  expect_utf8("\xf0\x9f\x98z", {3, false});
  expect_utf8("\xf0\x9f\xc3\xa9", {2, false});
}

TEST(Utf8, KnowsACutSequenceAtTheEnd) {
  for (const std::string text :
       {"\xc3", "\xe2", "\xe2\x82", "\xed\x9f", "\xf0", "\xf0\x9f", "\xf0\x9f\x98", "\xf4\x8f"})
    expect_utf8(text, {text.size(), false});
}

TEST(Utf8, ResetForgetsACutSequence) {
  Utf8Validator validator;
  EXPECT_EQ(validator.accept("\xe0"), 1);
  validator.reset();
  EXPECT_TRUE(validator.at_boundary());
  EXPECT_EQ(validator.accept("\xc2\x80"), 2) << "the narrower range is forgotten too";
}

}  // namespace
}  // namespace shootout::engine
