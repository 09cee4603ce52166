#include "engine/slots.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace shootout::engine {
namespace {

// The text for one request, all of whose slots it defines itself; or what is wrong with it.
std::string filled(std::string_view text, std::uint64_t number, std::uint64_t seed = 1) {
  auto parsed = SlotText::parse(text);
  if (!parsed) return parsed.error().what;
  SlotSet slots(seed);
  if (auto defined = slots.define({&*parsed}); !defined) return defined.error().what;
  std::string out;
  slots.append(*parsed, number, out);
  return out;
}

TEST(Slots, DrawWholeNumbersFromTheSeed) {
  std::map<std::string, int> seen;
  for (std::uint64_t number = 0; number < 1000; ++number) {
    const std::string value = filled("{id:-1..2}", number);
    EXPECT_EQ(value, filled("{id:-1..2}", number));
    ++seen[value];
  }
  EXPECT_EQ(seen.size(), 4U);
  for (const char* value : {"-1", "0", "1", "2"}) EXPECT_GT(seen[value], 180) << value;
  std::string one, other;
  for (std::uint64_t number = 0; number < 50; ++number) {
    one += filled("{id:0..9}", number, 1);
    other += filled("{id:0..9}", number, 2);
  }
  EXPECT_NE(one, other);
}

TEST(Slots, CountInOrder) {
  std::string out;
  for (std::uint64_t number = 0; number < 7; ++number) out += filled("{n:8..10:in-order} ", number);
  EXPECT_EQ(out, "8 9 10 8 9 10 8 ");
}

TEST(Slots, ReachTheEndsOfTheNumbers) {
  EXPECT_EQ(filled("{n:9223372036854775806..9223372036854775807:in-order}", 1), "9223372036854775807");
  const std::string all = "{n:-9223372036854775808..9223372036854775807";
  EXPECT_EQ(filled(all + ":in-order}", 0), "-9223372036854775808");
  EXPECT_EQ(filled(all + ":in-order}", 1), "-9223372036854775807");
  EXPECT_NE(filled(all + "}", 1), filled(all + "}", 2));
  EXPECT_EQ(filled("{n:5..5}", 3), "5");
}

TEST(Slots, MakeUuidsOfVersion4) {
  std::set<std::string> seen;
  for (std::uint64_t number = 0; number < 100; ++number) {
    std::string value = filled("{uuid}", number);
    seen.insert(value);
    ASSERT_EQ(value.size(), 36U);
    EXPECT_EQ(value[14], '4');
    EXPECT_NE(std::string("89ab").find(value[19]), std::string::npos) << value;
    for (const std::size_t hyphen : {8U, 13U, 18U, 23U}) EXPECT_EQ(value[hyphen], '-');
    value.erase(std::remove(value.begin(), value.end(), '-'), value.end());
    EXPECT_EQ(value.size(), 32U);
    EXPECT_EQ(value.find_first_not_of("0123456789abcdef"), std::string::npos);
  }
  EXPECT_EQ(seen.size(), 100U);
}

TEST(Slots, RepeatTheirValue) {
  const std::string twice = filled("{id}={id:1..1000000},{uuid}={uuid},{id:1..1000000}", 5);
  const auto comma = twice.find(',');
  const std::string first = twice.substr(0, comma), last = twice.substr(twice.rfind(',') + 1);
  EXPECT_EQ(first, last + "=" + last);
  const std::string uuids = twice.substr(comma + 1, 73);
  EXPECT_EQ(uuids.substr(0, 36), uuids.substr(37));
}

TEST(Slots, OfTwoNamesAreTwoValues) {
  int equal = 0;
  for (std::uint64_t number = 0; number < 1000; ++number) {
    const std::string both = filled("{a:100..999}{b:100..999}", number);
    equal += both.substr(0, 3) == both.substr(3) ? 1 : 0;
  }
  EXPECT_LT(equal, 10);
}

TEST(Slots, LeaveOtherBracesAlone) {
  for (const char* text : {"", "plain", R"({"a":{"b":{}},"c":[{"d":1}]})", "{", "}", "{}", "{ id }", "{1..2}",
                           "a{b", "{a b}", "}}"}) {
    EXPECT_EQ(filled(text, 1), text);
  }
  EXPECT_EQ(filled(R"({"id":{"n":{n:7..7}}})", 1), R"({"id":{"n":7}})");
}

TEST(Slots, AreTextBehindTwoBraces) {
  EXPECT_EQ(filled("{{uuid}", 1), "{uuid}");
  EXPECT_EQ(filled("{{n:1..2}", 1), "{n:1..2}");
  EXPECT_EQ(filled("{{{n:7..7}}", 1), "{7}");
  EXPECT_EQ(filled("{{", 1), "{");
}

TEST(Slots, SayWhatIsWrongWithThem) {
  const auto wrong = [](std::string_view text, std::string_view says) {
    EXPECT_NE(filled(text, 1).find(says), std::string::npos) << text << " gives " << filled(text, 1);
  };
  for (const char* text :
       {"{id:}", "{id:5}", "{id:1-5}", "{id:1..}", "{id:..1}", "{id:2..1}", "{id:1..2:random}", "{id:1...2}",
        "{id: 1..2}", "{id:1..9223372036854775808}", "{a:b}", "{id:1..2.5}"}) {
    wrong(text, "has no range of whole numbers");
  }
  wrong("x{id:1..5", "the slot '{id:1..5' has no '}'");
  wrong("{id}", "the slot '{id}' has no range in its request");
  wrong("{body.size}", "has no range in its request");
  wrong("{id:1..2}{id:1..3}", "the slot '{id}' has two ranges");
  wrong("{id:1..2}{id:1..2:in-order}", "two ranges");
  wrong("{uuid:1..2}", "taken");
  wrong("{body.size:1..2}", "taken");
}

TEST(Slots, KnowAConstantText) {
  const auto constant = SlotText::parse("a{{b}c{");
  ASSERT_TRUE(constant);
  EXPECT_TRUE(constant->is_constant());
  EXPECT_EQ(constant->constant(), "a{b}c{");
  EXPECT_EQ(SlotText().constant(), "");
  EXPECT_FALSE(SlotText::parse("a{uuid}")->is_constant());
}

}  // namespace
}  // namespace shootout::engine
